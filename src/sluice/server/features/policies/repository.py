"""The queries of policy groups."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy import bindparam, select

from sluice.server.features.policies.tables import PolicyGroup, PolicyVersion
from sluice.server.kit.repository import Repository

# Of every prompt, so built once.
_IN_FORCE: Final = select(PolicyGroup.version).where(
    PolicyGroup.id == bindparam("of_id"), PolicyGroup.deleted_at.is_(None)
)


class PolicyRepository(Repository):
    """Policy groups that are not deleted, and their versions."""

    async def groups(self, ids: Collection[int] | None = None) -> list[PolicyGroup]:
        """Those with these ids, else all of them, by name."""
        query = select(PolicyGroup).where(PolicyGroup.deleted_at.is_(None))
        if ids is not None:
            query = query.where(PolicyGroup.id.in_(ids))
        return list((await self._session.scalars(query.order_by(PolicyGroup.name))).all())

    async def group(self, group_id: int, *, for_update: bool = False) -> PolicyGroup | None:
        """One by id."""
        query = select(PolicyGroup).where(
            PolicyGroup.id == group_id, PolicyGroup.deleted_at.is_(None)
        )
        if for_update:
            query = query.with_for_update().execution_options(populate_existing=True)
        return (await self._session.scalars(query)).one_or_none()

    async def version_in_force(self, group_id: int) -> int | None:
        """The number of the version that decides now; None for a deleted group."""
        return (await self._session.scalars(_IN_FORCE, {"of_id": group_id})).one_or_none()

    async def by_name(self, name: str) -> PolicyGroup | None:
        """One by its name, deleted ones too: names are never used again."""
        query = select(PolicyGroup).where(PolicyGroup.name == name)
        return (await self._session.scalars(query)).one_or_none()

    async def any_exists(self) -> bool:
        """Whether there is a group, deleted or not."""
        query = select(PolicyGroup.id).limit(1)
        return (await self._session.scalars(query)).first() is not None

    async def version(self, group_id: int, number: int) -> PolicyVersion | None:
        """One version of a group."""
        query = select(PolicyVersion).where(
            PolicyVersion.policy_group_id == group_id, PolicyVersion.number == number
        )
        return (await self._session.scalars(query)).one_or_none()

    async def versions(self, group_id: int) -> list[PolicyVersion]:
        """All versions of a group, newest first."""
        query = (
            select(PolicyVersion)
            .where(PolicyVersion.policy_group_id == group_id)
            .order_by(PolicyVersion.number.desc())
        )
        return list((await self._session.scalars(query)).all())
