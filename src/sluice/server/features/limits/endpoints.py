"""Management of the limits of model instances."""

from __future__ import annotations

from fastapi import APIRouter

from sluice.server.auth.caller import CurrentCaller
from sluice.server.features.limits.schemas import InstanceLimitsIn, InstanceLimitsOut
from sluice.server.kit.wire import Data, RowId
from sluice.server.services import Services, ServicesDep

admin_router = APIRouter(prefix="/api/admin/v1/model-instances", tags=["Manage: model instances"])


@admin_router.get("/{instance_id}/limits")
async def get_limits(
    instance_id: RowId, caller: CurrentCaller, services: ServicesDep
) -> Data[InstanceLimitsOut]:
    """What limits a model instance, and what its calls on every surface have used."""
    return Data(data=await _shown(services, caller, instance_id))


@admin_router.put("/{instance_id}/limits")
async def set_limits(
    instance_id: RowId, body: InstanceLimitsIn, caller: CurrentCaller, services: ServicesDep
) -> Data[InstanceLimitsOut]:
    """Set what limits a model instance, as a whole; in force in a second."""
    async with services.database.write() as session:
        await services.workbench.limits.set(session, caller, instance_id, body.limits.limits())
    return Data(data=await _shown(services, caller, instance_id))


async def _shown(services: Services, caller: CurrentCaller, instance_id: int) -> InstanceLimitsOut:
    async with services.database.read() as session:
        shown = await services.workbench.limits.shown(session, caller, instance_id)
    return InstanceLimitsOut.of(instance_id, shown)
