"""Management of the master key."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from sluice.server.auth.auth import Caller
from sluice.server.auth.caller import require
from sluice.server.auth.roles import Permission
from sluice.server.errors import Conflict
from sluice.server.features.keys import service
from sluice.server.kit.sealing import SealingError
from sluice.server.kit.wire import Data, WireModel
from sluice.server.services import ServicesDep

admin_router = APIRouter(prefix="/api/admin/v1/keys", tags=["Manage: keys"])

Manager = Annotated[Caller, Depends(require(Permission.MANAGE_KEYS))]


class MasterKeyUse(WireModel):
    """How many data keys each master key wraps, by master key id; and which one is current."""

    current: str
    data_keys: dict[str, int]


@admin_router.get("")
async def use(caller: Manager, services: ServicesDep) -> Data[MasterKeyUse]:
    """Which master keys are in use; one with no data keys may be taken away."""
    return Data(data=await _use(services))


@admin_router.post("/rotate")
async def rotate(caller: Manager, services: ServicesDep) -> Data[MasterKeyUse]:
    """Wrap every data key under the current master key."""
    try:
        await service.rotate(services.database, services.vault, actor_id=caller.user_id)
    except SealingError as e:
        message = str(e)
        raise Conflict(message, code="master_key_missing") from None
    return Data(data=await _use(services))


async def _use(services: ServicesDep) -> MasterKeyUse:
    counts = await service.master_key_use(services.database, services.vault)
    return MasterKeyUse(current=services.vault.current_master_key_id, data_keys=counts)
