"""What counts as the same text, as containing values, as being alike."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.server.features.testruns.evaluators.documents import evaluators_of
from sluice.server.features.testruns.evaluators.scoring import EvaluatedCase, Score
from sluice.server.features.testruns.evaluators.texts import Contains, Exact, Similarity

TEXTS = st.text(max_size=40)


def verdict(document: dict[str, Any], output: str, expected: str | None = None) -> Score:
    (evaluator,) = evaluators_of([document])
    return evaluator.evaluate(EvaluatedCase(expected=expected), output)  # type: ignore[union-attr]


SAME: dict[str, tuple[dict[str, Any], str, str, bool]] = {
    "same": ({}, "Paris", "Paris", True),
    "other": ({}, "Paris", "London", False),
    "white space around": ({}, " Paris\n", "Paris", True),
    "white space around counts": ({"strip": False}, " Paris", "Paris", False),
    "case counts": ({}, "paris", "Paris", False),
    "case does not count": ({"ignoreCase": True}, "STRASSE", "straße", True),
    "white space inside counts": ({}, "New  York", "New York", False),
    "white space inside": ({"collapseWhitespace": True}, "New\n\tYork", "New York", True),
    "composed and decomposed": ({}, "Cafe\u0301", "Caf\u00e9", True),
    "composed counts": ({"unicode": False}, "Cafe\u0301", "Caf\u00e9", False),
    "both empty": ({}, "", " ", True),
    "placeholders": ({}, "PERSON_1", "PERSON_10", False),
    "own value first": ({"expected": "Rome"}, "Rome", "Paris", True),
}


@pytest.mark.parametrize("name", SAME)
def test_a_text_is_the_expected_one_or_not(name: str) -> None:
    options, output, expected, passed = SAME[name]
    score = verdict({"kind": "exact", **options}, output, expected)
    assert (score.passed, score.score, score.error) == (passed, float(passed), None)


def test_a_difference_is_told_by_its_place_and_never_quoted() -> None:
    score = verdict({"kind": "exact"}, "The sum is 12", "The sum is 14")
    assert score.detail == "Differs from character 13 on; 13 characters instead of 13."


CONTAINED: dict[str, tuple[dict[str, Any], str, bool, float]] = {
    "all": ({"values": ["a", "b"]}, "b a", True, 1.0),
    "one of all": ({"values": ["a", "b"]}, "b", False, 0.5),
    "any": ({"values": ["a", "b"], "mode": "any"}, "b", True, 1.0),
    "none of any": ({"values": ["a", "b"], "mode": "any"}, "c", False, 0.0),
    "none": ({"values": ["a", "b"], "mode": "none"}, "c", True, 1.0),
    "one of none": ({"values": ["a", "b"], "mode": "none"}, "a", False, 0.0),
    "either case": ({"values": ["Sorry"], "ignoreCase": True}, "so SORRY", True, 1.0),
    "the expected value": ({}, "so it is expected", True, 1.0),
}


@pytest.mark.parametrize("name", CONTAINED)
def test_values_are_contained_or_not(name: str) -> None:
    options, output, passed, share = CONTAINED[name]
    score = verdict({"kind": "contains", **options}, output, "expected")
    assert (score.passed, score.score) == (passed, share)


@pytest.mark.parametrize("kind", ["exact", "contains", "similarity", "numeric", "json_equal"])
@pytest.mark.parametrize("output", ["", "anything"])
def test_without_an_expected_value_nothing_is_judged_and_nothing_passes(
    kind: str, output: str
) -> None:
    score = verdict({"kind": kind}, output)
    assert (score.passed, score.score, score.error) == (None, None, None)


ALIKE = {
    "ratio": ("the quick brown fox", "the quick brown dog", True),
    "partial_ratio": ("it is Paris, I think", "Paris", True),
    "token_sort": ("fox brown quick", "quick brown fox", True),
    "token_set": ("fox fox brown and more", "brown fox", True),
}


@pytest.mark.parametrize("method", ALIKE)
def test_each_measure_finds_what_it_is_for(method: str) -> None:
    output, expected, passed = ALIKE[method]
    score = verdict({"kind": "similarity", "method": method}, output, expected)
    assert score.passed is passed
    assert verdict({"kind": "similarity", "method": method}, "zzz", expected).passed is False


def test_texts_too_long_to_be_compared_do_not_pass() -> None:
    score = verdict({"kind": "similarity"}, "a" * 100_001, "a")
    assert (score.passed, score.error) == (False, "too_long")


@given(TEXTS, TEXTS)
@settings(max_examples=150)
def test_what_is_exact_is_contained_and_wholly_alike(one: str, other: str) -> None:
    case = EvaluatedCase(expected=other)
    exact = Exact().evaluate(case, one)
    alike = Similarity(threshold=1).evaluate(case, one)
    assert not exact.passed or alike.passed
    if exact.passed and Exact().spelled(other):
        assert Contains().evaluate(case, one).passed


@given(TEXTS, TEXTS)
@settings(max_examples=150)
def test_scores_are_shares_and_every_text_is_like_itself(one: str, other: str) -> None:
    score = Similarity().evaluate(EvaluatedCase(expected=other), one).score
    assert score is not None
    assert 0 <= score <= 1
    assert Similarity(threshold=1).evaluate(EvaluatedCase(expected=one), one).passed
