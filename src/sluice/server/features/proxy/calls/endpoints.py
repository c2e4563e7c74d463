"""A user's own calls, their usage, and the deletion of conversations."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime

from sluice.server.auth.auth import Caller
from sluice.server.auth.caller import require
from sluice.server.auth.roles import Permission
from sluice.server.features.proxy.calls.records import RecordsDep
from sluice.server.features.proxy.calls.repository import CallFilter
from sluice.server.features.proxy.calls.schemas import CallOut, OwnCallDetail
from sluice.server.features.proxy.calls.status import CallStatus
from sluice.server.features.proxy.calls.usage import UsageBy, UsageOut, this_month, usage
from sluice.server.features.proxy.calls.usage_repository import UsageFilter
from sluice.server.kit.database import utc_now
from sluice.server.kit.wire import Data, RowId

router = APIRouter(prefix="/api/v1", tags=["Calls and usage"])

User = Annotated[Caller, Depends(require(Permission.USE_MODELS))]
Since = Annotated[
    AwareDatetime | None, Query(description="Began at this time or later; with its UTC offset.")
]
Until = Annotated[AwareDatetime | None, Query(description="Began before this time.")]
OfToken = Annotated[RowId | None, Query(alias="apiTokenId")]
OfInstance = Annotated[RowId | None, Query(alias="modelInstanceId")]
OfConversation = Annotated[RowId | None, Query(alias="conversationId")]
OfUser = Annotated[RowId | None, Query(alias="userId")]
Before = Annotated[RowId | None, Query(description="Only calls with a smaller id, to page back.")]
Limit = Annotated[int, Query(ge=1, le=500, description="Rows at most.")]


async def call_filter(
    since: Since = None,
    until: Until = None,
    token: OfToken = None,
    instance: OfInstance = None,
    conversation: OfConversation = None,
    status: CallStatus | None = None,
) -> CallFilter:
    """Which calls a list shows."""
    return CallFilter(
        api_token_id=token,
        model_instance_id=instance,
        conversation_id=conversation,
        status=status,
        since=since,
        until=until,
    )


async def usage_filter(
    since: Since = None, until: Until = None, token: OfToken = None, instance: OfInstance = None
) -> UsageFilter:
    """Which calls are summed: without a beginning those of this month (UTC)."""
    begins: datetime = since or this_month(utc_now())
    return UsageFilter(begins, until, api_token_id=token, model_instance_id=instance)


WantedCalls = Annotated[CallFilter, Depends(call_filter)]
WantedUsage = Annotated[UsageFilter, Depends(usage_filter)]


@router.get("/calls")
async def list_own(
    caller: User,
    records: RecordsDep,
    wanted: WantedCalls,
    before: Before = None,
    limit: Limit = 100,
) -> Data[list[CallOut]]:
    """The caller's own calls, newest first, without their texts."""
    own = replace(wanted, user_id=caller.user_id)
    async with records.database.read() as session:
        return Data(data=await records.calls.page(session, caller, own, before=before, limit=limit))


@router.get("/calls/{call_id}")
async def get_own(call_id: RowId, caller: User, records: RecordsDep) -> Data[OwnCallDetail]:
    """One of the caller's own calls, cleansed and with the originals in their places."""
    async with records.database.read() as session:
        return Data(data=await records.calls.own(session, call_id, caller.user_id))


@router.delete("/conversations/{conversation_id}", status_code=204)
async def delete_conversation(conversation_id: RowId, caller: User, records: RecordsDep) -> None:
    """Delete a conversation: its key is destroyed, nothing of its calls can be read again."""
    async with records.database.write() as session:
        await records.calls.delete_conversation(session, conversation_id, user_id=caller.user_id)
    records.calls.forget(conversation_id)
    await records.database.forget_deleted()


@router.get("/usage")
async def own_usage(
    caller: User, records: RecordsDep, wanted: WantedUsage, by: UsageBy = UsageBy.MODEL
) -> Data[list[UsageOut]]:
    """What the caller's own calls used and cost, this month unless a time is given."""
    own = replace(wanted, user_id=caller.user_id)
    async with records.database.read() as session:
        return Data(data=await usage(session, caller, by, own))
