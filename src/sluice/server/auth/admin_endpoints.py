"""Managing users, sessions and API tokens; for callers with the permission `manage`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from sluice.server.auth.caller import CurrentAuth, Manager
from sluice.server.auth.repository import SessionRepository, TokenRepository, UserRepository
from sluice.server.auth.schemas import (
    Data,
    NewTokenData,
    SessionData,
    TokenData,
    TokenOrder,
    UserChange,
    UserData,
)
from sluice.server.auth.users import UserService
from sluice.server.errors import NotFound

router = APIRouter(prefix="/api/admin/v1", tags=["users and tokens"])

MAX_ID = 2**31 - 1
"""The largest number of a row; PostgreSQL refuses larger ones."""

Id = Annotated[int, Path(ge=1, le=MAX_ID)]
After = Annotated[int, Query(ge=0, le=MAX_ID, description="Only rows with an id above this one.")]
Limit = Annotated[int, Query(ge=1, le=500, description="Rows at most.")]
OfUser = Annotated[int | None, Query(alias="userId", ge=1, le=MAX_ID)]


@router.get("/users")
async def list_users(
    auth: CurrentAuth, manager: Manager, after: After = 0, limit: Limit = 100
) -> Data[list[UserData]]:
    """Users by id, disabled ones too."""
    async with auth.database.read() as session:
        users = await UserRepository(session).page(after=after, limit=limit)
    return Data(data=[UserData.of(user) for user in users])


@router.get("/users/{user_id}")
async def get_user(auth: CurrentAuth, manager: Manager, user_id: Id) -> Data[UserData]:
    """One user."""
    async with auth.database.read() as session:
        user = await UserRepository(session).by_id(user_id)
    if user is None:
        raise NotFound(f"There is no user {user_id}.")
    return Data(data=UserData.of(user))


@router.patch("/users/{user_id}")
async def change_user(
    auth: CurrentAuth, manager: Manager, user_id: Id, change: UserChange
) -> Data[UserData]:
    """Change a role, disable or enable a user, or unlink their identity: all of it or nothing.

    A disabled user's sessions end at once. 409 if nobody could administer afterwards.
    """
    async with auth.database.write() as session:
        await _apply(session, auth.service.users, user_id, change, manager.user_id)
    return await get_user(auth, manager, user_id)


@router.get("/sessions")
async def list_sessions(
    auth: CurrentAuth,
    manager: Manager,
    user_id: OfUser = None,
    after: After = 0,
    limit: Limit = 100,
) -> Data[list[SessionData]]:
    """Sessions that have not ended."""
    async with auth.database.read() as session:
        rows = await SessionRepository(session).page(
            user_id=user_id, after=after, limit=limit, now=auth.service.clock()
        )
    return Data(data=[SessionData.of(row) for row in rows])


@router.delete("/sessions/{session_id}", status_code=204)
async def revoke_session(auth: CurrentAuth, manager: Manager, session_id: Id) -> None:
    """End a session at once."""
    async with auth.database.write() as session:
        await auth.service.sessions.end(
            session, session_id, actor_id=manager.user_id, event="auth.session_revoked"
        )


@router.get("/api-tokens")
async def list_tokens(
    auth: CurrentAuth,
    manager: Manager,
    user_id: OfUser = None,
    after: After = 0,
    limit: Limit = 100,
) -> Data[list[TokenData]]:
    """API tokens, revoked ones too; never the tokens themselves."""
    async with auth.database.read() as session:
        rows = await TokenRepository(session).page(user_id=user_id, after=after, limit=limit)
    return Data(data=[TokenData.of(row.token) for row in rows])


@router.post("/api-tokens", status_code=201)
async def create_token(
    auth: CurrentAuth, manager: Manager, order: TokenOrder, response: Response
) -> Data[NewTokenData]:
    """Make a token. This answer is the only one that holds it."""
    async with auth.database.write() as session:
        made = await auth.service.tokens.create(
            session,
            user_id=order.user_id or manager.user_id,
            name=order.name,
            actor_id=manager.user_id,
            expires_at=order.expires_at,
        )
    response.headers["Cache-Control"] = "no-store"
    return Data(data=NewTokenData.made(made.row, made.token))


@router.delete("/api-tokens/{token_id}", status_code=204)
async def revoke_token(auth: CurrentAuth, manager: Manager, token_id: Id) -> None:
    """Revoke a token; the sessions that it opened end with it."""
    async with auth.database.write() as session:
        await auth.service.tokens.revoke(session, token_id, actor_id=manager.user_id)


async def _apply(
    session: AsyncSession, users: UserService, user_id: int, change: UserChange, actor_id: int
) -> None:
    if change.disabled is False:
        await users.enable(session, user_id, actor_id=actor_id)
    if change.role is not None:
        await users.set_role(session, user_id, change.role, actor_id=actor_id)
    if change.unlink_identity:
        await users.unlink(session, user_id, actor_id=actor_id)
    if change.disabled is True:
        await users.disable(session, user_id, actor_id=actor_id)
