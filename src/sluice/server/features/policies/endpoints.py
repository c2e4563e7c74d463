"""Management of policy groups."""

from __future__ import annotations

from fastapi import APIRouter

from sluice.server.auth.caller import CurrentCaller
from sluice.server.auth.roles import Permission
from sluice.server.errors import Conflict
from sluice.server.features.policies.schemas import (
    PolicyGroupIn,
    PolicyGroupOut,
    PolicyVersionOut,
    RestoreIn,
)
from sluice.server.kit.wire import Data, RowId
from sluice.server.services import ServicesDep

admin_router = APIRouter(prefix="/api/admin/v1/policy-groups", tags=["Manage: policy groups"])


@admin_router.get("")
async def list_all(caller: CurrentCaller, services: ServicesDep) -> Data[list[PolicyGroupOut]]:
    """Every policy group with the document in force."""
    async with services.database.read() as session:
        return Data(data=await services.policies.listing(session, caller))


@admin_router.post("", status_code=201)
async def create(
    body: PolicyGroupIn, caller: CurrentCaller, services: ServicesDep
) -> Data[PolicyGroupOut]:
    """Make a policy group with version 1."""
    async with services.database.write() as session:
        made = await services.policies.create(session, caller, body)
    return Data(data=made)


@admin_router.get("/{group_id}")
async def get(
    group_id: RowId, caller: CurrentCaller, services: ServicesDep
) -> Data[PolicyGroupOut]:
    """One policy group."""
    async with services.database.read() as session:
        return Data(data=await services.policies.get(session, caller, group_id))


@admin_router.put("/{group_id}")
async def change(
    group_id: RowId, body: PolicyGroupIn, caller: CurrentCaller, services: ServicesDep
) -> Data[PolicyGroupOut]:
    """Add a version and put it in force; an identical document adds none."""
    async with services.database.write() as session:
        changed = await services.policies.change(session, caller, group_id, body)
    return Data(data=changed)


@admin_router.get("/{group_id}/versions")
async def versions(
    group_id: RowId, caller: CurrentCaller, services: ServicesDep
) -> Data[list[PolicyVersionOut]]:
    """The history of a policy group, newest first."""
    async with services.database.read() as session:
        return Data(data=await services.policies.versions(session, caller, group_id))


@admin_router.post("/{group_id}/restore")
async def restore(
    group_id: RowId, body: RestoreIn, caller: CurrentCaller, services: ServicesDep
) -> Data[PolicyGroupOut]:
    """Put an earlier version in force again, as a new version."""
    async with services.database.write() as session:
        restored = await services.policies.restore(session, caller, group_id, body.number)
    return Data(data=restored)


@admin_router.delete("/{group_id}", status_code=204)
async def delete(group_id: RowId, caller: CurrentCaller, services: ServicesDep) -> None:
    """Delete a policy group that no model instance and no project uses."""
    # Before it is told what uses the group.
    caller.require(Permission.MANAGE_POLICIES)
    async with services.database.write() as session:
        if names := await services.models.names_using(session, group_id):
            raise Conflict(
                f"{len(names)} model instance(s) use this policy group; "
                "give them another one first."
            )
        if names := await services.workbench.managed_projects.names_using(session, group_id):
            raise Conflict(
                f"{len(names)} project(s) use this policy group; give them another one first."
            )
        await services.policies.delete(session, caller, group_id)
