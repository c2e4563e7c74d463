"""One's own sessions and API tokens: everybody may see and end them, and no project's key may."""

from __future__ import annotations

from fastapi import APIRouter

from sluice.server.auth.admin_endpoints import After, Id, Limit
from sluice.server.auth.caller import CurrentAuth, CurrentCaller
from sluice.server.auth.schemas import Data, SessionData, TokenData

router = APIRouter(prefix="/api/v1/users/me", tags=["sign-in"])


@router.get("/sessions")
async def list_own_sessions(
    auth: CurrentAuth, caller: CurrentCaller, after: After = 0, limit: Limit = 100
) -> Data[list[SessionData]]:
    """The caller's sessions that have not ended."""
    async with auth.database.read() as session:
        rows = await auth.service.sessions.page(
            session, caller, user_id=caller.user_id, after=after, limit=limit
        )
    return Data(data=[SessionData.of(row) for row in rows])


@router.delete("/sessions/{session_id}", status_code=204)
async def end_own_session(auth: CurrentAuth, caller: CurrentCaller, session_id: Id) -> None:
    """End one of the caller's sessions at once."""
    async with auth.database.write() as session:
        await auth.service.sessions.revoke_own(session, caller, session_id)


@router.get("/api-tokens")
async def list_own_tokens(
    auth: CurrentAuth, caller: CurrentCaller, after: After = 0, limit: Limit = 100
) -> Data[list[TokenData]]:
    """The caller's API tokens, revoked ones too; never the tokens themselves."""
    async with auth.database.read() as session:
        rows = await auth.service.tokens.page(
            session, caller, user_id=caller.user_id, after=after, limit=limit
        )
    return Data(data=[TokenData.of(row.token) for row in rows])


@router.delete("/api-tokens/{token_id}", status_code=204)
async def revoke_own_token(auth: CurrentAuth, caller: CurrentCaller, token_id: Id) -> None:
    """Revoke one of the caller's API tokens; the sessions that it opened end with it."""
    async with auth.database.write() as session:
        await auth.service.tokens.revoke_own(session, caller, token_id)
