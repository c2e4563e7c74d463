"""Expressions are put aside while the texts beside them are cleansed."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from sluice.server.features.testruns.running.patterns import Patterns, literal_text

EVALUATORS: list[dict[str, Any]] = [
    {"kind": "regex", "pattern": r"word\d+"},
    {
        "kind": "json_schema",
        "jsonSchema": {
            "properties": {"pattern": {"pattern": "^[A-Z]+$"}},
            "patternProperties": {r"^x_\d": {"pattern": "a|b"}, "y": {}},
        },
    },
    {"kind": "exact"},
]


@pytest.mark.parametrize(
    ("pattern", "literal"),
    [
        (r"word\d+", "word "),
        (r"jane@example\.com", "jane@example.com"),
        ("jane@example.com", "jane@example.com"),
        (r"\+1 415 555 0132", "+1 415 555 0132"),
        (r"[0-9]{3}-[0-9]{2}", " - "),
        (r"^(a|b)*$", "  a b  "),
        (r"[]^\]]x", " x"),
        ("", ""),
    ],
)
def test_what_stands_literally_in_an_expression_is_found(pattern: str, literal: str) -> None:
    assert literal_text(pattern) == literal


def test_expressions_are_put_back_as_they_were_however_often() -> None:
    documents = copy.deepcopy(EVALUATORS)
    patterns = Patterns(documents)
    assert r"\d" not in str(documents)
    assert patterns.put_back() == []
    assert documents == EVALUATORS
    documents[0]["pattern"] = "word "
    patterns.put_back()
    assert documents == EVALUATORS


def test_an_expression_whose_words_were_changed_is_a_problem() -> None:
    documents = copy.deepcopy(EVALUATORS)
    patterns = Patterns(documents)
    documents[0]["pattern"] = "PERSON_0"
    documents[1]["jsonSchema"]["patternProperties"][0]["pattern"] = "PERSON_0"
    paths = [problem.path for problem in patterns.put_back()]
    assert paths == ["evaluators[0].pattern", "evaluators[1].patternProperties"]
