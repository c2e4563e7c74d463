"""What patterns are declared with."""

from __future__ import annotations

import re

import pytest

from sluice.engine import patterns
from sluice.engine.patterns import compile_waiting, lazily


def test_an_expression_made_lazily_finds_what_a_compiled_one_finds() -> None:
    lazy, compiled = lazily("b(?P<rest>c+)", re.IGNORECASE), re.compile("(?i)b(?P<rest>c+)")
    text = "abcBCCd"
    assert [m.span("rest") for m in lazy.finditer(text)] == [(2, 3), (4, 6)]
    for method in ("match", "search", "fullmatch"):
        found = getattr(lazy, method)(text, 1)
        expected = getattr(compiled, method)(text, 1)
        assert (found and found.span()) == (expected and expected.span())
    assert (lazy.findall(text), lazy.sub("-", text)) == (["c", "CC"], "a--d")
    assert lazy.pattern == "b(?P<rest>c+)"


def test_an_expression_made_lazily_is_compiled_once_and_not_before_it_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[str] = []

    class Compiling:
        @staticmethod
        def compile(regex: str, flags: int) -> re.Pattern[str]:
            made.append(regex)
            return re.compile(regex, flags)

    monkeypatch.setattr(patterns, "re", Compiling)
    lazy = lazily("ab+")
    assert made == []
    assert lazy.search("cabb")
    assert lazy.match("ab")
    assert made == ["ab+"]


def test_all_expressions_made_lazily_can_be_compiled_at_once() -> None:
    lazy = lazily("b+")
    assert lazy in patterns._WAITING.values()
    compile_waiting()
    assert patterns._WAITING == {}
    assert lazy.search("abb")
