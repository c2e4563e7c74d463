"""What uses a policy group: asked of the features that do."""

from __future__ import annotations

from sluice.server.auth.callers import Caller
from sluice.server.auth.roles import Permission
from sluice.server.errors import Conflict
from sluice.server.features.policies.schemas import NamedInstance, UsesOut
from sluice.server.services import Services


async def uses(services: Services, caller: Caller, group_id: int) -> UsesOut:
    """The model instances and the projects that use a group. Raises `NotFound`."""
    caller.require(Permission.VIEW_POLICIES)
    async with services.database.read() as session:
        await services.policies.get(session, caller, group_id)
        listed = await services.models.admin_listing(session, caller)
        projects = await services.workbench.managed_projects.names_using(session, group_id)
    instances = [
        NamedInstance(
            id=one.id,
            name=one.name,
            prompts=one.policy_group_id == group_id,
            answers=one.answer_policy_group_id == group_id,
        )
        for one in listed
        if group_id in (one.policy_group_id, one.answer_policy_group_id)
    ]
    return UsesOut(model_instances=instances, projects=sorted(projects))


async def delete_unused(services: Services, caller: Caller, group_id: int) -> None:
    """Delete a policy group. Raises `Conflict` where a model instance or a project uses it."""
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
