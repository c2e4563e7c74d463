"""An answer's deltas as Anthropic's message, streamed or whole (pure).

Source: Anthropic's API reference, "Create a Message" and "Streaming messages". Thinking is told
where the request asks for it and the vendor signed it: this wire's thinking goes to the caller as
it is, without being scanned, and comes back with its signature. So it waits for the signature.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any, Final

from sluice.server.features.proxy.translate.blocks import (
    Block,
    Blocks,
    Step,
    gathered,
    whole_calls,
)
from sluice.server.features.proxy.translate.events import event
from sluice.server.features.proxy.translate.fields import parsed
from sluice.server.features.proxy.wires.reading import Body
from sluice.server.providers.base import Delta, FinishReason, Usage
from sluice.server.providers.sse import Event

STOP_REASON: Final[dict[FinishReason, str]] = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "content_filter": "refusal",
}
"""Which stop sequence ended an answer is known to no other vendor: it is an `end_turn`."""
_UNCOUNTED: Final = Usage(0, 0)


class MessagesRenderer:
    """Makes the events of a streamed message; see `Renderer`."""

    def __init__(self, body: Body, model: str) -> None:
        self._blocks = Blocks(interleaved=False)
        self._model = model
        self._thinks = wants_thinking(body)
        self._started = False
        self._index = 0

    def feed(self, delta: Delta) -> list[Event]:
        """The events of one delta. Raises `ProviderProtocolError`."""
        steps = self._blocks.feed(delta)
        return [*self._start(), *self._told(steps)]

    def finish(self) -> list[Event]:
        """The end of the last block, the reason and the usage, and `message_stop`."""
        steps = self._blocks.end()
        stopped = {"stop_reason": STOP_REASON[self._blocks.finish], "stop_sequence": None}
        counted = _usage(self._blocks.usage)
        return [
            *self._start(),
            *self._told(steps),
            _event("message_delta", {"delta": stopped, "usage": counted}),
            _event("message_stop", {}),
        ]

    def _start(self) -> list[Event]:
        if self._started:
            return []
        self._started = True
        message = _message(self._blocks, self._model) | {"stop_reason": None}
        return [_event("message_start", {"message": message})]

    def _told(self, steps: Sequence[Step]) -> list[Event]:
        return [event for step in steps for event in self._step(step)]

    def _step(self, step: Step) -> list[Event]:
        if step.block.kind == "thinking":
            return self._thought(step.block) if step.what == "close" else []
        match step.what:
            case "open":
                return [self._open(_begun(step.block))]
            case "piece":
                return [self._delta(_delta(step))]
        return [self._close()]

    def _thought(self, block: Block) -> list[Event]:
        if not self._thinks or not (block.signature or block.redacted):
            return []
        if block.redacted:
            return [self._open(_told(block)), self._close()]
        return [
            self._open({"type": "thinking", "thinking": "", "signature": ""}),
            *([self._delta({"type": "thinking_delta", "thinking": block.text})] * bool(block.text)),
            self._delta({"type": "signature_delta", "signature": block.signature}),
            self._close(),
        ]

    def _open(self, block: dict[str, Any]) -> Event:
        return _event("content_block_start", {"index": self._index, "content_block": block})

    def _delta(self, delta: dict[str, Any]) -> Event:
        return _event("content_block_delta", {"index": self._index, "delta": delta})

    def _close(self) -> Event:
        closed = _event("content_block_stop", {"index": self._index})
        self._index += 1
        return closed


def messages_answer(body: Body, model: str, deltas: Sequence[Delta]) -> Body:
    """The whole answer. Raises `ProviderProtocolError`."""
    blocks = gathered(deltas)
    calls = [id(call) for call in whole_calls(blocks)]
    thinks = wants_thinking(body)
    shown = [
        block
        for block in blocks.all
        if block.kind == "text"
        or id(block) in calls
        or (thinks and (block.signature or block.redacted))
    ]
    content = [_told(block) for block in shown]
    stopped = {"content": content, "stop_reason": STOP_REASON[blocks.finish]}
    return _message(blocks, model) | stopped


def wants_thinking(body: Body) -> bool:
    """Whether thinking is asked for, and to be shown."""
    wish = body.get("thinking")
    if not isinstance(wish, dict):
        return False
    return wish.get("type") != "disabled" and wish.get("display") != "omitted"


def _message(blocks: Blocks, model: str) -> Body:
    return {
        "id": f"msg_{secrets.token_hex(12)}",
        "type": "message",
        "role": "assistant",
        "model": blocks.model or model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": _usage(blocks.usage),
    }


def _usage(counted: Usage | None) -> dict[str, int]:
    """Tokens in this wire's words: input that a cache held or took is counted apart."""
    usage = counted or _UNCOUNTED
    cached = usage.cache_read_tokens + usage.cache_write_tokens
    return {
        "input_tokens": max(0, usage.input_tokens - cached),
        "cache_creation_input_tokens": usage.cache_write_tokens,
        "cache_read_input_tokens": usage.cache_read_tokens,
        "output_tokens": usage.output_tokens,
    }


def _begun(block: Block) -> dict[str, Any]:
    if block.kind == "text":
        return {"type": "text", "text": ""}
    return {"type": "tool_use", "id": block.call_id, "name": block.name, "input": {}}


def _delta(step: Step) -> dict[str, Any]:
    if step.block.kind == "text":
        return {"type": "text_delta", "text": step.piece}
    return {"type": "input_json_delta", "partial_json": step.piece}


def _told(block: Block) -> dict[str, Any]:
    """A whole block."""
    if block.kind == "text":
        return {"type": "text", "text": block.text}
    if block.kind == "tool":
        return _begun(block) | {"input": parsed(block.text)}
    if block.redacted:
        return {"type": "redacted_thinking", "data": block.redacted}
    return {"type": "thinking", "thinking": block.text, "signature": block.signature}


def _event(kind: str, data: dict[str, Any]) -> Event:
    return event({"type": kind, **data}, kind)
