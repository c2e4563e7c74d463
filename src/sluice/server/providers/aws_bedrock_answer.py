"""A streamed answer of Amazon Bedrock's Converse, as a machine without I/O.

Source: Amazon Bedrock's API reference, "ConverseStreamOutput".
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import Any, Final

from sluice.engine.types import CleansedText
from sluice.server.providers.answer import SurrogateJoiner, cut_off, json_object
from sluice.server.providers.base import (
    Delta,
    FinishReason,
    ProviderProtocolError,
    Thinking,
    ToolCallDelta,
    Usage,
)
from sluice.server.providers.sse import Event

_FINISH: Final[dict[str, FinishReason]] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "tool_use": "tool_calls",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "guardrail_intervened": "content_filter",
    "content_filtered": "content_filter",
}
"""How an answer ended; a word that is not here (`malformed_tool_use`, …) is an error, as in
`openai_answer`."""

_NOTHING: Final = CleansedText("")


class ConverseReader:
    """Reads the events of one answer: text, tool calls and thinking with its signatures.

    An event's type is its frame's, its data the frame's payload. Citations, images and what the
    vendor's own tools did give nothing. The end marker is `metadata`, which has the usage; an
    answer that said why it stopped is complete without it. A call of the tool `text_tool` is the
    answer's text instead.
    """

    def __init__(self, provider: str = "aws_bedrock", text_tool: str | None = None) -> None:
        self.done = False
        self._provider = provider
        self._text_tool = text_tool
        self._joiner = SurrogateJoiner()
        self._inner = SurrogateJoiner()
        """For the block that is open now, if it holds no text."""
        self._calls = 0
        self._open: int | None = None
        """The call whose input comes now, if it is not text."""
        self._input_given = True
        self._as_text = False
        self._redacted: list[str] = []
        """Encrypted thinking of the open block, each piece in base64."""
        self._finish: FinishReason | None = None
        self._usage: Usage | None = None

    def read(self, event: Event) -> Iterator[Delta]:
        """The deltas of one event; events of an unknown type are passed over."""
        match event.event:
            case "contentBlockStart":
                yield from self._block(self._data(event, "start"))
            case "contentBlockDelta":
                yield from self._piece(self._data(event, "delta"))
            case "contentBlockStop":
                yield from self._block_end()
            case "messageStop":
                yield from self._block_end()
                reason = json_object(self._provider, event).get("stopReason")
                self._finish = _FINISH.get(str(reason), "error")
            case "metadata":
                self._usage = _usage(self._data(event, "usage"))
                self.done = True

    def finish(self) -> Delta:
        """The last delta: why it ended and what it cost."""
        if self._finish is None:
            raise cut_off(self._provider)
        reason = self._finish
        if reason == "tool_calls" and self._text_tool and not self._calls:
            reason = "stop"  # the call was the text
        return Delta(self._joiner.finish(), reason, self._usage)

    def _data(self, event: Event, name: str) -> dict[str, Any]:
        return _object(json_object(self._provider, event).get(name))

    def _block(self, start: dict[str, Any]) -> Iterator[Delta]:
        """Only what is no text and no thinking has a start."""
        self._inner = SurrogateJoiner()
        call = _object(start.get("toolUse"))
        if not call or call.get("type"):
            return
        self._input_given = False
        self._as_text = self._text_tool is not None and call.get("name") == self._text_tool
        if not self._as_text:
            self._open, self._calls = self._calls, self._calls + 1
            named = ToolCallDelta(self._open, _word(call.get("toolUseId")), _word(call.get("name")))
            yield Delta(_NOTHING, tool_call=named)

    def _piece(self, delta: dict[str, Any]) -> Iterator[Delta]:
        text = self._joiner.feed(_word(delta.get("text")))
        if text:
            yield Delta(text)
        if "toolUse" in delta:
            yield from self._input(_word(_object(delta["toolUse"]).get("input")))
        if "reasoningContent" in delta:
            yield from self._thought(_object(delta["reasoningContent"]))

    def _thought(self, thought: dict[str, Any]) -> Iterator[Delta]:
        text, signed = self._inner.feed(_word(thought.get("text"))), _word(thought.get("signature"))
        redacted = _word(thought.get("redactedContent"))
        if redacted:
            self._redacted.append(redacted)
        if text or signed:
            yield Delta(_NOTHING, thinking=Thinking(text, signed))

    def _input(self, piece: str) -> Iterator[Delta]:
        if not piece:
            return
        if self._as_text:
            self._input_given = True
            yield Delta(self._joiner.feed(piece))
        elif self._open is not None:
            self._input_given = True
            given = ToolCallDelta(self._open, arguments=self._inner.feed(piece))
            yield Delta(_NOTHING, tool_call=given)

    def _block_end(self) -> Iterator[Delta]:
        """A call without input has an empty object as its arguments."""
        if not self._input_given:
            yield from self._input("{}")
        if self._redacted:
            redacted, self._redacted = _rejoined(self._provider, self._redacted), []
            yield Delta(_NOTHING, thinking=Thinking(_NOTHING, redacted=redacted))
        self._inner, self._open = SurrogateJoiner(), None
        self._input_given, self._as_text = True, False


def answer_events(answer: dict[str, Any]) -> Iterator[Event]:
    """The events that would have made a whole answer.

    Source: Amazon Bedrock's API reference, "Converse", section "Response Syntax".
    """
    message = _object(_object(answer.get("output")).get("message"))
    blocks = message.get("content")
    for block in blocks if isinstance(blocks, list) else []:
        yield from _block_events(_object(block))
    if "stopReason" in answer:
        yield _event("messageStop", stopReason=answer["stopReason"])
    yield _event("metadata", usage=answer.get("usage"))


def _block_events(block: dict[str, Any]) -> Iterator[Event]:
    call, thought = _object(block.get("toolUse")), _object(block.get("reasoningContent"))
    if call:
        yield _event("contentBlockStart", start={"toolUse": call})
        given = json.dumps(call.get("input") or {}, ensure_ascii=False)
        yield _event("contentBlockDelta", delta={"toolUse": {"input": given}})
    elif thought:
        told = _object(thought.get("reasoningText")) or thought
        yield _event("contentBlockDelta", delta={"reasoningContent": told})
    else:
        yield _event("contentBlockDelta", delta=block)
    yield _event("contentBlockStop")


def _event(kind: str, **fields: object) -> Event:
    return Event(kind, json.dumps(fields))


def _rejoined(provider: str, pieces: list[str]) -> str:
    """Pieces of bytes, each in base64, as one."""
    if len(pieces) == 1:
        return pieces[0]
    try:
        return b64encode(b"".join(map(b64decode, pieces))).decode()
    except ValueError:
        text = f"{provider} sent thinking that is not base64."
    raise ProviderProtocolError(provider, text, status=200)


def _usage(usage: dict[str, Any]) -> Usage | None:
    """Cached input is input too, which `inputTokens` does not have in it."""
    names = ("inputTokens", "outputTokens", "cacheReadInputTokens", "cacheWriteInputTokens")
    values = (usage.get(name) for name in names)
    asked, said, read, written = (v if isinstance(v, int) and v >= 0 else 0 for v in values)
    return Usage(asked + read + written, said, read, written) if usage else None


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""
