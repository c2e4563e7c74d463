"""The vendors' streams as machines without I/O: what each event gives, and how it ends."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.engine.types import CleansedText
from sluice.server.providers.answer import AnswerReader, SurrogateJoiner
from sluice.server.providers.anthropic_answer import MessageReader
from sluice.server.providers.anthropic_body import turns
from sluice.server.providers.base import (
    Delta,
    FinishReason,
    Message,
    ProviderError,
    ProviderProtocolError,
    ProviderRateLimited,
    ProviderRejected,
    Role,
    Usage,
)
from sluice.server.providers.openai_answer import ChatReader
from sluice.server.providers.sse import Event

Json = dict[str, Any]


def read(reader: AnswerReader, *events: Json | str) -> list[Delta]:
    """All deltas of these events, the last one included."""
    deltas: list[Delta] = []
    for event in events:
        data = event if isinstance(event, str) else json.dumps(event)
        deltas += reader.read(Event("message", data))
        if reader.done:
            break
    return [*deltas, reader.finish()]


def said(deltas: list[Delta]) -> str:
    return "".join(delta.text for delta in deltas)


def chunk(content: object = None, reason: str | None = None, **more: object) -> Json:
    return {
        "choices": [{"index": 0, "delta": {"content": content}, "finish_reason": reason}],
        **more,
    }


STOP = chunk(reason="stop")
USAGE = {"prompt_tokens": 3, "completion_tokens": 2}

CHATS: dict[str, tuple[list[Json | str], str]] = {
    "content": ([chunk("a"), chunk("b"), STOP, "[DONE]"], "ab"),
    "content beside the finish reason": ([chunk("a"), chunk("b", "stop"), "[DONE]"], "ab"),
    "end marker missing": ([chunk("a"), STOP], "a"),
    "finish reason missing": ([chunk("a"), "[DONE]"], "a"),
    "end marker with spaces": ([chunk("a"), STOP, " [DONE] "], "a"),
    "nothing after the end marker": ([chunk("a"), STOP, "[DONE]", chunk("b")], "a"),
    "null content": ([chunk(None), chunk("a"), STOP], "a"),
    "empty choices": ([{"choices": []}, chunk("a"), STOP], "a"),
    "no choices": ([{"id": "x"}, chunk("a"), STOP], "a"),
    "null choices": ([{"choices": None}, chunk("a"), STOP], "a"),
    "usage only": ([chunk("a"), STOP, {"choices": [], "usage": USAGE}, "[DONE]"], "a"),
    "no delta": ([{"choices": [{"index": 0, "finish_reason": None}]}, chunk("a"), STOP], "a"),
    "null error": ([chunk("a", error=None), STOP], "a"),
    "filter results": ([{"choices": [], "prompt_filter_results": [{}]}, chunk("a"), STOP], "a"),
    "another choice": (
        [{"choices": [{"index": 1, "delta": {"content": "x"}}]}, chunk("a"), STOP],
        "a",
    ),
    "DeepSeek's reasoning": (
        [{"choices": [{"delta": {"content": None, "reasoning_content": "x"}}]}, chunk("a"), STOP],
        "a",
    ),
    "other vendors' reasoning": (
        [{"choices": [{"delta": {"content": "", "reasoning": "x"}}]}, chunk("a"), STOP],
        "a",
    ),
    "Mistral's parts": (
        [
            chunk([{"type": "thinking", "thinking": [{"type": "text", "text": "x"}]}]),
            chunk([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}, {"type": "text"}]),
            STOP,
        ],
        "ab",
    ),
    "a refusal": ([{"choices": [{"delta": {"content": None, "refusal": "No."}}]}, STOP], "No."),
    "a tool call without a function": (
        [{"choices": [{"delta": {"tool_calls": [{"index": 0}]}}]}, chunk("a"), STOP],
        "a",
    ),
    "halves of a character": ([chunk("\ud83d"), chunk("\ude00!"), STOP], "😀!"),
    "half a character in the middle": ([chunk("a\ud83d"), chunk("b"), STOP], "a\ufffdb"),
    "half a character at the end": ([chunk("a\ud83d"), STOP], "a\ufffd"),
    "content of another type": ([chunk(7), chunk({"a": 1}), chunk("a"), STOP], "a"),
    "choices of another type": ([{"choices": ["x", 1]}, {"choices": {}}, chunk("a"), STOP], "a"),
}


@pytest.mark.parametrize("case", CHATS)
def test_a_chat_gives_its_content_and_one_finish(case: str) -> None:
    """Only content is passed on, whatever else the chunks hold, and exactly one delta finishes."""
    events, text = CHATS[case]
    deltas = read(ChatReader("openai"), *events)
    assert said(deltas) == text
    assert [d.finish_reason for d in deltas] == [None] * (len(deltas) - 1) + ["stop"]


REASONS: list[tuple[str, FinishReason]] = [
    ("stop", "stop"),
    ("STOP", "stop"),
    ("tool_calls", "tool_calls"),
    ("function_call", "tool_calls"),
    ("length", "length"),
    ("model_length", "length"),
    ("content_filter", "content_filter"),
    ("insufficient_system_resource", "error"),
    ("error", "error"),
    ("something_new", "error"),
]


@pytest.mark.parametrize(("word", "reason"), REASONS)
def test_a_chat_ends_for_a_known_reason(word: str, reason: FinishReason) -> None:
    """Vendors' words become ours; one that is not known is never taken for a whole answer."""
    assert read(ChatReader("openai"), chunk("a"), chunk(reason=word))[-1].finish_reason == reason


USAGES: dict[str, tuple[Json, Usage | None]] = {
    "in its own chunk": ({"choices": [], "usage": USAGE}, Usage(3, 2)),
    "with the finish": (chunk(reason="stop", usage=USAGE), Usage(3, 2)),
    "Groq's": (chunk(reason="stop", x_groq={"usage": USAGE}), Usage(3, 2)),
    "null": (chunk(reason="stop", usage=None), None),
    "nonsense": (chunk(reason="stop", usage={"prompt_tokens": "3"}), None),
    "negative": (chunk(reason="stop", usage={"prompt_tokens": -1, "completion_tokens": 0}), None),
}


@pytest.mark.parametrize("case", USAGES)
def test_a_chat_tells_its_usage(case: str) -> None:
    """Usage is read wherever a vendor puts it and is None where there is none."""
    last, usage = USAGES[case]
    assert read(ChatReader("openai"), chunk("a", model="m-1"), last, "[DONE]")[-1].usage == usage


def test_a_chat_names_the_model_that_answered() -> None:
    """Every delta carries the exact model, once the vendor said it."""
    deltas = read(ChatReader("openai"), chunk("a", model="m-1"), chunk("b", model=""), STOP)
    assert {delta.model for delta in deltas} == {"m-1"}


BROKEN = ["{", "[1]", "null", '"text"', "9" * 5000, "", "nan", '{"a":' * 100_000]


@pytest.mark.parametrize("data", BROKEN, ids=range(len(BROKEN)))
@pytest.mark.parametrize("reader", [ChatReader("openai"), MessageReader()])
def test_an_event_that_is_no_object_is_refused(reader: AnswerReader, data: str) -> None:
    """Data that is no JSON object is a protocol error that neither quotes nor carries it."""
    with pytest.raises(ProviderProtocolError) as caught:
        list(reader.read(Event("message", data)))
    assert caught.value.__context__ is None


@pytest.mark.parametrize("events", [[], [chunk("a")], [{"choices": []}]])
def test_a_chat_that_is_cut_is_refused(events: list[Json]) -> None:
    """A stream without finish reason and end marker is never taken for an answer."""
    with pytest.raises(ProviderProtocolError, match="before the end marker"):
        read(ChatReader("openai"), *events)


def test_an_error_in_a_chat_is_raised() -> None:
    """An error object among the chunks becomes an error with the vendor's type, not its text."""
    with pytest.raises(ProviderError, match=r"status 500 \(server_error\)") as caught:
        read(ChatReader("x"), chunk("a"), {"error": {"type": "server_error", "message": "secret"}})
    assert "secret" not in str(caught.value)


def test_an_error_event_in_a_chat_is_raised() -> None:
    """An event of the type `error` is one, whatever its data looks like."""
    with pytest.raises(ProviderError):
        list(ChatReader("groq").read(Event("error", "{}")))


def message(**fields: object) -> Json:
    return {"type": "message_start", "message": {"model": "c-1", **fields}}


def delta(kind: str, **fields: object) -> Json:
    return {"type": "content_block_delta", "index": 0, "delta": {"type": kind, **fields}}


def stopped(reason: str = "end_turn", **usage: object) -> Json:
    return {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": usage}


END: Json = {"type": "message_stop"}

MESSAGES: dict[str, tuple[list[Json | str], str]] = {
    "text": (
        [message(), delta("text_delta", text="a"), delta("text_delta", text="b"), stopped(), END],
        "ab",
    ),
    "text in the block's start": (
        [
            {"type": "content_block_start", "content_block": {"type": "text", "text": "a"}},
            stopped(),
            END,
        ],
        "a",
    ),
    "thinking": (
        [
            delta("thinking_delta", thinking="x"),
            delta("signature_delta", signature="x"),
            delta("text_delta", text="a"),
            stopped(),
            END,
        ],
        "a",
    ),
    "tool input": (
        [
            delta("input_json_delta", partial_json="{"),
            delta("text_delta", text="a"),
            stopped(),
            END,
        ],
        "a",
    ),
    "citations": (
        [
            delta("citations_delta", citation={"cited_text": "x"}),
            delta("text_delta", text="a"),
            stopped(),
            END,
        ],
        "a",
    ),
    "ping": ([{"type": "ping"}, delta("text_delta", text="a"), stopped(), END], "a"),
    "an unknown event": (
        [{"type": "new", "text": "x"}, {}, delta("text_delta", text="a"), stopped(), END],
        "a",
    ),
    "no end marker": ([delta("text_delta", text="a"), stopped()], "a"),
    "no stop reason": ([delta("text_delta", text="a"), END], "a"),
    "nothing after the end": (
        [delta("text_delta", text="a"), stopped(), END, delta("text_delta", text="b")],
        "a",
    ),
    "halves of a character": (
        [delta("text_delta", text="\ud83d"), delta("text_delta", text="\ude00"), stopped(), END],
        "😀",
    ),
    "fields of another type": (
        [
            {"type": "message_start", "message": 1},
            {"type": "content_block_delta", "delta": 2},
            {"type": "message_delta", "delta": 3, "usage": 4},
            delta("text_delta", text=5),
            delta("text_delta", text="a"),
            stopped(),
            END,
        ],
        "a",
    ),
}


@pytest.mark.parametrize("case", MESSAGES)
def test_a_message_gives_its_text_and_one_finish(case: str) -> None:
    """Only text is passed on, and exactly one delta, the last, finishes."""
    events, text = MESSAGES[case]
    deltas = read(MessageReader(), *events)
    assert said(deltas) == text
    assert [d.finish_reason for d in deltas] == [None] * (len(deltas) - 1) + ["stop"]


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("tool_use", "tool_calls"),
        ("pause_turn", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("refusal", "content_filter"),
        ("something_new", "error"),
    ],
)
def test_a_message_ends_for_a_known_reason(word: str, reason: FinishReason) -> None:
    """The vendor's words become ours; one that is not known is an error."""
    assert read(MessageReader(), stopped(word), END)[-1].finish_reason == reason


def test_a_message_counts_cumulative_usage_and_cached_input() -> None:
    """Counts replace earlier ones, and what came from the cache was input too."""
    start = message(usage={"input_tokens": 3, "cache_read_input_tokens": 4, "output_tokens": 1})
    deltas = read(MessageReader(), start, stopped(output_tokens=9), END)
    assert deltas[-1].usage == Usage(7, 9, cache_read_tokens=4)


def test_a_message_that_is_cut_is_refused() -> None:
    """A stream without stop reason and end marker is never taken for an answer."""
    with pytest.raises(ProviderProtocolError, match="before the end marker"):
        read(MessageReader(), message(), delta("text_delta", text="a"))


def test_an_error_event_in_a_message_is_raised() -> None:
    """`overloaded_error` inside a stream is what 529 would have been."""
    with pytest.raises(ProviderRateLimited, match="overloaded_error") as caught:
        read(
            MessageReader(),
            {"type": "error", "error": {"type": "overloaded_error", "message": "secret"}},
        )
    assert caught.value.status == 529
    assert "secret" not in str(caught.value)


def turn(role: Role, text: str) -> Message:
    return Message(role, CleansedText(text))


def test_turns_of_one_role_are_merged_and_empty_ones_left_out() -> None:
    """The wire wants roles that take turns and no empty content; `system` is another field."""
    conversation = (
        turn("system", "S"),
        turn("user", "a"),
        turn("user", "b"),
        turn("assistant", " "),
        turn("user", "c"),
        turn("assistant", "d"),
        turn("user", "e"),
    )
    assert turns(conversation) == [
        {"role": "user", "content": "a\n\nb\n\nc"},
        {"role": "assistant", "content": "d"},
        {"role": "user", "content": "e"},
    ]


@pytest.mark.parametrize("messages", [(), (turn("system", "S"),), (turn("user", " \n"),)])
def test_a_conversation_without_text_is_refused(messages: tuple[Message, ...]) -> None:
    """Nothing to ask is our error, before anything is sent."""
    with pytest.raises(ProviderRejected):
        turns(messages)


@given(text=st.text(st.characters(), max_size=20), data=st.data())
def test_halves_are_joined_however_utf16_is_cut(text: str, data: st.DataObject) -> None:
    """A text cut between any two UTF-16 units comes out whole, and always has a UTF-8 form."""
    units = text.encode("utf-16-le", "surrogatepass")
    at = 2 * data.draw(st.integers(0, len(units) // 2))
    halves = [part.decode("utf-16-le", "surrogatepass") for part in (units[:at], units[at:])]
    joiner = SurrogateJoiner()
    joined = "".join(joiner.feed(half) for half in halves) + joiner.finish()
    joined.encode()
    assert joined == units.decode("utf-16-le", "replace")
