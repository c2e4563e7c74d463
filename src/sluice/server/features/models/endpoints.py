"""Model instances: the Liminal wire's listing, and their management."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from sluice.server.auth.auth import Caller
from sluice.server.auth.caller import CurrentCaller, require
from sluice.server.auth.roles import Permission
from sluice.server.features.models.schemas import (
    InstanceTrialOut,
    ModelInstanceAdminOut,
    ModelInstanceIn,
    ModelInstanceOut,
)
from sluice.server.features.models.trying import Trials
from sluice.server.kit.wire import Data, RowId
from sluice.server.services import ServicesDep

router = APIRouter(prefix="/api/v1/model-instances", tags=["Liminal: model instances"])
admin_router = APIRouter(prefix="/api/admin/v1/model-instances", tags=["Manage: model instances"])

User = Annotated[Caller, Depends(require(Permission.USE_MODELS))]


@router.get("")
async def list_usable(caller: User, services: ServicesDep) -> Data[list[ModelInstanceOut]]:
    """The model instances that the caller may use."""
    async with services.database.read() as session:
        return Data(data=await services.models.listing(session, caller.user_id))


@admin_router.get("")
async def list_all(
    caller: CurrentCaller, services: ServicesDep
) -> Data[list[ModelInstanceAdminOut]]:
    """Every model instance."""
    async with services.database.read() as session:
        return Data(data=await services.models.admin_listing(session, caller))


@admin_router.post("", status_code=201)
async def create(
    body: ModelInstanceIn, caller: CurrentCaller, services: ServicesDep
) -> Data[ModelInstanceAdminOut]:
    """Make a model instance."""
    async with services.database.write() as session:
        made = await services.models.create(session, caller, body)
    return Data(data=made)


@admin_router.get("/{instance_id}")
async def get(
    instance_id: RowId, caller: CurrentCaller, services: ServicesDep
) -> Data[ModelInstanceAdminOut]:
    """One model instance."""
    async with services.database.read() as session:
        return Data(data=await services.models.admin_get(session, caller, instance_id))


@admin_router.put("/{instance_id}")
async def change(
    instance_id: RowId, body: ModelInstanceIn, caller: CurrentCaller, services: ServicesDep
) -> Data[ModelInstanceAdminOut]:
    """Change a model instance as a whole; omitted credentials are kept."""
    async with services.database.write() as session:
        changed = await services.models.change(session, caller, instance_id, body)
    return Data(data=changed)


@admin_router.delete("/{instance_id}", status_code=204)
async def delete(instance_id: RowId, caller: CurrentCaller, services: ServicesDep) -> None:
    """Delete a model instance; its threads stay readable to their owners."""
    async with services.database.write() as session:
        await services.models.delete(session, caller, instance_id)


@admin_router.post("/{instance_id}/test")
async def test(
    instance_id: RowId, caller: CurrentCaller, services: ServicesDep
) -> Data[InstanceTrialOut]:
    """Send a small call through each connection of a model instance, fallbacks too.

    Nothing of it is recorded but that it happened.
    """
    trials = Trials(services.database, services.models, services.providers)
    return Data(data=await trials.run(caller, instance_id))
