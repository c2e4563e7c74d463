"""The Liminal wire's thread calls, deletion, and revealing for administrators."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends

from sluice.engine import RawText
from sluice.server.auth.auth import Caller
from sluice.server.auth.caller import CurrentCaller, require
from sluice.server.auth.roles import Permission
from sluice.server.features.threads.schemas import (
    ThreadIn,
    ThreadOut,
)
from sluice.server.kit.wire import Data, RowId
from sluice.server.services import ServicesDep
from sluice.server.vault.schemas import OriginalOut, RevealIn

router = APIRouter(prefix="/api/v1/threads", tags=["Liminal: threads"])
admin_router = APIRouter(prefix="/api/admin/v1/threads", tags=["Manage: threads"])

User = Annotated[Caller, Depends(require(Permission.USE_MODELS))]


@router.get("")
async def list_own(
    caller: User, services: ServicesDep, source: Literal["sdk"] | None = None
) -> Data[list[ThreadOut]]:
    """The caller's own threads, newest first, without their chats."""
    async with services.database.read() as session:
        return Data(data=await services.threads.listing(session, caller.user_id, source))


@router.post("")
async def create(body: ThreadIn, caller: User, services: ServicesDep) -> Data[ThreadOut]:
    """Open a thread with a model instance."""
    user_id = caller.user_id
    async with services.database.write() as session:
        await services.models.usable(session, body.model_instance_id, user_id)
        thread_id = await services.threads.create(
            session, user_id=user_id, instance_id=body.model_instance_id, name=body.name
        )
        made = await services.threads.get(session, thread_id, user_id)
    return Data(data=made)


@router.get("/{thread_id}")
async def get(thread_id: RowId, caller: User, services: ServicesDep) -> Data[ThreadOut]:
    """One of the caller's own threads with its chats."""
    async with services.database.read() as session:
        return Data(data=await services.threads.get(session, thread_id, caller.user_id))


@router.delete("/{thread_id}", status_code=204)
async def delete(thread_id: RowId, caller: User, services: ServicesDep) -> None:
    """Delete a thread: its key is destroyed, nothing of it can be read again."""
    async with services.database.write() as session:
        await services.threads.delete(session, thread_id, user_id=caller.user_id)
    await services.database.forget_deleted()


@admin_router.post("/{thread_id}/reveal")
async def reveal(
    thread_id: RowId, body: RevealIn, caller: CurrentCaller, services: ServicesDep
) -> Data[list[OriginalOut]]:
    """A thread's originals; the reason (cleansed) and the caller stand in the audit log."""
    async with services.database.write() as session:
        revealed = await services.threads.reveal(
            session,
            caller,
            thread_id,
            reason=RawText(body.reason),
            placeholders=body.placeholders,
        )
    return Data(data=revealed)
