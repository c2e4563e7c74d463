"""Reading on and back from a street: bounds that hold for every text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.engine.detectors.addresses import head, tail

WRITTEN = (
    "12 |Main St|, |\n|Apt 4|Springfield| IL |62704|Berlin|10115 |\\n|Flat 2|SW1A 1AA|3º B|c/o |"
    "USA|. |é|密|a-|'|(RM)|- "
)
PIECES = st.sampled_from(WRITTEN.split("|"))
TEXTS = st.lists(PIECES, max_size=24).map("".join)


@given(TEXTS, st.integers(0, 60))
@settings(max_examples=150, deadline=None)
def test_reading_on_never_leaves_the_text_nor_goes_back(text: str, at: int) -> None:
    at = min(at, len(text))
    read = tail.read(text, at)
    assert at <= read.end <= len(text)
    assert read.end <= at + tail.MOST_PARTS * (tail.LONGEST_PART + 24)


@given(TEXTS, st.integers(0, 120))
@settings(max_examples=150, deadline=None)
def test_reading_back_never_leaves_its_reach(text: str, start: int) -> None:
    start = min(start, len(text))
    begin, _ = head.street_before(text, start)
    assert max(0, start - head.REACH - 60) <= begin <= start
    assert max(0, start - 60) <= head.unit_before(text, start) <= start


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        (", Springfield, IL 62704. He", ", Springfield, IL 62704"),
        (", 3º B, 28013 Madrid y", ", 3º B, 28013 Madrid"),
        ("\nNew York, NY 10001\n\nDear", "\nNew York, NY 10001"),
        (", 75002 Paris CEDEX 02, France", ", 75002 Paris CEDEX 02, France"),
        (", Monday at ten", ""),
        (" and so on", ""),
        (", however, he left", ""),
    ],
)
def test_an_address_ends_where_its_last_part_ends(text: str, rest: str) -> None:
    assert text[: tail.read(text, 0).end] == rest
