"""Laws of findings: bounds, order, offsets, and that both ways of scanning find the same."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.engine.known_names import KnownNames

from sluice.engine.candidates import LEAST
from sluice.engine.errors import UnsupportedText
from sluice.engine.pipeline import Detector
from sluice.engine.scan import HAS_HYPERSCAN
from sluice.engine.types import CustomTerm, Finding

TERMS = (CustomTerm("project", text="Blue Heron"), CustomTerm("ticket", pattern=r"[A-Z]{2,4}-\d+"))
NAMES = KnownNames({"Jane": "PERSON", "Roe": "PERSON", "Acme": "ORGANIZATION", "Leeds": "LOCATION"})
EXACT = Detector(backend="re", custom_terms=TERMS, names=NAMES)
FAST = Detector(backend="auto", custom_terms=TERMS, names=NAMES)

SNIPPETS = (
    "jane@example.org",
    "+49 30 901820",
    "(212) 555-0187",
    "4111 1111 1111 1111",
    "DE89 3704 0044 0532 0130 00",
    "swift DEUTDEFF",
    "192.168.1.1",
    "fe80::1%eth0",
    "aa:bb:cc:dd:ee:ff",
    "https://user:p4ssw0rd@example.org/a?b=c",
    "www.example.org",
    "123-45-6789",
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
    "2024-01-31T10:11:12Z",
    "5 January 2024",
    "10:30 am",
    "ghp_aZ3kL9mQ2xW7vB5nT8cR4yU6iO1pS0dFaaaa",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
    "password=hunter2!",
    "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
    "blue heron",
    "ABC-123",
    "Jane Roe",
    "Jane",
    "roe",
    "Acme Ltd",
    "12 High Street, Leeds",
    '{"first_name": "Jane", "dob": "1961-06-05"}',
    "name,phone\nJane Roe,2125550187\n",
    "j\u200bane@example.org",
    "jane%40example.org",
    "jane&#64;example.org",
)
GLUE: tuple[str, ...] = (
    "",
    " ",
    "\r\n",
    "\x00",
    ".",
    ",",
    "@",
    ":",
    "/",
    "-",
    "_",
    "\U0001f600",
    "e\u0301",
    "ß",
)
GLUE += ("\u05e9\u05dc\u05d5\u05dd", "\u202e", "密", "1", "a", '"', "=", "://", "\u00a0", "{", "+")

pieces = st.one_of(
    st.sampled_from(SNIPPETS),
    st.sampled_from(GLUE),
    st.text(max_size=6),
    st.sampled_from(SNIPPETS).flatmap(
        lambda whole: st.integers(0, len(whole)).map(lambda cut: whole[:cut])
    ),
)
texts = st.lists(pieces, max_size=10).map("".join)
some = settings(max_examples=100, deadline=None)
few = settings(max_examples=40, deadline=None)


@some
@given(texts)
def test_findings_are_sorted_apart_from_each_other_and_inside_of_the_text(text: str) -> None:
    end = 0
    for found in FAST.analyze(text):
        assert end <= found.start < found.end <= len(text)
        assert LEAST <= found.score <= 1
        end = found.end


@pytest.mark.skipif(not HAS_HYPERSCAN, reason="there is no Hyperscan for this machine")
@few
@given(texts)
def test_both_ways_of_scanning_find_the_same(text: str) -> None:
    assert FAST.analyze(text) == EXACT.analyze(text)


def _moved(findings: list[Finding], by: int) -> list[tuple[object, ...]]:
    return [(f.start + by, f.end + by, f.entity_type, f.score, f.detector) for f in findings]


@some
@given(st.text(alphabet="ab \U0001f600é\u0301ש密\x00\r\n", max_size=60), texts)
def test_what_stands_far_before_moves_offsets_and_changes_nothing_else(
    before: str, text: str
) -> None:
    """The gap is longer than any context that is looked at."""
    gap = "\n" * 150
    alone = FAST.analyze(gap + text)
    after = FAST.analyze(before + gap + text)
    assert _moved(after, 0) == _moved(alone, len(before))


@some
@given(texts, st.sampled_from(SNIPPETS))
def test_offsets_count_code_points(around: str, snippet: str) -> None:
    """Encoding or normalising in between would cut somewhere else."""
    text = f"{around}\n\n{snippet}\n\n"
    for found in FAST.analyze(text):
        assert text[found.start : found.end].encode().decode() == text[found.start : found.end]
        assert text[found.start : found.end].strip("\r\n ")


@given(st.text(max_size=20), st.integers(0xD800, 0xDFFF), st.text(max_size=20))
@settings(max_examples=50, deadline=None)
def test_a_lone_surrogate_is_refused_with_its_position(before: str, code: int, after: str) -> None:
    for detector in (FAST, EXACT):
        with pytest.raises(UnsupportedText) as refused:
            detector.analyze(before + chr(code) + after)
        assert refused.value.position == len(before)


@some
@given(texts)
def test_every_likely_candidate_is_covered_letter_by_letter(text: str) -> None:
    """Resolving overlaps uncovers nothing but short rests and separators."""
    candidates = FAST._gatherer.gather(text, text.encode())
    covered = {at for found in FAST.analyze(text) for at in range(found.start, found.end)}
    for candidate in candidates:
        found = candidate.finding()
        if found.score < 0.5:
            continue
        bare = [at for at in range(found.start, found.end) if at not in covered]
        letters = [at for at in bare if text[at].isalnum()]
        runs = sum(1 for at in letters if at - 1 not in letters)
        assert len(letters) <= 2 * runs


@some
@given(texts)
def test_a_link_leads_to_a_finding_of_the_same_entity_type(text: str) -> None:
    found = FAST.analyze(text)
    at = {item.start: item for item in found}
    for item in found:
        if item.linked is not None:
            assert at[item.linked].entity_type == item.entity_type
            assert at[item.linked].score >= 0.5
            assert item.linked != item.start
