"""Cohere's streams as a machine without I/O: what each event gives, and how it ends."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.server.providers.test_reading_calls import calls, read, thinking

from sluice.server.providers.base import (
    Delta,
    FinishReason,
    ProviderError,
    ProviderProtocolError,
    ProviderRejected,
    ProviderTimeout,
    Usage,
)
from sluice.server.providers.cohere_answer import ChatReader, read_usage
from sluice.server.providers.sse import Event

Json = dict[str, Any]


def event(kind: str, **message: object) -> Json:
    """An event with this message in its delta."""
    return {"type": kind, "index": 0, "delta": {"message": message}}


def words(text: object) -> Json:
    return event("content-delta", content={"text": text})


def opened(call_id: object, name: str, arguments: str = "") -> Json:
    function = {"name": name, "arguments": arguments}
    return event("tool-call-start", tool_calls={"id": call_id, "function": function})


def given_(arguments: object) -> Json:
    return event("tool-call-delta", tool_calls={"function": {"arguments": arguments}})


CLOSED: Json = {"type": "tool-call-end", "index": 0}


def end(reason: object = "COMPLETE", usage: object = None) -> Json:
    return {"type": "message-end", "delta": {"finish_reason": reason, "usage": usage}}


def said(deltas: list[Delta]) -> str:
    return "".join(delta.text for delta in deltas)


TEXTS: dict[str, tuple[list[Json], str]] = {
    "pieces": ([words("a"), words("b"), end()], "ab"),
    "text at the start of a block": (
        [event("content-start", content={"type": "text", "text": "a"}), words("b"), end()],
        "ab",
    ),
    "an event of another type": ([{"type": "debug", "prompt": "x"}, words("a"), end()], "a"),
    "a citation": ([event("citation-start", citations={"text": "x"}), words("a"), end()], "a"),
    "no delta": ([{"type": "content-delta"}, words("a"), end()], "a"),
    "null text": ([words(None), words("a"), end()], "a"),
    "text of another type": ([words(7), words({"a": 1}), words("a"), end()], "a"),
    "a message of another type": (
        [{"type": "content-delta", "delta": {"message": ["x"]}}, words("a"), end()],
        "a",
    ),
    "halves of a character": ([words("\ud83d"), words("\ude00!"), end()], "😀!"),
    "half a character at the end": ([words("a\ud83d"), end()], "a\ufffd"),
}


@pytest.mark.parametrize("case", TEXTS)
def test_a_message_gives_its_text_and_one_finish(case: str) -> None:
    """Only content is passed on as text, and exactly one delta finishes."""
    events, text = TEXTS[case]
    deltas = read(ChatReader(), *events)
    assert said(deltas) == text
    assert [d.finish_reason for d in deltas] == [None] * (len(deltas) - 1) + ["stop"]


REASONS: list[tuple[object, FinishReason]] = [
    ("COMPLETE", "stop"),
    ("STOP_SEQUENCE", "stop"),
    ("TOOL_CALL", "tool_calls"),
    ("MAX_TOKENS", "length"),
    ("ERROR_LIMIT", "length"),
    ("ERROR_TOXIC", "content_filter"),
    ("SOMETHING_NEW", "error"),
    (None, "stop"),
]


@pytest.mark.parametrize(("word", "reason"), REASONS)
def test_a_word_for_the_end_is_ours(word: object, reason: FinishReason) -> None:
    """An unknown one is an error: such an answer must not pass for a whole one."""
    assert read(ChatReader(), words("a"), end(word))[-1].finish_reason == reason


@pytest.mark.parametrize(("word", "kind"), [("ERROR", ProviderError), ("TIMEOUT", ProviderTimeout)])
def test_a_failed_end_is_raised(word: str, kind: type[ProviderError]) -> None:
    """The vendor failed while it answered; a repetition may help."""
    with pytest.raises(kind, match=word) as caught:
        read(ChatReader(), words("a"), end(word))
    assert caught.value.retryable


@pytest.mark.parametrize("error", [{"message": "canary", "id": "x"}, {"type": "error"}])
def test_an_error_object_in_a_stream_is_raised(error: Json) -> None:
    """In the shape of answers with another status; its words stay unsaid."""
    with pytest.raises(ProviderError) as caught:
        read(ChatReader(), words("a"), error)
    assert not isinstance(caught.value, ProviderRejected)
    assert "canary" not in str(caught.value)


def test_a_stream_without_its_end_is_cut() -> None:
    """The end says why; without it nobody knows."""
    with pytest.raises(ProviderProtocolError, match="before the end marker"):
        read(ChatReader(), words("a"))


def test_an_end_marker_of_another_wire_is_an_end() -> None:
    """Hosts of Cohere's models write it."""
    reader = ChatReader()
    assert list(reader.read(Event("message", "[DONE]"))) == []
    assert reader.done
    assert reader.finish().finish_reason == "stop"


CALLS: dict[str, tuple[list[Json], list[tuple[str, str, str]]]] = {
    "in pieces": (
        [opened("a", "f"), given_('{"x"'), given_(": 1}"), CLOSED],
        [("a", "f", '{"x": 1}')],
    ),
    "two": (
        [opened("a", "f"), given_("{}"), CLOSED, opened("b", "g"), given_("{}"), CLOSED],
        [("a", "f", "{}"), ("b", "g", "{}")],
    ),
    "arguments at the start": ([opened("a", "f", "{"), given_("}"), CLOSED], [("a", "f", "{}")]),
    "no arguments": ([opened("a", "f"), CLOSED], [("a", "f", "{}")]),
    "no end before the next": (
        [opened("a", "f"), opened("b", "g"), CLOSED],
        [("a", "f", "{}"), ("b", "g", "{}")],
    ),
    "arguments of nothing": ([given_("x"), opened("a", "f"), CLOSED], [("a", "f", "{}")]),
    "halves of a character": (
        [opened("a", "f"), given_('{"x": "\ud83d'), given_('\ude00"}'), CLOSED],
        [("a", "f", '{"x": "😀"}')],
    ),
}


@pytest.mark.parametrize("case", CALLS)
def test_a_message_gives_its_calls(case: str) -> None:
    """Counted from 0, each with its arguments as JSON."""
    events, expected = CALLS[case]
    deltas = read(ChatReader(), *events, end("TOOL_CALL"))
    assert calls(deltas) == expected
    assert deltas[-1].finish_reason == "tool_calls"


def test_a_call_without_an_id_gets_one() -> None:
    """Whoever answers the call must be able to name it."""
    ((call_id, _, _),) = calls(read(ChatReader(), opened(None, "f"), CLOSED, end("TOOL_CALL")))
    assert call_id.startswith("call_")


def test_only_the_first_call_is_passed_on_where_that_was_asked_for() -> None:
    """Arguments of the others neither."""
    events = [opened("a", "f"), CLOSED, opened("b", "g"), given_('{"x": 1}'), CLOSED]
    assert calls(read(ChatReader(one_call=True), *events, end("TOOL_CALL"))) == [("a", "f", "{}")]


def test_plans_and_thinking_are_thinking() -> None:
    """None of it is text."""
    events = [
        event("tool-plan-delta", tool_plan="I "),
        event("content-start", content={"type": "thinking", "thinking": ""}),
        event("content-delta", content={"thinking": "look."}),
    ]
    deltas = read(ChatReader(), *events, end())
    assert (thinking(deltas), said(deltas)) == (("I look.", ""), "")


USAGES: dict[str, tuple[object, Usage | None]] = {
    "billed": (
        {
            "billed_units": {"input_tokens": 5.0, "output_tokens": 2.0},
            "tokens": {"input_tokens": 71.0, "output_tokens": 4.0},
        },
        Usage(5, 2),
    ),
    "taken in": ({"tokens": {"input_tokens": 71.0, "output_tokens": 4.0}}, Usage(71, 4)),
    "cached": (
        {"billed_units": {"input_tokens": 5, "output_tokens": 2}, "cached_tokens": 64.0},
        Usage(5, 2, 5),
    ),
    "half": ({"billed_units": {"input_tokens": 5}}, None),
    "negative": ({"tokens": {"input_tokens": -1, "output_tokens": 0}}, None),
    "words": ({"tokens": {"input_tokens": "5", "output_tokens": "2"}}, None),
    "nothing": (None, None),
    "a list": ([1], None),
}


@pytest.mark.parametrize("case", USAGES)
def test_usage_is_what_is_billed(case: str) -> None:
    """Never more from the cache than in all."""
    value, usage = USAGES[case]
    assert read_usage(value) == usage
    assert read(ChatReader(), words("a"), end(usage=value))[-1].usage == usage


@given(st.text(), st.lists(st.integers(0, 40), max_size=6))
@settings(max_examples=100)
def test_every_split_of_a_text_is_the_same_text(text: str, cuts: list[int]) -> None:
    """In UTF-16 halves too, as JSON escapes can split a character."""
    units = text.encode("utf-16-le", "surrogatepass")
    places = [0, *sorted({min(cut * 2, len(units)) for cut in cuts}), len(units)]
    pieces = [
        units[start:stop].decode("utf-16-le", "surrogatepass") for start, stop in pairwise(places)
    ]
    assert said(read(ChatReader(), *map(words, pieces), end())) == text
    arguments = json.dumps({"x": text}, ensure_ascii=False)
    made = [opened("a", "f"), *map(given_, arguments), CLOSED, end("TOOL_CALL")]
    assert calls(read(ChatReader(), *made)) == [("a", "f", arguments)]
