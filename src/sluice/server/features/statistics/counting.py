"""Counting what ended, a portion at a time, by hour and by day.

Each source is counted in the order in which its rows ended, up to a moment that is noted in the
transaction that adds them up; who finds that somebody else moved it adds nothing. So every row is
counted once, also by several replicas and after a crash, however late it ended: its hour is the
one in which it began. What ended a moment ago is not counted yet, since a row may be
committed a little after the time that stands in it; whoever asks reads it directly.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from sluice.server.features.statistics.ended import Source
from sluice.server.features.statistics.repository import BEGINNING, StatisticsRepository
from sluice.server.features.statistics.sums import Totals
from sluice.server.kit.database import Database, utc_now

PORTION: Final = 1_000
"""Rows of one transaction."""
AT_ONCE: Final = 200
"""Rows after which others may do something: some ten milliseconds of this process's time."""
EVERY: Final = 30.0
"""Seconds between two looks at the clock."""
SETTLED: Final = timedelta(minutes=2)
"""How much later than the time in it a row may be committed, and how far the clocks of replicas may
be apart."""
HOURS_KEPT: Final = timedelta(days=90)
"""How long single hours stay; days stay for good."""


class CountingStatistics:
    """Work for a `Periodic`; several replicas may do it at once."""

    def __init__(
        self,
        database: Database,
        sources: Sequence[Source],
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database = database
        self._sources = sources
        self._clock = clock
        self._hours_forgotten = BEGINNING

    async def work(self) -> bool:
        """Count a portion of each source; whether there may be more."""
        more = [await self._count(source) for source in self._sources]
        await self._forget_hours()
        return any(more)

    async def _count(self, source: Source) -> bool:
        settled = self._clock() - SETTLED
        async with self._database.read() as session:
            progress = await StatisticsRepository(session).progress()
            since = progress.get(source.name.value, BEGINNING)
            until = await source.portion(session, since, settled, PORTION)
            if until is None:
                return False
            rows = await source.ended(session, since, until, None)
        totals = Totals()
        for first in range(0, len(rows), AT_ONCE):
            totals.add_all(source.name, rows[first : first + AT_ONCE])
            await asyncio.sleep(0)
        async with self._database.write() as session:
            repository = StatisticsRepository(session)
            if await repository.advance(source.name.value, since, until):
                await repository.add_totals(totals)
                await source.counted(session, until)
        return len(rows) >= PORTION

    async def _forget_hours(self) -> None:
        before = self._clock() - HOURS_KEPT
        if before - self._hours_forgotten < timedelta(days=1):
            return
        async with self._database.write() as session:
            await StatisticsRepository(session).forget_hours(before)
        self._hours_forgotten = before
