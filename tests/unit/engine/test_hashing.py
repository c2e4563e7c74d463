"""Numbers that stand for texts."""

from __future__ import annotations

import pytest

from sluice.engine.hashing import number_of


@pytest.mark.parametrize(
    ("one", "other"),
    [("Ng", "李"), ("é", "\xe9\x00\x00\x00"), ("ab", "\u6261")],
    ids=["name", "padded", "two letters"],
)
def test_texts_of_the_same_octets_in_memory_have_numbers_of_their_own(one: str, other: str) -> None:
    assert number_of(one) != number_of(other)


def test_the_same_text_has_the_same_number() -> None:
    assert [number_of(text) for text in ("Jane", "Zoë", "李", "\ud800")] == [
        number_of("".join(text)) for text in ("Jane", "Zoë", "李", "\ud800")
    ]
