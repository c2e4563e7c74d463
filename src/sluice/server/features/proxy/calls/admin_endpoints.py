"""Everybody's calls and usage, and the settings of API tokens."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter

from sluice.engine import RawText
from sluice.server.auth.caller import CurrentCaller
from sluice.server.features.proxy.calls.coverage import CoverageFilter, CoverageOut, coverage
from sluice.server.features.proxy.calls.endpoints import (
    Before,
    Limit,
    OfInstance,
    OfUser,
    Since,
    Until,
    WantedCalls,
    WantedUsage,
)
from sluice.server.features.proxy.calls.records import Records, RecordsDep
from sluice.server.features.proxy.calls.schemas import (
    CallDetail,
    CallOut,
    KeySettingsIn,
    KeySettingsOut,
)
from sluice.server.features.proxy.calls.usage import UsageBy, UsageOut, usage
from sluice.server.kit.wire import Data, RowId
from sluice.server.vault.schemas import OriginalOut, RevealIn

admin_router = APIRouter(prefix="/api/admin/v1", tags=["Manage: calls, usage and limits"])


@admin_router.get("/calls")
async def list_all(
    caller: CurrentCaller,
    records: RecordsDep,
    wanted: WantedCalls,
    user: OfUser = None,
    before: Before = None,
    limit: Limit = 100,
) -> Data[list[CallOut]]:
    """Everybody's calls, newest first, without their texts."""
    of_user = replace(wanted, user_id=user)
    async with records.database.read() as session:
        page = await records.calls.page(session, caller, of_user, before=before, limit=limit)
    return Data(data=page)


@admin_router.get("/calls/{call_id}")
async def get(call_id: RowId, caller: CurrentCaller, records: RecordsDep) -> Data[CallDetail]:
    """One call as it was cleansed; that it was read stands in the audit log."""
    async with records.database.write() as session:
        detail = await records.calls.anybodys(session, caller, call_id)
    return Data(data=detail)


@admin_router.post("/calls/{call_id}/reveal")
async def reveal(
    call_id: RowId, body: RevealIn, caller: CurrentCaller, records: RecordsDep
) -> Data[list[OriginalOut]]:
    """A call's originals; the reason (cleansed) and the caller stand in the audit log."""
    async with records.database.write() as session:
        revealed = await records.calls.reveal(
            session,
            caller,
            call_id,
            reason=RawText(body.reason),
            placeholders=body.placeholders,
        )
    return Data(data=revealed)


@admin_router.get("/usage")
async def all_usage(
    caller: CurrentCaller,
    records: RecordsDep,
    wanted: WantedUsage,
    user: OfUser = None,
    by: UsageBy = UsageBy.MODEL,
) -> Data[list[UsageOut]]:
    """What everybody's calls used and cost, this month unless a time is given."""
    async with records.database.read() as session:
        return Data(data=await usage(session, caller, by, replace(wanted, user_id=user)))


@admin_router.get("/api-tokens/{token_id}/settings")
async def get_settings(
    token_id: RowId, caller: CurrentCaller, records: RecordsDep
) -> Data[KeySettingsOut]:
    """What is set for an API token, and what it has used of this month."""
    return Data(data=await _settings(records, caller, token_id))


@admin_router.put("/api-tokens/{token_id}/settings")
async def set_settings(
    token_id: RowId, body: KeySettingsIn, caller: CurrentCaller, records: RecordsDep
) -> Data[KeySettingsOut]:
    """Set an API token's default instance and its limits, as a whole; in force in a second."""
    async with records.database.write() as session:
        await records.key_settings.set(session, caller, token_id, body.settings())
    return Data(data=await _settings(records, caller, token_id))


async def _settings(records: Records, caller: CurrentCaller, token_id: int) -> KeySettingsOut:
    async with records.database.read() as session:
        settings, used = await records.key_settings.shown(session, caller, token_id)
    return KeySettingsOut.of(token_id, settings, used)


@admin_router.get("/coverage")
async def get_coverage(
    caller: CurrentCaller,
    records: RecordsDep,
    since: Since = None,
    until: Until = None,
    instance: OfInstance = None,
) -> Data[CoverageOut]:
    """Which paths of the newest calls were scanned, passed or held attachments, which refused."""
    wanted = CoverageFilter(since, until, instance)
    return Data(data=await coverage(records, caller, wanted))
