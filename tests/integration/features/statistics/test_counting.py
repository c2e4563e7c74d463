"""Everything is counted once: by several replicas, in portions, and however late it ended."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.features.statistics import counting as module
from sluice.server.features.statistics.counting import HOURS_KEPT, SETTLED, CountingStatistics
from sluice.server.features.statistics.ended import Ended, Ending, Source, SourceName
from sluice.server.features.statistics.repository import StatisticsRepository
from sluice.server.features.statistics.tables import (
    StatisticsCount,
    StatisticsProgress,
    StatisticsSum,
    StatisticsUser,
)
from sluice.server.kit.database import Database

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 10, 12, 0, tzinfo=UTC)


class Listed:
    """A source of rows that a test gives."""

    name = SourceName.CALLS

    def __init__(self, *rows: Ended) -> None:
        self.rows = list(rows)

    async def portion(
        self, session: AsyncSession, after: datetime, settled: datetime, most: int
    ) -> datetime | None:
        """See `Source`."""
        some = await self.ended(session, after, settled, most)
        return some[-1].ended_at if some else None

    async def ended(
        self, session: AsyncSession, after: datetime, until: datetime | None, most: int | None
    ) -> list[Ended]:
        """See `Source`."""
        rows = [row for row in self.rows if after < row.ended_at <= (until or row.ended_at)]
        return sorted(rows, key=lambda row: row.ended_at)[:most]

    async def counted(self, session: AsyncSession, until: datetime) -> None:
        """See `Source`."""


def _call(minutes: float, took: float = 0.0, **fields: object) -> Ended:
    began = NOON + timedelta(minutes=minutes)
    known = {"user_id": 1, "model_instance_id": 1, "provider": "echo", "model": "echo", "cost": 7}
    return Ended(began, began + timedelta(minutes=took), **{**known, **fields})  # type: ignore[arg-type]


async def _calls(database: Database, grain: str) -> dict[datetime, int]:
    async with database.read() as session:
        query = (
            select(StatisticsSum.starts_at, func.sum(StatisticsSum.calls))
            .where(StatisticsSum.grain == grain)
            .group_by(StatisticsSum.starts_at)
        )
        return {row[0]: int(row[1]) for row in await session.execute(query)}


def _at(database: Database, source: Source, minutes: float) -> CountingStatistics:
    now = NOON + timedelta(minutes=minutes) + SETTLED
    return CountingStatistics(database, [source], lambda: now)


async def test_replicas_count_everything_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PORTION", 3)
    source = Listed(*(_call(minute / 4) for minute in range(40)))

    async def replica() -> None:
        counting = _at(database, source, 60)
        for _ in range(30):
            await counting.work()

    await asyncio.gather(replica(), replica(), replica())
    assert await _calls(database, "hour") == {NOON: 40}
    assert await _calls(database, "day") == {NOON.replace(hour=0): 40}


async def test_rows_that_ended_in_the_same_moment_are_never_divided(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PORTION", 2)
    counting = _at(database, Listed(*(_call(1) for _ in range(7))), 60)
    while await counting.work():
        pass
    assert await _calls(database, "hour") == {NOON: 7}


async def test_who_ends_late_counts_in_the_hour_in_which_it_began(database: Database) -> None:
    source = Listed(_call(1))
    await _at(database, source, 60).work()
    source.rows.append(_call(2, took=200))
    await _at(database, source, 60).work()
    assert await _calls(database, "hour") == {NOON: 1}
    await _at(database, source, 300).work()
    await _at(database, source, 300).work()
    assert await _calls(database, "hour") == {NOON: 2}


async def test_what_ended_a_moment_ago_is_not_counted_yet(database: Database) -> None:
    """It may have been committed after a row that is told to have ended later."""
    source = Listed(_call(10))
    await _at(database, source, 9.9).work()
    assert await _calls(database, "hour") == {}
    async with database.read() as session:
        assert (await session.scalars(select(StatisticsProgress))).all() == []


async def test_times_of_failed_and_blocked_calls_do_not_count_as_times_of_answers(
    database: Database,
) -> None:
    rows = [_call(1, ending=ending, duration_ms=100, cost=None) for ending in Ending]
    await _at(database, Listed(*rows), 60).work()
    async with database.read() as session:
        times = select(func.sum(StatisticsCount.number)).where(
            StatisticsCount.kind == "duration", StatisticsCount.grain == "hour"
        )
        assert await session.scalar(times) == 1
        unpriced = select(StatisticsSum.unpriced).where(StatisticsSum.grain == "hour")
        assert await session.scalar(unpriced) == 1


async def test_hours_go_after_a_while_and_days_stay(database: Database) -> None:
    source = Listed(_call(1))
    await _at(database, source, 60).work()
    later = NOON + HOURS_KEPT + timedelta(days=1)
    await CountingStatistics(database, [source], lambda: later).work()
    assert await _calls(database, "hour") == {}
    assert await _calls(database, "day") == {NOON.replace(hour=0): 1}
    async with database.read() as session:
        kept = select(StatisticsCount.grain).distinct()
        assert set((await session.scalars(kept)).all()) <= {"day"}
        assert await session.scalar(select(StatisticsUser.calls)) == 1


async def test_a_failure_half_way_counts_nothing_and_is_made_good(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Listed(_call(1))

    async def broken(self: StatisticsRepository, totals: object) -> None:
        raise RuntimeError("no room")

    with monkeypatch.context() as patch:
        patch.setattr(StatisticsRepository, "add_totals", broken)
        with pytest.raises(RuntimeError):
            await _at(database, source, 60).work()
    await _at(database, source, 60).work()
    assert await _calls(database, "hour") == {NOON: 1}
