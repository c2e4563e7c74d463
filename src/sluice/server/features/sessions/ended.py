"""Recordings as statistics count them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.features.projects.service import Projects
from sluice.server.features.sessions.ended_repository import EndedRecordingRepository
from sluice.server.features.statistics.ended import NONE, Ended, SourceName

_MOMENT: Final = timedelta(milliseconds=1)


class EndedRecordings:
    """A source of statistics: what was recorded, with the tokens and the cost of its first form.

    It waits until the cost of a recording is worked out (see `counting`).
    """

    name = SourceName.RECORDINGS

    def __init__(self, projects: Projects) -> None:
        self._projects = projects

    async def portion(
        self, session: AsyncSession, after: datetime, settled: datetime, most: int
    ) -> datetime | None:
        """See `Source`."""
        repository = EndedRecordingRepository(session)
        uncounted = await repository.first_uncounted(after)
        if uncounted is not None:
            settled = min(settled, uncounted - _MOMENT)
        return await repository.portion(after, settled, most)

    async def ended(
        self, session: AsyncSession, after: datetime, until: datetime | None, most: int | None
    ) -> list[Ended]:
        """See `Source`."""
        rows = await EndedRecordingRepository(session).ended(after, until, most)
        spaces = await self._projects.spaces(session) if rows else {}
        return [_ended(row, spaces) for row in rows]

    async def counted(self, session: AsyncSession, until: datetime) -> None:
        """Recordings stay as long as their sessions."""


def _ended(row: Row[Any], spaces: Mapping[int, int]) -> Ended:
    return Ended(
        began_at=row.created_at,
        ended_at=row.created_at,
        space_id=spaces.get(row.project_id, NONE),
        provider=row.provider or "",
        model=row.model or "",
        duration_ms=row.duration_ms,
        input_tokens=row.input_tokens or 0,
        output_tokens=row.output_tokens or 0,
        cost=row.cost,
        manifests=(row.manifest,),
    )
