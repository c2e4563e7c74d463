"""A policy's own terms: literal texts and expressions, none of which can hang the server."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.engine.errors import DetectorFailed, InvalidPolicy
from sluice.engine.pipeline import Detector
from sluice.engine.scan_linear import LinearPattern, TooMuchWork, Unsupported, folded
from sluice.engine.types import CustomTerm


def spans(term: CustomTerm, text: str) -> list[str]:
    """What this term alone finds."""
    found = Detector((), custom_terms=(term,)).analyze(text)
    assert all(item.custom_term == term.name for item in found)
    assert all(item.entity_type == term.entity_type for item in found)
    return [text[item.start : item.end] for item in found]


LITERALS = (
    ({"text": "Blue Heron"}, "The blue heron and BLUE HERON", ["blue heron", "BLUE HERON"]),
    ({"text": "Heron"}, "herons, Heron", ["Heron"]),
    ({"text": "Heron", "whole_words": False}, "herons", ["heron"]),
    ({"text": "Heron", "case_sensitive": True}, "heron Heron", ["Heron"]),
    ({"text": "José"}, "jose\u0301 and JOSÉ", ["jose\u0301", "JOSÉ"]),
    ({"text": "C++"}, "C++, c++x", ["C++", "c++"]),
    ({"text": "C++"}, "in c++ and C+", ["c++"]),
    ({"text": "a.b"}, "axb a.b", ["a.b"]),
    ({"text": "İzmir"}, "izmir İZMİR", ["izmir", "İZMİR"]),
    ({"text": "ΟΔΟΣ"}, "οδος", ["οδος"]),
    ({"text": "密码"}, "我的密码 是", []),
    ({"text": "密码", "whole_words": False}, "我的密码是", ["密码"]),
    ({"text": "aa", "whole_words": False}, "aaaaa", ["aa", "aa"]),
)
PATTERNS = (
    ({"pattern": r"PRJ-\d+"}, "prj-12 and PRJ-7, XPRJ-8", ["prj-12", "PRJ-7"]),
    ({"pattern": r"PRJ-\d+", "case_sensitive": True}, "prj-12 PRJ-7", ["PRJ-7"]),
    ({"pattern": r"[A-Z]{2}\d{2,4}", "whole_words": False}, "xab12345", ["ab1234"]),
    ({"pattern": r"(?:red|blue|green) (?:fox|heron)"}, "a red fox, green heron", None),
    ({"pattern": r"\bx\w*y\b"}, "xy x1y axy", ["xy", "x1y"]),
    ({"pattern": r"a.c"}, "abc a\nc a😀c", ["abc", "a😀c"]),
    ({"pattern": r"(?s)a.c"}, "a\nc", ["a\nc"]),
    ({"pattern": r"^top"}, "top\ntop", ["top"]),
    ({"pattern": r"(?m)^top$"}, "top\ntop", ["top", "top"]),
    ({"pattern": r"[^\W\d]+@corp"}, "jane@corp j1@corp", ["jane@corp"]),
    ({"pattern": r"ab?c??d{2}"}, "abcdd add", ["abcdd", "add"]),
    ({"pattern": r"straße \d+"}, "STRAßE 12", ["STRAßE 12"]),
)


@pytest.mark.parametrize(("term", "text", "expected"), LITERALS)
def test_a_literal_term_is_found(term: dict[str, str], text: str, expected: list[str]) -> None:
    assert spans(CustomTerm("t", **term), text) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(("term", "text", "expected"), PATTERNS)
def test_an_expression_is_found(
    term: dict[str, str], text: str, expected: list[str] | None
) -> None:
    wanted = ["red fox", "green heron"] if expected is None else expected
    assert spans(CustomTerm("t", **term), text) == wanted  # type: ignore[arg-type]


REFUSED = (
    r"(unclosed",
    r"[z-a]",
    r"a*",
    r"x?",
    r"(?=a)b",
    r"(?<!a)b",
    r"(a)\1",
    r"(?>a+)b",
    r"a++b",
    r"(?i:a)b",
    r"(?:a{1000}){1000}",
    r"a{99999}",
    r"(a)(?(1)b|c)",
)


@pytest.mark.parametrize("source", REFUSED)
def test_an_expression_that_cannot_be_matched_safely_is_refused_with_a_reason(source: str) -> None:
    with pytest.raises(InvalidPolicy) as refused:
        Detector(custom_terms=(CustomTerm("t", pattern=source),))
    (problem,) = refused.value.problems
    assert problem.path == "custom_terms[0].pattern"
    assert source not in problem.message


def test_every_problem_of_every_term_is_reported_at_once() -> None:
    terms = (
        CustomTerm("both", text="a", pattern="b"),
        CustomTerm("neither"),
        CustomTerm("fine", text="x"),
        CustomTerm("empty", text="  "),
        CustomTerm("long", text="x" * 1001),
        CustomTerm("kind", entity_type="no such", text="x"),
        CustomTerm("broken", pattern="["),
    )
    with pytest.raises(InvalidPolicy) as refused:
        Detector({"NOSUCH"}, custom_terms=terms)
    assert [p.path for p in refused.value.problems] == [
        "entities[NOSUCH]",
        "custom_terms[0]",
        "custom_terms[1]",
        "custom_terms[3].text",
        "custom_terms[4].text",
        "custom_terms[5].entity_type",
        "custom_terms[6].pattern",
    ]


def test_a_term_wins_over_what_the_detectors_found_and_uncovers_nothing() -> None:
    detector = Detector(custom_terms=(CustomTerm("acme", text="acme"),))
    text = "mail jane@acme.org"
    kinds = [(f.entity_type, text[f.start : f.end]) for f in detector.analyze(text)]
    assert kinds == [
        ("EMAIL_ADDRESS", "jane"),
        ("CUSTOM_TERM", "acme"),
        ("EMAIL_ADDRESS", "org"),
    ]


CATASTROPHIC = (
    r"(a+)+$",
    r"(a|a)*b",
    r"(a|aa)+b",
    r"(.*a){12}b",
    r"a.*a.*a.*a.*b",
    r"(\w+\s?)+!",
    r"([a-zA-Z]+)*\d",
)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("source", CATASTROPHIC)
def test_an_expression_that_explodes_elsewhere_ends_here_with_its_work_counted(
    source: str,
) -> None:
    """Either it ends within its limit or the text is refused; `re` would run for years."""
    detector = Detector((), custom_terms=(CustomTerm("t", pattern=source, whole_words=False),))
    with suppress(DetectorFailed):
        assert all(item.end <= 20_000 for item in detector.analyze("a" * 20_000))


def test_a_text_that_exceeds_the_work_limit_is_refused() -> None:
    detector = Detector((), custom_terms=(CustomTerm("t", pattern="a|a.*b", whole_words=False),))
    with pytest.raises(DetectorFailed) as failed:
        detector.analyze("a" * 50_000)
    assert failed.value.detector == "custom_term"


@pytest.mark.timeout(60)
def test_work_is_bounded_by_the_length_of_the_text() -> None:
    pattern = LinearPattern("a|a.*b", case_sensitive=True, whole_words=False)
    with pytest.raises(TooMuchWork):
        list(pattern.find("a" * 50_000))


def test_an_unsupported_expression_says_why_without_quoting_it() -> None:
    with pytest.raises(Unsupported) as refused:
        LinearPattern("(?=s3cret)x", case_sensitive=True, whole_words=False)
    assert "s3cret" not in str(refused.value)


@given(st.text(alphabet="abAB01 -_é\n", max_size=40))
@settings(max_examples=200, deadline=None)
@pytest.mark.parametrize(
    "source", [r"a[ab]*", r"\d+", r"\w+", r"[^\s-]+", r"b{1,3}a?", r"\ba\w", r"a\b", "(?:ab|ba)+"]
)
def test_where_longest_and_first_agree_it_finds_what_re_finds(source: str, text: str) -> None:
    pattern = LinearPattern(source, case_sensitive=True, whole_words=False)
    assert list(pattern.find(text)) == [m.span() for m in re.finditer(source, text)]


@given(st.text(max_size=40))
@settings(max_examples=200, deadline=None)
def test_folding_case_moves_no_offset(text: str) -> None:
    assert len(folded(text)) == len(text)
    assert folded(folded(text)) == folded(text)
