"""A line chart as SVG, drawn by hand: a plotting library would be a dependency for one picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 640
HEIGHT: Final = 320
LEFT, RIGHT, TOP, BOTTOM = 60, 20, 30, 50
COLOURS: Final = ("#0f766e", "#9ca3af", "#b45309")
TICKS: Final = 5


@dataclass(frozen=True, slots=True)
class Line:
    """A named curve of (x, y)."""

    name: str
    points: Sequence[tuple[float, float]]


def chart(lines: Sequence[Line], *, title: str, x: str, y: str) -> str:
    """An SVG document; both axes begin at 0."""
    right = max(point[0] for line in lines for point in line.points)
    top = max(point[1] for line in lines for point in line.points)
    parts = [_text(LEFT, 18, title, "start"), *_axes(right, top, x, y)]
    for number, line in enumerate(lines):
        places = [_place(px / right, py / top) for px, py in line.points]
        points = " ".join(f"{px:.1f},{py:.1f}" for px, py in places)
        colour = COLOURS[number % len(COLOURS)]
        parts.append(
            f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{points}"/>'
        )
        parts.append(_text(LEFT + 10, TOP + 16 * (number + 1), line.name, "start", colour))
    return _document(parts)


def _axes(right: float, top: float, x: str, y: str) -> list[str]:
    parts = [_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, x), _text(LEFT - 8, TOP - 8, y, "end")]
    for tick in range(TICKS + 1):
        share = tick / TICKS
        across, low = _place(share, 0)
        left, up = _place(0, share)
        parts.append(_text(across, low + 18, f"{right * share:,.0f}"))
        parts.append(_text(left - 8, up + 4, f"{top * share:,.0f}", "end"))
        parts.append(f'<path stroke="#d1d5db" d="M{left},{up:.1f}H{WIDTH - RIGHT}"/>')
    return parts


def _place(across: float, up: float) -> tuple[float, float]:
    """Where a point stands, from its shares of both axes (0..1)."""
    wide, high = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    return LEFT + across * wide, HEIGHT - BOTTOM - up * high


def _text(x: float, y: float, text: str, anchor: str = "middle", colour: str = "#374151") -> str:
    where = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {where} fill="{colour}">{text}</text>'


def _document(parts: Sequence[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
    back = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
    return "\n".join(
        [f'{head} font-family="sans-serif" font-size="12">', back, *parts, "</svg>", ""]
    )
