"""Overlapping candidates: who keeps what, and that nothing is uncovered."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.engine.candidates import LIKELY, Candidate, Trace
from sluice.engine.patterns import Precedence
from sluice.engine.resolve import resolve


def _resolved(text: str, *candidates: Candidate) -> list[tuple[str, str]]:
    found = resolve(text, candidates)
    return [(item.entity_type, text[item.start : item.end]) for item in found]


def _candidate(start: int, end: int, kind: str, score: float, rank: Precedence) -> Candidate:
    return Candidate(start, end, kind, score, kind.lower(), rank)


TEXT = "abcdef-ghijkl"


def test_the_higher_precedence_keeps_its_span_and_the_other_keeps_its_rest() -> None:
    whole = _candidate(0, 13, "URL", 0.9, Precedence.WEB)
    inner = _candidate(4, 9, "API_KEY", 0.6, Precedence.SECRET)
    expected = [("URL", "abcd"), ("API_KEY", "ef-gh"), ("URL", "ijkl")]
    assert _resolved(TEXT, whole, inner) == _resolved(TEXT, inner, whole) == expected


def test_of_equal_precedence_the_longer_one_wins() -> None:
    longer = _candidate(0, 13, "A", 0.6, Precedence.SHAPE)
    shorter = _candidate(0, 6, "B", 0.9, Precedence.SHAPE)
    assert _resolved(TEXT, shorter, longer) == [("A", TEXT)]


def test_a_rest_that_is_too_short_is_dropped_and_separators_are_cut_off() -> None:
    whole = _candidate(0, 13, "URL", 0.9, Precedence.WEB)
    inner = _candidate(2, 6, "API_KEY", 0.9, Precedence.SECRET)
    assert _resolved(TEXT, whole, inner) == [("API_KEY", "cdef"), ("URL", "ghijkl")]


def test_an_unlikely_candidate_never_displaces_a_likely_one() -> None:
    likely = _candidate(0, 6, "URL", 0.5, Precedence.SHAPE)
    unlikely = _candidate(0, 13, "API_KEY", 0.4, Precedence.SECRET)
    assert _resolved(TEXT, unlikely, likely) == [("URL", "abcdef")]


def test_a_form_of_its_own_goes_before_a_longer_name() -> None:
    name = _candidate(0, 13, "PERSON", 0.9, Precedence.NAME)
    date = _candidate(7, 13, "DATE_TIME", 0.6, Precedence.SHAPE)
    assert _resolved(TEXT, name, date) == [("PERSON", "abcdef"), ("DATE_TIME", "ghijkl")]


def test_what_touches_nothing_stays_as_it_is_however_unlikely() -> None:
    lone = _candidate(0, 2, "URL", 0.3, Precedence.SHAPE)
    beside = _candidate(2, 3, "AGE", 0.3, Precedence.SHAPE)
    assert resolve(TEXT, [beside, lone]) == [lone, beside]


def test_the_trace_says_who_took_the_place_of_whom() -> None:
    whole = _candidate(0, 13, "URL", 0.9, Precedence.WEB)
    inner = _candidate(4, 9, "API_KEY", 0.6, Precedence.SECRET)
    trace = Trace()
    resolve(TEXT, [whole, inner], trace)
    assert [(item.candidate, item.why, item.by) for item in trace] == [(whole, "overlapped", inner)]


def test_an_article_that_is_left_of_a_tagged_street_is_nothing() -> None:
    text = "in der Langen Gasse 5"
    tagged = _candidate(3, 21, "STREET_ADDRESS", 0.9, Precedence.NAME)
    street = _candidate(7, 21, "STREET_ADDRESS", 0.7, Precedence.SHAPE)
    assert resolve(text, [tagged, street]) == [street]


spans = st.tuples(st.integers(0, 30), st.integers(1, 12)).map(lambda s: (s[0], s[0] + s[1]))
candidates = st.builds(
    lambda span, kind, score, rank: _candidate(span[0], span[1], kind, score, rank),
    spans,
    st.sampled_from(("A", "B", "C")),
    st.sampled_from((0.3, 0.5, 0.7, 0.9)),
    st.sampled_from(list(Precedence)),
)


@given(st.lists(candidates, max_size=12))
@settings(max_examples=200, deadline=None)
def test_resolved_ones_are_apart_in_any_order_of_candidates_and_uncover_nothing_likely(
    given_ones: list[Candidate],
) -> None:
    text = "x" * 50
    kept = resolve(text, given_ones)
    assert all(a.end <= b.start for a, b in itertools.pairwise(kept))
    assert sorted(kept) == sorted(resolve(text, given_ones[::-1]))
    covered = {at for item in kept for at in range(item.start, item.end)}
    for item in given_ones:
        bare = [at for at in range(item.start, item.end) if at not in covered]
        runs = sum(1 for at in bare if at - 1 not in bare)
        assert item.score < LIKELY or len(bare) <= 2 * runs
