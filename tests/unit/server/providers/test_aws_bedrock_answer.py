"""Converse's events as a machine without I/O: what each gives, and how an answer ends."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from typing import Any

import pytest

from sluice.server.providers.aws_bedrock_answer import ConverseReader, answer_events
from sluice.server.providers.base import (
    Delta,
    FinishReason,
    ProviderProtocolError,
    Thinking,
    ToolCallDelta,
    Usage,
)
from sluice.server.providers.sse import Event

Json = dict[str, Any]
Step = tuple[str, Json]
NOTHING = ""


def delta(index: int = 0, **content: object) -> Step:
    return "contentBlockDelta", {"contentBlockIndex": index, "delta": content}


def start(index: int, **call: str) -> Step:
    return "contentBlockStart", {"contentBlockIndex": index, "start": {"toolUse": call}}


def end(index: int = 0) -> Step:
    return "contentBlockStop", {"contentBlockIndex": index}


def stop(reason: str = "end_turn") -> Step:
    return "messageStop", {"stopReason": reason}


def metadata(**usage: object) -> Step:
    return "metadata", {"usage": usage, "metrics": {"latencyMs": 1}}


BEGIN: Step = ("messageStart", {"role": "assistant"})


def read(*steps: Step, text_tool: str | None = None) -> list[Delta]:
    """All deltas of these events, the last one included."""
    reader = ConverseReader(text_tool=text_tool)
    deltas: list[Delta] = []
    for kind, data in steps:
        deltas += reader.read(Event(kind, json.dumps(data)))
        if reader.done:
            break
    return [*deltas, reader.finish()]


TEXTS: dict[str, tuple[list[Step], str]] = {
    "pieces": ([BEGIN, delta(text="a"), delta(text="b"), end(), stop()], "ab"),
    "two blocks": ([delta(text="a"), end(), delta(1, text="b"), end(1), stop()], "ab"),
    "nothing": ([BEGIN, stop()], ""),
    "nothing after the end marker": ([delta(text="a"), stop(), metadata(), delta(text="b")], "a"),
    "an unknown event": ([("else", {"text": "x"}), delta(text="a"), stop()], "a"),
    "an unknown delta": ([delta(citation={"title": "x"}), delta(text="a"), stop()], "a"),
    "a result of the vendor's own tool": (
        [delta(toolResult=[{"text": "x"}]), delta(1, text="a"), stop()],
        "a",
    ),
    "text of another type": ([delta(text=7), delta(text="a"), stop()], "a"),
    "halves of a character": ([delta(text="\ud83d"), delta(text="\ude00"), stop()], "😀"),
    "half a character at the end": ([delta(text="a\ud83d"), stop()], "a\ufffd"),
    "no delta": ([("contentBlockDelta", {}), delta(text="a"), stop()], "a"),
}


@pytest.mark.parametrize("case", TEXTS)
def test_an_answer_gives_its_text_and_one_finish(case: str) -> None:
    """Only text is text, whatever else the events hold."""
    steps, text = TEXTS[case]
    deltas = read(*steps)
    assert "".join(d.text for d in deltas) == text
    assert [d.finish_reason for d in deltas] == [None] * (len(deltas) - 1) + ["stop"]


REASONS: list[tuple[str, FinishReason]] = [
    ("end_turn", "stop"),
    ("stop_sequence", "stop"),
    ("tool_use", "tool_calls"),
    ("max_tokens", "length"),
    ("model_context_window_exceeded", "length"),
    ("guardrail_intervened", "content_filter"),
    ("content_filtered", "content_filter"),
    ("malformed_model_output", "error"),
    ("malformed_tool_use", "error"),
    ("something_new", "error"),
]


@pytest.mark.parametrize(("word", "reason"), REASONS)
def test_every_stop_reason_has_its_meaning(word: str, reason: FinishReason) -> None:
    """A word that nobody knows must not pass for a whole answer."""
    assert read(delta(text="a"), stop(word))[-1].finish_reason == reason


def test_an_answer_without_a_stop_was_cut() -> None:
    """Usage alone does not make it whole."""
    with pytest.raises(ProviderProtocolError, match="before the end marker"):
        read(delta(text="a"), metadata(inputTokens=1))


def test_calls_are_told_as_they_come() -> None:
    """Name first, then each piece; one without input has an empty object."""
    deltas = read(
        delta(text="I look."),
        end(),
        start(1, toolUseId="t1", name="weather"),
        delta(1, toolUse={"input": '{"a"'}),
        delta(1, toolUse={"input": ": 1}"}),
        end(1),
        start(2, toolUseId="t2", name="clock"),
        delta(2, toolUse={"input": ""}),
        end(2),
        stop("tool_use"),
    )
    assert [d.tool_call for d in deltas if d.tool_call] == [
        ToolCallDelta(0, "t1", "weather"),
        ToolCallDelta(0, arguments='{"a"'),  # type: ignore[arg-type]
        ToolCallDelta(0, arguments=": 1}"),  # type: ignore[arg-type]
        ToolCallDelta(1, "t2", "clock"),
        ToolCallDelta(1, arguments="{}"),  # type: ignore[arg-type]
    ]
    assert deltas[-1].finish_reason == "tool_calls"


def test_a_call_of_the_vendors_own_tool_is_not_the_callers() -> None:
    """Nobody could answer it."""
    deltas = read(
        start(0, toolUseId="s1", name="search", type="server_tool_use"),
        delta(0, toolUse={"input": "{}"}),
        end(0),
        delta(1, text="a"),
        stop(),
    )
    assert not any(d.tool_call for d in deltas)


def test_thinking_comes_with_its_signature() -> None:
    """Words, then what signs them; encrypted thinking as it is."""
    deltas = read(
        delta(reasoningContent={"text": "h"}),
        delta(reasoningContent={"text": "m"}),
        delta(reasoningContent={"signature": "c2ln"}),
        end(),
        delta(1, reasoningContent={"redactedContent": "b3Bh"}),
        end(1),
        stop(),
    )
    assert [d.thinking for d in deltas if d.thinking] == [
        Thinking("h"),  # type: ignore[arg-type]
        Thinking("m"),  # type: ignore[arg-type]
        Thinking("", "c2ln"),  # type: ignore[arg-type]
        Thinking("", redacted="b3Bh"),  # type: ignore[arg-type]
    ]


def test_encrypted_thinking_in_pieces_is_one() -> None:
    """Each piece is bytes in base64 of its own; the end of the message ends the block too."""
    pieces = [b64encode(piece).decode() for piece in (b"a", b"bc")]
    deltas = read(*(delta(reasoningContent={"redactedContent": p}) for p in pieces), stop())
    (thought,) = (d.thinking for d in deltas if d.thinking)
    assert b64decode(thought.redacted) == b"abc"


def test_encrypted_thinking_that_is_not_base64_is_refused() -> None:
    """Without a word of it."""
    bad: list[Step] = [delta(reasoningContent={"redactedContent": "canary!"})] * 2
    with pytest.raises(ProviderProtocolError, match="not base64") as caught:
        read(*bad, end(), stop())
    assert caught.value.__context__ is None


def test_a_whole_answer_gives_what_its_stream_would_have_given() -> None:
    """Blocks in their order, encrypted thinking as it is, and an answer of nothing was cut."""
    blocks: list[Json] = [
        {"reasoningContent": {"redactedContent": "b3Bh"}},
        {"text": "I look."},
        {"toolUse": {"toolUseId": "t", "name": "clock", "input": {}}},
        {"citationsContent": {}},
    ]
    answer = {"output": {"message": {"content": blocks}}, "stopReason": "tool_use"}
    deltas = read(*((event.event, json.loads(event.data)) for event in answer_events(answer)))
    assert [d.thinking.redacted for d in deltas if d.thinking] == ["b3Bh"]
    assert "".join(d.text for d in deltas) == "I look."
    assert [d.tool_call.arguments for d in deltas if d.tool_call] == ["", "{}"]
    with pytest.raises(ProviderProtocolError, match="before the end marker"):
        read(*((event.event, json.loads(event.data)) for event in answer_events({})))


def test_a_call_that_stands_for_the_answer_is_text() -> None:
    """And does not count as one."""
    deltas = read(
        start(0, toolUseId="t", name="json"),
        delta(0, toolUse={"input": '{"a": 1}'}),
        end(0),
        stop("tool_use"),
        text_tool="json",
    )
    assert ("".join(d.text for d in deltas), deltas[-1].finish_reason) == ('{"a": 1}', "stop")
    assert not any(d.tool_call for d in deltas)


USAGES: dict[str, tuple[Json, Usage | None]] = {
    "plain": ({"inputTokens": 3, "outputTokens": 2, "totalTokens": 5}, Usage(3, 2)),
    "cached": (
        {
            "inputTokens": 3,
            "outputTokens": 2,
            "cacheReadInputTokens": 10,
            "cacheWriteInputTokens": 4,
        },
        Usage(17, 2, 10, 4),
    ),
    "of another type": ({"inputTokens": "3", "outputTokens": None}, Usage(0, 0)),
    "none": ({}, None),
}


@pytest.mark.parametrize("case", USAGES)
def test_usage_counts_cached_input_too(case: str) -> None:
    """All input, and how much of it the cache held."""
    given, usage = USAGES[case]
    assert read(delta(text="a"), stop(), metadata(**given))[-1].usage == usage


@pytest.mark.parametrize("data", ["{", "[]", '"canary"', ""])
def test_data_that_is_no_object_is_refused(data: str) -> None:
    """Without a word of it."""
    with pytest.raises(ProviderProtocolError) as caught:
        list(ConverseReader().read(Event("messageStop", data)))
    assert "canary" not in str(caught.value)
    assert caught.value.__context__ is None
