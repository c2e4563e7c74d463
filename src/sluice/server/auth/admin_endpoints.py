"""Managing users, sessions and API tokens; the services see who may."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from sluice.server.auth.caller import CurrentAuth, CurrentCaller
from sluice.server.auth.schemas import (
    Data,
    NewTokenData,
    SessionData,
    TokenData,
    TokenOrder,
    UserChange,
    UserData,
    UserSearch,
)

router = APIRouter(prefix="/api/admin/v1", tags=["users and tokens"])

MAX_ID = 2**31 - 1
"""The largest number of a row; PostgreSQL refuses larger ones."""

Id = Annotated[int, Path(ge=1, le=MAX_ID)]
After = Annotated[int, Query(ge=0, le=MAX_ID, description="Only rows with an id above this one.")]
Limit = Annotated[int, Query(ge=1, le=500, description="Rows at most.")]
OfUser = Annotated[int | None, Query(alias="userId", ge=1, le=MAX_ID)]


@router.get("/users")
async def list_users(
    auth: CurrentAuth, caller: CurrentCaller, after: After = 0, limit: Limit = 100
) -> Data[list[UserData]]:
    """Users by id, disabled ones too."""
    async with auth.database.read() as session:
        users = await auth.service.users.page(session, caller, after=after, limit=limit)
    return Data(data=[UserData.of(user) for user in users])


@router.post("/users/search")
async def search_users(
    auth: CurrentAuth,
    caller: CurrentCaller,
    wanted: UserSearch,
    after: After = 0,
    limit: Limit = 100,
) -> Data[list[UserData]]:
    """Users by part of a name or an address, which stand in no URL, and by what they are."""
    async with auth.database.read() as session:
        users = await auth.service.users.page(
            session, caller, after=after, limit=limit, wanted=wanted.filter()
        )
    return Data(data=[UserData.of(user) for user in users])


@router.get("/users/{user_id}")
async def get_user(auth: CurrentAuth, caller: CurrentCaller, user_id: Id) -> Data[UserData]:
    """One user."""
    async with auth.database.read() as session:
        return Data(data=UserData.of(await auth.service.users.get(session, caller, user_id)))


@router.patch("/users/{user_id}")
async def change_user(
    auth: CurrentAuth, caller: CurrentCaller, user_id: Id, change: UserChange
) -> Data[UserData]:
    """Change a role, disable or enable a user, or unlink their identity: all of it or nothing.

    A disabled user's sessions end at once. 409 if nobody could administer afterwards.
    """
    async with auth.database.write() as session:
        await auth.service.users.change(
            session,
            caller,
            user_id,
            role=change.role,
            disabled=change.disabled,
            unlink=change.unlink_identity,
        )
    async with auth.database.read() as session:
        return Data(data=UserData.of(await auth.service.users.get(session, caller, user_id)))


@router.get("/sessions")
async def list_sessions(
    auth: CurrentAuth,
    caller: CurrentCaller,
    user_id: OfUser = None,
    after: After = 0,
    limit: Limit = 100,
) -> Data[list[SessionData]]:
    """Sessions that have not ended."""
    async with auth.database.read() as session:
        rows = await auth.service.sessions.page(
            session, caller, user_id=user_id, after=after, limit=limit
        )
    return Data(data=[SessionData.of(row) for row in rows])


@router.delete("/sessions/{session_id}", status_code=204)
async def revoke_session(auth: CurrentAuth, caller: CurrentCaller, session_id: Id) -> None:
    """End a session at once."""
    async with auth.database.write() as session:
        await auth.service.sessions.revoke(session, caller, session_id)


@router.get("/api-tokens")
async def list_tokens(
    auth: CurrentAuth,
    caller: CurrentCaller,
    user_id: OfUser = None,
    after: After = 0,
    limit: Limit = 100,
    valid: bool = False,
) -> Data[list[TokenData]]:
    """API tokens, revoked ones too unless `valid`; never the tokens themselves."""
    async with auth.database.read() as session:
        rows = await auth.service.tokens.page(
            session, caller, user_id=user_id, after=after, limit=limit, valid=valid
        )
    return Data(data=[TokenData.of(row.token) for row in rows])


@router.post("/api-tokens", status_code=201)
async def create_token(
    auth: CurrentAuth, caller: CurrentCaller, order: TokenOrder, response: Response
) -> Data[NewTokenData]:
    """Make a token. This answer is the only one that holds it."""
    async with auth.database.write() as session:
        made = await auth.service.tokens.create(
            session,
            caller,
            user_id=order.user_id or caller.user_id,
            name=order.name,
            expires_at=order.expires_at,
            scopes=order.scopes,
        )
    response.headers["Cache-Control"] = "no-store"
    return Data(data=NewTokenData.made(made.row, made.token))


@router.get("/api-tokens/{token_id}")
async def get_token(auth: CurrentAuth, caller: CurrentCaller, token_id: Id) -> Data[TokenData]:
    """One API token; never the token itself."""
    async with auth.database.read() as session:
        found = await auth.service.tokens.get(session, caller, token_id)
    return Data(data=TokenData.of(found.token))


@router.delete("/api-tokens/{token_id}", status_code=204)
async def revoke_token(auth: CurrentAuth, caller: CurrentCaller, token_id: Id) -> None:
    """Revoke a token; the sessions that it opened end with it."""
    async with auth.database.write() as session:
        await auth.service.tokens.revoke(session, caller, token_id)
