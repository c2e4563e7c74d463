"""How numbers, times and costs are written on pages: filters of the templates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

MICRO: Final = 1_000_000
"""Costs are kept in millionths of a dollar."""
_STEPS: Final = ((1e9, "G"), (1e6, "M"), (1e3, "k"))
_AGO: Final = ((86_400, "d"), (3_600, "h"), (60, "min"))


def number(value: float | None) -> str:
    """`1,234`; a dash for what is not known."""
    return "–" if value is None else f"{value:,.0f}"


def short(value: float | None) -> str:
    """`1.2k`, `3.4M`."""
    if value is None:
        return "–"
    for size, unit in _STEPS:
        if abs(value) >= size:
            return f"{value / size:.1f}".removesuffix(".0") + unit
    return f"{value:,.0f}"


def percent(value: float | None) -> str:
    """A share between 0 and 1 as `12.3 %`."""
    return "–" if value is None else f"{value * 100:.1f} %"


def milliseconds(value: float | None) -> str:
    """`340 ms`, `1.2 s`, `3 min 20 s`."""
    if value is None:
        return "–"
    if value < 1000:
        return f"{value:.0f} ms"
    if value < 60_000:
        return f"{value / 1000:.1f} s"
    return f"{int(value // 60_000)} min {int(value % 60_000 // 1000)} s"


def dollars(micros: float | None) -> str:
    """`$0.0123`: millionths of a dollar with as many digits as say something."""
    if micros is None:
        return "–"
    value = micros / MICRO
    return f"${value:,.2f}" if value >= 1 or value == 0 else f"${value:.4f}"


def moment(value: datetime | None) -> str:
    """`2026-11-21 14:03:22`, in UTC."""
    return "–" if value is None else value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def iso(value: datetime | None) -> str:
    """For the attribute `datetime`."""
    return "" if value is None else value.astimezone(UTC).isoformat(timespec="seconds")


def ago(value: datetime | None, now: datetime | None = None) -> str:
    """`just now`, `5 min ago`, `3 d ago`, `in 2 h`; a date for what is older than 30 days."""
    if value is None:
        return "never"
    distance = (now or datetime.now(UTC)) - value.astimezone(UTC)
    if abs(distance) > timedelta(days=30):
        return value.astimezone(UTC).strftime("%Y-%m-%d")
    seconds = distance.total_seconds()
    for size, unit in _AGO:
        if abs(seconds) >= size:
            count = f"{abs(seconds) // size:.0f} {unit}"
            return f"{count} ago" if seconds > 0 else f"in {count}"
    return "just now"


FILTERS: Final[dict[str, Callable[..., str]]] = {
    "number": number,
    "short": short,
    "percent": percent,
    "milliseconds": milliseconds,
    "dollars": dollars,
    "moment": moment,
    "iso": iso,
    "ago": ago,
}
