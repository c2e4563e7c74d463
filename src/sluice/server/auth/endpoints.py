"""The sign-in calls of the Liminal wire. Each answers with the user and sets the cookie."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header
from starlette.requests import Request
from starlette.responses import Response

from sluice.server.auth.caller import (
    CurrentAuth,
    address_of,
    bearer_of,
    caller,
    own_session_id,
)
from sluice.server.auth.cookies import clear_session_cookie, set_session_cookie
from sluice.server.auth.repository import UserRepository
from sluice.server.auth.schemas import Data, SignedOut, UserData
from sluice.server.auth.sessions import SignedIn
from sluice.server.errors import Unauthenticated

router = APIRouter(prefix="/api/v1", tags=["sign-in"])


@router.get("/auth/login/oauth/access-token")
async def sign_in_with_provider_token(
    request: Request, response: Response, auth: CurrentAuth
) -> Data[UserData]:
    """Exchange an identity provider's access token (`Authorization: Bearer`) for a session."""
    token = bearer_of(request) or ""
    signed_in = await auth.sign_in_with_provider_token(token, address=address_of(request))
    return welcome(request, response, auth, signed_in)


@router.post("/auth/test-automation/login")
async def sign_in_with_token(
    request: Request,
    response: Response,
    auth: CurrentAuth,
    token: Annotated[str, Header(alias="x-test-automation-api-key")] = "",
) -> Data[UserData]:
    """Exchange an environment or API token for a session."""
    signed_in = await auth.sign_in_with_token(token, address=address_of(request))
    return welcome(request, response, auth, signed_in)


@router.get("/users/me")
async def continue_session(
    request: Request, response: Response, auth: CurrentAuth
) -> Data[UserData]:
    """Continue a session, which may get a new id; with an API token: only the user."""
    if bearer_of(request) is not None:
        return await _user_of_token(request, auth)
    signed_in = await auth.continue_session(own_session_id(request))
    return welcome(request, response, auth, signed_in)


@router.post("/auth/logout")
async def sign_out(request: Request, response: Response, auth: CurrentAuth) -> Data[SignedOut]:
    """End the session of the cookie `session`."""
    await auth.sign_out(own_session_id(request))
    clear_session_cookie(request, response, auth.config)
    return Data(data=SignedOut())


def welcome(
    request: Request, response: Response, auth: CurrentAuth, signed_in: SignedIn
) -> Data[UserData]:
    """The answer to a sign-in: the user, and the session's cookie beside it."""
    set_session_cookie(request, response, signed_in, auth.config, auth.service.clock())
    return Data(data=UserData.of(signed_in.user))


async def _user_of_token(request: Request, auth: CurrentAuth) -> Data[UserData]:
    current = await caller(request)
    async with auth.database.read() as session:
        user = await UserRepository(session).by_id(current.user_id)
    if user is None:
        raise Unauthenticated("This token's user is gone.")
    return Data(data=UserData.of(user))
