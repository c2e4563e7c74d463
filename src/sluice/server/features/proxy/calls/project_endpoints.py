"""The calls of a project on our own API."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter

from sluice.server.features.projects.calling import Viewed
from sluice.server.features.proxy.calls.endpoints import Before, Limit, OfUser, WantedCalls
from sluice.server.features.proxy.calls.schemas import CallDetail, CallOut
from sluice.server.kit.wire import Data, RowId
from sluice.server.services import ServicesDep

router = APIRouter(prefix="/api/v1/projects/{project_id}/calls", tags=["Calls of a project"])


@router.get("")
async def list_calls(
    project: Viewed,
    services: ServicesDep,
    wanted: WantedCalls,
    user: OfUser = None,
    before: Before = None,
    limit: Limit = 100,
) -> Data[list[CallOut]]:
    """The gateway's calls in a project, newest first, without their texts."""
    of_user = replace(wanted, user_id=user)
    async with services.database.read() as session:
        found = await services.workbench.calls.page(
            session, project, of_user, before=before, limit=limit
        )
    return Data(data=found)


@router.get("/{call_id}")
async def get_call(call_id: RowId, project: Viewed, services: ServicesDep) -> Data[CallDetail]:
    """One call of a project as it was cleansed."""
    async with services.database.read() as session:
        return Data(data=await services.workbench.calls.get(session, project, call_id))
