"""The queries of recordings that are counted, for statistics."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import Row, Table, func, select

from sluice.server.features.sessions.tables import Recording
from sluice.server.features.statistics.portions import end_of_portion
from sluice.server.kit.repository import Repository

_RECORDINGS: Final = cast("Table", Recording.__table__)
_COUNTED: Final = _RECORDINGS.c.counted_at.is_not(None)
_NAMES: Final = (
    "project_id", "provider", "model", "duration_ms", "input_tokens", "output_tokens", "cost",
    "created_at", "manifest",
)  # fmt: skip
_ENDED: Final = (
    select(*(_RECORDINGS.c[name] for name in _NAMES))
    .where(_COUNTED)
    .order_by(_RECORDINGS.c.created_at)
)


class EndedRecordingRepository(Repository):
    """Recordings with tokens and cost, in the order in which they were made."""

    async def first_uncounted(self, after: datetime) -> datetime | None:
        """When the oldest was made, later than that, whose cost is not worked out yet."""
        query = select(func.min(_RECORDINGS.c.created_at)).where(
            _RECORDINGS.c.counted_at.is_(None), _RECORDINGS.c.created_at > after
        )
        oldest: datetime | None = (await self._session.execute(query)).scalar_one()
        return oldest

    async def portion(self, after: datetime, settled: datetime, most: int) -> datetime | None:
        """Until when the next ones were made."""
        made = _RECORDINGS.c.created_at
        return await end_of_portion(self._session, made, after, settled, most, _COUNTED)

    async def ended(
        self, after: datetime, until: datetime | None, most: int | None
    ) -> list[Row[Any]]:
        """Those that were made in a time."""
        query = _ENDED.where(_RECORDINGS.c.created_at > after)
        if until is not None:
            query = query.where(_RECORDINGS.c.created_at <= until)
        return list((await self._session.execute(query.limit(most))).all())
