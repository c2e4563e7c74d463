"""What templates were used for lately: calls, cost and time, out of the recordings.

Rows of recordings are long: everything here is read from indexes alone. Recordings are numbered as
they come, so a moment is a number, which is looked for by halving.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any, Final, cast

from sqlalchemy import Table, bindparam, func, select

from sluice.server.features.projects.known import KnownProject
from sluice.server.features.sessions.tables import Recording
from sluice.server.kit.database import Database, utc_now
from sluice.server.kit.repository import Repository

NEWEST: Final = 500
"""Recordings of a template of which the median time is taken."""
_ROWS: Final = cast("Table", Recording.__table__)
_OF_PROJECT: Final = _ROWS.c.project_id == bindparam("of_project")
# Each by itself: both at once would read the whole index.
_BOUNDS: Final = select(
    select(func.min(_ROWS.c.id)).where(_OF_PROJECT).scalar_subquery(),
    select(func.max(_ROWS.c.id)).where(_OF_PROJECT).scalar_subquery(),
)
_NEXT: Final = (
    select(_ROWS.c.id, _ROWS.c.created_at)
    .where(_OF_PROJECT, _ROWS.c.id >= bindparam("from_id"))
    .order_by(_ROWS.c.id)
    .limit(1)
)
_SUMS: Final = (
    select(_ROWS.c.template_id, func.count(), func.sum(_ROWS.c.cost))
    .where(
        _ROWS.c.template_id.in_(bindparam("of_templates", expanding=True)),
        _ROWS.c.id >= bindparam("from_id"),
    )
    .group_by(_ROWS.c.template_id)
)
_TIMES: Final = (
    select(_ROWS.c.duration_ms)
    .where(_ROWS.c.template_id == bindparam("of_template"), _ROWS.c.id >= bindparam("from_id"))
    .order_by(_ROWS.c.id.desc())
    .limit(NEWEST)
)


@dataclass(frozen=True, slots=True)
class TemplateUse:
    """What one template was used for in some days."""

    calls: int = 0
    cost: int | None = None
    """Millionths of a US dollar, of what has a known price; None: nothing has."""
    median_ms: float | None = None
    """Of the newest 500 of these calls, as far as their time is known."""


class TemplateNumbers:
    """Reads what templates were used for."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(
        self, project: KnownProject, template_ids: Sequence[int], *, days: int
    ) -> dict[int, TemplateUse]:
        """By template's row; those that were not used are left out."""
        since = utc_now() - timedelta(days=days)
        async with self._database.read() as session:
            repository = _UseRepository(session)
            first = await repository.first_since(project.id, since)
            if first is None or not template_ids:
                return {}
            return await repository.uses(template_ids, first)


class _UseRepository(Repository):
    async def first_since(self, project_id: int, since: datetime) -> int | None:
        """The number of the project's first recording since a moment; None: there is none."""
        given: dict[str, Any] = {"of_project": project_id}
        low, high = (await self._session.execute(_BOUNDS, given)).one()
        if high is None:
            return None
        found: int | None = None
        while low <= high:
            middle = (low + high) // 2
            row = (await self._session.execute(_NEXT, {**given, "from_id": middle})).one_or_none()
            if row is None or row[1] >= since:
                found = row[0] if row is not None else found
                high = middle - 1
            else:
                low = row[0] + 1
        return found

    async def uses(self, template_ids: Sequence[int], first: int) -> dict[int, TemplateUse]:
        """Sums of every recording from this number on, and medians of the newest."""
        given = {"of_templates": list(template_ids), "from_id": first}
        sums = (await self._session.execute(_SUMS, given)).all()
        return {
            row[0]: TemplateUse(row[1], row[2], await self._median(row[0], first)) for row in sums
        }

    async def _median(self, template_id: int, first: int) -> float | None:
        given = {"of_template": template_id, "from_id": first}
        rows = (await self._session.execute(_TIMES, given)).all()
        times = [row[0] for row in rows if row[0] is not None]
        return median(times) if times else None
