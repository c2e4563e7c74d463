"""The grammar of placeholders, and finding issued ones in a text."""

from __future__ import annotations

import pytest

from sluice.engine.errors import UnsupportedText
from sluice.engine.matching import Matcher
from sluice.engine.placeholders import (
    CLOSED,
    NUMBER_LIMIT,
    make,
    opens,
    parse,
    refuse_surrogates,
    typed,
)


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("PERSON_0", ("PERSON", 0)),
        ("EMAIL_ADDRESS_12", ("EMAIL_ADDRESS", 12)),
        ("A1_B2_3", ("A1_B2", 3)),
        ("PERSON_9999999", ("PERSON", 9_999_999)),
        ("PERSON_10000000", None),
        ("PERSON_00", None),
        ("PERSON_01", None),
        ("PERSON_", None),
        ("PERSON", None),
        ("person_0", None),
        ("PERSON_²", None),
        ("PERSON_٣", None),
        ("PERSON 0", None),
        ("_0", None),
        ("1_0", None),
        ("", None),
    ],
)
def test_only_the_exact_form_parses(text: str, parsed: tuple[str, int] | None) -> None:
    """`parse` undoes `make` and accepts nothing else."""
    assert parse(text) == parsed
    if parsed:
        assert make(*parsed) == text


@pytest.mark.parametrize(
    ("before", "is_open"),
    [
        ("", True),
        (" ", True),
        ("x", False),
        ("7", False),
        ("é", True),
        ("李", True),
        ("\u0301", True),
        ("_", True),
        ("__", True),
        ("___", True),
        ("____", False),
        ("x_", False),
        ("x___", False),
        ("x\\_", False),
        ("x\\\\\\\\_", False),
        ("\\_", True),
        ("\\", True),
        ("\\n", True),
        ("\\\\n", True),
        ("\\nx", False),
        ("\\u00e9", True),
        ("\\u00e", False),
        ("u00e9", False),
        ("\\n_", True),
        (";", True),
        ("-", True),
    ],
)
def test_left_edges(before: str, *, is_open: bool) -> None:
    """A word closes the edge, also behind underscores; marks and JSON escapes do not."""
    assert opens(before + "PERSON_0", len(before)) is is_open


@pytest.mark.parametrize(
    ("behind", "is_open"),
    [
        ("", True), (" ", True), ("x", False), ("0", False), ("é", True), ("李", True),
        ("_", True), ("___", True), ("____", False), ("_x", False), ("\\_x", False),
        ("\\", True), ("\\n", True), ("\\_", True), ("'s", True), ("&gt;", True),
    ],
)  # fmt: skip
def test_right_edges(behind: str, *, is_open: bool) -> None:
    """The same on the right."""
    assert (CLOSED.match("PERSON_0" + behind, 8) is None) is is_open


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("PERSON_5", {("PERSON", 5)}),
        ("person 0", {("PERSON", 0)}),
        ("Person-0.", {("PERSON", 0)}),
        ("PERSON\\_0", {("PERSON", 0)}),
        ("__PERSON_3__", {("PERSON", 3)}),
        ("my email address 1", {("ADDRESS", 1), ("_ADDRESS", 1)}),
        ("us PERSON_1", {("PERSON", 1), ("_PERSON", 1)}),
        ("US_PERSON_1", {("US_PERSON", 1)}),
        ("Dear\\nPERSON_0", {("PERSON", 0), ("NPERSON", 0)}),
        ("PERSON_00, PERSON_0x, PERSON0, xPERSON", set()),
        ("PERSON_10000000", set()),
        ("____PERSON_1", set()),
    ],
)
def test_typed_placeholders_are_recognised(text: str, found: set[tuple[str, int]]) -> None:
    """Exact or altered; with an underscore before it a name stands for all that end in it."""
    assert set(typed(text)) == found


def _matcher(*placeholders: str, stand_ins: tuple[str, ...] = ()) -> Matcher[str]:
    matcher: Matcher[str] = Matcher()
    for placeholder in placeholders:
        parsed = parse(placeholder)
        assert parsed is not None
        matcher.add_placeholder(*parsed, placeholder)
    for stand_in in stand_ins:
        matcher.add_stand_in(stand_in, stand_in)
    return matcher


def _found(matcher: Matcher[str], text: str) -> list[tuple[str, str]]:
    return [(text[m.start : m.end], m.value) for m in matcher.matches(text)]


CROWDED = _matcher("PERSON_0", "PERSON_1", "US_PERSON_0", "EMAIL_ADDRESS_0", "ADDRESS_0")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("PERSON_1 PERSON_10", [("PERSON_1", "PERSON_1")]),
        ("US_PERSON_0", [("US_PERSON_0", "US_PERSON_0")]),
        ("US_PERSON_1", []),
        ("US PERSON_0", [("PERSON_0", "PERSON_0")]),
        ("US-PERSON_0", [("PERSON_0", "PERSON_0")]),
        ("US PERSON 0", []),
        ("us-person-0", []),
        ("US PERSON 1", []),
        ("US_PERSON 0", [("US_PERSON 0", "US_PERSON_0")]),
        ("the person 0", [("person 0", "PERSON_0")]),
        ("email address 0", []),
        ("EMAIL_ADDRESS 0", [("EMAIL_ADDRESS 0", "EMAIL_ADDRESS_0")]),
        ("address 0", [("address 0", "ADDRESS_0")]),
        ("PERSON_0 1", [("PERSON_0", "PERSON_0")]),
        ("PERSON_0-1", [("PERSON_0", "PERSON_0")]),
    ],
)
def test_only_one_reading_counts(text: str, found: list[tuple[str, str]]) -> None:
    """Exact placeholders always; altered ones where no other type can be meant."""
    assert _found(CROWDED, text) == found


def test_an_exact_stand_in_wins_over_an_altered_placeholder() -> None:
    """`PERSON` was typed before a stand-in that begins with a number."""
    matcher = _matcher("PERSON_1", stand_ins=("1 May 2001",))
    assert _found(matcher, "PERSON 1 May 2001") == [("1 May 2001", "1 May 2001")]


def test_what_was_found_does_not_count_as_another_reading() -> None:
    """`US` belongs to the stand-in before it, so `PERSON 1` has one reading left."""
    matcher = _matcher("PERSON_1", "US_PERSON_1", stand_ins=("made in US",))
    found = [("made in US", "made in US"), ("PERSON 1", "PERSON_1")]
    assert _found(matcher, "made in US PERSON 1") == found


def test_the_longest_stand_in_wins() -> None:
    """John and Johnny, with and without more behind; never inside a word."""
    matcher = _matcher(stand_ins=("john@example.org", "john@example.org.uk", "john"))
    text = "john john@example.org john@example.org.uk johnny xjohn"
    assert [m[0] for m in _found(matcher, text)] == text.split()[:3]


@pytest.mark.parametrize(
    ("text", "decided"),
    [
        ("hello", 5),
        ("hello P", 6),
        ("hello PER", 6),
        ("hello PERSON_", 6),
        ("hello PERSON_1", 6),
        ("hello PERSON_2", 14),
        ("hello PERSON_1 ", 15),
        ("hello PERSON_1_", 6),
        ("hello PERSON_1\\", 6),
        ("hello PERSONX", 13),
        ("helloPERSON_1", 13),
        ("hello <", 7),
        ("hello us", 6),
        ("hello us person", 6),
        ("hello us persons", 16),
        ("hello john@", 6),
        ("hello john@example.org", 6),
        ("hello john@example.org!", 23),
    ],
)
def test_only_what_may_still_change_is_undecided(text: str, decided: int) -> None:
    """Everything before the first place that may still become an issued name is decided."""
    matcher = _matcher("PERSON_1", "US_PERSON_0", stand_ins=("john@example.org",))
    assert matcher.undecided(text, 0) == decided


def test_lone_surrogates_are_refused_with_their_place() -> None:
    """The error names the code point; a text without them passes."""
    refuse_surrogates("ascii and 👩‍👩‍👧")
    with pytest.raises(UnsupportedText) as caught:
        refuse_surrogates("é\ud83d", 10)
    assert caught.value.position == 11


def test_numbers_have_a_limit() -> None:
    """What `make` gives below the limit parses; at the limit it does not."""
    assert parse(make("PERSON", NUMBER_LIMIT - 1)) is not None
    assert parse(make("PERSON", NUMBER_LIMIT)) is None
