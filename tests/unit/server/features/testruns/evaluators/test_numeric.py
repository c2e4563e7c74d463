"""Numbers in outputs, and how close is close."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.server.features.testruns.evaluators.numeric import Numeric
from sluice.server.features.testruns.evaluators.scoring import EvaluatedCase

CASES: dict[str, tuple[dict[str, Any], str, str, bool | None]] = {
    "same": ({}, "12", "12.0", True),
    "other": ({}, "12", "13", False),
    "sign": ({}, "-12", "12", False),
    "minus sign of typesetters": ({}, "\u221212", "-12", True),
    "exponent": ({}, "1.2e3", "1200", True),
    "thousands": ({}, "1,234.5", "1234.5", True),
    "thin spaces": ({}, "1\u202f234", "1234", True),
    "decimal comma": ({"decimal": ","}, "1.234,5", "1234,5", True),
    "within absolute": ({"absolute": 0.5}, "12.4", "12", True),
    "at the edge of absolute": ({"absolute": 0.5}, "12.5", "12", True),
    "beyond absolute": ({"absolute": 0.5}, "12.6", "12", False),
    "within relative": ({"relative": 0.1}, "105", "100", True),
    "beyond relative": ({"relative": 0.01}, "105", "100", False),
    "words around": ({}, "It is 12.", "12", False),
    "first in words": ({"find": "first"}, "From 12 to 14", "12", True),
    "last in words": ({"find": "last"}, "From 12 to 14.", "14", True),
    "none in words": ({"find": "last"}, "A dozen", "12", False),
    "not in a word": ({"find": "first"}, "B12 costs 7", "7", True),
    "not in a version": ({"find": "first"}, "1.2.3 costs 7", "7", True),
    "expected is no number": ({}, "12", "a dozen", None),
    "empty": ({}, "", "12", False),
    "nothing but digits": ({}, "1" * 400, "1", False),
    "not a number": ({}, "NaN", "0", False),
    "own number": ({"expected": 3}, "3", "4", True),
    "own text": ({"expected": "3,5", "decimal": ","}, "3,5", "4", True),
}


@pytest.mark.parametrize("name", CASES)
def test_a_number_is_close_or_not(name: str) -> None:
    options, output, expected, passed = CASES[name]
    evaluator = Numeric.model_validate(options)
    assert evaluator.evaluate(EvaluatedCase(expected=expected), output).passed is passed


NUMBERS = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15)


@given(NUMBERS, st.sampled_from(["{}", "{:,}", "It is {} today", "{:e}"]))
@settings(max_examples=200)
def test_a_number_is_found_however_it_is_written(number: float, form: str) -> None:
    evaluator = Numeric(find="first", relative=1e-5, absolute=1e-9)
    score = evaluator.evaluate(EvaluatedCase(expected=repr(number)), form.format(number))
    assert score.passed, (number, form)


@given(st.text(max_size=60))
@settings(max_examples=200)
def test_any_text_is_judged(text: str) -> None:
    for find in ("whole", "first", "last"):
        score = Numeric(find=find).evaluate(EvaluatedCase(expected="1"), text)
        assert score.passed in (True, False)
