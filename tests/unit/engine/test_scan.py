"""Scanning: databases in parts, anchors relaxed, and a cache that is only a cache."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.engine import scan
from sluice.engine.detectors import PATTERNS
from sluice.engine.scan import HAS_HYPERSCAN, Anchored, relaxed

needs_hyperscan = pytest.mark.skipif(not HAS_HYPERSCAN, reason="there is no Hyperscan here")

RELAXED = (
    ("ab{0,40}c", "ab*c"),
    ("ab{1,40}c", "ab+c"),
    ("ab{2,40}c", "ab{2,}c"),
    ("ab{2,4}c", "ab{2,4}c"),
    ("ab{7}c", "ab{7}c"),
    (r"a\{0,40}c", r"a\{0,40}c"),
    ("a[b{0,40}]c", "a[b{0,40}]c"),
    ("a[]{0,40}]c", "a[]{0,40}]c"),
    ("a[^]{0,40}]{0,40}", "a[^]{0,40}]*"),
    (r"a[\]{0,40}]", r"a[\]{0,40}]"),
    (r"(?:a\]{0,9}b){3,90}", r"(?:a\]*b){3,}"),
    (r"\\{0,40}", r"\\*"),
)


@pytest.mark.parametrize(("anchor", "expected"), RELAXED, ids=[row[0] for row in RELAXED])
def test_long_repeats_are_unbounded_and_nothing_else_changes(anchor: str, expected: str) -> None:
    assert relaxed(anchor) == expected


FORMS = (
    r"(?:tel|fax)[ .:]{0,20}\d{6}",
    r"[A-Z]{2,30}-\d",
    r"(?:ab{0,9}c ){1,20}x?",
    r"\d[^\n]{2,99};",
)


@pytest.mark.parametrize("anchor", FORMS)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_a_relaxed_anchor_matches_wherever_the_declared_one_does(
    anchor: str, data: st.DataObject
) -> None:
    declared, loose = re.compile(anchor, re.ASCII), re.compile(relaxed(anchor), re.ASCII)
    text = data.draw(st.from_regex(declared))
    assert all(loose.match(text, match.start()) for match in declared.finditer(text))


class Kept:
    """A cache in memory, which may be told to hold rubbish."""

    def __init__(self, rubbish: bytes | None = None) -> None:
        self.kept: dict[str, bytes] = {}
        self.loaded = 0
        self._rubbish = rubbish

    def load(self, key: str) -> bytes | None:
        self.loaded += key in self.kept
        return self._rubbish or self.kept.get(key)

    def save(self, key: str, data: bytes) -> None:
        self.kept[key] = data


SOME = tuple(p for p in PATTERNS if p.name.startswith(("contact.", "network.", "money.")))


@needs_hyperscan
def test_a_database_from_the_cache_finds_what_a_compiled_one_finds() -> None:
    text = "mail jane@example.org from 192.168.1.1, card 4111 1111 1111 1111"
    cache = Kept()
    first, second = Anchored(SOME, cache), Anchored(SOME, cache)
    assert cache.loaded == len(cache.kept) > 0
    assert list(first.windows(text, text.encode())) == list(second.windows(text, text.encode()))


@needs_hyperscan
@pytest.mark.parametrize("rubbish", [b"", b"rubbish", b"\x00" * 5000])
def test_rubbish_in_the_cache_is_compiled_anew(rubbish: bytes) -> None:
    text = "mail jane@example.org"
    plain = list(Anchored(SOME).windows(text, text.encode()))
    assert list(Anchored(SOME, Kept(rubbish)).windows(text, text.encode())) == plain


@needs_hyperscan
def test_anchors_in_several_databases_find_what_they_find_in_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = "mail jane@example.org from 192.168.1.1, card 4111 1111 1111 1111 " * 3
    monkeypatch.setattr(scan, "_TOGETHER", 1)
    apart = dict(Anchored(SOME).windows(text, text.encode()))
    monkeypatch.setattr(scan, "_MOST_DATABASES", 1)
    assert apart == dict(Anchored(SOME).windows(text, text.encode()))


@needs_hyperscan
def test_only_so_many_sets_of_patterns_stay_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "_SCANNERS", {})
    monkeypatch.setattr(scan, "MOST_SCANNERS", 2)
    made = [scan.scanner((pattern,), "auto") for pattern in SOME[:3]]
    assert scan.scanner((SOME[2],), "auto") is made[2]
    assert len(scan._SCANNERS) == 2
