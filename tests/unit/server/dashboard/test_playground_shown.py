"""What the playground's forms say without scripts, and how texts are cut at their marks."""

from __future__ import annotations

import pytest

from sluice.server.dashboard.pages.playground_draft import Line, lines_in
from sluice.server.dashboard.pages.playground_shown import fingerprint, pieces, reviewed_in
from sluice.server.errors import Unprocessable
from sluice.server.features.playground.marks import Mark

TEXT = "👋🏽 Ann wrote to Ann"
LOOKED = {"looked_at": fingerprint(TEXT), "finding-0": "3:6:0.4:PERSON", "type-0": "PERSON"}
Spans = list[tuple[int, int, str, float]]


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        pytest.param({}, None, id="nothing was looked at"),
        pytest.param({**LOOKED, "looked_at": "other"}, None, id="the text has changed"),
        pytest.param(LOOKED, [(3, 6, "PERSON", 0.4)], id="as it was found"),
        pytest.param({**LOOKED, "type-0": "nick"}, [(3, 6, "NICK", 1.0)], id="another type counts"),
        pytest.param({**LOOKED, "drop-0": "true"}, [], id="released"),
        pytest.param(
            {"add_text": "Ann", "add_type": "PERSON"},
            [(3, 6, "PERSON", 1.0), (16, 19, "PERSON", 1.0)],
            id="added everywhere",
        ),
    ],
)
def test_a_review_is_read_from_the_form(fields: dict[str, str], found: Spans | None) -> None:
    said = reviewed_in(fields, TEXT)
    spans = None if said is None else [(f.start, f.end, f.type, f.score) for f in said]
    assert spans == found
    assert all(TEXT[f.start : f.end] == f.text for f in said or ())


@pytest.mark.parametrize("place", ["3:6", "a:b:0.4:PERSON", "3:6:9:PERSON", "3:6:0.4:<b>"])
def test_a_forged_place_is_refused_without_being_repeated(place: str) -> None:
    with pytest.raises(Unprocessable) as caught:
        reviewed_in({**LOOKED, "finding-0": place}, TEXT)
    assert place not in str(caught.value)


@pytest.mark.parametrize("name", ["", "9", "A-B", "A" * 65, "_A"])
def test_what_is_no_entity_type_is_refused(name: str) -> None:
    with pytest.raises(Unprocessable):
        reviewed_in({"add_text": "Ann", "add_type": name}, TEXT)


def test_pieces_put_together_are_the_text() -> None:
    marks = [Mark(3, 6, "PERSON_0", "PERSON", "mask"), Mark(16, 19, "PERSON_0", "PERSON", "mask")]
    cut = pieces(TEXT, marks)
    assert "".join(one.text for one in cut) == TEXT
    assert [one.text for one in cut if one.mark] == ["Ann", "Ann"]
    assert "Ann" not in repr(cut)
    assert pieces("", []) == []


def test_lines_of_a_draft_that_say_nothing_are_left_out() -> None:
    fields = {
        "draft-role-0": "system",
        "draft-content-0": " \n",
        "draft-role-1": "history",
        "draft-role-2": "user",
        "draft-content-2": "Hi",
    }
    assert lines_in(fields) == [Line("history", ""), Line("user", "Hi")]
