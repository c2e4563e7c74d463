"""A streamed answer in Google's Gemini wire, as a machine without I/O.

Source: Gemini API reference, "GenerateContentResponse", and its guide "Thought signatures".
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
from sluice.server.providers.google_body import MARK
from sluice.server.providers.sse import Event

_FINISH: Final[dict[str, FinishReason]] = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "CONTINUATION": "length",
    **dict.fromkeys(
        (
            "SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII",
            "IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION", "MODEL_ARMOR",
            "ESCALATION",
        ),
        "content_filter",
    ),
}  # fmt: skip
"""How a candidate ended; a word that is not here (`OTHER`, `MALFORMED_FUNCTION_CALL`, …) is an
error, as in `openai_answer`."""
_NOTHING: Final = CleansedText("")


class ContentReader:
    """Reads the pieces of one answer: text, thoughts, tool calls with their signatures.

    Only the first candidate is passed on; what the vendor's own tools did gives nothing. The wire
    has no end marker: an answer is complete where its stream ends and it said why it finished, or
    that the prompt was blocked. The signature of a call comes as thinking right before the call.
    With `one_call` only the first call is passed on: the wire cannot be asked for one at a time.
    """

    def __init__(self, provider: str, sent: bytes = b"", *, one_call: bool = False) -> None:
        self.done = False
        self._provider = provider
        self._sent = sent
        self._most_calls = 1 if one_call else None
        self._joiner = SurrogateJoiner()
        self._thinking = SurrogateJoiner()
        self._calls = 0
        self._finish: FinishReason | None = None
        self._usage: Usage | None = None
        self._model: str | None = None

    def read(self, event: Event) -> Iterator[Delta]:
        """The deltas of one event."""
        data = json_object(self._provider, event)
        if data.get("error") or event.event == "error":
            raise stream_error(self._provider, read_fault(data, sent=self._sent))
        self._note(data)
        candidate = self._first_candidate(data)
        for part in _objects(_object(candidate.get("content")).get("parts")):
            yield from self._part(part)

    def finish(self) -> Delta:
        """The last delta: why it ended and what it cost."""
        if self._finish is None:
            raise cut_off(self._provider)
        # The wire says `STOP` where the answer is a call.
        called = self._finish == "stop" and self._calls
        reason: FinishReason = "tool_calls" if called else self._finish
        return Delta(self._joiner.finish(), reason, self._usage, self._model)

    def _note(self, data: dict[str, Any]) -> None:
        model = data.get("modelVersion")
        if isinstance(model, str) and model:
            self._model = model
        self._usage = read_usage(data.get("usageMetadata")) or self._usage
        if _object(data.get("promptFeedback")).get("blockReason"):
            self._finish = "content_filter"

    def _first_candidate(self, data: dict[str, Any]) -> dict[str, Any]:
        """The first candidate; its finish reason is noted."""
        for candidate in _objects(data.get("candidates")):
            if candidate.get("index", 0) != 0:
                continue
            reason = candidate.get("finishReason")
            if isinstance(reason, str) and reason:
                self._finish = _FINISH.get(reason, "error")
            return candidate
        return {}

    def _part(self, part: dict[str, Any]) -> Iterator[Delta]:
        call = part.get("functionCall")
        if isinstance(call, dict):
            yield from self._call(call, _word(part.get("thoughtSignature")))
        elif part.get("thought"):
            text = self._thinking.feed(_word(part.get("text")))
            if text:
                yield self._delta(thinking=Thinking(text))
        else:
            text = self._joiner.feed(_word(part.get("text")))
            if text:
                yield Delta(text, model=self._model)

    def _call(self, call: dict[str, Any], signature: str) -> Iterator[Delta]:
        """A call comes whole; a model that gives it no id gets one, so that it can be answered."""
        if self._calls == self._most_calls:
            return
        index, self._calls = self._calls, self._calls + 1
        if signature:
            yield self._delta(thinking=Thinking(_NOTHING, MARK + signature))
        call_id = _word(call.get("id")) or f"call_{uuid4().hex}"
        yield self._delta(tool_call=ToolCallDelta(index, call_id, _word(call.get("name"))))
        given = json.dumps(_object(call.get("args")), ensure_ascii=False)
        joiner = SurrogateJoiner()
        arguments = CleansedText(joiner.feed(given) + joiner.finish())
        yield self._delta(tool_call=ToolCallDelta(index, arguments=arguments))

    def _delta(
        self, *, tool_call: ToolCallDelta | None = None, thinking: Thinking | None = None
    ) -> Delta:
        return Delta(_NOTHING, model=self._model, tool_call=tool_call, thinking=thinking)


def read_usage(value: object) -> Usage | None:
    """A usage object, or None where it is not one; each one has all counts so far.

    What tools of the vendor's gave to the model is input; thoughts are output.
    """
    counts = _object(value)
    asked = _count(counts, "promptTokenCount")
    if asked is None:
        return None
    asked += _count(counts, "toolUsePromptTokenCount") or 0
    said = (_count(counts, "candidatesTokenCount") or 0) + (
        _count(counts, "thoughtsTokenCount") or 0
    )
    return Usage(asked, said, min(asked, _count(counts, "cachedContentTokenCount") or 0))


def _count(counts: dict[str, Any], name: str) -> int | None:
    value = counts.get(name)
    return value if isinstance(value, int) and value >= 0 else None


def _objects(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""
