"""The queries of statistics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Row,
    Table,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from sluice.server.features.statistics.sums import (
    SUMMED,
    Grain,
    Kind,
    Sums,
    Totals,
)
from sluice.server.features.statistics.tables import (
    StatisticsCount,
    StatisticsProgress,
    StatisticsSum,
    StatisticsUser,
)
from sluice.server.features.statistics.wanted import Of, Stretch
from sluice.server.kit.repository import Repository

BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Before anything was counted."""

_PROGRESS: Final = cast("Table", StatisticsProgress.__table__)
_SUMS: Final = cast("Table", StatisticsSum.__table__)
_COUNTS: Final = cast("Table", StatisticsCount.__table__)
_USERS: Final = cast("Table", StatisticsUser.__table__)
_INSERTS: Final[Mapping[str, Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class StatisticsRepository(Repository):
    """What was counted, and how far."""

    async def progress(self) -> dict[str, datetime]:
        """Until when each source is counted."""
        rows = await self._session.execute(select(_PROGRESS.c.source, _PROGRESS.c.counted_until))
        return {row[0]: row[1] for row in rows}

    async def advance(self, source: str, since: datetime, until: datetime) -> bool:
        """Note that a source is counted further; False where somebody else has done that."""
        add = _INSERTS[self._dialect](_PROGRESS).on_conflict_do_nothing()
        await self._session.execute(add, {"source": source, "counted_until": BEGINNING})
        statement = (
            update(_PROGRESS)
            .where(_PROGRESS.c.source == source, _PROGRESS.c.counted_until == since)
            .values(counted_until=until)
        )
        return cast("CursorResult[Any]", await self._session.execute(statement)).rowcount == 1

    async def add_totals(self, totals: Totals) -> None:
        """Add to what is there."""
        sums = [{**key._asdict(), **_columns(value)} for key, value in sorted(totals.sums.items())]
        counts = [{**key._asdict(), "number": n} for key, n in sorted(totals.counts.items())]
        users = [{**key._asdict(), "calls": n} for key, n in sorted(totals.users.items())]
        # In one order, so that two writers never wait for each other in a circle.
        await self._add_rows(_SUMS, SUMMED, sums)
        await self._add_rows(_COUNTS, ("number",), counts)
        await self._add_rows(_USERS, ("calls",), users)

    async def forget_hours(self, before: datetime) -> None:
        """Remove hours that began before; their days stay."""
        for table in (_SUMS, _COUNTS):
            old = (table.c.grain == Grain.HOUR.value) & (table.c.starts_at < before)
            if table is _COUNTS:
                old &= table.c.kind.in_([kind.value for kind in Kind])
            await self._session.execute(delete(table).where(old))

    async def sums_by(
        self, stretch: Stretch, of: Of, names: Sequence[str]
    ) -> list[tuple[tuple[Any, ...], Sums]]:
        """Sums by some columns of `StatisticsSum`."""
        groups = [_SUMS.c[name] for name in names]
        summed = [func.sum(_SUMS.c[name]) for name in SUMMED]
        query = (
            select(*groups, *summed)
            .where(*_within(_SUMS, stretch), *_of(_SUMS, of))
            .group_by(*groups)
        )
        rows = (await self._session.execute(query)).all()
        return [(tuple(row[: len(names)]), _sums(row[len(names) :])) for row in rows]

    async def counts_by(
        self, stretch: Stretch, of: Of, kinds: Iterable[Kind], names: Sequence[str]
    ) -> list[tuple[tuple[Any, ...], int]]:
        """Counts of some kinds by some columns of `StatisticsCount`."""
        groups = [_COUNTS.c[name] for name in names]
        query = (
            select(*groups, func.sum(_COUNTS.c.number))
            .where(
                *_within(_COUNTS, stretch),
                _COUNTS.c.kind.in_([kind.value for kind in kinds]),
                *_of(_COUNTS, of),
            )
            .group_by(*groups)
        )
        rows = (await self._session.execute(query)).all()
        return [(tuple(row[:-1]), int(row[-1])) for row in rows]

    async def users(
        self, model_instance_id: int, since: date, most: int | None = None
    ) -> Sequence[Row[*tuple[Any, ...]]]:
        """Who used an instance since a day: `user_id`, `calls`, `last_day`; most calls first."""
        calls = func.sum(_USERS.c.calls)
        query = (
            select(_USERS.c.user_id, calls.label("calls"), func.max(_USERS.c.day).label("last_day"))
            .where(_USERS.c.model_instance_id == model_instance_id, _USERS.c.day >= since)
            .group_by(_USERS.c.user_id)
            .order_by(calls.desc(), _USERS.c.user_id)
            .limit(most)
        )
        return (await self._session.execute(query)).all()

    @property
    def _dialect(self) -> str:
        return self._session.get_bind().dialect.name

    async def _add_rows(
        self, table: Table, added: Sequence[str], rows: Sequence[Mapping[str, Any]]
    ) -> None:
        if not rows:
            return
        statement = _INSERTS[self._dialect](table)
        more = {name: table.c[name] + statement.excluded[name] for name in added}
        key = list(table.primary_key.columns)
        statement = statement.on_conflict_do_update(index_elements=key, set_=more)
        await self._session.execute(statement, rows)


def _within(table: Table, stretch: Stretch) -> list[ColumnElement[bool]]:
    at = table.c.starts_at
    return [table.c.grain == stretch.grain.value, at >= stretch.since, at < stretch.until]


def _of(table: Table, of: Of) -> list[ColumnElement[bool]]:
    wanted = {name: getattr(of, name) for name in ("source", "space_id", "model_instance_id")}
    return [table.c[name] == value for name, value in wanted.items() if value is not None]


def _columns(sums: Sums) -> dict[str, int]:
    return {name: getattr(sums, name) for name in SUMMED}


def _sums(values: Sequence[Any]) -> Sums:
    return Sums(*(int(value) for value in values))
