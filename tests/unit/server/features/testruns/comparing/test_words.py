"""Texts compared by words."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.server.features.testruns.comparing.words import MOST_WORDS, Segment, differences

TEXTS = st.lists(
    st.sampled_from(["a", "bc", " ", "\n", "PERSON_0", ".", "é", "1"]), max_size=25
).map("".join)


def test_what_was_added_and_removed_is_told_in_its_order() -> None:
    assert differences("Dear PERSON_0, hello.", "Dear PERSON_1, hello there.") == (
        Segment("same", "Dear "),
        Segment("removed", "PERSON_0"),
        Segment("added", "PERSON_1"),
        Segment("same", ", hello"),
        Segment("added", " there"),
        Segment("same", "."),
    )


@pytest.mark.parametrize(
    ("before", "after", "segments"),
    [
        ("", "", ()),
        ("a", "a", (Segment("same", "a"),)),
        ("", "a b", (Segment("added", "a b"),)),
        ("a b", "", (Segment("removed", "a b"),)),
    ],
    ids=["nothing", "the same", "all new", "all gone"],
)
def test_ends_are_told(before: str, after: str, segments: tuple[Segment, ...]) -> None:
    assert differences(before, after) == segments


@given(TEXTS, TEXTS)
@settings(max_examples=200)
def test_both_texts_can_be_read_from_the_segments(before: str, after: str) -> None:
    found = differences(before, after)
    assert found is not None
    assert "".join(one.text for one in found if one.kind != "added") == before
    assert "".join(one.text for one in found if one.kind != "removed") == after
    assert all(one.text for one in found)
    kinds = [one.kind for one in found]
    assert all(a != b for a, b in pairwise(kinds))


def test_texts_that_are_too_long_are_not_compared() -> None:
    assert differences("a " * MOST_WORDS, "b") is None
