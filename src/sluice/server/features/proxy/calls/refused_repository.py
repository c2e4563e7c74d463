"""The queries of what was refused because it was not understood."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import Table, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from sluice.server.features.proxy.calls.refused_tables import RefusedPath
from sluice.server.kit.repository import Repository

_REFUSED: Final = cast("Table", RefusedPath.__table__)
_INSERTS: Final[dict[str, Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class RefusedKey(NamedTuple):
    """What is counted."""

    day: date
    wire: str
    path: str
    reason: str


class RefusedRepository(Repository):
    """Counts of refused paths."""

    async def count(self, counts: Mapping[RefusedKey, int]) -> None:
        """Add to what is there."""
        statement = _INSERTS[self._session.get_bind().dialect.name](_REFUSED)
        more = {"number": _REFUSED.c.number + statement.excluded.number}
        statement = statement.on_conflict_do_update(
            index_elements=list(_REFUSED.primary_key.columns), set_=more
        )
        # In one order, so that two writers never wait for each other in a circle.
        rows = [{**key._asdict(), "number": number} for key, number in sorted(counts.items())]
        await self._session.execute(statement, rows)

    async def forget(self, before: date) -> None:
        """Remove the days before that one."""
        await self._session.execute(delete(_REFUSED).where(_REFUSED.c.day < before))

    async def between(self, since: date, until: date) -> list[tuple[str, str, str, int]]:
        """Wire, path, reason and number of these days, both included; most first."""
        c, number = _REFUSED.c, func.sum(_REFUSED.c.number)
        query = (
            select(c.wire, c.path, c.reason, number)
            .where(c.day >= since, c.day <= until)
            .group_by(c.wire, c.path, c.reason)
            .order_by(c.wire, number.desc(), c.path, c.reason)
        )
        rows = await self._session.execute(query)
        return [(wire, path, reason, int(count)) for wire, path, reason, count in rows]
