"""Queries of what clients recorded of a test run."""

from __future__ import annotations

from typing import Any, Final, NamedTuple, cast

from sqlalchemy import Select, Table, func, or_, select

from sluice.server.features.sessions.attributes import Holder
from sluice.server.features.sessions.tables import Attribute, Recording, Trace
from sluice.server.kit.repository import Repository

_VALUES: Final = cast("Table", Attribute.__table__)
_HOLDERS: Final = (
    (Holder.RECORDING, cast("Table", Recording.__table__)),
    (Holder.TRACE, cast("Table", Trace.__table__)),
)


class ValueCounts(NamedTuple):
    """One named value over everything that has it."""

    name: str
    values: int
    """How many are numbers, or true or false."""
    total: float
    least: float | None
    most: float | None


class RunValuesRepository(Repository):
    """Recordings and traces of one test run."""

    async def values(self, test_run_id: int, kinds: tuple[str, ...]) -> list[ValueCounts]:
        """Named values whose names begin with one of these words and a dot."""
        found: list[ValueCounts] = []
        for holder, table in _HOLDERS:
            query = _values(holder, table, test_run_id, kinds)
            rows = await self._session.execute(query)
            found += (ValueCounts(r[0], int(r[1]), float(r[2] or 0), r[3], r[4]) for r in rows)
        return found

    async def cases(self, test_run_id: int) -> int:
        """How many test cases have been recorded."""
        parts = (
            select(table.c.test_case_id).where(
                table.c.test_run_id == test_run_id, table.c.test_case_id.is_not(None)
            )
            for _, table in _HOLDERS
        )
        first, second = parts
        query = select(func.count()).select_from(first.union(second).subquery())
        return int((await self._session.execute(query)).scalar_one())

    async def recordings(self, test_run_id: int) -> int:
        """How many recordings and traces there are; 0.1.6's do not name their test case."""
        count = 0
        for _, table in _HOLDERS:
            query = (
                select(func.count()).select_from(table).where(table.c.test_run_id == test_run_id)
            )
            count += int((await self._session.execute(query)).scalar_one())
        return count


def _values(holder: Holder, table: Table, test_run_id: int, kinds: tuple[str, ...]) -> Select[Any]:
    number = _VALUES.c.number
    return (
        select(
            _VALUES.c.name,
            func.count(number),
            func.sum(number),
            func.min(number),
            func.max(number),
        )
        .join(table, table.c.id == _VALUES.c.holder_id)
        .where(
            _VALUES.c.holder == holder.value,
            table.c.test_run_id == test_run_id,
            or_(*(_VALUES.c.name.startswith(f"{kind}.", autoescape=True) for kind in kinds)),
        )
        .group_by(_VALUES.c.name)
    )
