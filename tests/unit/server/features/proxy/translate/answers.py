"""Answers as deltas, and readers of what a translation makes of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sluice.engine.types import CleansedText
from sluice.server.features.proxy.translate.translations import TRANSLATIONS
from sluice.server.providers.base import (
    Delta,
    FinishReason,
    Thinking,
    ToolCallDelta,
    Usage,
)
from sluice.server.providers.sse import Event

EMPTY = CleansedText("")
USAGE = Usage(15, 6, 2, 3)
BODIES: dict[str, dict[str, Any]] = {
    "openai.chat": {"model": "m", "messages": [{"role": "user", "content": "hi"}]},
    "openai.completions": {"model": "m", "prompt": "hi"},
    "openai.responses": {"model": "m", "input": "hi"},
    "anthropic.messages": {
        "model": "m",
        "max_tokens": 9,
        "thinking": {"type": "adaptive"},
        "messages": [{"role": "user", "content": "hi"}],
    },
    "anthropic.complete": {"model": "m", "prompt": "\n\nHuman: hi\n\nAssistant:"},
}
"""A small request of each wire, which asks for thinking where the wire must be asked for it."""
WIRES = tuple(BODIES)


def say(text: str) -> Delta:
    """Words."""
    return Delta(CleansedText(text))


def think(text: str, signature: str = "", redacted: str = "") -> Delta:
    """A piece of thinking."""
    return Delta(EMPTY, thinking=Thinking(CleansedText(text), signature, redacted))


def call(index: int, arguments: str = "", name: str = "", call_id: str = "") -> Delta:
    """A piece of a tool call."""
    piece = ToolCallDelta(index, call_id, name, CleansedText(arguments))
    return Delta(EMPTY, tool_call=piece)


def last(finish: FinishReason = "stop", usage: Usage | None = USAGE) -> Delta:
    """The last delta."""
    return Delta(EMPTY, finish, usage)


ANSWER: tuple[Delta, ...] = (
    think("let me "),
    think("see", "U0lH"),
    say("he"),
    say("llo"),
    call(0, '{"city":', "weather", "call_1"),
    call(0, ' "Oslo"}'),
    call(1, "", "clock", "call_2"),
    last(),
)
"""Thinking, words, a call in pieces, and a call without arguments."""


@dataclass
class Said:
    """What a client would take from an answer, in the order of the wire."""

    texts: list[str] = field(default_factory=list)
    calls: list[tuple[str, str, object]] = field(default_factory=list)
    thinking: list[tuple[str, str]] = field(default_factory=list)
    finish: object = None
    usage: object = None

    @property
    def text(self) -> str:
        """All words."""
        return "".join(self.texts)


def streamed(wire: str, deltas: Iterable[Delta], body: dict[str, Any] | None = None) -> list[Event]:
    """The events of a streamed answer."""
    renderer = TRANSLATIONS[wire].renderer(BODIES[wire] if body is None else body, "m")
    events = [event for delta in deltas for event in renderer.feed(delta)]
    return events + renderer.finish()


def whole(wire: str, deltas: Sequence[Delta], body: dict[str, Any] | None = None) -> dict[str, Any]:
    """The body of a whole answer."""
    return TRANSLATIONS[wire].answer(BODIES[wire] if body is None else body, "m", deltas)


def data(events: Iterable[Event]) -> list[dict[str, Any]]:
    """The events' objects, without OpenAI's end marker."""
    return [json.loads(event.data) for event in events if event.data != "[DONE]"]


def said_in_stream(wire: str, events: Iterable[Event]) -> Said:
    """What a client adds up from the events."""
    return _STREAMS[wire](data(events))


def said_in_whole(wire: str, answer: dict[str, Any]) -> Said:
    """What a client reads in a whole answer."""
    return _WHOLES[wire](answer)


def _chat_stream(chunks: list[dict[str, Any]]) -> Said:
    said, calls = Said(), dict[int, list[str]]()
    for chunk in chunks:
        said.usage = chunk.get("usage") or said.usage
        for choice in chunk["choices"]:
            said.finish = choice["finish_reason"] or said.finish
            delta = choice["delta"]
            said.texts.append(delta.get("content") or "")
            for piece in delta.get("tool_calls", ()):
                made = calls.setdefault(piece["index"], [piece.get("id", ""), "", ""])
                made[1] += piece["function"].get("name", "")
                made[2] += piece["function"]["arguments"]
    said.calls = [(made[0], made[1], json.loads(made[2])) for made in calls.values()]
    said.texts = ["".join(said.texts)]
    return said


def _chat_whole(answer: dict[str, Any]) -> Said:
    [choice] = answer["choices"]
    message = choice["message"]
    calls = [
        (made["id"], made["function"]["name"], json.loads(made["function"]["arguments"]))
        for made in message.get("tool_calls", ())
    ]
    usage = answer.get("usage")
    return Said([message["content"] or ""], calls, [], choice["finish_reason"], usage)


def _completions_stream(chunks: list[dict[str, Any]]) -> Said:
    choices = [choice for chunk in chunks for choice in chunk["choices"]]
    text = "".join(choice["text"] for choice in choices)
    usage = next((chunk["usage"] for chunk in chunks if chunk.get("usage")), None)
    return Said([text], finish=choices[-1]["finish_reason"], usage=usage)


def _completions_whole(answer: dict[str, Any]) -> Said:
    [choice] = answer["choices"]
    return Said([choice["text"]], finish=choice["finish_reason"], usage=answer.get("usage"))


def _responses_stream(events: list[dict[str, Any]]) -> Said:
    """From the deltas alone; that the repetitions are the same is a test of its own."""
    items: dict[int, dict[str, Any]] = {}
    for event in events:
        if event["type"] == "response.output_item.added":
            items[event["output_index"]] = event["item"] | {"said": ""}
        elif event["type"].endswith(".delta"):
            items[event["output_index"]]["said"] += event["delta"]
        elif event["type"] == "response.output_item.done":
            sealed = event["item"].get("encrypted_content", "")
            items[event["output_index"]]["encrypted_content"] = sealed
    said = Said()
    for item in items.values():
        _note_item(said, item, item["said"])
    said.finish, said.usage = _ending(events[-1]["response"])
    return said


def _responses_whole(answer: dict[str, Any]) -> Said:
    said = Said()
    for item in answer["output"]:
        parts = item.get("content") or item.get("summary") or [{"text": ""}]
        _note_item(said, item, item.get("arguments") or parts[0]["text"])
    said.finish, said.usage = _ending(answer)
    return said


def _note_item(said: Said, item: dict[str, Any], text: str) -> None:
    match item["type"]:
        case "message":
            said.texts.append(text)
        case "function_call":
            said.calls.append((item["call_id"], item["name"], json.loads(text)))
        case "reasoning":
            said.thinking.append((text, item.get("encrypted_content", "")))


def _ending(response: dict[str, Any]) -> tuple[object, object]:
    return (response["status"], response["incomplete_details"]), response["usage"]


def _messages_stream(events: list[dict[str, Any]]) -> Said:
    blocks: dict[int, dict[str, Any]] = {}
    said = Said()
    for event in events:
        match event["type"]:
            case "content_block_start":
                blocks[event["index"]] = event["content_block"] | {"partial_json": ""}
            case "content_block_delta":
                delta = event["delta"]
                [name] = set(delta) - {"type"}
                blocks[event["index"]][name] += delta[name]
            case "message_delta":
                said.finish, said.usage = event["delta"]["stop_reason"], event["usage"]
    for block in blocks.values():
        if block["type"] == "tool_use":
            block["input"] = json.loads(block["partial_json"])
    return _with_blocks(said, blocks.values())


def _messages_whole(answer: dict[str, Any]) -> Said:
    said = Said(finish=answer["stop_reason"], usage=answer["usage"])
    return _with_blocks(said, answer["content"])


def _with_blocks(said: Said, blocks: Iterable[dict[str, Any]]) -> Said:
    for block in blocks:
        match block["type"]:
            case "text":
                said.texts.append(block["text"])
            case "tool_use":
                said.calls.append((block["id"], block["name"], block["input"]))
            case "thinking":
                said.thinking.append((block["thinking"], block["signature"]))
            case "redacted_thinking":
                said.thinking.append(("", block["data"]))
    return said


def _complete_stream(events: list[dict[str, Any]]) -> Said:
    text = "".join(event["completion"] for event in events)
    return Said([text], finish=events[-1]["stop_reason"])


def _complete_whole(answer: dict[str, Any]) -> Said:
    return Said([answer["completion"]], finish=answer["stop_reason"])


_STREAMS = {
    "openai.chat": _chat_stream,
    "openai.completions": _completions_stream,
    "openai.responses": _responses_stream,
    "anthropic.messages": _messages_stream,
    "anthropic.complete": _complete_stream,
}
_WHOLES = {
    "openai.chat": _chat_whole,
    "openai.completions": _completions_whole,
    "openai.responses": _responses_whole,
    "anthropic.messages": _messages_whole,
    "anthropic.complete": _complete_whole,
}
