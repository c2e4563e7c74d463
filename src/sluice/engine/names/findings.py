"""From a tagged span to a finding: its bounds, its calibrated score, and the doubts about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from sluice.engine.names.decode import Tagged
from sluice.engine.names.doubt import is_doubtful
from sluice.engine.names.tags import TYPES
from sluice.engine.names.trimming import trimmed
from sluice.engine.types import Finding

LEAST: Final = 0.25
"""Spans that score less are no findings."""
DOUBTED: Final = 0.45
"""The most that a doubtful span scores."""


def finding(
    text: str,
    places: Sequence[tuple[int, int]],
    item: Tagged,
    calibration: npt.NDArray[np.float64],
) -> Finding | None:
    """The finding that a tagged span makes; None if nothing is left of it.

    Args:
        text: the text.
        places: the spans, in code points, of the tokens that `item` counts.
        item: the tagged span.
        calibration: for each type the points of its curve, (types, 2, points).
    """
    kind = TYPES[item.kind]
    score = float(np.interp(item.score, *calibration[item.kind]))
    span = trimmed(text, places[item.start][0], places[item.end - 1][1], kind)
    if span is None or score < LEAST:
        return None
    if is_doubtful(text, *span, kind, score):
        score = min(score, DOUBTED)
    return Finding(*span, kind, round(score, 2), f"names.{kind.lower()}")
