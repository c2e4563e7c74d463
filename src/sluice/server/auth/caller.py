"""Dependencies that tell an endpoint who is calling: `CurrentCaller`, `require(…)`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import Request

from sluice.server.auth.auth import Auth, Caller
from sluice.server.auth.cookies import SESSION_COOKIE
from sluice.server.auth.origin import refuse_cross_site
from sluice.server.auth.refusals import Reason, SignInRefused
from sluice.server.auth.roles import Permission

UNKNOWN_ADDRESS = "unknown"


def auth_of(request: Request) -> Auth:
    """The application's `Auth`, wired as `app.state.auth`."""
    return cast("Auth", request.app.state.auth)


def address_of(request: Request) -> str:
    """The client's address as the server sees it (behind a proxy: as uvicorn was told)."""
    return request.client.host if request.client is not None else UNKNOWN_ADDRESS


def bearer_of(request: Request) -> str | None:
    """What stands behind `Authorization: Bearer`; None without that header, "" if malformed."""
    header = request.headers.get("authorization")
    if header is None:
        return None
    scheme, _, credential = header.partition(" ")
    return credential.strip() if scheme.lower() == "bearer" else ""


async def caller(request: Request) -> Caller:
    """Who is calling: by `Authorization: Bearer <API token>`, else by the cookie `session`.

    A header that does not sign in is refused, whatever the cookie says. Raises
    `SignInRefused`, `RateLimited`, or `Forbidden` for a foreign page's request by cookie.
    """
    auth = auth_of(request)
    token = bearer_of(request)
    if token is not None:
        return await auth.caller_of_token(token, address=address_of(request))
    return await auth.caller_of_session(own_session_id(request))


def own_session_id(request: Request) -> str:
    """The session id of a request that our own pages or a program made.

    Raises `SignInRefused` without a cookie, and `Forbidden` for a foreign page's request.
    """
    session_id = request.cookies.get(SESSION_COOKIE, "")
    if not session_id:
        raise SignInRefused(
            Reason.MISSING, "You are not signed in: send a session cookie or an API token."
        )
    refuse_cross_site(request, auth_of(request).config.allowed_origins)
    return session_id


async def _auth(request: Request) -> Auth:
    # What is not asynchronous would be asked in a thread, at every request.
    return auth_of(request)


CurrentAuth = Annotated[Auth, Depends(_auth)]
CurrentCaller = Annotated[Caller, Depends(caller)]


def require(permission: Permission) -> Callable[[Caller], Awaitable[Caller]]:
    """A dependency that gives the caller if their role has the permission, else `Forbidden`.

    `Annotated[Caller, Depends(require(Permission.USE_MODELS))]`
    """

    async def permitted(current: CurrentCaller) -> Caller:
        current.require(permission)
        return current

    return permitted
