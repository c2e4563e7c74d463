"""Management of the master key."""

from __future__ import annotations

from fastapi import APIRouter

from sluice.server.auth.caller import CurrentCaller
from sluice.server.errors import Conflict
from sluice.server.features.keys import service
from sluice.server.kit.sealing import SealingError
from sluice.server.kit.wire import Data, WireModel
from sluice.server.services import ServicesDep

admin_router = APIRouter(prefix="/api/admin/v1/keys", tags=["Manage: keys"])


class MasterKeyUse(WireModel):
    """How many data keys each master key wraps, by master key id; and which one is current."""

    current: str
    data_keys: dict[str, int]


@admin_router.get("")
async def use(caller: CurrentCaller, services: ServicesDep) -> Data[MasterKeyUse]:
    """Which master keys are in use; one with no data keys may be taken away."""
    return Data(data=await _use(services, caller))


@admin_router.post("/rotate")
async def rotate(caller: CurrentCaller, services: ServicesDep) -> Data[MasterKeyUse]:
    """Wrap every data key under the current master key."""
    try:
        await service.rotate(services.database, services.vault, caller)
    except SealingError as e:
        message = str(e)
        raise Conflict(message, code="master_key_missing") from None
    return Data(data=await _use(services, caller))


async def _use(services: ServicesDep, caller: CurrentCaller) -> MasterKeyUse:
    counts = await service.master_key_use(services.database, services.vault, caller)
    return MasterKeyUse(current=services.vault.current_master_key_id, data_keys=counts)
