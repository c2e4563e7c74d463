"""A streamed answer in OpenAI's chat wire, as a machine without I/O.

Source: OpenAI's API reference, "Chat completion chunk", and what other vendors add to it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final
from uuid import uuid4

from sluice.engine.types import CleansedText
from sluice.server.providers.answer import SurrogateJoiner, cut_off, json_object
from sluice.server.providers.base import Delta, FinishReason, Thinking, ToolCallDelta, Usage
from sluice.server.providers.faults import read_fault, stream_error
from sluice.server.providers.sse import Event

FINISH: Final[dict[str, FinishReason]] = {
    "stop": "stop",
    "eos": "stop",
    "eos_token": "stop",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",
    "content_filter": "content_filter",
    "safety": "content_filter",
}
"""Vendors' words for how an answer ended; any other (`insufficient_system_resource`, …) is an
error, since an answer that ended for an unknown reason must not pass for a whole one."""

_NOTHING: Final = CleansedText("")


class ChatReader:
    """Reads chat completion chunks; only the first choice is ever passed on.

    Its content is the text; reasoning (`reasoning_content`, `reasoning`, thinking parts) is passed
    on as thinking. Chunks without choices (usage, Azure's filter results) give nothing. The end
    marker is `[DONE]`; an answer that said why it finished is complete without it.
    """

    def __init__(self, provider: str, sent: bytes = b"") -> None:
        self.done = False
        self._provider = provider
        self._sent = sent
        self._joiner = SurrogateJoiner()
        self._thinking = SurrogateJoiner()
        self._calls = _Calls()
        self._finish: FinishReason | None = None
        self._usage: Usage | None = None
        self._model: str | None = None

    def read(self, event: Event) -> Iterator[Delta]:
        """The deltas of one event."""
        if event.data.strip() == "[DONE]":
            self.done = True
            return
        chunk = json_object(self._provider, event)
        if chunk.get("error") or event.event == "error":
            raise stream_error(self._provider, read_fault(chunk, sent=self._sent))
        self._note(chunk)
        delta = self._first_choice(chunk)
        if delta:
            yield from self._deltas(delta)

    def finish(self) -> Delta:
        """The last delta: why it ended and what it cost."""
        if self._finish is None and not self.done:
            raise cut_off(self._provider)
        reason = self._finish or "stop"
        # Some vendors say `stop` where the answer is a tool call.
        reason = "tool_calls" if reason == "stop" and self._calls.count else reason
        return Delta(self._joiner.finish(), reason, self._usage, self._model)

    def _deltas(self, delta: dict[str, Any]) -> Iterator[Delta]:
        thought = self._thinking.feed(_reasoning(delta))
        if thought:
            yield Delta(_NOTHING, model=self._model, thinking=Thinking(thought))
        text = self._joiner.feed(_text(delta))
        if text:
            yield Delta(text, model=self._model)
        for piece in self._calls.feed(delta):
            yield Delta(_NOTHING, model=self._model, tool_call=piece)

    def _note(self, chunk: dict[str, Any]) -> None:
        model, usage = chunk.get("model"), chunk.get("usage")
        if isinstance(model, str) and model:
            self._model = model
        # Groq's own place for usage, which it also fills without being asked.
        groq = chunk.get("x_groq")
        usage = usage or (groq.get("usage") if isinstance(groq, dict) else None)
        if usage:
            self._usage = read_usage(usage) or self._usage

    def _first_choice(self, chunk: dict[str, Any]) -> dict[str, Any] | None:
        """The delta of the first choice; its finish reason is noted."""
        for choice in _dicts(chunk.get("choices")):
            if choice.get("index", 0) != 0:
                continue
            reason = choice.get("finish_reason")
            if isinstance(reason, str) and reason:
                self._finish = FINISH.get(reason.lower(), "error")
            delta = choice.get("delta")
            return delta if isinstance(delta, dict) else None
        return None


class _Calls:
    """The tool calls of an answer, counted anew: vendors' own indices repeat or are missing."""

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._joiners: list[SurrogateJoiner] = []
        self._by_place: dict[object, int] = {}

    @property
    def count(self) -> int:
        """How many calls there are."""
        return len(self._ids)

    def feed(self, delta: dict[str, Any]) -> Iterator[ToolCallDelta]:
        """The pieces of calls in one chunk, which may be any number of calls at once."""
        for position, call in enumerate(_dicts(delta.get("tool_calls"))):
            function = call.get("function")
            if isinstance(function, dict):
                yield self._piece(call.get("index", position), _word(call.get("id")), function)
        legacy = delta.get("function_call")
        if isinstance(legacy, dict):
            yield self._piece("function_call", "", legacy)

    def _piece(self, place: object, call_id: str, function: dict[str, Any]) -> ToolCallDelta:
        place = place if isinstance(place, int | str) else 0
        index = self._by_place.get(place)
        name = _word(function.get("name"))
        arguments = _arguments(function.get("arguments"))
        if index is not None and not (call_id and name and call_id != self._ids[index]):
            return ToolCallDelta(index, arguments=self._joiners[index].feed(arguments))
        self._by_place[place] = index = len(self._ids)
        self._ids.append(call_id or f"call_{uuid4().hex}")
        self._joiners.append(SurrogateJoiner())
        joined = self._joiners[index].feed(arguments)
        return ToolCallDelta(index, self._ids[index], name, joined)


def _word(value: object) -> str:
    return value if isinstance(value, str) and value != "null" else ""


def _arguments(value: object) -> str:
    """Arguments are JSON as text; Mistral's reference allows the object itself."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else ""


def _dicts(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _text(delta: dict[str, Any]) -> str:
    """Content as a string, or as Mistral's list of parts, of which only text counts."""
    content = delta.get("content") or delta.get("refusal")
    if isinstance(content, str):
        return content
    return _words(content) if content else ""


def _reasoning(delta: dict[str, Any]) -> str:
    """What the model thought: DeepSeek's and xAI's field, the others' field, Mistral's parts."""
    thought = delta.get("reasoning_content") or delta.get("reasoning")
    if isinstance(thought, str):
        return thought
    content = delta.get("content")
    if not isinstance(content, list):
        return ""
    parts = (part for part in _dicts(content) if part.get("type") == "thinking")
    return "".join(_words(part.get("thinking")) for part in parts)


def _words(parts: object) -> str:
    texts = (part.get("text") for part in _dicts(parts) if part.get("type") == "text")
    return "".join(text for text in texts if isinstance(text, str))


def read_usage(value: object) -> Usage | None:
    """A usage object of OpenAI's chat wire, or None where it is not one.

    Cached input stands in `prompt_tokens_details`, with DeepSeek in `prompt_cache_hit_tokens`.
    """
    if not isinstance(value, dict):
        return None
    asked, said = _count(value.get("prompt_tokens")), _count(value.get("completion_tokens"))
    if asked is None or said is None:
        return None
    details = value.get("prompt_tokens_details")
    details = details if isinstance(details, dict) else {}
    read = _count(details.get("cached_tokens")) or _count(value.get("prompt_cache_hit_tokens"))
    written = _count(details.get("cache_write_tokens"))
    return Usage(asked, said, min(asked, read or 0), min(asked, written or 0))


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and value >= 0 else None
