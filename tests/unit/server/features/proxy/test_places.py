"""Which placeholders stand in a text, and whose words may quote them."""

from __future__ import annotations

import pytest

from sluice.server.features.proxy.conversations.quoting import (
    OWN_CONVERSATION,
    OWN_PERSON,
    SHARED,
    Quoting,
    Typed,
    places,
)
from sluice.server.features.proxy.wires.reading import Speaker

TYPES = frozenset({"PERSON", "US_PERSON", "EMAIL_ADDRESS"})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("PERSON_0", [("PERSON_0", True)]),
        ("see person 12.", [("PERSON_12", False)]),
        ("my email address 1", [("EMAIL_ADDRESS_1", False)]),
        ("US_PERSON_1", [("US_PERSON_1", True)]),
        ("US PERSON 1", [("PERSON_1", False), ("US_PERSON_1", False)]),
        ("PERSON_01 PERSON_1a chapter 7 PROJECT_3", []),
        ('"Dear\\nPERSON_0"', [("PERSON_0", True)]),
    ],
)
def test_placeholders_of_known_types_are_found(text: str, found: list[tuple[str, bool]]) -> None:
    assert [place.typed for place in places(text, TYPES)] == [Typed(*one) for one in found]


@pytest.mark.parametrize(
    ("quoting", "speaker", "exact", "altered"),
    [
        (OWN_CONVERSATION, "user", True, True),
        (OWN_CONVERSATION, "tool", True, True),
        (OWN_PERSON, "user", False, False),
        (OWN_PERSON, "client", False, False),
        (OWN_PERSON, "tool", True, True),
        (SHARED, "assistant", True, False),
        (SHARED, "system", True, False),
        (SHARED, "tool", False, False),
        (SHARED, "user", False, False),
    ],
)
def test_whose_words_count(quoting: Quoting, speaker: Speaker, exact: bool, altered: bool) -> None:
    assert quoting.counts(speaker, Typed("PERSON_0", True)) is exact
    assert quoting.counts(speaker, Typed("PERSON_0", False)) is altered
