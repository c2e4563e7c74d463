"""Tool calls, thinking and counts in vendors' streams, as machines without I/O."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.server.providers.answer import AnswerReader
from sluice.server.providers.anthropic_answer import MessageReader
from sluice.server.providers.base import Delta, FinishReason, Usage
from sluice.server.providers.openai_answer import ChatReader, read_usage
from sluice.server.providers.sse import Event

Json = dict[str, Any]
Call = tuple[str, str, str]
"""Id, name and arguments."""


def read(reader: AnswerReader, *events: Json) -> list[Delta]:
    """All deltas of these events, the last one included."""
    found = [delta for e in events for delta in reader.read(Event("message", json.dumps(e)))]
    return [*found, reader.finish()]


def calls(deltas: list[Delta]) -> list[Call]:
    """The calls that the deltas make, by their index."""
    found: dict[int, list[str]] = {}
    for piece in (delta.tool_call for delta in deltas if delta.tool_call):
        call = found.setdefault(piece.index, ["", "", ""])
        for place, value in enumerate((piece.id, piece.name, piece.arguments)):
            call[place] += value
    assert list(found) == list(range(len(found)))
    return [(call[0], call[1], call[2]) for call in found.values()]


def thinking(deltas: list[Delta]) -> tuple[str, str]:
    """The thinking's words and its signature."""
    found = [delta.thinking for delta in deltas if delta.thinking]
    return "".join(t.text for t in found), "".join(t.signature for t in found)


def chat(**delta: object) -> Json:
    """A chunk with this delta."""
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}


def called(*pieces: Json) -> Json:
    """A chunk with these pieces of calls."""
    return chat(tool_calls=list(pieces))


def piece(arguments: object, index: object = 0, **more: object) -> Json:
    """A piece of a call."""
    name = {"name": more.pop("name")} if "name" in more else {}
    return {"index": index, **more, "function": {"arguments": arguments, **name}}


ENDED: Json = {"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]}
STOPPED: Json = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}

CHATS: dict[str, tuple[list[Json], list[Call]]] = {
    "one call in pieces": (
        [called(piece("", id="a", name="f")), called(piece('{"x"')), called(piece(": 1}"))],
        [("a", "f", '{"x": 1}')],
    ),
    "two calls after each other": (
        [
            called(piece("{}", id="a", name="f")),
            called(piece("{", 1, id="b", name="g")),
            called(piece("}", 1)),
        ],
        [("a", "f", "{}"), ("b", "g", "{}")],
    ),
    "two calls by turns": (
        [
            called(piece("{", 0, id="a", name="f"), piece("{", 1, id="b", name="g")),
            called(piece("}", 1)),
            called(piece("}", 0)),
        ],
        [("a", "f", "{}"), ("b", "g", "{}")],
    ),
    "two whole calls at one index": (
        [called(piece("{}", 0, id="a", name="f")), called(piece("{}", 0, id="b", name="f"))],
        [("a", "f", "{}"), ("b", "f", "{}")],
    ),
    "no index": (
        [called({"id": "a", "function": {"name": "f", "arguments": "{}"}})],
        [("a", "f", "{}")],
    ),
    "the id once more": (
        [called(piece("{", id="a", name="f")), called(piece("}", id="a"))],
        [("a", "f", "{}")],
    ),
    "arguments as an object": (
        [called(piece({"x": "ä"}, id="a", name="f"))],
        [("a", "f", '{"x": "ä"}')],
    ),
    "an index that starts elsewhere": (
        [called(piece("{}", 7, id="a", name="f"))],
        [("a", "f", "{}")],
    ),
    "null arguments": ([called(piece(None, id="a", name="f"))], [("a", "f", "")]),
    "halves of a character": (
        [called(piece('{"x": "\ud83d', id="a", name="f")), called(piece('\ude00"}'))],
        [("a", "f", '{"x": "😀"}')],
    ),
}


@pytest.mark.parametrize("end", [ENDED, STOPPED], ids=["tool_calls", "stop"])
@pytest.mark.parametrize("case", CHATS)
def test_a_chat_gives_its_calls(case: str, end: Json) -> None:
    """Whatever a vendor's indices are, calls are counted from 0 and the answer ends for them."""
    events, expected = CHATS[case]
    deltas = read(ChatReader("openai"), *events, end)
    assert calls(deltas) == expected
    assert deltas[-1].finish_reason == "tool_calls"


def test_a_call_without_an_id_gets_one() -> None:
    """Whoever answers the call must be able to name it; each time another one."""
    event = called({"function": {"name": "f", "arguments": "{}"}})
    found = [calls(read(ChatReader("openai"), event, ENDED))[0][0] for _ in range(2)]
    assert found[0].startswith("call_")
    assert found[0] != found[1]


def test_the_older_function_call_is_a_call() -> None:
    """Vendors that still write `function_call`."""
    events = [
        chat(function_call={"name": "f", "arguments": "{"}),
        chat(function_call={"arguments": "}"}),
    ]
    ((_, name, arguments),) = calls(read(ChatReader("openai"), *events, ENDED))
    assert (name, arguments) == ("f", "{}")


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
def test_a_chats_reasoning_is_thinking(field: str) -> None:
    """It is passed on as what it is, never as text."""
    deltas = read(ChatReader("x"), chat(**{field: "h"}), chat(**{field: "m"}), STOPPED)
    assert thinking(deltas) == ("hm", "")
    assert "".join(delta.text for delta in deltas) == ""


def test_mistrals_thinking_parts_are_thinking() -> None:
    """They stand among the content."""
    part = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}
    deltas = read(
        ChatReader("mistral"), chat(content=[part, {"type": "text", "text": "a"}]), STOPPED
    )
    assert thinking(deltas) == ("hm", "")
    assert "".join(delta.text for delta in deltas) == "a"


COUNTS: dict[str, tuple[object, Usage | None]] = {
    "OpenAI's cache": (
        {
            "prompt_tokens": 9,
            "completion_tokens": 2,
            "prompt_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 3},
        },
        Usage(9, 2, 4, 3),
    ),
    "DeepSeek's cache": (
        {"prompt_tokens": 9, "completion_tokens": 2, "prompt_cache_hit_tokens": 5},
        Usage(9, 2, 5),
    ),
    "null details": (
        {"prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": None},
        Usage(9, 2),
    ),
    "more cached than asked": (
        {
            "prompt_tokens": 9,
            "completion_tokens": 2,
            "prompt_tokens_details": {"cached_tokens": 10},
        },
        Usage(9, 2, 9),
    ),
    "nonsense": ({"prompt_tokens": "9"}, None),
    "no object": ([1], None),
}


@pytest.mark.parametrize("case", COUNTS)
def test_a_usage_object_tells_what_came_from_a_cache(case: str) -> None:
    """Cached tokens are part of the input, and never more than all of it."""
    value, usage = COUNTS[case]
    assert read_usage(value) == usage


def block(index: int = 0, **fields: object) -> Json:
    """The beginning of a content block."""
    return {"type": "content_block_start", "index": index, "content_block": fields}


def part(kind: str, **fields: object) -> Json:
    """A piece of the open content block."""
    return {"type": "content_block_delta", "index": 0, "delta": {"type": kind, **fields}}


CLOSE: Json = {"type": "content_block_stop", "index": 0}
END: Json = {"type": "message_stop"}


def stopped(reason: str) -> Json:
    """Why a message ended."""
    return {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {}}


def json_piece(text: str) -> Json:
    """A piece of a call's input."""
    return part("input_json_delta", partial_json=text)


USE: Json = {"type": "tool_use", "id": "a", "name": "f", "input": {}}
MESSAGES: dict[str, tuple[list[Json], list[Call]]] = {
    "one call in pieces": (
        [block(**USE), json_piece(""), json_piece('{"x"'), json_piece(": 1}"), CLOSE],
        [("a", "f", '{"x": 1}')],
    ),
    "a call without input": ([block(**USE), json_piece(""), CLOSE], [("a", "f", "{}")]),
    "the whole input at once": (
        [block(**(USE | {"input": {"x": 1}})), CLOSE],
        [("a", "f", '{"x": 1}')],
    ),
    "two calls": (
        [block(**USE), json_piece("{}"), CLOSE, block(1, **(USE | {"id": "b"})), CLOSE],
        [("a", "f", "{}"), ("b", "f", "{}")],
    ),
    "what the vendor's own tools do": (
        [
            block(type="server_tool_use", id="s", name="web_search", input={}),
            json_piece('{"query": "x"}'),
            CLOSE,
            block(1, **USE),
            CLOSE,
        ],
        [("a", "f", "{}")],
    ),
}


@pytest.mark.parametrize("case", MESSAGES)
def test_a_message_gives_its_calls(case: str) -> None:
    """Counted from 0, each with its id and name first."""
    events, expected = MESSAGES[case]
    deltas = read(MessageReader(), *events, stopped("tool_use"), END)
    assert calls(deltas) == expected
    assert deltas[-1].finish_reason == "tool_calls"


def test_a_messages_thinking_keeps_its_signature() -> None:
    """The signature comes with the last piece, encrypted thinking as a piece of its own."""
    deltas = read(
        MessageReader(),
        block(type="thinking", thinking="", signature=""),
        part("thinking_delta", thinking="h"),
        part("thinking_delta", thinking="m"),
        part("signature_delta", signature="c2ln"),
        CLOSE,
        block(1, type="redacted_thinking", data="b3BhcXVl"),
        CLOSE,
        stopped("end_turn"),
        END,
    )
    assert thinking(deltas) == ("hm", "c2ln")
    assert [d.thinking.redacted for d in deltas if d.thinking and d.thinking.redacted] == [
        "b3BhcXVl"
    ]


ANSWERS: list[tuple[list[Json], str]] = [
    ([json_piece('{"a"'), json_piece(": 1}")], '{"a": 1}'),
    ([json_piece("")], "{}"),
]


@pytest.mark.parametrize(("pieces", "text"), ANSWERS, ids=["an object", "nothing"])
def test_a_call_that_is_the_answer_is_text(pieces: list[Json], text: str) -> None:
    """Where JSON was asked for, the call of that tool is the text, and the answer just stops."""
    reader = MessageReader("anthropic", text_tool="json")
    events = [block(**(USE | {"name": "json"})), *pieces, CLOSE, stopped("tool_use"), END]
    deltas = read(reader, *events)
    assert "".join(delta.text for delta in deltas) == text
    assert calls(deltas) == []
    assert deltas[-1].finish_reason == "stop"


def test_a_message_counts_what_its_cache_took_and_gave() -> None:
    """Both are input too."""
    usage = {
        "input_tokens": 1,
        "cache_read_input_tokens": 20,
        "cache_creation_input_tokens": 300,
        "output_tokens": 1,
    }
    start = {"type": "message_start", "message": {"model": "c", "usage": usage}}
    end = {
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn"},
        "usage": {"output_tokens": 7},
    }
    assert read(MessageReader(), start, end, END)[-1].usage == Usage(321, 7, 20, 300)


REASONS: list[tuple[AnswerReader, Json, FinishReason]] = [
    (ChatReader("openai"), ENDED, "tool_calls"),
    (MessageReader(), stopped("tool_use"), "tool_calls"),
    (MessageReader(), stopped("max_tokens"), "length"),
]


@pytest.mark.parametrize(("reader", "event", "reason"), REASONS, ids=["chat", "message", "limit"])
def test_an_answer_that_calls_ends_for_it(
    reader: AnswerReader, event: Json, reason: FinishReason
) -> None:
    """And one that was cut by its limit ends for that, though it called."""
    assert read(reader, event)[-1].finish_reason == reason


def split(text: str, cuts: list[int]) -> list[str]:
    """The text cut at these places."""
    places = sorted({min(cut, len(text)) for cut in cuts} | {0, len(text)})
    return [text[a:b] for a, b in pairwise(places)]


@settings(max_examples=50)
@given(st.dictionaries(st.text(), st.text()), st.lists(st.integers(0, 60), max_size=8))
def test_however_arguments_are_cut_they_are_the_same(given_: Json, cuts: list[int]) -> None:
    """In both wires, also where a cut goes through a character's escape."""
    text = json.dumps(given_)
    pieces = split(text, cuts)
    chunks = [called(piece("", id="a", name="f")), *(called(piece(p)) for p in pieces), ENDED]
    assert calls(read(ChatReader("openai"), *chunks)) == [("a", "f", text)]
    events = [block(**USE), *(json_piece(p) for p in pieces), CLOSE, stopped("tool_use"), END]
    assert calls(read(MessageReader(), *events)) == [("a", "f", text)]
