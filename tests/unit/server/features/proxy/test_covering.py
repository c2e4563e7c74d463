"""What mentions add to what was found: no rest of a name, no order, nothing twice."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.engine import Finding
from sluice.server.features.proxy.cleansing.covering import (
    adds_to,
    covering,
    is_free,
    lies_in,
    merged,
)

PERSON, FIRM = "PERSON", "ORGANIZATION"


def _mention(start: int, end: int, kind: str = PERSON) -> Finding:
    return Finding(start, end, kind, 1.0, "linked.text")


@pytest.mark.parametrize(
    ("mentions", "found", "typed", "added"),
    [
        pytest.param([(0, 4)], [], [], [(0, 4, PERSON)], id="alone"),
        pytest.param([(0, 4)], [(0, 4)], [], [], id="found already"),
        pytest.param([(1, 3)], [(0, 4)], [], [], id="in what is found"),
        pytest.param([(0, 4)], [(4, 8)], [], [(0, 4, PERSON)], id="beside what is found"),
        pytest.param([(0, 6)], [(4, 8)], [], [(0, 8, PERSON)], id="before and into it"),
        pytest.param([(6, 9)], [(4, 8)], [], [(4, 9, PERSON)], id="out of it"),
        pytest.param([(0, 9)], [(4, 8)], [], [(0, 9, PERSON)], id="all around it"),
        pytest.param([(2, 6)], [(0, 4), (4, 8)], [], [(0, 8, PERSON)], id="across two"),
        pytest.param([(0, 4), (2, 6)], [], [], [(0, 6, PERSON)], id="two that overlap"),
        pytest.param([(0, 4), (0, 9, FIRM)], [], [], [(0, 9, FIRM)], id="the longest names it"),
        pytest.param([(0, 4), (2, 6, FIRM)], [], [], [(0, 6, PERSON)], id="else the first"),
        pytest.param([(0, 4)], [], [(2, 8)], [], id="into a typed placeholder"),
        pytest.param(
            [(0, 4), (9, 12)], [], [(4, 9)], [(0, 4, PERSON), (9, 12, PERSON)], id="around"
        ),
    ],
)
def test_what_is_added(
    mentions: list[tuple[int, int] | tuple[int, int, str]],
    found: list[tuple[int, int]],
    typed: list[tuple[int, int]],
    added: list[tuple[int, int, str]],
) -> None:
    made = [_mention(*mention) for mention in mentions]
    for ordered in (made, made[::-1]):
        result = covering(ordered, [], found, typed)
        assert [(f.start, f.end, f.entity_type) for f in result] == added
    assert adds_to(made, found, typed) == bool(added)


def test_what_was_added_once_stays_and_does_not_name_what_is_known_now() -> None:
    remembered = [_mention(0, 9, FIRM), _mention(20, 24, FIRM)]
    added = covering([_mention(0, 4)], remembered, [], [])
    assert added == [_mention(0, 9), _mention(20, 24, FIRM)]


_spans = st.tuples(st.integers(0, 30), st.integers(1, 8)).map(lambda p: (p[0], p[0] + p[1]))
_apart = st.lists(_spans, max_size=5).map(merged)
_mentions = st.lists(
    st.builds(lambda s, k: _mention(s[0], s[1], k), _spans, st.sampled_from([PERSON, FIRM]))
)


def _points(spans: list[tuple[int, int]]) -> set[int]:
    return {at for start, end in spans for at in range(start, end)}


@given(_mentions, _mentions, _apart, _apart)
def test_every_mention_is_covered_and_nothing_else(
    mentions: list[Finding],
    more: list[Finding],
    found: list[tuple[int, int]],
    typed: list[tuple[int, int]],
) -> None:
    """Whatever the order, known before or not; more mentions never cover less."""
    added = covering(mentions, [], found, typed)
    assert all(one.end <= other.start for one, other in pairwise(added))
    hidden = _points([(f.start, f.end) for f in added]) | _points(found)
    real = [m for m in mentions if is_free(typed, m.start, m.end)]
    assert hidden == _points([(m.start, m.end) for m in real]) | _points(found)
    assert all(not lies_in(found, f.start, f.end) for f in added)
    both = covering([*more, *mentions], [], found, typed)
    assert covering([*mentions, *more], added, found, typed) == both
    assert hidden <= _points([(f.start, f.end) for f in both]) | _points(found)


@given(_apart, _spans)
def test_spans_are_looked_up_as_if_each_was_tried(
    spans: list[tuple[int, int]], span: tuple[int, int]
) -> None:
    start, end = span
    assert is_free(spans, start, end) == all(b <= start or end <= a for a, b in spans)
    assert lies_in(spans, start, end) == any(a <= start and end <= b for a, b in spans)
