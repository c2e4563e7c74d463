"""A streamed message in Anthropic's wire, as a machine without I/O.

Source: Anthropic's API reference, "Streaming messages".
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from sluice.engine.types import CleansedText
from sluice.server.providers.answer import SurrogateJoiner, cut_off, json_object
from sluice.server.providers.base import Delta, FinishReason, Thinking, ToolCallDelta, Usage
from sluice.server.providers.faults import read_fault, stream_error
from sluice.server.providers.sse import Event

FINISH: Final[dict[str, FinishReason]] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "tool_use": "tool_calls",
    "pause_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "content_filter",
}
"""How a message ended; a word that is not here is an error, as in `openai`."""

_NOTHING: Final = CleansedText("")
_INPUT: Final = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")


class MessageReader:
    """Reads the events of one message: text, tool calls and thinking with its signatures.

    Citations and what the vendor's own tools did give nothing. The end marker is `message_stop`;
    a message that said why it stopped is complete without it. A call of the tool `text_tool` is
    the answer's text instead.
    """

    def __init__(
        self, provider: str = "anthropic", sent: bytes = b"", text_tool: str | None = None
    ) -> None:
        self.done = False
        self._provider = provider
        self._sent = sent
        self._text_tool = text_tool
        self._joiner = SurrogateJoiner()
        self._inner = SurrogateJoiner()
        """For the block that is open now, if it holds no text."""
        self._calls = 0
        self._open: int | None = None
        """The call whose input comes now, if it is not text."""
        self._input_given = True
        self._as_text = False
        self._finish: FinishReason | None = None
        self._model: str | None = None
        self._counts = dict.fromkeys((*_INPUT, "output_tokens"), 0)
        self._counted = False

    def read(self, event: Event) -> Iterator[Delta]:
        """The deltas of one event; events of an unknown type are passed over."""
        data = json_object(self._provider, event)
        match data.get("type"):
            case "message_start":
                self._start(data.get("message"))
            case "content_block_start":
                yield from self._block(_object(data.get("content_block")))
            case "content_block_delta":
                yield from self._piece(_object(data.get("delta")))
            case "content_block_stop":
                yield from self._block_end()
            case "message_delta":
                self._stop(data)
            case "message_stop":
                self.done = True
            case "error":
                raise stream_error(self._provider, read_fault(data, sent=self._sent))

    def finish(self) -> Delta:
        """The last delta: why it ended and what it cost."""
        if self._finish is None and not self.done:
            raise cut_off(self._provider)
        reason = self._finish or "stop"
        if reason == "tool_calls" and self._text_tool and not self._calls:
            reason = "stop"  # the call was the text
        return Delta(self._joiner.finish(), reason, self._usage(), self._model)

    def _start(self, message: object) -> None:
        if isinstance(message, dict):
            model = message.get("model")
            self._model = model if isinstance(model, str) else None
            self._count(message.get("usage"))

    def _block(self, block: dict[str, Any]) -> Iterator[Delta]:
        self._inner, self._as_text = SurrogateJoiner(), False
        match block.get("type"):
            case "text":
                yield from self._text(block.get("text"))
            case "thinking":
                yield from self._thought(block.get("thinking"), block.get("signature"))
            case "redacted_thinking":
                yield self._delta(thinking=Thinking(_NOTHING, redacted=_word(block.get("data"))))
            case "tool_use":
                yield from self._call(block)

    def _call(self, block: dict[str, Any]) -> Iterator[Delta]:
        self._as_text = block.get("name") == self._text_tool
        self._input_given = False
        if not self._as_text:
            self._open, self._calls = self._calls, self._calls + 1
            named = ToolCallDelta(self._open, _word(block.get("id")), _word(block.get("name")))
            yield self._delta(tool_call=named)
        # Others that speak this wire give the whole input at once.
        given = block.get("input")
        if isinstance(given, dict) and given:
            yield from self._input(json.dumps(given, ensure_ascii=False))

    def _piece(self, delta: dict[str, Any]) -> Iterator[Delta]:
        match delta.get("type"):
            case "text_delta":
                yield from self._text(delta.get("text"))
            case "thinking_delta":
                yield from self._thought(delta.get("thinking"), None)
            case "signature_delta":
                yield from self._thought("", delta.get("signature"))
            case "input_json_delta":
                yield from self._input(_word(delta.get("partial_json")))

    def _block_end(self) -> Iterator[Delta]:
        """A call without input has an empty object as its arguments."""
        if not self._input_given:
            yield from self._input("{}")
        self._open, self._as_text = None, False

    def _text(self, raw: object) -> Iterator[Delta]:
        text = self._joiner.feed(_word(raw))
        if text:
            yield Delta(text, model=self._model)

    def _thought(self, raw: object, signature: object) -> Iterator[Delta]:
        text, signed = self._inner.feed(_word(raw)), _word(signature)
        if text or signed:
            yield self._delta(thinking=Thinking(text, signed))

    def _input(self, piece: str) -> Iterator[Delta]:
        if self._as_text:
            self._input_given = self._input_given or bool(piece)
            yield from self._text(piece)
        elif piece and self._open is not None:
            self._input_given = True
            text = self._inner.feed(piece)
            yield self._delta(tool_call=ToolCallDelta(self._open, arguments=text))

    def _delta(
        self, *, tool_call: ToolCallDelta | None = None, thinking: Thinking | None = None
    ) -> Delta:
        return Delta(_NOTHING, model=self._model, tool_call=tool_call, thinking=thinking)

    def _stop(self, data: dict[str, Any]) -> None:
        reason = _object(data.get("delta")).get("stop_reason")
        if isinstance(reason, str) and reason:
            self._finish = FINISH.get(reason, "error")
        self._count(data.get("usage"))

    def _count(self, usage: object) -> None:
        """Take over counts, which are cumulative."""
        if not isinstance(usage, dict):
            return
        for name, known in self._counts.items():
            value = usage.get(name)
            self._counts[name] = max(known, value if isinstance(value, int) else 0)
        self._counted = True

    def _usage(self) -> Usage | None:
        """Cached input is input too."""
        if not self._counted:
            return None
        counts = self._counts
        return Usage(
            sum(counts[name] for name in _INPUT),
            counts["output_tokens"],
            counts["cache_read_input_tokens"],
            counts["cache_creation_input_tokens"],
        )


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""
