"""From a detector's raw score to how often such findings are right.

A score of 0.5 means "more likely right than not". Detectors state their scores by judgement; on
labelled development text one sees how often each is right, and the table below corrects them:
for an entity type, or one entity type of one detector, points (raw score, share that was right)
as isotonic regression gives them, with straight lines between. What has no row keeps its score.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Final

Points = tuple[tuple[float, float], ...]
"""(raw score, calibrated score), both ascending, within 0..1."""

TABLE: Final[Mapping[str, Points]] = MappingProxyType({})
"""By `ENTITY_TYPE` or, going first, `ENTITY_TYPE <detector's name>`."""


class Calibration:
    """A table of score maps.

    Raises:
        ValueError: points that do not ascend or lie outside of 0..1; it names the row.
    """

    def __init__(self, table: Mapping[str, Points] = TABLE) -> None:
        for name, points in table.items():
            flat = [value for point in points for value in point]
            rising = all(a[0] < b[0] and a[1] <= b[1] for a, b in pairwise(points))
            if not points or not rising or min(flat) < 0 or max(flat) > 1:
                raise ValueError(f"calibration {name}: points must ascend within 0..1")
        self.table = table

    def score(self, entity_type: str, detector: str, raw: float) -> float:
        """The calibrated score, rounded to two places."""
        if not self.table:
            return raw
        points = self.table.get(f"{entity_type} {detector}") or self.table.get(entity_type)
        return raw if points is None else round(_interpolated(points, raw), 2)


def _interpolated(points: Points, raw: float) -> float:
    index = bisect_right(points, raw, key=lambda point: point[0])
    if index == 0:
        return points[0][1]
    if index == len(points):
        return points[-1][1]
    (x0, y0), (x1, y1) = points[index - 1], points[index]
    return y0 + (y1 - y0) * (raw - x0) / (x1 - x0)
