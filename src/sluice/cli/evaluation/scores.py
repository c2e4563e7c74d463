"""Precision, recall, F1 and F2 with intervals, from the counts of documents.

Intervals are percentile bootstrap intervals (Efron 1979): the scores of many samples of as many
documents, drawn with replacement; 95 % of them lie between the bounds. Documents are what is
drawn, because words of one document are not independent of each other. The generator is seeded:
the same documents give the same bounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sluice.cli.evaluation.comparing import ANY_TYPE, WAYS, Compared, Counts, Key

SAMPLES: Final = 1000
SEED: Final = 20
BLOCKS: Final = 1000
"""More documents than this are drawn in groups of neighbours, so that time stays bounded."""
BOUNDS: Final = (2.5, 97.5)
OVERALL: Final = "(overall)"

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Value:
    """A score from 0 to 1 with the bounds of its interval; None where nothing could be counted."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """One row: an entity type (or all of them) in one way of counting."""

    entity_type: str
    way: str
    counts: Counts
    precision: Value
    recall: Value
    f1: Value
    f2: Value


def scores(documents: Sequence[Compared], samples: int = SAMPLES, seed: int = SEED) -> list[Score]:
    """Scores by way and entity type: the sum of all types first, then each, by name."""
    types = sorted({name for item in documents for name, _ in item.counts} - {ANY_TYPE})
    keys = [(name, way) for way in WAYS for name in types]
    keys.append((ANY_TYPE, "characters"))
    table = _table(documents, keys)
    overall = {way: [keys.index((name, way)) for name in types] for way in WAYS}
    columns = {(OVERALL, way): table[:, places].sum(axis=1) for way, places in overall.items()}
    columns |= {key: table[:, index] for index, key in enumerate(keys)}
    order = [(name, way) for way in WAYS for name in (OVERALL, *types)]
    order.append((ANY_TYPE, "characters"))
    drawn = _drawn(len(documents), samples, seed)
    return [_score(key, columns[key], drawn) for key in order]


def _table(documents: Sequence[Compared], keys: Sequence[Key]) -> Numbers:
    """Counts by document, key and field, of shape (documents, keys, 4)."""
    rows = [[item.counts.get(key, Counts()) for key in keys] for item in documents]
    return np.array(rows, dtype=np.float64).reshape(len(documents), len(keys), 4)


def _drawn(documents: int, samples: int, seed: int) -> Numbers:
    """How often each block of documents is in each sample, of shape (samples, blocks)."""
    blocks = min(documents, BLOCKS)
    chance = np.random.default_rng(seed)
    if not blocks:
        return np.zeros((samples, 0))
    return chance.multinomial(blocks, np.full(blocks, 1 / blocks), samples).astype(np.float64)


def _score(key: Key, counts: Numbers, drawn: Numbers) -> Score:
    """`counts` has the shape (documents, 4)."""
    total = counts.sum(axis=0)
    blocks = drawn.shape[1]
    edges = np.linspace(0, len(counts), blocks + 1).astype(int)[:-1]
    grouped = np.add.reduceat(counts, edges, axis=0) if blocks else counts
    sampled = drawn @ grouped
    point, spread = _ratios(total[None, :]), _ratios(sampled)
    values = [_value(one[0], many) for one, many in zip(point, spread, strict=True)]
    return Score(*key, Counts(*(int(number) for number in total)), *values)


def _ratios(counts: Numbers) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Precision, recall, F1 and F2 of each row of counts; NaN where nothing was to be counted."""
    right, found, covered, marked = counts.T
    precision, recall = _divided(right, found), _divided(covered, marked)
    # Where nothing was found of what is marked, F is 0 although precision has no value.
    exact = np.where(found > 0, precision, np.where(marked > 0, 0.0, np.nan))
    complete = np.where(marked > 0, recall, np.where(found > 0, 0.0, np.nan))
    return precision, recall, _f(exact, complete, 1.0), _f(exact, complete, 2.0)


def _f(precision: Numbers, recall: Numbers, beta: float) -> Numbers:
    """F as van Rijsbergen has it: recall counts `beta` times as much as precision."""
    weight = beta * beta
    below = weight * precision + recall
    return np.where(below == 0, 0.0, _divided((1 + weight) * precision * recall, below))


def _divided(above: Numbers, below: Numbers) -> Numbers:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below > 0, above / below, np.nan)


def _value(point: float, spread: Numbers) -> Value:
    if np.isnan(point):
        return Value(None)
    known = spread[~np.isnan(spread)]
    low, high = np.percentile(known, BOUNDS) if len(known) else (point, point)
    return Value(float(point), float(low), float(high))
