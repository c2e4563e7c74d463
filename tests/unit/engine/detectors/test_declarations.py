"""The laws that every declared pattern keeps, so that Hyperscan and `re` find the same."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sluice.engine.detectors import PATTERNS
from sluice.engine.patterns import Pattern
from sluice.engine.scan import HAS_HYPERSCAN, Anchored
from sluice.engine.types import ENTITY_TYPE

_parser = import_module("re._parser")
Tree: TypeAlias = Any
"""A part of what `re`'s parser returns; it has no public types."""
IDS = [f"{index}-{pattern.name}" for index, pattern in enumerate(PATTERNS)]
FILLERS = (
    "",
    " ",
    "\n",
    "a",
    "é",
    "\U0001f600",
    "9",
    "-",
    ".",
    "\x00",
    "密",
    "_",
    "+",
    "/",
    ":",
    "@",
)


def _nodes(tree: Tree) -> Iterator[tuple[str, Tree]]:
    """Every node of a parsed expression."""
    if isinstance(tree, _parser.SubPattern):
        for kind, value in tree:
            yield str(kind), value
            yield from _nodes(value)
    elif isinstance(tree, tuple | list):
        for part in tree:
            yield from _nodes(part)


def _reads(pattern: Pattern) -> tuple[int, bool]:
    """Most code points that the expression reads from a match's start; whether it is bounded."""
    tree = _parser.parse(pattern.regex, re.ASCII)
    ahead = [
        value[1].getwidth()[1]
        for kind, value in _nodes(tree)
        if kind in ("ASSERT", "ASSERT_NOT") and value[0] > 0
    ]
    repeats = [value[1] for kind, value in _nodes(tree) if kind.endswith("_REPEAT")]
    bounded = all(str(most) != "MAXREPEAT" for most in repeats)
    return tree.getwidth()[1] + max(ahead, default=0), bounded


@cache
def _anchored(pattern: Pattern) -> Anchored:
    return Anchored((pattern,))


@pytest.mark.parametrize("pattern", PATTERNS, ids=IDS)
def test_a_pattern_reads_no_further_than_it_declares(pattern: Pattern) -> None:
    longest, bounded = _reads(pattern)
    assert bounded
    assert longest <= pattern.longest


_DECLARED = """
from hashlib import blake2b
from sluice.engine.detectors import PATTERNS
for p in PATTERNS:
    declared = (p.name, p.regex, p.anchor, p.reach, p.longest, p.run, sorted(p.entity_types))
    print(p.name, blake2b(repr(declared).encode()).hexdigest())
"""


def test_patterns_are_declared_alike_in_every_process() -> None:
    """Else the version of a detector, and what is cached under it, would change at each start."""
    declared = [
        subprocess.run(
            [sys.executable, "-c", _DECLARED],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout.splitlines()
        for seed in ("1", "2")
    ]
    assert len(declared[0]) == len(PATTERNS)
    assert declared[0] == declared[1]


@pytest.mark.parametrize("pattern", PATTERNS, ids=IDS)
def test_a_pattern_is_declared_within_the_words_of_the_engine(pattern: Pattern) -> None:
    assert ENTITY_TYPE.fullmatch(pattern.entity_type)
    assert re.fullmatch(r"[a-z_0-9]+\.[a-z_0-9]+", pattern.name)
    assert 0 < pattern.score <= 1
    listed = [*pattern.context.raising.values(), *pattern.context.lowering.values()]
    assert all(word == word.lower() for words in listed for word in words)


_LOOSE = r"[^\d\r\n;!?\u0100-\U0010ffff]"
_SAME = r"[\x00-\t\x0b\x0c\x0e- \x22-/:<->@-\xff]"


def _generated(pattern: Pattern) -> re.Pattern[str]:
    """What accepts the same: Hypothesis goes through a class's ranges one by one."""
    return re.compile(pattern.regex.replace(_LOOSE, _SAME), pattern.compiled.flags)


def test_a_class_is_generated_as_the_same_characters() -> None:
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    assert re.findall(_LOOSE, every, re.ASCII) == re.findall(_SAME, every, re.ASCII)


@pytest.mark.skipif(not HAS_HYPERSCAN, reason="there is no Hyperscan for this machine")
@pytest.mark.parametrize("pattern", PATTERNS, ids=IDS)
@given(data=st.data())
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
def test_no_match_starts_outside_of_the_windows_around_its_anchors(
    pattern: Pattern, data: st.DataObject
) -> None:
    body = data.draw(st.from_regex(_generated(pattern), fullmatch=False))
    before, after = (data.draw(st.sampled_from(FILLERS)) for _ in range(2))
    text = before + body + after + " " + body
    if any(0xD800 <= ord(char) <= 0xDFFF for char in text):
        return
    windows = dict(_anchored(pattern).windows(text, text.encode())).get(pattern, ())
    for match in pattern.compiled.finditer(text):
        assert any(low <= match.start() <= high for low, high in windows)
