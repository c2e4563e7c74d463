"""What the charts of statistics are drawn from: numbers and names of ours, as JSON for scripts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, TypedDict

from sluice.server.dashboard.formatting import milliseconds, number
from sluice.server.features.statistics.schemas import BucketOut, StatisticsOut, TimesBucketOut

MOST_BARS: Final = 50
"""More hours than that are told four together."""
TOGETHER: Final = 4
_ENDS: Final = ("blocked", "failed")


class Line(TypedDict):
    """One row of numbers of a chart."""

    name: str
    colour: str
    """A colour of the theme: the name of its CSS variable without `--`."""
    values: list[float | None]


class Chart(TypedDict):
    """A chart over time."""

    kind: str
    """`stacked`: bars on top of each other; `lines`."""
    unit: str
    """`count` or `ms`."""
    times: list[int]
    """Seconds since 1970."""
    step: int
    """Seconds from one time to the next."""
    lines: list[Line]


def calls_chart(found: StatisticsOut) -> Chart:
    """How calls ended."""
    hours = TOGETHER if len(found.series) > MOST_BARS else 1
    step = hours * int(found.bucket.length.total_seconds())
    groups = _together(found.series, step)
    rows = groups.values()
    answered = [sum(one.calls - one.blocked - one.failed for one in row) for row in rows]
    blocked, failed = ([sum(getattr(one, name) for one in row) for row in rows] for name in _ENDS)
    return Chart(
        kind="stacked",
        unit="count",
        times=[*groups],
        step=step,
        lines=[
            Line(name="Answered", colour="accent", values=[*answered]),
            Line(name="Blocked", colour="warn", values=[*blocked]),
            Line(name="Failed", colour="bad", values=[*failed]),
        ],
    )


def times_chart(found: StatisticsOut) -> Chart:
    """How long calls took."""
    rows = found.times
    whole, first = [row.duration_ms for row in rows], [row.first_token_ms for row in rows]
    return Chart(
        kind="lines",
        unit="ms",
        times=[_seconds(row) for row in rows],
        step=int(found.times_bucket.length.total_seconds()),
        lines=[
            Line(name="Whole, p50", colour="accent", values=[one.p50 for one in whole]),
            Line(name="Whole, p95", colour="warn", values=[one.p95 for one in whole]),
            Line(name="First token, p50", colour="c-person", values=[one.p50 for one in first]),
        ],
    )


def as_table(chart: Chart) -> list[tuple[datetime, list[str]]]:
    """The same numbers as texts, the newest first, without times at which nothing happened."""
    written = milliseconds if chart["unit"] == "ms" else number
    columns = [line["values"] for line in chart["lines"]]
    rows = zip(chart["times"], zip(*columns, strict=True), strict=True)
    return [
        (datetime.fromtimestamp(at, UTC), [written(value) for value in values])
        for at, values in reversed([*rows])
        if any(values)
    ]


def every(chart: Chart) -> str:
    """How long each of its steps is."""
    hours = chart["step"] // 3600
    if hours == 1:
        return "by the hour, UTC"
    return "by the day, UTC" if hours == 24 else f"by {hours} hours, UTC"


def _together(series: list[BucketOut], step: int) -> dict[int, list[BucketOut]]:
    """What lies in each stretch of `step` seconds, by its beginning; all have one length."""
    groups: dict[int, list[BucketOut]] = {}
    for row in series:
        groups.setdefault(_seconds(row) // step * step, []).append(row)
    return groups


def _seconds(row: BucketOut | TimesBucketOut) -> int:
    return int(row.at.timestamp())
