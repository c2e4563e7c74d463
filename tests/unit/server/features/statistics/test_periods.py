"""A time is widened to whole hours or days, and made of as many whole days as it holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.server.errors import Unprocessable
from sluice.server.features.statistics.periods import Period, between, last
from sluice.server.features.statistics.sums import HOUR, Grain

NOW = datetime(2026, 11, 21, 14, 35, 7, tzinfo=UTC)
_PAST = st.timedeltas(timedelta(0), timedelta(days=83)).map(lambda ago: NOW - HOUR - ago)
_LENGTHS = st.timedeltas(timedelta(seconds=1), timedelta(days=40))


@pytest.mark.parametrize(
    ("period", "bucket", "buckets"),
    [
        pytest.param(Period.DAY, Grain.HOUR, 25, id="24 hours and the one that has begun"),
        pytest.param(Period.WEEK, Grain.HOUR, 169, id="7 days by the hour"),
        pytest.param(Period.MONTH, Grain.DAY, 31, id="30 days and today"),
    ],
)
def test_the_usual_times(period: Period, bucket: Grain, buckets: int) -> None:
    found = last(period, NOW)
    assert (found.bucket, len(found.buckets())) == (bucket, buckets)
    assert found.since <= NOW < found.until
    times = found.times_buckets()
    assert found.times_bucket is (Grain.HOUR if period is Period.DAY else Grain.DAY)
    assert times[0] <= found.since
    assert times[-1] + found.times_bucket.length >= found.until


@given(_PAST, _LENGTHS)
def test_stretches_lie_end_to_end_and_cover_the_whole_time(
    since: datetime, length: timedelta
) -> None:
    found = between(since, since + length, NOW)
    assert found.since <= since
    assert since + length <= found.until
    at = found.since
    for stretch in found.stretches():
        assert stretch.since == at
        assert (stretch.until - at) % stretch.grain.length == timedelta(0)
        assert stretch.grain.start(at) == at
        at = stretch.until
    assert at == found.until
    assert found.buckets()[-1] + found.bucket.length == found.until


def test_single_hours_that_are_not_kept_any_more_are_told_by_the_day() -> None:
    long_ago = NOW - timedelta(days=100)
    assert between(long_ago, long_ago + HOUR, NOW).bucket is Grain.DAY


@pytest.mark.parametrize(
    ("since", "until", "path"),
    [
        pytest.param(NOW, NOW, "until", id="no time at all"),
        pytest.param(NOW, NOW - HOUR, "until", id="backwards"),
        pytest.param(NOW - timedelta(days=900), NOW, "until", id="too long"),
        pytest.param(NOW + HOUR, NOW + 2 * HOUR, "since", id="to come"),
        pytest.param(
            datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))), NOW, "since", id="never"
        ),
        pytest.param(
            NOW - HOUR,
            datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-14))),
            "until",
            id="the end of time",
        ),
    ],
)
def test_other_times_are_refused(since: datetime, until: datetime, path: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        between(since, until, NOW)
    assert [problem.path for problem in refused.value.errors] == [path]
