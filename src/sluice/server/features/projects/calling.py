"""Dependencies of endpoints in a project: who calls, and what they may do there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Path, Request

from sluice.server.auth.auth import Caller
from sluice.server.auth.caller import address_of, auth_of, bearer_of, caller
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.projects.roles import ProjectRole
from sluice.server.services import services_of


async def known_caller(request: Request) -> Caller:
    """Who is calling: by an API token, verified a moment ago at most, else by a session.

    Raises `SignInRefused`, `RateLimited`, or `Forbidden` for a foreign page's request by cookie.
    """
    token = bearer_of(request)
    if not token:
        return await caller(request)
    callers = services_of(request).callers
    return await callers.caller(auth_of(request), token, address=address_of(request))


KnownCaller = Annotated[Caller, Depends(known_caller)]
ProjectUid = Annotated[
    str, Path(max_length=64, description="The project's id, as `GET /api/v1/projects` shows it.")
]


def in_project(needs: ProjectRole) -> Callable[..., Awaitable[KnownProject]]:
    """A dependency: the project of the path's `project_id`, if the caller has this role in it."""

    async def found(request: Request, caller: KnownCaller, project_id: ProjectUid) -> KnownProject:
        return await services_of(request).workbench.projects.of(caller, project_id, needs)

    return found


Viewed = Annotated[KnownProject, Depends(in_project(ProjectRole.VIEWER))]
Edited = Annotated[KnownProject, Depends(in_project(ProjectRole.EDITOR))]
Owned = Annotated[KnownProject, Depends(in_project(ProjectRole.OWNER))]
