"""Policy groups as YAML: taken away, and brought back with every problem told by its line."""

from __future__ import annotations

import anyio.to_thread

from sluice.engine.errors import Problem
from sluice.server.auth.callers import Caller
from sluice.server.auth.roles import Permission
from sluice.server.errors import Unprocessable
from sluice.server.features.policies.comparing import PolicyDiff, compared
from sluice.server.features.policies.schemas import PolicyDocument, PolicyGroupIn, PolicyGroupOut
from sluice.server.features.policies.service import Policies, require_usable
from sluice.server.features.policies.yaml_form import (
    PolicyGroupEntry,
    policies_document,
    read_policy_group,
    unknown_types,
)
from sluice.server.kit.database import Database
from sluice.server.kit.wire import WireModel


class PolicyImportOut(WireModel):
    """What an import changes, or would."""

    group: PolicyGroupOut | None
    """As it is by now; null where it would be made."""
    changes: PolicyDiff
    unknown_types: list[str]
    """Entity types with a rule that nothing finds: misspelt, as a rule."""
    applied: bool


class PolicyFiles:
    """The service that writes and reads the form of `sluice policy export` and `import`.

    A document of megabytes takes seconds, which is done beside the event loop.
    """

    def __init__(self, database: Database, policies: Policies) -> None:
        self._database = database
        self._policies = policies

    async def exported(self, caller: Caller, group_id: int) -> tuple[str, str]:
        """A group's name and its YAML. Raises `NotFound`."""
        async with self._database.read() as session:
            group = await self._policies.get(session, caller, group_id)
        return group.name, await anyio.to_thread.run_sync(policies_document, [entry_of(group)])

    async def into(
        self, caller: Caller, group_id: int, text: str, *, note: str, apply: bool
    ) -> PolicyImportOut:
        """Make a document's policy the next version of a group; without `apply` only say what of.

        Raises `Unprocessable` with every problem, also for a document of another group.
        """
        caller.require(Permission.MANAGE_POLICIES)
        entry = await anyio.to_thread.run_sync(read_policy_group, text)
        document = _document(entry)
        await require_usable(document)
        async with self._database.write() as session:
            group = await self._policies.get(session, caller, group_id)
            if entry.name != group.name:
                advice = "this is another policy group; write the name of the one to be changed"
                problem = Problem("policyGroups[0].name", advice)
                raise Unprocessable("The document is of another policy group.", errors=[problem])
            changes = compared(group.policy, document)
            if apply:
                body = PolicyGroupIn(name=entry.name, policy=document, note=note)
                group = await self._policies.change(session, caller, group_id, body)
        return PolicyImportOut(
            group=group, changes=changes, unknown_types=unknown_types(entry), applied=apply
        )

    async def create(self, caller: Caller, text: str, *, note: str, apply: bool) -> PolicyImportOut:
        """Make a new group of a document. Raises as `into`, and `Conflict` for a taken name."""
        caller.require(Permission.MANAGE_POLICIES)
        entry = await anyio.to_thread.run_sync(read_policy_group, text)
        document = _document(entry)
        await require_usable(document)
        group: PolicyGroupOut | None = None
        if apply:
            body = PolicyGroupIn(name=entry.name, policy=document, note=note)
            async with self._database.write() as session:
                group = await self._policies.create(session, caller, body)
        return PolicyImportOut(
            group=group,
            changes=compared(PolicyDocument(), document),
            unknown_types=unknown_types(entry),
            applied=apply,
        )


def entry_of(group: PolicyGroupOut) -> PolicyGroupEntry:
    """A policy group in the document's form."""
    return PolicyGroupEntry(name=group.name, **dict(group.policy))


def _document(entry: PolicyGroupEntry) -> PolicyDocument:
    return PolicyDocument.model_validate(entry.policy())
