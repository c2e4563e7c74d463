"""What a text may do to a terminal: nothing."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.cli.terminal import STYLES, highlighted, moment, printable, style_of

ANY_TEXT = st.text(st.characters(codec=None))


@given(ANY_TEXT)
def test_no_control_character_reaches_a_terminal_but_line_ends_and_tabs(text: str) -> None:
    shown = printable(text)
    controls = [c for c in shown if unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t"]
    assert controls == []


@given(ANY_TEXT)
def test_offsets_into_the_shown_text_are_those_of_the_text(text: str) -> None:
    assert len(printable(text)) == len(text)
    assert printable(printable(text)) == printable(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, ümläut, 漢字 😀\n\tx", "plain, ümläut, 漢字 😀\n\tx"),
        ("\x1b[2J", "␛[2J"),
        ("\x1b]0;title\x07", "␛]0;title␇"),
        ("\x9b2J", "\ufffd2J"),
        ("a\r\nb", "a␍\nb"),
        ("\x00\x7f", "␀␡"),
        ("right\u202eto left\u2066", "right\ufffdto left\ufffd"),
        ("\ud800", "\ufffd"),
    ],
)
def test_controls_are_shown_as_visible_characters(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize("text", ["[red]x[/red]", "[/]", ":smile:", "[link=x]y[/link]"])
def test_markup_in_a_text_is_only_text(text: str) -> None:
    shown = highlighted(text, [])
    assert shown.plain == text
    assert shown.spans == []


def test_each_place_has_the_colours_of_its_entity_type() -> None:
    shown = highlighted("a@x and b@x", [(0, 3, "EMAIL_ADDRESS"), (8, 11, "EMAIL_ADDRESS")])
    assert [(s.start, s.end, s.style) for s in shown.spans] == [
        (0, 3, style_of("EMAIL_ADDRESS")),
        (8, 11, style_of("EMAIL_ADDRESS")),
    ]
    assert style_of("EMAIL_ADDRESS") in STYLES


def test_a_time_of_the_wire_is_shown_to_the_minute() -> None:
    assert moment("2026-11-21T10:32:47.444Z") == "2026-11-21 10:32"
