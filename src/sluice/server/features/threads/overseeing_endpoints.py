"""Everybody's threads, for those who audit."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime

from sluice.server.auth.caller import CurrentCaller
from sluice.server.features.threads.overseeing_schemas import (
    OverseenDetail,
    OverseenThread,
    ThreadFilter,
)
from sluice.server.kit.wire import Data, RowId
from sluice.server.services import ServicesDep

admin_router = APIRouter(prefix="/api/admin/v1/threads", tags=["Manage: threads"])


async def thread_filter(
    user: Annotated[RowId | None, Query(alias="userId")] = None,
    instance: Annotated[RowId | None, Query(alias="modelInstanceId")] = None,
    since: Annotated[
        AwareDatetime | None, Query(description="Begun at this time or later.")
    ] = None,
    until: Annotated[AwareDatetime | None, Query(description="Begun before this time.")] = None,
) -> ThreadFilter:
    """Which threads a list shows."""
    return ThreadFilter(user, instance, since, until)


@admin_router.get("")
async def list_all(
    caller: CurrentCaller,
    services: ServicesDep,
    wanted: Annotated[ThreadFilter, Depends(thread_filter)],
    before: Annotated[RowId | None, Query(description="Only threads with a smaller id.")] = None,
    limit: Annotated[int, Query(ge=1, le=500, description="Rows at most.")] = 100,
) -> Data[list[OverseenThread]]:
    """Everybody's threads, newest first, without any text."""
    async with services.database.read() as session:
        found = await services.overseen_threads.page(
            session, caller, wanted, before=before, limit=limit
        )
    return Data(data=found)


@admin_router.get("/{thread_id}")
async def get(
    thread_id: RowId, caller: CurrentCaller, services: ServicesDep
) -> Data[OverseenDetail]:
    """A thread as models saw it: with placeholders. That it was read stands in the audit log."""
    async with services.database.write() as session:
        return Data(data=await services.overseen_threads.get(session, caller, thread_id))
