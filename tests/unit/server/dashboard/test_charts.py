"""Charts tell the same as the statistics they are drawn from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sluice.server.dashboard.charts import as_table, calls_chart, every, times_chart
from sluice.server.features.statistics.schemas import (
    BucketOut,
    StatisticsOut,
    SumsOut,
    TimesBucketOut,
    TimesOut,
)
from sluice.server.features.statistics.sums import Grain

BEGINS = datetime(2026, 11, 10, 3, 0, tzinfo=UTC)


def _statistics(bucket: Grain, count: int) -> StatisticsOut:
    series = [
        BucketOut(
            at=BEGINS + number * bucket.length,
            calls=10 if number else 0,
            failed=1 if number else 0,
            blocked=2 if number else 0,
        )
        for number in range(count)
    ]
    took = TimesOut(p50=100.0, p95=2_500.0, measured=7)
    times = [
        TimesBucketOut(at=row.at, duration_ms=took if row.calls else TimesOut()) for row in series
    ]
    return StatisticsOut(
        since=BEGINS, until=BEGINS + timedelta(days=1), bucket=bucket, totals=SumsOut(),
        series=series, times_bucket=bucket, times=times, by_source=[], by_instance=[],
        by_model=[], entities=[], failures=[],
        duration_ms=TimesOut(), first_token_ms=TimesOut(), complete=True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("bucket", "count", "bars", "said"),
    [
        pytest.param(Grain.HOUR, 25, 25, "by the hour, UTC", id="a day"),
        pytest.param(Grain.HOUR, 169, 43, "by 4 hours, UTC", id="a week, four hours together"),
        pytest.param(Grain.DAY, 31, 31, "by the day, UTC", id="a month"),
    ],
)
def test_bars_hold_every_call_once(bucket: Grain, count: int, bars: int, said: str) -> None:
    chart = calls_chart(_statistics(bucket, count))
    assert (len(chart["times"]), every(chart)) == (bars, said)
    answered, blocked, failed = (sum(line["values"]) for line in chart["lines"])  # type: ignore[arg-type]
    assert (answered, blocked, failed) == (7 * (count - 1), 2 * (count - 1), count - 1)
    assert chart["times"] == sorted(set(chart["times"]))


def test_a_table_tells_the_newest_first_and_leaves_out_when_nothing_happened() -> None:
    rows = as_table(times_chart(_statistics(Grain.HOUR, 3)))
    assert [at for at, _ in rows] == [BEGINS + timedelta(hours=2), BEGINS + timedelta(hours=1)]
    assert rows[0][1] == ["100 ms", "2.5 s", "–"]
