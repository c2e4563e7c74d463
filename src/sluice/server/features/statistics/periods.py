"""Which time statistics are asked for, and the hours and days that it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from sluice.engine.errors import Problem
from sluice.server.errors import Unprocessable
from sluice.server.features.statistics.counting import HOURS_KEPT
from sluice.server.features.statistics.sums import DAY, Grain
from sluice.server.features.statistics.wanted import Stretch

LONGEST: Final = timedelta(days=732)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
BY_THE_HOUR: Final = timedelta(days=8)
"""Longer times are told by the day."""
TIMES_BY_THE_HOUR: Final = timedelta(hours=49)


class Period(StrEnum):
    """The last 24 hours, 7 days or 30 days, with the hour or day that has begun."""

    DAY = "24h"
    WEEK = "7d"
    MONTH = "30d"


_LENGTHS: Final = {
    Period.DAY: timedelta(days=1),
    Period.WEEK: timedelta(days=7),
    Period.MONTH: timedelta(days=30),
}


@dataclass(frozen=True, slots=True)
class Range:
    """From one moment to before another, in whole hours or days."""

    since: datetime
    until: datetime
    bucket: Grain

    def stretches(self) -> list[Stretch]:
        """The hours and days that it is made of: as many days as there are whole ones."""
        first = Grain.DAY.start(self.since + DAY - timedelta(microseconds=1))
        last = Grain.DAY.start(self.until)
        if self.bucket is Grain.DAY:
            return [self.in_buckets()]
        if last <= first:
            return [Stretch(Grain.HOUR, self.since, self.until)]
        parts = [
            Stretch(Grain.HOUR, self.since, first),
            Stretch(Grain.DAY, first, last),
            Stretch(Grain.HOUR, last, self.until),
        ]
        return [part for part in parts if part.since < part.until]

    @property
    def times_bucket(self) -> Grain:
        """In what percentiles are told: those of many hours would be read too slowly."""
        short = self.until - self.since <= TIMES_BY_THE_HOUR
        return self.bucket if short else Grain.DAY

    def times_stretch(self) -> Stretch:
        """The hours or days in which percentiles are told one by one."""
        grain = self.times_bucket
        return Stretch(grain, grain.start(self.since), self.until)

    def times_buckets(self) -> list[datetime]:
        """When each of these begins."""
        return _beginnings(self.times_stretch())

    def in_buckets(self) -> Stretch:
        """All of it, in the hours or days that are told one by one."""
        return Stretch(self.bucket, self.since, self.until)

    def buckets(self) -> list[datetime]:
        """When each of its hours or days begins."""
        return _beginnings(self.in_buckets())


def _beginnings(stretch: Stretch) -> list[datetime]:
    count = -((stretch.since - stretch.until) // stretch.grain.length)
    return [stretch.since + number * stretch.grain.length for number in range(count)]


def last(period: Period, now: datetime) -> Range:
    """One of the usual times."""
    return between(now - _LENGTHS[period], now, now)


def last_days(count: int, now: datetime) -> Range:
    """So many days (UTC), today's being the last."""
    until = Grain.DAY.start(now) + DAY
    return Range(until - count * DAY, until, Grain.DAY)


def between(since: datetime, until: datetime, now: datetime) -> Range:
    """Any time; raises `Unprocessable`.

    It is widened to whole hours; beyond 8 days, or where single hours are not kept any more, to
    whole days (UTC).
    """
    if problem := _problem(since, until, now):
        raise Unprocessable("No statistics of this time.", errors=[problem])
    since, until = since.astimezone(UTC), until.astimezone(UTC)
    by_the_hour = until - since <= BY_THE_HOUR and since > now - HOURS_KEPT + DAY
    grain = Grain.HOUR if by_the_hour else Grain.DAY
    whole = grain.start(until - timedelta(microseconds=1)) + grain.length
    return Range(grain.start(since), whole, grain)


def _problem(since: datetime, until: datetime, now: datetime) -> Problem | None:
    if not _EPOCH <= since <= now:
        return Problem("since", "must be a time in the past, since 1970")
    if not since < until <= since + LONGEST:
        return Problem("until", f"must be after `since`, by at most {LONGEST.days} days")
    return None
