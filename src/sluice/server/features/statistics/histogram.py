"""Times as counts in classes, so that percentiles of any hours and days can be told together.

Class `n` holds the times nearest to 2^(n/8) milliseconds, so a time is told at most 4.5 %
(2^(1/16) - 1) too long or too short. What took less than a millisecond counts as one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

CLASSES_PER_DOUBLING: Final = 8
ERROR_BOUND: Final = 2 ** (1 / (2 * CLASSES_PER_DOUBLING)) - 1
"""How far a percentile may be from the true one, as a part of it."""


def class_of(milliseconds: int) -> int:
    """The class of a time."""
    return round(CLASSES_PER_DOUBLING * math.log2(max(milliseconds, 1)))


def time_of(number: int) -> float:
    """The time that a class stands for, in milliseconds."""
    return float(2 ** (number / CLASSES_PER_DOUBLING))


def quantile(classes: Mapping[int, int], part: float) -> float | None:
    """The time in milliseconds that this part (0 to 1) of all stays within, by nearest rank.

    None of no times at all.
    """
    total = sum(classes.values())
    wanted, seen = max(1, math.ceil(part * total)), 0
    for number in sorted(classes):
        seen += classes[number]
        if seen >= wanted:
            return time_of(number)
    return None
