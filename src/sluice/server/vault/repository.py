"""The vault's queries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, cast

from sqlalchemy import Table, bindparam, delete, func, insert, select, update

from sluice.server.kit.repository import Repository
from sluice.server.vault.tables import SealedOriginal, WrappedKey

# The statements of every prompt: built once, and on tables, since mapped objects cost twice
# as much (measured, see docs/benchmarks.md).
_KEYS: Final = cast("Table", WrappedKey.__table__)
_ORIGINALS: Final = cast("Table", SealedOriginal.__table__)
_KEY: Final = select(_KEYS.c.scope, _KEYS.c.wrapped, _KEYS.c.reserved_sealed).where(
    _KEYS.c.scope == bindparam("of_scope")
)
_KEY_FOR_UPDATE: Final = _KEY.with_for_update()
_ADD_KEY: Final = insert(_KEYS)
_RESERVE: Final = (
    update(_KEYS)
    .where(_KEYS.c.scope == bindparam("of_scope"))
    .values(reserved_sealed=bindparam("sealed"))
)
_ORIGINALS_OF: Final = (
    select(
        _ORIGINALS.c.placeholder,
        _ORIGINALS.c.entity_type,
        _ORIGINALS.c.action,
        _ORIGINALS.c.lookup,
        _ORIGINALS.c.sealed,
    )
    .where(_ORIGINALS.c.scope == bindparam("of_scope"))
    .order_by(_ORIGINALS.c.id)
)
_ADD_ORIGINALS: Final = insert(_ORIGINALS)


class StoredKey(NamedTuple):
    """A data key's row, as far as it is needed to open a scope."""

    scope: str
    wrapped: bytes
    reserved_sealed: bytes | None


class StoredOriginal(NamedTuple):
    """An original's row: everything in it is sealed or says nothing of a value."""

    placeholder: str
    entity_type: str
    action: str
    lookup: bytes
    sealed: bytes | None


SCOPES_AT_ONCE: Final = 1_000
"""Statements have at most 32,767 parameters."""


class VaultRepository(Repository):
    """Wrapped keys and sealed originals by scope."""

    async def key(self, scope: str, *, for_update: bool = False) -> StoredKey | None:
        """The wrapped key of a scope; `for_update` makes other writers of it wait."""
        query = _KEY_FOR_UPDATE if for_update else _KEY
        row = (await self._session.execute(query, {"of_scope": scope})).one_or_none()
        return StoredKey(*row) if row is not None else None

    async def add_key(self, scope: str, wrapped: bytes, master_key_id: str) -> None:
        """Insert the wrapped key of a scope; raises `IntegrityError` if it has one."""
        values = {"scope": scope, "wrapped": wrapped, "master_key_id": master_key_id}
        await self._session.execute(_ADD_KEY, values)

    async def reserve(self, scope: str, sealed: bytes | None) -> None:
        """Replace the sealed numbers that may not be issued."""
        await self._session.execute(_RESERVE, {"of_scope": scope, "sealed": sealed})

    async def keys(self, scopes: Sequence[str]) -> list[WrappedKey]:
        """The wrapped keys of several scopes."""
        found: list[WrappedKey] = []
        for first in range(0, len(scopes), SCOPES_AT_ONCE):
            some = scopes[first : first + SCOPES_AT_ONCE]
            query = select(WrappedKey).where(WrappedKey.scope.in_(some))
            found += (await self._session.scalars(query)).all()
        return found

    async def originals(self, scope: str) -> list[StoredOriginal]:
        """Every original of a scope, in the order in which they were issued."""
        rows = await self._session.execute(_ORIGINALS_OF, {"of_scope": scope})
        return [StoredOriginal(*row) for row in rows]

    async def add_originals(self, scope: str, rows: Sequence[StoredOriginal]) -> None:
        """Insert originals of a scope, in the order in which they were issued."""
        if rows:
            values = [{"scope": scope, **row._asdict()} for row in rows]
            await self._session.execute(_ADD_ORIGINALS, values)

    async def destroy(self, scopes: Sequence[str]) -> None:
        """Delete keys and originals of these scopes."""
        for first in range(0, len(scopes), SCOPES_AT_ONCE):
            some = scopes[first : first + SCOPES_AT_ONCE]
            await self._session.execute(
                delete(SealedOriginal).where(SealedOriginal.scope.in_(some))
            )
            await self._session.execute(delete(WrappedKey).where(WrappedKey.scope.in_(some)))

    async def keys_not_under(self, master_key_id: str, limit: int) -> list[WrappedKey]:
        """Some of the keys that another master key wraps."""
        query = (
            select(WrappedKey)
            .where(WrappedKey.master_key_id != master_key_id)
            .order_by(WrappedKey.scope)
            .limit(limit)
            .with_for_update()  # a thread that is deleted meanwhile would fail the whole batch
        )
        return list((await self._session.scalars(query)).all())

    async def count_by_master_key(self) -> dict[str, int]:
        """How many data keys each master key wraps."""
        query = select(WrappedKey.master_key_id, func.count()).group_by(WrappedKey.master_key_id)
        rows = await self._session.execute(query)
        return {str(key_id): int(count) for key_id, count in rows}
