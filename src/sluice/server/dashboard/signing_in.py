"""Who looks at a page: the one sign-in dependency of the whole dashboard."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from sluice.server.auth.auth import Caller
from sluice.server.auth.caller import auth_of, own_session_id
from sluice.server.auth.sessions import SignedIn
from sluice.server.dashboard.csrf import csrf_of
from sluice.server.features.projects.known import KnownProject
from sluice.server.services import services_of


@dataclass(slots=True)
class Visit:
    """What every page of somebody who is signed in needs."""

    caller: Caller
    session_number: int
    csrf: str = field(repr=False)
    projects: list[KnownProject]
    """Those in which the caller has a role, by name."""
    signed_in: SignedIn
    """With the session id that the browser must use from now on."""


async def visitor(request: Request) -> Caller:
    """Who is signed in with the browser's session; an API token opens no page.

    Continues the session, so that its id changes now and then. Raises `SignInRefused`, which shows
    the page to sign in.
    """
    caller, signed_in = await auth_of(request).continue_as(own_session_id(request))
    number = signed_in.session.id
    request.state.visit = Visit(
        caller=caller,
        session_number=number,
        csrf=await csrf_of(request).of_session(number),
        projects=await services_of(request).workbench.projects.all_of(caller),
        signed_in=signed_in,
    )
    return caller


def visit_of(request: Request) -> Visit | None:
    """The visit of a request to a page; None where nobody is signed in."""
    found: Visit | None = getattr(request.state, "visit", None)
    return found


Visitor = Annotated[Caller, Depends(visitor)]
"""The caller of a page."""
