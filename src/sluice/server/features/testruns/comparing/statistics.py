"""What the numbers of test runs say, and how sure that is (pure).

Runs over the same playlist are compared case by case: the difference of a case's two scores is
one observation. The 95 % interval of the mean difference is the percentile bootstrap's (Efron and
Tibshirani, An Introduction to the Bootstrap, chapter 13), drawn from a fixed seed, so that the same
results always give the same numbers; of more than a thousand cases it is the normal distribution's,
which is the same by then. Whether wins and losses differ by more than chance says the
exact two-sided sign test; for a yes or no that is McNemar's exact test.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

RESAMPLES: Final = 2_000
MANY: Final = 1_000
"""Values from which on nothing is drawn any more."""
_DEVIATIONS: Final = 1.959964
"""Of the normal distribution: 95 % of it lie within so many on both sides."""
SAME: Final = 1e-9
"""Scores that differ by less are a tie."""
_SEED: Final = 20_240_501
_AT_ONCE: Final = 2_000_000
"""Draws that are in memory at once: 16 MB."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Both ends of a 95 % interval."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Paired:
    """Two runs' scores on the same cases: the second against the first."""

    pairs: int
    difference: float | None
    """The mean of the second run's score less that of the first; None without a pair."""
    interval: Interval | None
    """None for fewer than two pairs."""
    wins: int
    losses: int
    ties: int
    p_value: float | None
    """Of the sign test; None where every pair is a tie."""


def paired(scores: Sequence[tuple[float, float]]) -> Paired:
    """What pairs of scores say, the first run's first."""
    differences = [after - before for before, after in scores]
    wins = sum(difference > SAME for difference in differences)
    losses = sum(difference < -SAME for difference in differences)
    return Paired(
        pairs=len(scores),
        difference=mean(differences),
        interval=interval(differences),
        wins=wins,
        losses=losses,
        ties=len(scores) - wins - losses,
        p_value=sign_test(wins, losses),
    )


def mean(values: Iterable[float]) -> float | None:
    """None of nothing."""
    listed = list(values)
    return math.fsum(listed) / len(listed) if listed else None


def interval(values: Sequence[float]) -> Interval | None:
    """The 95 % interval of a mean; None for fewer than two values."""
    size = len(values)
    if size < 2:
        return None
    given, random = np.asarray(values, dtype=float), np.random.default_rng(_SEED)
    if size > MANY:
        middle, error = float(given.mean()), float(given.std(ddof=1)) / math.sqrt(size)
        return Interval(middle - _DEVIATIONS * error, middle + _DEVIATIONS * error)
    portion, means = max(1, _AT_ONCE // size), list[float]()
    while len(means) < RESAMPLES:
        count = min(portion, RESAMPLES - len(means))
        means += given[random.integers(size, size=(count, size))].mean(axis=1).tolist()
    low, high = np.quantile(means, (0.025, 0.975))
    return Interval(float(low), float(high))


def sign_test(wins: int, losses: int) -> float | None:
    """The exact two-sided p-value of so many wins and losses, were both equally likely."""
    total = wins + losses
    if total == 0:
        return None
    ways, term = 0, 1
    for lost in range(min(wins, losses) + 1):
        ways += term
        term = term * (total - lost) // (lost + 1)
    return min(1.0, 2 * ways / (1 << total))


def quantile(values: Iterable[float], share: float) -> float | None:
    """The smallest value that at least this share of the values do not exceed; None of nothing."""
    ordered = sorted(values)
    if not ordered:
        return None
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
