"""A view stands for its text: every span leads back to the stretch that it was read from."""

from __future__ import annotations

import pytest

from sluice.engine.reading.offsets import CONTEXT, GAP, Edit, applied, view_of

TEXT = "ab&#64;cd"
EDITS = [Edit(2, 7, "@")]


def test_a_replaced_stretch_stands_for_all_of_what_it_replaces() -> None:
    view = view_of(TEXT, EDITS, "html_entities")
    assert view.text == "ab@cd"
    assert view.original(2, 3) == (2, 7)
    assert view.original(1, 3) == (1, 7)
    assert view.original(3, 5) == (7, 9)
    assert view.original(0, 5) == (0, 9)


def test_what_is_left_out_belongs_to_the_spans_around_it() -> None:
    view = view_of("a\u200bb", [Edit(1, 2, "")], "folded")
    assert view.text == "ab"
    assert view.original(0, 2) == (0, 3)
    assert view.original(0, 1) == (0, 1)
    assert view.original(1, 2) == (2, 3)


def test_a_stretch_of_equal_length_is_read_character_by_character() -> None:
    view = view_of("x１２３y", [Edit(1, 4, "123")], "folded")
    assert view.text == "x123y"
    assert view.original(2, 3) == (2, 3)


def test_an_empty_span_leads_to_an_empty_span() -> None:
    view = view_of(TEXT, EDITS, "html_entities")
    assert view.original(1, 1) == (1, 1)
    assert view.original(5, 5) == (9, 9)


@pytest.mark.parametrize(("start", "end"), [(-1, 1), (2, 1), (0, 6)])
def test_a_span_outside_of_the_view_is_refused_without_quoting(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="outside of the view"):
        view_of(TEXT, EDITS, "html_entities").original(start, end)


def test_what_is_far_from_every_edit_is_left_out() -> None:
    text = "x " * 5000 + "a&#64;b" + " y" * 5000
    view = view_of(text, [Edit(10_001, 10_006, "@")], "html_entities")
    assert "a@b" in view.text
    assert len(view.text) < 3 * CONTEXT
    at = view.text.index("a@b")
    assert view.original(at, at + 3) == (10_000, 10_007)


def test_edits_that_are_far_apart_are_parted_by_a_gap_that_stands_for_what_is_between() -> None:
    text = "&#64;" + " x" * 2000 + "&#64;"
    view = view_of(text, [Edit(0, 5, "@"), Edit(4005, 4010, "@")], "html_entities")
    gap = view.text.index(GAP)
    start, end = view.original(gap, gap + len(GAP))
    assert text[start:end].strip("x ") == ""
    assert view.original(0, len(view.text)) == (0, len(text))
    assert not view.differs(gap - 1, gap + len(GAP) + 1)
    assert not view.differs(0, len(view.text))


def test_only_spans_that_touch_an_edit_differ() -> None:
    view = view_of("ab cd\u200bef gh", [Edit(5, 6, "")], "folded")
    assert view.text == "ab cdef gh"
    assert view.differs(3, 7)
    assert not view.differs(0, 2)
    assert not view.differs(3, 5)
    assert not view.differs(5, 7)


def test_a_representation_shows_no_text() -> None:
    view = view_of(TEXT, EDITS, "html_entities")
    assert repr(view) == "View(kind='html_entities')"


def test_edits_are_applied_to_the_whole_text() -> None:
    assert applied("a&#64;b&#46;c", [Edit(1, 6, "@"), Edit(7, 12, ".")]) == "a@b.c"
