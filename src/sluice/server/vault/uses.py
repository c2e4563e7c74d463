"""Where one placeholder of a project stands, and what it is, without opening its original."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.kit.repository import Repository
from sluice.server.vault.scope_repository import ScopeRepository
from sluice.server.vault.tables import PlaceholderUse


class Uses(NamedTuple):
    """What is known of one placeholder."""

    entity_type: str | None
    """None: nobody issued it, or its original was erased."""
    action: str | None
    is_restorable: bool
    """Whether an original is kept for it."""
    holders: list[str]
    """Some of those that have it, as `PlaceholderUse` names them."""


class UsesRepository(Repository):
    """Uses of placeholders."""

    async def holders(self, scope: str, placeholder: str, most: int) -> list[str]:
        """At most so many holders of a placeholder."""
        query = select(PlaceholderUse.holder).where(
            PlaceholderUse.scope == scope, PlaceholderUse.placeholder == placeholder
        )
        return list((await self._session.scalars(query.limit(most))).all())


async def uses_of(session: AsyncSession, scope: str, placeholder: str, most: int) -> Uses:
    """What a placeholder is, and at most so many of those that have it."""
    holders = await UsesRepository(session).holders(scope, placeholder, most)
    rows = await ScopeRepository(session).by_placeholder(scope, [placeholder])
    if not rows:
        return Uses(None, None, is_restorable=False, holders=holders)
    (row,) = rows
    return Uses(row.entity_type, row.action, row.sealed is not None, holders)
