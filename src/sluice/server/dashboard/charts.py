"""What the charts of statistics are drawn from: numbers and names of ours, as JSON for scripts."""

from __future__ import annotations

from typing import TypedDict

from sluice.server.features.statistics.schemas import StatisticsOut


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
    rows = found.series
    answered = [float(row.calls - row.blocked - row.failed) for row in rows]
    return _chart(
        found,
        "stacked",
        "count",
        Line(name="Answered", colour="accent", values=[*answered]),
        Line(name="Blocked", colour="warn", values=[float(row.blocked) for row in rows]),
        Line(name="Failed", colour="bad", values=[float(row.failed) for row in rows]),
    )


def times_chart(found: StatisticsOut) -> Chart:
    """How long calls took."""
    rows = found.series
    return _chart(
        found,
        "lines",
        "ms",
        Line(name="Whole, p50", colour="accent", values=[row.duration_ms.p50 for row in rows]),
        Line(name="Whole, p95", colour="bad", values=[row.duration_ms.p95 for row in rows]),
        Line(
            name="First token, p50",
            colour="c-person",
            values=[row.first_token_ms.p50 for row in rows],
        ),
    )


def _chart(found: StatisticsOut, kind: str, unit: str, *lines: Line) -> Chart:
    return Chart(
        kind=kind,
        unit=unit,
        times=[int(row.at.timestamp()) for row in found.series],
        step=int(found.bucket.length.total_seconds()),
        lines=[*lines],
    )
