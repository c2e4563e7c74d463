"""Counting and scoring: by hand for small cases, by laws for all others."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.cli.evaluation.comparing import (
    ANY_TYPE,
    MISSED,
    SPURIOUS,
    Compared,
    Counts,
    compared,
    merged,
    shared,
)
from sluice.cli.evaluation.labelled import Document, Gold
from sluice.cli.evaluation.scores import OVERALL, scores
from sluice.engine.types import Finding

TEXT = "x" * 60
spans = st.lists(
    st.tuples(st.integers(0, 50), st.integers(1, 9), st.sampled_from(["PERSON", "LOCATION"])).map(
        lambda drawn: Gold(drawn[0], drawn[0] + drawn[1], drawn[2])
    ),
    max_size=6,
)


def compare(gold: list[Gold], found: list[Gold], counted: set[str] | None = None) -> Compared:
    """A document with these marks beside these findings."""
    document = Document("some", TEXT, tuple(sorted(set(gold))))
    return compared(document, [Finding(*span) for span in sorted(set(found))], counted)


def test_counts_by_hand() -> None:
    gold = [Gold(0, 10, "PERSON"), Gold(20, 30, "PERSON"), Gold(40, 44, "LOCATION")]
    found = [Gold(0, 10, "PERSON"), Gold(24, 34, "PERSON"), Gold(40, 44, "PERSON")]
    item = compare([*gold], [*found, Gold(50, 55, "URL")], {"PERSON", "LOCATION"})
    assert item.counts["PERSON", "strict"] == Counts(1, 3, 1, 2)
    assert item.counts["PERSON", "partial"] == Counts(2, 3, 2, 2)
    assert item.counts["PERSON", "characters"] == Counts(16, 24, 16, 20)
    assert item.counts["LOCATION", "strict"] == Counts(0, 0, 0, 1)
    assert item.counts[ANY_TYPE, "characters"] == Counts(20, 24, 20, 24)
    assert item.confusion == {("PERSON", "PERSON"): 2, ("LOCATION", "PERSON"): 1}
    assert (item.missed, item.spurious) == ((Gold(20, 30, "PERSON"),), ())


def test_a_finding_of_an_uncounted_type_covers_but_is_never_wrong() -> None:
    gold = [Gold(0, 5, "PERSON"), Gold(10, 15, "PERSON")]
    item = compare(gold, [Gold(0, 5, "USERNAME"), Gold(30, 35, "USERNAME")], {"PERSON"})
    assert item.counts[ANY_TYPE, "characters"] == Counts(0, 0, 5, 10)
    assert item.confusion == {("PERSON", "USERNAME"): 1, ("PERSON", MISSED): 1}
    assert item.spurious == ()


def test_what_touches_nothing_is_spurious() -> None:
    item = compare([Gold(0, 5, "PERSON")], [Gold(5, 9, "PERSON")])
    assert item.confusion == {("PERSON", MISSED): 1, (SPURIOUS, "PERSON"): 1}
    assert item.wrong == 4 * 5 + 4


@given(spans, spans)
@settings(max_examples=150, deadline=None)
def test_areas_are_those_of_sets_of_characters(these: list[Gold], those: list[Gold]) -> None:
    """Merging and intersecting areas count what sets of positions count."""
    left = {at for span in these for at in range(span.start, span.end)}
    right = {at for span in those for at in range(span.start, span.end)}
    assert shared(merged(these), merged(those)) == len(left & right)
    assert sum(end - start for start, end in merged(these)) == len(left)


@given(spans, spans)
@settings(max_examples=100, deadline=None)
def test_counts_keep_their_order(gold: list[Gold], found: list[Gold]) -> None:
    """Nothing is right more often than it was found; strict is never above partial."""
    item = compare(gold, found)
    for (name, way), counts in item.counts.items():
        assert 0 <= counts.right <= counts.found
        assert 0 <= counts.covered <= counts.marked
        if way == "strict":
            assert counts.covered <= item.counts[name, "partial"].covered
    assert sum(n for (a, _), n in item.confusion.items() if a != SPURIOUS) == len(set(gold))


@given(st.lists(st.tuples(spans, spans), min_size=1, max_size=8))
@settings(max_examples=40, deadline=None)
def test_scores_lie_between_0_and_1_and_so_do_their_bounds(
    pairs: list[tuple[list[Gold], list[Gold]]],
) -> None:
    items = [compare(gold, found) for gold, found in pairs]
    for score in scores(items, samples=50):
        for value in (score.precision, score.recall, score.f1, score.f2):
            if value.value is not None and value.low is not None and value.high is not None:
                assert 0 <= value.value <= 1
                assert 0 <= value.low <= value.high <= 1


def test_scores_by_hand() -> None:
    items = [
        compare([Gold(0, 5, "PERSON")], [Gold(0, 5, "PERSON")]),
        compare([Gold(0, 5, "PERSON")], []),
        compare([], [Gold(9, 12, "PERSON")]),
        compare([Gold(3, 5, "PERSON"), Gold(7, 9, "PERSON")], [Gold(3, 5, "PERSON")]),
    ]
    whole = next(s for s in scores(items) if (s.entity_type, s.way) == (OVERALL, "strict"))
    assert whole.counts == Counts(2, 3, 2, 4)
    assert whole.precision.value == pytest.approx(2 / 3)
    assert whole.recall.value == pytest.approx(1 / 2)
    assert whole.f1.value == pytest.approx(2 * (2 / 3) * 0.5 / (2 / 3 + 0.5))
    assert whole.f2.value == pytest.approx(5 * (2 / 3) * 0.5 / (4 * (2 / 3) + 0.5))


def test_all_right_is_1_and_nothing_found_is_0() -> None:
    gold = [Gold(0, 5, "PERSON")]
    right = scores([compare(gold, gold)] * 5)[0]
    assert (right.f1.value, right.f1.low, right.f1.high) == (1, 1, 1)
    nothing = scores([compare(gold, [])] * 5)[0]
    assert (nothing.precision.value, nothing.recall.value, nothing.f2.value) == (None, 0, 0)


def test_intervals_are_narrower_with_more_documents() -> None:
    gold = [Gold(0, 5, "PERSON")]
    few = [compare(gold, gold), compare(gold, [])] * 5
    many = few * 40
    widths = [
        (score.recall.high or 0) - (score.recall.low or 0)
        for score in (scores(few)[0], scores(many)[0])
    ]
    assert widths[1] < widths[0] / 3


def test_many_documents_are_drawn_in_groups_and_counted_fully() -> None:
    gold = [Gold(0, 5, "PERSON")]
    found = scores([compare(gold, gold), compare(gold, [])] * 1501, samples=50)[0]
    assert found.counts == Counts(1501, 1501, 1501, 3002)
    assert found.recall.value == 0.5
