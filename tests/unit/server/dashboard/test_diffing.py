"""Texts side by side: what stayed, what went, what came."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.server.dashboard.diffing import (
    MOST_LINES,
    as_json,
    json_words,
    new_side,
    old_side,
    words,
)

CASES = [
    pytest.param("", "", [], id="nothing"),
    pytest.param("a b", "a b", [("same", "a b")], id="equal"),
    pytest.param("", "a b", [("added", "a b")], id="all came"),
    pytest.param("a b", "", [("removed", "a b")], id="all went"),
    pytest.param(
        "be kind now",
        "be brief now",
        [("same", "be "), ("removed", "kind"), ("added", "brief"), ("same", " now")],
        id="one word",
    ),
    pytest.param(
        "be very kind",
        "be quite brief",
        [("same", "be "), ("removed", "very kind"), ("added", "quite brief")],
        id="a blank between two changes is changed with them",
    ),
    pytest.param(
        "one\ntwo",
        "1\n2",
        [
            ("removed", "one"),
            ("added", "1"),
            ("same", "\n"),
            ("removed", "two"),
            ("added", "2"),
        ],
        id="a line's end stays",
    ),
]


@pytest.mark.parametrize(("old", "new", "expected"), CASES)
def test_pieces_show_what_changed(old: str, new: str, expected: list[tuple[str, str]]) -> None:
    assert [(piece.kind, piece.text) for piece in words(old, new)] == expected


SLID = [
    pytest.param("{{q}}", "{{n}} asks {{q}}", "{{n}} asks ", id="at the beginning"),
    pytest.param("a\n{{q}}", "a\n{{n}}\n{{q}}", "{{n}}\n", id="at a line's beginning"),
    pytest.param("see {{q}}", "see {{n}} {{q}}", "{{n}} ", id="at a word's beginning"),
    pytest.param(
        "Be kind.", "Be kind. Be brief.", " Be brief.", id="it stays where nothing is better"
    ),
]


@pytest.mark.parametrize(("old", "new", "added"), SLID)
def test_what_was_added_begins_where_people_expect_it(old: str, new: str, added: str) -> None:
    assert [piece.text for piece in words(old, new) if piece.kind == "added"] == [added]
    assert [piece.text for piece in words(new, old) if piece.kind == "removed"] == [added]


TEXTS = st.text(alphabet=" \nab{}é", max_size=40)


@settings(max_examples=150, deadline=None)
@given(TEXTS, TEXTS)
def test_each_side_is_its_whole_text(old: str, new: str) -> None:
    pieces = words(old, new)
    assert "".join(piece.text for piece in old_side(pieces)) == old
    assert "".join(piece.text for piece in new_side(pieces)) == new


def test_long_texts_are_compared_by_lines_and_then_by_words() -> None:
    lines = [f"line {number} of many" for number in range(3_000)]
    old = "\n".join(lines)
    new = old.replace("line 1500 of", "line 1500 out of")
    pieces = words(old, new)
    assert [(p.kind, p.text) for p in pieces if p.kind != "same"] == [("added", "out ")]
    assert "".join(piece.text for piece in old_side(pieces)) == old


def test_texts_that_are_too_long_are_shown_as_replaced() -> None:
    old, new = "a\n" * MOST_LINES, "b\n" * MOST_LINES
    assert [piece.kind for piece in words(old, new)] == ["removed", "added"]


def test_json_is_compared_as_people_read_it() -> None:
    pieces = json_words({"b": 1, "a": 2}, {"a": 3, "b": 1})
    assert [(p.kind, p.text) for p in pieces if p.kind != "same"] == [
        ("removed", "2"),
        ("added", "3"),
    ]
    assert as_json(None) == ""
    assert as_json("bare") == "bare"
