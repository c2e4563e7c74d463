"""Regular expressions say what `re` says, and none can hang."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from sluice.engine.scan_linear import TooMuchWork, Unsupported
from sluice.server.features.testruns.evaluators.expressions import Expression, Regex
from sluice.server.features.testruns.evaluators.scoring import EvaluatedCase

NOBODY = EvaluatedCase()
PATTERNS = (
    r"a", r"^a", r"a$", r"\Aab\Z", r"a*", r"(a|b)+", r"[^a]+b", r"\bab\b", r"\Bb", r"", r"a{2,3}",
    r"(?i)AB", r"(?m)^b$", r"(?s)a.b", r"a.b", r"^$", r"\d+|\s", r"(ab?)*c?", r"x?y?",
    r"[a-c]{0,2}$",
)  # fmt: skip


@pytest.mark.parametrize("pattern", PATTERNS)
@given(text=st.text(alphabet="abcxy \n1", max_size=12))
@settings(max_examples=60)
def test_it_matches_where_re_does(pattern: str, text: str) -> None:
    expression, other = Expression(pattern), re.compile(pattern)
    assert expression.matches(text) is bool(other.search(text))
    assert expression.matches(text, whole=True) is bool(other.fullmatch(text))


HOSTILE = {
    "nested repeats": (r"(a+)+$", "a" * 5_000 + "b"),
    "alternatives": (r"^(a|a)*$", "a" * 5_000 + "b"),
    "overlapping": (r"(a|aa)+$", "a" * 5_000 + "b"),
    "optional": (r"(a?){30}a{30}$", "a" * 29),
    "long": (r"^(\w+\s?)*$", "word " * 2_000 + "!"),
    "two repeats": (r".*.*.*x", "a" * 5_000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_expressions_come_back(name: str) -> None:
    """The test's own time limit is the check: backtracking would take longer than anybody lives."""
    pattern, text = HOSTILE[name]
    score = Regex(pattern=pattern).evaluate(NOBODY, text)
    assert (score.passed, score.error) in ((False, None), (False, "too_much_work"))


def test_too_much_work_is_an_error_and_no_verdict() -> None:
    pattern = f"(?:{'|'.join(f'(a.{{{n}}})+' for n in range(1, 40))})$"
    with pytest.raises(TooMuchWork):
        Expression(pattern).matches("a" * 20_000 + "\n" + "b")
    score = Regex(pattern=pattern).evaluate(NOBODY, "a" * 20_000 + "\nb")
    assert (score.passed, score.error) == (False, "too_much_work")


@pytest.mark.parametrize("pattern", ["(?=a)b", r"(a)\1", "a++", "(?>a)", "(a", "a{5000}"])
def test_what_cannot_be_matched_so_is_refused_without_being_quoted(pattern: str) -> None:
    with pytest.raises(Unsupported):
        Expression(pattern)
    with pytest.raises(ValidationError) as refused:
        Regex(pattern=pattern)
    assert pattern not in str(refused.value)


def test_a_match_may_be_of_any_length() -> None:
    assert Expression("(?s)begin.*end").matches("begin" + "x" * 5_000 + "end")


@pytest.mark.parametrize(
    ("document", "output", "passed"),
    [
        ({"pattern": "total: \\d+"}, "The total: 12", True),
        ({"pattern": "TOTAL"}, "total", False),
        ({"pattern": "TOTAL", "ignoreCase": True}, "total", True),
        ({"pattern": "\\d+", "mode": "fullmatch"}, "12", True),
        ({"pattern": "\\d+", "mode": "fullmatch"}, "12 ", False),
        ({"pattern": "EMAIL_ADDRESS_\\d+"}, "To EMAIL_ADDRESS_7.", True),
    ],
    ids=["search", "case", "either case", "whole", "not whole", "placeholder"],
)
def test_an_output_matches_or_not(document: dict[str, object], output: str, passed: bool) -> None:
    assert Regex.model_validate(document).evaluate(NOBODY, output).passed is passed
