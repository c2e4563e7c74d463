"""An answer's deltas as OpenAI's chat completion, streamed or whole (pure).

Source: OpenAI's API reference, "Chat completion" and "Chat completion chunk". Thinking has no place
in this wire and is left out. Where the request used the legacy `functions`, a call is told as
`function_call`.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sluice.server.features.proxy.translate.blocks import (
    Block,
    Blocks,
    Step,
    broken,
    gathered,
)
from sluice.server.features.proxy.translate.events import DONE, event
from sluice.server.features.proxy.translate.openai_asked import include_usage
from sluice.server.features.proxy.translate.openai_custom import custom_input, custom_names
from sluice.server.features.proxy.wires.reading import Body
from sluice.server.providers.base import Delta, FinishReason, Usage
from sluice.server.providers.sse import Event

_TWO_CALLS: Final = "called two functions at once, for which the legacy wire has no place"


class ChatRenderer:
    """Makes chat completion chunks; see `Renderer`."""

    def __init__(self, body: Body, model: str) -> None:
        self._blocks = Blocks(interleaved=True, custom=custom_names(body))
        self._model = model
        self._with_usage = include_usage(body)
        self._legacy = legacy(body)
        self._head: dict[str, Any] = {}

    def feed(self, delta: Delta) -> list[Event]:
        """The chunks of one delta. Raises `ProviderProtocolError`."""
        steps = self._blocks.feed(delta)
        events = self._start(delta) if not self._head else []
        for step in steps:
            events += self._step(step)
        return events

    def finish(self) -> list[Event]:
        """The reason of the end, the usage if it was asked for, and `[DONE]`."""
        steps = self._blocks.end()
        events = [] if self._head else self._start(None)
        for step in steps:
            events += self._step(step)
        events += [self._custom_input(call) for call in self._blocks.of("tool") if call.custom]
        events.append(self._chunk({}, finish_word(self._blocks.finish, legacy=self._legacy)))
        if self._with_usage and self._blocks.usage:
            events.append(event(self._head | {"choices": [], "usage": usage(self._blocks.usage)}))
        return [*events, DONE]

    def _start(self, delta: Delta | None) -> list[Event]:
        self._head = {
            "id": f"chatcmpl-{secrets.token_hex(12)}",
            "object": "chat.completion.chunk",
            "created": int(time.time()),
            "model": self._blocks.model or self._model,
        }
        content = None if delta and delta.tool_call else ""
        return [self._chunk({"role": "assistant", "content": content})]

    def _step(self, step: Step) -> list[Event]:
        kind, what = step.block.kind, step.what
        if kind == "text" and what == "piece":
            return [self._chunk({"content": step.piece})]
        if kind == "tool" and step.block.custom:
            # Its input can be read when all of the arguments are there.
            return [self._chunk(_custom_call(step.block, ""))] if what == "open" else []
        if kind == "tool" and what != "close":
            delta = self._legacy_call(step) if self._legacy else _call(step)
            return [self._chunk(delta)]
        return []

    def _custom_input(self, block: Block) -> Event:
        piece = {"index": block.number, "custom": {"input": custom_input(block.text)}}
        return self._chunk({"tool_calls": [piece]})

    def _legacy_call(self, step: Step) -> dict[str, Any]:
        if step.block.number:
            raise broken(_TWO_CALLS)
        if step.what == "open":
            return {"function_call": {"name": step.block.name, "arguments": ""}}
        return {"function_call": {"arguments": step.piece}}

    def _chunk(self, delta: Mapping[str, Any], finish: str | None = None) -> Event:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        chunk = self._head | {"choices": [choice]}
        return event(chunk | {"usage": None} if self._with_usage else chunk)


def chat_answer(body: Body, model: str, deltas: Sequence[Delta]) -> Body:
    """The whole answer. Raises `ProviderProtocolError`."""
    blocks = gathered(deltas, custom_names(body))
    as_legacy = legacy(body)
    choice = {
        "index": 0,
        "message": _message(blocks, as_legacy=as_legacy),
        "logprobs": None,
        "finish_reason": finish_word(blocks.finish, legacy=as_legacy),
    }
    answer = {
        "id": f"chatcmpl-{secrets.token_hex(12)}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": blocks.model or model,
        "choices": [choice],
    }
    return answer | ({"usage": usage(blocks.usage)} if blocks.usage else {})


def _message(blocks: Blocks, *, as_legacy: bool) -> dict[str, Any]:
    calls = blocks.of("tool")
    text = blocks.text()
    message: dict[str, Any] = {
        "role": "assistant",
        "content": None if calls and not text else text,
        "refusal": None,
    }
    if calls and as_legacy:
        if len(calls) > 1:
            raise broken(_TWO_CALLS)
        return message | {"function_call": _function(calls[0])}
    if calls:
        return message | {"tool_calls": [_whole_call(call) for call in calls]}
    return message


def _whole_call(call: Block) -> dict[str, Any]:
    if call.custom:
        custom = {"name": call.name, "input": custom_input(call.text)}
        return {"id": call.call_id, "type": "custom", "custom": custom}
    return {"id": call.call_id, "type": "function", "function": _function(call)}


def _function(call: Block) -> dict[str, str]:
    return {"name": call.name, "arguments": call.text}


def _custom_call(block: Block, text: str) -> dict[str, Any]:
    custom = {"name": block.name, "input": text}
    call = {"index": block.number, "id": block.call_id, "type": "custom", "custom": custom}
    return {"tool_calls": [call]}


def _call(step: Step) -> dict[str, Any]:
    block = step.block
    call: dict[str, Any] = {"index": block.number}
    if step.what == "open":
        function = {"name": block.name, "arguments": ""}
        call |= {"id": block.call_id, "type": "function", "function": function}
    else:
        call["function"] = {"arguments": step.piece}
    return {"tool_calls": [call]}


def legacy(body: Body) -> bool:
    """Whether the request used `functions` in place of `tools`."""
    return bool(body.get("functions")) and not body.get("tools")


def finish_word(finish: FinishReason, *, legacy: bool = False) -> str:
    """OpenAI's word for why an answer ended."""
    return "function_call" if legacy and finish == "tool_calls" else finish


def usage(counted: Usage) -> dict[str, Any]:
    """Tokens in the words of the chat and completions wires."""
    cached = {"cached_tokens": counted.cache_read_tokens}
    if counted.cache_write_tokens:
        cached["cache_write_tokens"] = counted.cache_write_tokens
    return {
        "prompt_tokens": counted.input_tokens,
        "completion_tokens": counted.output_tokens,
        "total_tokens": counted.input_tokens + counted.output_tokens,
        "prompt_tokens_details": cached,
    }
