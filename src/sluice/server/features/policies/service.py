"""Creating, changing and reading policy groups."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final

import anyio.to_thread
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.engine import Detector, InvalidPolicy, Policy, Problem
from sluice.server.auth.callers import Caller
from sluice.server.auth.roles import Permission
from sluice.server.errors import Conflict, NotFound, Unprocessable
from sluice.server.features.audit import service as audit
from sluice.server.features.policies.repository import PolicyRepository
from sluice.server.features.policies.schemas import (
    PolicyDocument,
    PolicyGroupIn,
    PolicyGroupOut,
    PolicyVersionOut,
)
from sluice.server.features.policies.tables import PolicyGroup, PolicyVersion
from sluice.server.kit.database import utc_now
from sluice.server.kit.sealing import Place
from sluice.server.kit.taggers import TaggerMissing, require_tagger
from sluice.server.kit.wire import to_camel_path
from sluice.server.vault.service import Vault

NO_GROUP = "There is no such policy group."
NO_VERSION = "There is no such version of this policy group."
MOST_EXPRESSIONS: Final = 500
"""Custom terms with a pattern: each takes about half a millisecond for each KB of every text."""


@dataclass(frozen=True, slots=True)
class NamedGroup:
    """A policy group as lists of them to choose from know it."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class PolicyInForce:
    """The version of a policy group that decides now."""

    group_id: int
    number: int
    policy: Policy
    unblockable: bool = False
    """For texts that are there already, such as what is recorded: nothing is blocked, it is
    redacted instead."""

    def where_nothing_is_blocked(self) -> PolicyInForce:
        """The same version for such texts."""
        return replace(self, policy=self.policy.without_blocking(), unblockable=True)


class Policies:
    """The service of policy groups; compiled policies are kept by group and version."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._compiled: dict[int, PolicyInForce] = {}

    async def in_force(self, session: AsyncSession, group_id: int) -> PolicyInForce:
        """The policy that decides now; raises `NotFound` for a deleted group."""
        number = await PolicyRepository(session).version_in_force(group_id)
        if number is None:
            raise NotFound(NO_GROUP)
        known = self._compiled.get(group_id)
        if known is None or known.number != number:
            document = await self._document(session, group_id, number)
            known = PolicyInForce(group_id, number, document.to_policy())
            self._compiled[group_id] = known
        return known

    async def exists(self, session: AsyncSession, group_id: int) -> bool:
        """Whether there is a policy group with this id."""
        return await PolicyRepository(session).version_in_force(group_id) is not None

    async def named(self, session: AsyncSession, caller: Caller) -> list[NamedGroup]:
        """Every policy group by name, without its document."""
        caller.require(Permission.VIEW_POLICIES)
        return [NamedGroup(one.id, one.name) for one in await PolicyRepository(session).groups()]

    async def listing(
        self, session: AsyncSession, caller: Caller, ids: Collection[int] | None = None
    ) -> list[PolicyGroupOut]:
        """The policy groups with these ids, else every one, by name; each document is opened."""
        caller.require(Permission.VIEW_POLICIES)
        groups = await PolicyRepository(session).groups(ids)
        return [await self._out(session, group) for group in groups]

    async def get(self, session: AsyncSession, caller: Caller, group_id: int) -> PolicyGroupOut:
        """One policy group with its document."""
        caller.require(Permission.VIEW_POLICIES)
        return await self._out(session, await self._group(session, group_id))

    async def find(self, session: AsyncSession, caller: Caller, name: str) -> PolicyGroupOut | None:
        """One by its name, None if there is none."""
        caller.require(Permission.VIEW_POLICIES)
        group = await PolicyRepository(session).by_name(name)
        if group is None or group.deleted_at is not None:
            return None
        return await self._out(session, group)

    async def any_exists(self, session: AsyncSession) -> bool:
        """Whether there ever was a policy group."""
        return await PolicyRepository(session).any_exists()

    async def create(
        self, session: AsyncSession, caller: Caller, body: PolicyGroupIn
    ) -> PolicyGroupOut:
        """Make a group with version 1; `Conflict` if the name was ever taken."""
        caller.require(Permission.MANAGE_POLICIES)
        await require_usable(body.policy)
        repository = PolicyRepository(session)
        if await repository.by_name(body.name) is not None:
            raise Conflict("A policy group of this name exists, or existed; choose another name.")
        group = PolicyGroup(name=body.name, version=1)
        await repository.add(group)
        await self._add_version(session, group, body, caller.actor_id)
        return await self._out(session, group)

    async def change(
        self, session: AsyncSession, caller: Caller, group_id: int, body: PolicyGroupIn
    ) -> PolicyGroupOut:
        """Add a version and put it in force; an identical document adds none."""
        caller.require(Permission.MANAGE_POLICIES)
        await require_usable(body.policy)
        group = await self._group(session, group_id, for_update=True)
        if body.if_version not in (None, group.version):
            raise Conflict(
                f"Version {group.version} was saved meanwhile; look at it first.",
                code="version_changed",
            )
        await self._rename(session, group, body.name)
        if body.policy != await self._document(session, group_id, group.version):
            group.version += 1
            group.updated_at = utc_now()
            await self._add_version(session, group, body, caller.actor_id)
        return await self._out(session, group)

    async def restore(
        self, session: AsyncSession, caller: Caller, group_id: int, number: int
    ) -> PolicyGroupOut:
        """Put an earlier version in force again, as a new version."""
        caller.require(Permission.MANAGE_POLICIES)
        group = await self._group(session, group_id)
        document = await self._document(session, group_id, number)
        body = PolicyGroupIn(name=group.name, policy=document, note=f"version {number} again")
        return await self.change(session, caller, group_id, body)

    async def versions(
        self, session: AsyncSession, caller: Caller, group_id: int
    ) -> list[PolicyVersionOut]:
        """The history of a group, newest first."""
        caller.require(Permission.VIEW_POLICIES)
        await self._group(session, group_id)
        rows = await PolicyRepository(session).versions(group_id)
        return [
            PolicyVersionOut(
                number=row.number,
                note=row.note,
                created_by=row.created_by,
                created_at=row.created_at,
                policy=await self._document(session, group_id, row.number),
            )
            for row in rows
        ]

    async def document(
        self, session: AsyncSession, caller: Caller, group_id: int, number: int
    ) -> PolicyDocument:
        """What one version says. Raises `NotFound`."""
        caller.require(Permission.VIEW_POLICIES)
        await self._group(session, group_id)
        return await self._document(session, group_id, number)

    async def delete(self, session: AsyncSession, caller: Caller, group_id: int) -> None:
        """Mark a group as deleted; who calls this has made sure that nothing uses it."""
        caller.require(Permission.MANAGE_POLICIES)
        group = await self._group(session, group_id)
        group.deleted_at = utc_now()
        await audit.record(
            session,
            "policy.deleted",
            actor_id=caller.actor_id,
            subject=f"policy_group:{group_id}",
        )

    async def _rename(self, session: AsyncSession, group: PolicyGroup, name: str) -> None:
        if name == group.name:
            return
        if await PolicyRepository(session).by_name(name) is not None:
            raise Conflict("A policy group of this name exists, or existed; choose another name.")
        group.name = name

    async def _add_version(
        self, session: AsyncSession, group: PolicyGroup, body: PolicyGroupIn, actor_id: int | None
    ) -> None:
        key = await self._vault.settings_key(session)
        document = body.policy.model_dump_json(by_alias=True)
        version = PolicyVersion(
            policy_group_id=group.id,
            number=group.version,
            document_sealed=key.seal(document, _place(group.id, group.version)),
            note=body.note,
            created_by=actor_id,
        )
        await PolicyRepository(session).add(version)
        await audit.record(
            session,
            "policy.changed",
            actor_id=actor_id,
            subject=f"policy_group:{group.id}",
            details={"version": group.version},
        )

    async def _group(
        self, session: AsyncSession, group_id: int, *, for_update: bool = False
    ) -> PolicyGroup:
        group = await PolicyRepository(session).group(group_id, for_update=for_update)
        if group is None:
            raise NotFound(NO_GROUP)
        return group

    async def _document(self, session: AsyncSession, group_id: int, number: int) -> PolicyDocument:
        row = await PolicyRepository(session).version(group_id, number)
        if row is None:
            raise NotFound(NO_VERSION)
        key = await self._vault.settings_key(session)
        document = key.open(row.document_sealed, _place(group_id, number))
        return PolicyDocument.model_validate_json(document)

    async def _out(self, session: AsyncSession, group: PolicyGroup) -> PolicyGroupOut:
        return PolicyGroupOut(
            id=group.id,
            name=group.name,
            version=group.version,
            policy=await self._document(session, group.id, group.version),
            created_at=group.created_at,
            updated_at=group.updated_at,
        )


async def require_usable(document: PolicyDocument) -> None:
    """Refuse, with every problem, a policy that cannot be applied here."""
    # It compiles every pattern.
    await anyio.to_thread.run_sync(check_policy, document)


def check_policy(document: PolicyDocument) -> None:
    """The same, at once: it may take a second."""
    policy = document.to_policy()
    problems: list[Problem] = []
    expressions = sum(term.pattern is not None for term in policy.custom_terms)
    if expressions > MOST_EXPRESSIONS:
        advice = f"has more than {MOST_EXPRESSIONS} patterns; write words as literal texts"
        raise Unprocessable(
            "The policy cannot be applied.", errors=[Problem("policy.customTerms", advice)]
        )
    try:
        require_tagger(policy.detection)
    except TaggerMissing as e:
        problems.append(Problem("policy.detection", str(e)))
    try:
        Detector(custom_terms=policy.custom_terms, allow_list=policy.allow_list)
    except InvalidPolicy as e:
        problems += [Problem(f"policy.{to_camel_path(p.path)}", p.message) for p in e.problems]
    if problems:
        raise Unprocessable("The policy cannot be applied.", errors=problems)


def _place(group_id: int, number: int) -> Place:
    return Place("policy_versions", "document_sealed", f"{group_id}:{number}")
