"""A streamed answer in Cohere's chat wire, version 2, as a machine without I/O.

Source: Cohere's API reference, "Chat with streaming (v2)", and its guides "A guide to streaming
responses" and "Streaming for tool use".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from uuid import uuid4

from sluice.engine.types import CleansedText
from sluice.server.providers.answer import SurrogateJoiner, cut_off, json_object
from sluice.server.providers.base import Delta, FinishReason, Thinking, ToolCallDelta, Usage
from sluice.server.providers.faults import VendorFault, read_fault, stream_error
from sluice.server.providers.sse import Event

_FINISH: Final[dict[str, FinishReason]] = {
    "COMPLETE": "stop",
    "STOP_SEQUENCE": "stop",
    "TOOL_CALL": "tool_calls",
    "MAX_TOKENS": "length",
    "ERROR_LIMIT": "length",
    "ERROR_TOXIC": "content_filter",
}
"""How a message ended; a word that is not here is an error, as in `openai_answer`. The last two
are of the wire's first version, which hosts of the models still use."""
_FAILED: Final = {
    "ERROR": VendorFault("ERROR", status=500),
    "TIMEOUT": VendorFault("TIMEOUT", status=408),
}
"""Ends that are the vendor's failure, told where other wires have an error event."""
_NOTHING: Final = CleansedText("")


class ChatReader:
    """Reads the events of one message: text, thinking and plans, tool calls.

    Citations give nothing. The end marker is `message-end`. With `one_call` only the first call is
    passed on: the wire cannot be asked for one at a time.
    """

    def __init__(
        self, provider: str = "cohere", sent: bytes = b"", *, one_call: bool = False
    ) -> None:
        self.done = False
        self._provider = provider
        self._sent = sent
        self._most_calls = 1 if one_call else None
        self._joiner = SurrogateJoiner()
        self._thinking = SurrogateJoiner()
        self._calls: list[_Call] = []
        self._open: _Call | None = None
        """The call whose arguments come now, if it is passed on."""
        self._finish: FinishReason | None = None
        self._usage: Usage | None = None

    def read(self, event: Event) -> Iterator[Delta]:
        """The deltas of one event; events of an unknown type are passed over."""
        if event.data.strip() == "[DONE]":
            self.done = True
            return
        data = json_object(self._provider, event)
        delta = _object(data.get("delta"))
        message = _object(delta.get("message"))
        match data.get("type"):
            case "content-start" | "content-delta":
                yield from self._content(_object(message.get("content")))
            case "tool-plan-delta":
                yield from self._thought(message.get("tool_plan"))
            case "tool-call-start":
                yield from self._call(_object(message.get("tool_calls")))
            case "tool-call-delta":
                yield from self._arguments(_object(message.get("tool_calls")))
            case "tool-call-end":
                yield from self._call_end()
            case "message-end":
                self._end(delta)
            case kind:
                self._check(event, data, kind)

    def finish(self) -> Delta:
        """The last delta: why it ended and what it cost."""
        if self._finish is None and not self.done:
            raise cut_off(self._provider)
        reason = self._finish or "stop"
        reason = "tool_calls" if reason == "stop" and self._calls else reason
        return Delta(self._joiner.finish(), reason, self._usage)

    def _check(self, event: Event, data: dict[str, Any], kind: object) -> None:
        """An error in the middle: an object with a message and no type, as answers with another
        status than 200 have it.
        """
        if event.event == "error" or kind == "error" or (kind is None and "message" in data):
            raise stream_error(self._provider, read_fault(data, sent=self._sent))

    def _content(self, content: dict[str, Any]) -> Iterator[Delta]:
        yield from self._thought(content.get("thinking"))
        text = self._joiner.feed(_word(content.get("text")))
        if text:
            yield Delta(text)

    def _thought(self, raw: object) -> Iterator[Delta]:
        text = self._thinking.feed(_word(raw))
        if text:
            yield Delta(_NOTHING, thinking=Thinking(text))

    def _call(self, call: dict[str, Any]) -> Iterator[Delta]:
        yield from self._call_end()
        if len(self._calls) == self._most_calls:
            return
        self._open = _Call(len(self._calls))
        self._calls.append(self._open)
        function = _object(call.get("function"))
        call_id = _word(call.get("id")) or f"call_{uuid4().hex}"
        named = ToolCallDelta(self._open.index, call_id, _word(function.get("name")))
        yield Delta(_NOTHING, tool_call=named)
        yield from self._arguments(call)

    def _arguments(self, call: dict[str, Any]) -> Iterator[Delta]:
        piece = _word(_object(call.get("function")).get("arguments"))
        if piece and self._open:
            self._open.given = True
            text = self._open.joiner.feed(piece)
            yield Delta(_NOTHING, tool_call=ToolCallDelta(self._open.index, arguments=text))

    def _call_end(self) -> Iterator[Delta]:
        """A call without arguments has an empty object as such."""
        if self._open and not self._open.given:
            empty = CleansedText("{}")
            yield Delta(_NOTHING, tool_call=ToolCallDelta(self._open.index, arguments=empty))
        self._open = None

    def _end(self, delta: dict[str, Any]) -> None:
        reason = delta.get("finish_reason")
        if isinstance(reason, str) and reason in _FAILED:
            raise stream_error(self._provider, _FAILED[reason])
        if isinstance(reason, str) and reason:
            self._finish = _FINISH.get(reason, "error")
        self._usage = read_usage(delta.get("usage"))
        self.done = True


class _Call:
    """A tool call that is being told."""

    def __init__(self, index: int) -> None:
        self.index = index
        self.joiner = SurrogateJoiner()
        self.given = False


def read_usage(value: object) -> Usage | None:
    """A usage object, or None where it is not one.

    What is billed counts; where that is not told, what the model took in, which has the vendor's
    own instructions in it. Counts are JSON numbers with a fraction of zero.
    """
    usage = _object(value)
    for name in ("billed_units", "tokens"):
        counts = _object(usage.get(name))
        asked, said = _count(counts.get("input_tokens")), _count(counts.get("output_tokens"))
        if asked is not None and said is not None:
            return Usage(asked, said, min(asked, _count(usage.get("cached_tokens")) or 0))
    return None


def _count(value: object) -> int | None:
    return int(value) if isinstance(value, int | float) and value >= 0 else None


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""
