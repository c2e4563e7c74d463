"""The vault's queries."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, func, select

from sluice.server.kit.repository import Repository
from sluice.server.vault.tables import SealedOriginal, WrappedKey


class VaultRepository(Repository):
    """Wrapped keys and sealed originals by scope."""

    async def key(self, scope: str, *, for_update: bool = False) -> WrappedKey | None:
        """The wrapped key of a scope; `for_update` makes other writers of it wait."""
        query = select(WrappedKey).where(WrappedKey.scope == scope)
        if for_update:
            query = query.with_for_update().execution_options(populate_existing=True)
        return (await self._session.scalars(query)).one_or_none()

    async def keys(self, scopes: Sequence[str]) -> list[WrappedKey]:
        """The wrapped keys of several scopes."""
        query = select(WrappedKey).where(WrappedKey.scope.in_(scopes))
        return list((await self._session.scalars(query)).all())

    async def originals(self, scope: str) -> list[SealedOriginal]:
        """Every original of a scope, in the order in which they were issued."""
        query = (
            select(SealedOriginal).where(SealedOriginal.scope == scope).order_by(SealedOriginal.id)
        )
        return list((await self._session.scalars(query)).all())

    async def destroy(self, scopes: Sequence[str]) -> None:
        """Delete keys and originals of these scopes."""
        await self._session.execute(delete(SealedOriginal).where(SealedOriginal.scope.in_(scopes)))
        await self._session.execute(delete(WrappedKey).where(WrappedKey.scope.in_(scopes)))

    async def keys_not_under(self, master_key_id: str, limit: int) -> list[WrappedKey]:
        """Some of the keys that another master key wraps."""
        query = (
            select(WrappedKey)
            .where(WrappedKey.master_key_id != master_key_id)
            .order_by(WrappedKey.scope)
            .limit(limit)
        )
        return list((await self._session.scalars(query)).all())

    async def count_by_master_key(self) -> dict[str, int]:
        """How many data keys each master key wraps."""
        query = select(WrappedKey.master_key_id, func.count()).group_by(WrappedKey.master_key_id)
        rows = await self._session.execute(query)
        return {str(key_id): int(count) for key_id, count in rows}
