"""From a tagged span to a finding: its bounds, its calibrated score, and the doubts about it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from sluice.engine.names.decode import Tagged
from sluice.engine.names.doubt import is_doubtful
from sluice.engine.names.tags import TYPES
from sluice.engine.names.trimming import trimmed
from sluice.engine.types import Finding

Places: TypeAlias = Sequence[tuple[int, int]] | Mapping[int, tuple[int, int]]
"""Tokens' spans by the tokens' numbers."""

Calibration: TypeAlias = Sequence[Sequence[Sequence[float]]] | npt.NDArray[np.float64]
"""For each type the points of its curve, (types, 2, points)."""

LEAST: Final = 0.25
"""Spans that score less are no findings."""
DOUBTED: Final = 0.45
"""The most that a doubtful span scores."""


def finding(
    text: str,
    places: Places,
    item: Tagged,
    calibration: Calibration,
) -> Finding | None:
    """The finding that a tagged span makes; None if nothing is left of it.

    Args:
        text: the text.
        places: the spans, in code points, at least of the first and the last of the tokens that
            `item` counts.
        item: the tagged span.
        calibration: what each type's scores are worth.
    """
    kind = TYPES[item.kind]
    score = _interpolated(item.score, *calibration[item.kind])
    span = trimmed(text, places[item.start][0], places[item.end - 1][1], kind)
    if span is None or score < LEAST:
        return None
    if is_doubtful(text, *span, kind, score):
        score = min(score, DOUBTED)
    return Finding(*span, kind, round(score, 2), f"names.{kind.lower()}")


def _interpolated(value: float, points: Sequence[float], values: Sequence[float]) -> float:
    """The curve through the points at `value`; level beyond its ends."""
    after = bisect_right(points, value)
    if not 0 < after < len(points):
        return float(values[min(after, len(points) - 1)])
    low, high = points[after - 1], points[after]
    share = (value - low) / (high - low)
    return float(values[after - 1] + share * (values[after] - values[after - 1]))
