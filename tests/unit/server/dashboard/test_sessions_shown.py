"""What pages of sessions show of texts: turns, placeholders, trees."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sluice.server.dashboard.pages.sessions_shown import (
    Exchange,
    Piece,
    Texts,
    flat,
    of_recording,
    tree,
    without_repeated,
)
from sluice.server.features.sessions.schemas import RecordingInSession, TraceOut
from sluice.server.vault.schemas import OriginalOut

Json = dict[str, Any]


def shown(pieces: list[Piece]) -> list[tuple[str, str]]:
    return [(piece.text, piece.entity_type) for piece in pieces]


CUTS: list[tuple[str, list[tuple[str, str]]]] = [
    ("", []),
    ("plain", [("plain", "")]),
    ("PERSON_0", [("PERSON_0", "PERSON")]),
    ("a PERSON_1, b", [("a ", ""), ("PERSON_1", "PERSON"), (", b", "")]),
    ("PERSON_0PERSON_1", [("PERSON_0PERSON_1", "")]),
    ("XPERSON_0 and PERSON_01", [("XPERSON_0 and PERSON_01", "")]),
    ("GPT_4 is no type", [("GPT_4 is no type", "")]),
    ("TICKET_7", [("TICKET_7", "TICKET")]),
    ("das PERSON_0之", [("das ", ""), ("PERSON_0", "PERSON"), ("之", "")]),
]


@pytest.mark.parametrize(("text", "expected"), CUTS, ids=[text for text, _ in CUTS])
def test_a_text_is_cut_at_its_placeholders(text: str, expected: list[tuple[str, str]]) -> None:
    assert shown(Texts({"TICKET"}).cut(text)) == expected


def test_revealed_originals_stand_at_their_placeholders_and_stand_ins_are_found() -> None:
    revealed = [
        OriginalOut(placeholder="PERSON_0", entity_type="PERSON", original="Jane Roe"),
        OriginalOut(placeholder="Erika Beispiel", entity_type="PERSON", original="Ann Poe"),
        OriginalOut(placeholder="URL_1", entity_type="URL", original=None),
    ]
    texts = Texts((), revealed)
    pieces = texts.cut("PERSON_0, Erika Beispiel, URL_1, PERSON_2")
    found = [(p.text, p.original) for p in pieces if p.entity_type]
    assert found == [
        ("PERSON_0", "Jane Roe"),
        ("Erika Beispiel", "Ann Poe"),
        ("URL_1", None),
        ("PERSON_2", None),
    ]
    assert list(texts.found) == ["PERSON_0", "Erika Beispiel", "URL_1", "PERSON_2"]
    assert not texts.is_all_revealed
    assert "Jane" not in repr(pieces)


USER = {"role": "user", "content": "Hi"}
BACK = {"role": "assistant", "content": [{"type": "text", "text": "Ho"}]}
TOOL = {"role": "assistant", "content": None, "tool_calls": [{"name": "look"}]}
CONTENTS: list[tuple[Json, list[str], list[str]]] = [
    ({"messages": [USER], "answer": "Ho"}, ["user: Hi"], ["assistant: Ho"]),
    ({"messages": [USER, BACK]}, ["user: Hi"], ["assistant: Ho"]),
    ({"messages": [USER, TOOL]}, ["user: Hi"], ["assistant: "]),
    ({"messages": [USER, BACK, USER]}, ["user: Hi", "assistant: Ho", "user: Hi"], []),
    ({"prompt": "Once"}, ["user: Once"], []),
    ({"messages": [{"role": "model", "parts": [{"text": "Ho"}]}]}, [], ["model: Ho"]),
    ({}, [], []),
]


@pytest.mark.parametrize(
    ("content", "asked", "answered"), CONTENTS, ids=[str(c[0]) for c in CONTENTS]
)
def test_messages_of_every_shape_become_turns(
    content: Json, asked: list[str], answered: list[str]
) -> None:
    exchange = of_recording(Texts(), content)

    def said(turns: list[Any]) -> list[str]:
        return [f"{one.role}: {''.join(p.text for p in one.pieces)}" for one in turns]

    assert (said(exchange.asked), said(exchange.answered)) == (asked, answered)


def test_calls_of_tools_are_readable_and_cut_too() -> None:
    call = {"function": {"name": "mail", "arguments": '{"to": "EMAIL_ADDRESS_0"}'}}
    content = {"messages": [USER], "answer": {"role": "assistant", "tool_calls": [call, "{"]}}
    (turn,) = of_recording(Texts(), content).answered
    assert '"to": "EMAIL_ADDRESS_0"' in "".join(piece.text for piece in turn.more)
    assert ("EMAIL_ADDRESS_0", "EMAIL_ADDRESS") in shown(turn.more)
    assert turn.pieces == []


def test_messages_that_were_shown_before_are_counted_and_left_out() -> None:
    texts = Texts()
    first = of_recording(texts, {"messages": [USER], "answer": "Ho"})
    more = {
        "messages": [
            USER,
            {"role": "assistant", "content": "Ho"},
            {"role": "user", "content": "And?"},
        ]
    }
    again, other = of_recording(texts, more), of_recording(texts, {"prompt": "Else"})
    found: list[Exchange] = without_repeated([first, again, other])
    assert [one.earlier for one in found] == [0, 2, 0]
    assert [len(one.asked) for one in found] == [1, 1, 1]


def step(uid: str, parent: str | None, second: int) -> TraceOut:
    return TraceOut.model_validate(
        {"uid": uid, "parent_uid": parent, "kind": None, "started_at": None, "finished_at": None,
         "created_at": datetime(2026, 11, 21, tzinfo=UTC) + timedelta(seconds=second),
         "manifest": {}, "content": {}, "values": []}
    )  # fmt: skip


TREES: list[tuple[list[TraceOut], list[tuple[str, int]]]] = [
    ([step("b", "a", 2), step("a", None, 1)], [("a", 0), ("b", 1)]),
    ([step("a", None, 1), step("c", None, 3), step("b", "a", 4)], [("a", 0), ("b", 1), ("c", 0)]),
    ([step("a", "gone", 1)], [("a", 0)]),
    ([step("a", "a", 1)], [("a", 0)]),
    ([step("a", "b", 1), step("b", "a", 2)], [("a", 0), ("b", 0)]),
    ([step("a", "b", 1), step("b", "a", 2), step("c", "a", 3)], [("a", 0), ("c", 1), ("b", 0)]),
]


@pytest.mark.parametrize(("traces", "expected"), TREES, ids=range(len(TREES)))
def test_every_step_stands_once_behind_what_it_belongs_to(
    traces: list[TraceOut], expected: list[tuple[str, int]]
) -> None:
    recorded: list[RecordingInSession] = []
    assert [(node.uid, node.depth) for node in tree(traces, recorded)] == expected


def test_nested_metadata_is_flat_in_lists() -> None:
    assert flat({"a": "x", "b": {"c": 1, "d": {"e": True}}}) == [
        ("a", "x"),
        ("b.c", "1"),
        ("b.d.e", "true"),
    ]
