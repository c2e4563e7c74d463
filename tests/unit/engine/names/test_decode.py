"""Decoding: from log-probabilities to spans."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.engine.names.decode import CERTAIN, LONGEST, Tagged, _best, _searched, spans
from sluice.engine.names.tags import TAGS, TYPES, follows, tag_index

OUTSIDE = tag_index("O")


def logp(*rows: dict[str, float]) -> np.ndarray:
    """Log-probabilities from rows that name the likely tags."""
    found = np.full((len(rows), len(TAGS)), 1e-6, dtype=np.float32)
    for row, likely in zip(found, rows, strict=True):
        for tag, probability in likely.items():
            row[tag_index(tag)] = probability
    return np.log(found / found.sum(1, keepdims=True))


def best_by_trying(scores: np.ndarray) -> float:
    """The score of the best well-formed sequence, by trying all of a few likely tags."""
    options = [[*np.argsort(row)[-4:].tolist(), OUTSIDE] for row in scores]
    best = -np.inf
    for path in itertools.product(*options):
        tags = [TAGS[number] for number in path]
        whole = ["O", *tags, "O"]
        if all(follows(a, b) for a, b in itertools.pairwise(whole)):
            best = max(best, sum(row[n] for row, n in zip(scores, path, strict=True)))
    return best


def score_of(scores: np.ndarray, found: list[Tagged]) -> float:
    tags = [OUTSIDE] * len(scores)
    for item in found:
        kind = TYPES[item.kind]
        size = item.end - item.start
        names = ["S"] if size == 1 else ["B", *"I" * (size - 2), "E"]
        tags[item.start : item.end] = [tag_index(f"{name}-{kind}") for name in names]
    return float(sum(row[n] for row, n in zip(scores, tags, strict=True)))


def test_a_span_of_several_tokens_is_one_finding_with_its_sureness() -> None:
    rows = ({"O": 1.0}, {"B-PERSON": 0.9, "O": 0.1}, {"E-PERSON": 0.8, "O": 0.2}, {"O": 1.0})
    (found,) = spans(logp(*rows))
    assert (found.start, found.end, TYPES[found.kind]) == (1, 3, "PERSON")
    assert found.score == pytest.approx(0.85, abs=0.01)


def test_two_spans_side_by_side_stay_two() -> None:
    found = spans(logp({"S-PERSON": 0.9}, {"S-LOCATION": 0.9}))
    assert [(item.start, item.end, TYPES[item.kind]) for item in found] == [
        (0, 1, "PERSON"),
        (1, 2, "LOCATION"),
    ]


def test_a_beginning_without_an_end_is_mended_into_a_well_formed_span() -> None:
    (found,) = spans(logp({"O": 1.0}, {"B-PERSON": 0.6, "S-PERSON": 0.3}, {"O": 0.999}))
    assert (found.start, found.end) == (1, 2)


def test_nothing_likely_means_no_span() -> None:
    assert spans(logp({"O": 1.0}, {"O": 1.0})) == []
    assert spans(np.zeros((0, len(TAGS)), dtype=np.float32)) == []


def test_a_stretch_beyond_the_bound_is_searched_in_parts() -> None:
    rows = [{"S-PERSON": 0.9, "O": 0.1}] * (2 * LONGEST + 5)
    assert len(spans(logp(*rows))) == 2 * LONGEST + 5


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 6))
def test_the_spans_are_the_best_well_formed_sequence(seed: int, size: int) -> None:
    draw = np.random.default_rng(seed)
    raw = draw.standard_normal((size, len(TAGS))).astype(np.float32) * 3
    scores = raw - np.log(np.exp(raw).sum(1, keepdims=True))
    scores[:, OUTSIDE] = np.minimum(scores[:, OUTSIDE], CERTAIN - 0.01)
    found = spans(scores)
    assert score_of(scores, found) >= best_by_trying(scores) - 1e-3
    ends = [0]
    for item in found:
        assert ends[-1] <= item.start < item.end
        ends.append(item.end)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=4), st.integers(0, 2**32 - 1))
def test_stretches_searched_one_by_one_and_together_have_the_same_tags(
    sizes: list[int], seed: int
) -> None:
    drawn = np.random.default_rng(seed).normal(size=(sum(sizes), len(TAGS))).astype(np.float32) * 3
    scores = drawn - np.log(np.exp(drawn).sum(1, keepdims=True))
    ends = np.cumsum(sizes).tolist()
    places = [(end - size, end) for size, end in zip(sizes, ends, strict=True)]
    together = _best(scores, places)
    assert [_searched(scores[start:end].tolist()) for start, end in places] == together
