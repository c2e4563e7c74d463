"""What is read is the same, whether it is counted already, in part, or not at all."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from tests.integration.features.statistics.test_counting import Listed

from sluice.server.auth.auth import Auth
from sluice.server.auth.callers import SYSTEM
from sluice.server.features.statistics.counting import CountingStatistics
from sluice.server.features.statistics.ended import Ended, Ending
from sluice.server.features.statistics.histogram import ERROR_BOUND
from sluice.server.features.statistics.periods import Period, Range, between, last
from sluice.server.features.statistics.schemas import StatisticsOut
from sluice.server.features.statistics.service import Statistics
from sluice.server.features.statistics.wanted import Of
from sluice.server.kit.database import Database

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 21, 14, 35, 7, tzinfo=UTC)


class _Names:
    async def labels(self, session: AsyncSession) -> dict[int, str]:
        """Of one instance."""
        return {1: "One"}


def _statistics(database: Database, source: Listed) -> Statistics:
    users = Auth(database).service.users
    return Statistics(database, [source], _Names(), users, lambda: NOW)


def _drawn(count: int) -> list[Ended]:
    draw = random.Random(8)
    rows = []
    for _ in range(count):
        began = NOW - timedelta(days=40 * draw.random())
        took = int(draw.lognormvariate(7, 1))
        rows.append(
            Ended(
                began_at=began,
                ended_at=min(began + timedelta(milliseconds=took), NOW),
                user_id=draw.randint(1, 3),
                space_id=draw.choice((0, 7)),
                model_instance_id=draw.choice((1, 2)),
                provider=draw.choice(("a", "b")),
                model="m",
                ending=draw.choice(list(Ending)),
                error_code="broken",
                duration_ms=took,
                first_token_ms=draw.choice((None, took // 3)),
                input_tokens=draw.randint(0, 9),
                output_tokens=draw.randint(0, 9),
                cost=draw.choice((None, 5)),
                manifests=({"PERSON": {"mask": 1}}, {draw.choice("XY"): {"block": 2}}),
            )
        )
    return rows


def _times() -> list[Range]:
    return [
        *(last(period, NOW) for period in Period),
        between(NOW - timedelta(days=3, hours=5), NOW - timedelta(hours=7), NOW),
        between(NOW - timedelta(days=35), NOW - timedelta(days=12), NOW),
    ]


async def _all(statistics: Statistics) -> list[StatisticsOut]:
    parts = (Of(), Of(space_id=7), Of(model_instance_id=2), Of(source="calls"), Of(source="chats"))
    return [await statistics.read(SYSTEM, time, of) for time in _times() for of in parts]


async def test_counting_changes_nothing_that_is_read(database: Database) -> None:
    source = Listed(*_drawn(150))
    statistics = _statistics(database, source)
    before = await _all(statistics)
    for days in (30, 10, 0):
        ago = timedelta(days=days) - timedelta(minutes=5)
        await CountingStatistics(database, [source], lambda ago=ago: NOW - ago).work()  # type: ignore[misc]
        assert await _all(statistics) == before


async def test_sums_and_percentiles_are_those_of_the_rows(database: Database) -> None:
    rows = _drawn(150)
    source = Listed(*rows)
    await CountingStatistics(database, [source], lambda: NOW).work()
    time = last(Period.WEEK, NOW)
    of_time = [row for row in rows if time.since <= row.began_at < time.until]
    found = await _statistics(database, source).read(SYSTEM, time)
    assert found.totals.calls == sum(row.calls for row in found.series) == len(of_time)
    assert found.totals.cost_microdollars == sum(row.cost or 0 for row in of_time)
    told = sorted(row.duration_ms or 0 for row in of_time if row.ending is Ending.ANSWERED)
    assert found.duration_ms.measured == len(told)
    true = told[(len(told) + 1) // 2 - 1]
    assert abs((found.duration_ms.p50 or 0) - true) <= ERROR_BOUND * true + 1
    assert {one.entity_type for one in found.entities} == {"PERSON", "X", "Y"}
    assert [one.name for one in sorted(found.by_instance, key=lambda one: str(one.name))] == [
        None, "One",
    ]  # fmt: skip


async def test_days_of_instances_add_up_to_their_sums(database: Database) -> None:
    source = Listed(*_drawn(100))
    statistics, time = _statistics(database, source), last(Period.MONTH, NOW)
    before = await statistics.by_instance(SYSTEM, time)
    await CountingStatistics(database, [source], lambda: NOW - timedelta(days=5)).work()
    found = await statistics.by_instance(SYSTEM, time)
    assert found == before
    sums = await statistics.read(SYSTEM, time)
    for one in sums.by_instance:
        days = found[one.model_instance_id or 0]
        assert len(days) == 31
        assert sum(day.calls for day in days) == one.calls


async def test_who_used_an_instance_is_told_with_the_last_day(database: Database) -> None:
    source = Listed(*_drawn(100))
    await CountingStatistics(database, [source], lambda: NOW).work()
    used = await _statistics(database, source).users(SYSTEM, 1, days=40)
    rows = [row for row in source.rows if row.model_instance_id == 1]
    assert sum(one.calls for one in used) == len(rows)
    assert [one.calls for one in used] == sorted((one.calls for one in used), reverse=True)
    assert max(one.last_day for one in used) == max(row.began_at for row in rows).date()
