"""The queries of scopes that hold too many originals to be read as a whole."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Final, cast

from sqlalchemy import CursorResult, Select, Table, bindparam, case, select
from sqlalchemy.dialects import postgresql, sqlite

from sluice.server.kit.repository import Repository
from sluice.server.vault.repository import StoredOriginal
from sluice.server.vault.tables import (
    NumberCounter,
    PlaceholderUse,
    ReservedPlaceholder,
    SealedOriginal,
    WrappedKey,
)

AT_ONCE: Final = 200
"""Values of one query: writing one with more takes the event loop longer than it may."""

_KEYS: Final = cast("Table", WrappedKey.__table__)
_ORIGINALS: Final = cast("Table", SealedOriginal.__table__)
_COUNTERS: Final = cast("Table", NumberCounter.__table__)
_RESERVED: Final = cast("Table", ReservedPlaceholder.__table__)
_USES: Final = cast("Table", PlaceholderUse.__table__)

_COLUMNS: Final = (
    _ORIGINALS.c.placeholder,
    _ORIGINALS.c.entity_type,
    _ORIGINALS.c.action,
    _ORIGINALS.c.lookup,
    _ORIGINALS.c.sealed,
)
# A deletion waits for whoever holds this, and nobody else does.
_HOLD: Final = (
    select(_KEYS.c.erasures)
    .where(_KEYS.c.scope == bindparam("of_scope"))
    .with_for_update(read=True, key_share=True)
)
_ERASURES: Final = select(_KEYS.c.erasures).where(_KEYS.c.scope == bindparam("of_scope"))
_BY_LOOKUP: Final = select(*_COLUMNS).where(
    _ORIGINALS.c.scope == bindparam("of_scope"),
    # Named, since the index goes by scope, action and lookup.
    _ORIGINALS.c.action.in_(("mask", "redact", "replace")),
    _ORIGINALS.c.lookup.in_(bindparam("some", expanding=True)),
)
_BY_PLACEHOLDER: Final = select(*_COLUMNS).where(
    _ORIGINALS.c.scope == bindparam("of_scope"),
    _ORIGINALS.c.placeholder.in_(bindparam("some", expanding=True)),
)
_RESERVED_OF: Final = select(_RESERVED.c.placeholder).where(
    _RESERVED.c.scope == bindparam("of_scope"),
    _RESERVED.c.placeholder.in_(bindparam("some", expanding=True)),
)
_COUNTERS_OF: Final = select(_COUNTERS.c.entity_type, _COUNTERS.c.next).where(
    _COUNTERS.c.scope == bindparam("of_scope")
)


class _Insertions:
    """Insertions that leave alone what is there already, in one database's words."""

    def __init__(self, insert: Any) -> None:  # noqa: ANN401 (each dialect has its own function)
        counter = insert(_COUNTERS)
        self.originals = insert(_ORIGINALS).on_conflict_do_nothing()
        self.reserved = insert(_RESERVED).on_conflict_do_nothing()
        self.uses = insert(_USES).on_conflict_do_nothing()
        self.counters = counter.on_conflict_do_update(
            index_elements=[_COUNTERS.c.scope, _COUNTERS.c.entity_type],
            set_={
                "next": case(
                    (counter.excluded.next > _COUNTERS.c.next, counter.excluded.next),
                    else_=_COUNTERS.c.next,
                )
            },
        )


_INSERTIONS: Final = {
    "sqlite": _Insertions(sqlite.insert),
    "postgresql": _Insertions(postgresql.insert),
}


class ScopeRepository(Repository):
    """Originals, counters and reserved placeholders of one scope, as far as they are asked for."""

    async def hold(self, scope: str) -> int | None:
        """How often something was erased; None for a scope whose key is gone.

        Until the transaction ends, the scope keeps its key, and nothing is erased.
        """
        row = (await self._session.execute(_HOLD, {"of_scope": scope})).one_or_none()
        return int(row[0]) if row is not None else None

    async def erasures(self, scope: str) -> int:
        """The same without holding it; 0 for a scope whose key is gone."""
        row = (await self._session.execute(_ERASURES, {"of_scope": scope})).one_or_none()
        return int(row[0]) if row is not None else 0

    async def by_lookup(self, scope: str, lookups: Collection[bytes]) -> list[StoredOriginal]:
        """The originals that have these lookups."""
        return [StoredOriginal(*row) for row in await self._some(_BY_LOOKUP, scope, lookups)]

    async def by_placeholder(self, scope: str, names: Collection[str]) -> list[StoredOriginal]:
        """The originals that have these placeholders."""
        return [StoredOriginal(*row) for row in await self._some(_BY_PLACEHOLDER, scope, names)]

    async def reserved(self, scope: str, names: Collection[str]) -> set[str]:
        """Which of these placeholders are reserved."""
        return {str(row[0]) for row in await self._some(_RESERVED_OF, scope, names)}

    async def counters(self, scope: str) -> dict[str, int]:
        """The next number of each entity type."""
        rows = await self._session.execute(_COUNTERS_OF, {"of_scope": scope})
        return {str(kind): int(number) for kind, number in rows}

    async def add_originals(self, scope: str, rows: Sequence[StoredOriginal]) -> bool:
        """Insert those whose placeholder and lookup nobody has yet; whether surely all were."""
        values = [{"scope": scope, **row._asdict()} for row in rows]
        return await self._insert(self._insertions.originals, values) == len(rows)

    async def raise_counters(self, scope: str, counters: dict[str, int]) -> None:
        """Let no counter be less than these."""
        values = [
            {"scope": scope, "entity_type": kind, "next": number}
            for kind, number in sorted(counters.items())
        ]
        await self._insert(self._insertions.counters, values)

    async def reserve(self, scope: str, names: Iterable[str]) -> None:
        """Never issue these placeholders, and never restore them."""
        values = [{"scope": scope, "placeholder": name} for name in sorted(names)]
        await self._insert(self._insertions.reserved, values)

    async def use(self, scope: str, names: Iterable[str], holder: str) -> None:
        """Note that these placeholders stand in what this holder has."""
        values = [{"scope": scope, "placeholder": n, "holder": holder} for n in sorted(names)]
        await self._insert(self._insertions.uses, values)

    @property
    def _insertions(self) -> _Insertions:
        return _INSERTIONS[self._session.get_bind().dialect.name]

    async def _insert(self, statement: Any, values: list[dict[str, Any]]) -> int:  # noqa: ANN401
        """How many rows came or changed, as far as the driver tells: else less."""
        changed = 0
        # In portions, between which others go on.
        for first in range(0, len(values), AT_ONCE):
            some = values[first : first + AT_ONCE]
            done = cast("CursorResult[Any]", await self._session.execute(statement, some))
            changed += max(0, done.rowcount)
        return changed

    async def _some(
        self, query: Select[Any], scope: str, values: Collection[Any]
    ) -> list[Sequence[Any]]:
        rows: list[Sequence[Any]] = []
        for some in _batches(values):
            found = await self._session.execute(query, {"of_scope": scope, "some": some})
            rows += found.all()
        return rows


def _batches(values: Collection[Any]) -> Iterator[list[Any]]:
    # Sorted: who inserts and reads in one order does not wait in a circle.
    ordered = sorted(values)
    for first in range(0, len(ordered), AT_ONCE):
        yield ordered[first : first + AT_ONCE]
