"""An answer's deltas as OpenAI's response, streamed or whole (pure).

Source: OpenAI's API reference, "The response object" and "Streaming events" of Responses. Words,
tool calls and thinking become items one after another. Of the request, wishes are told again as
OpenAI does; its instructions and tools are not, since they hold what the instance adds to them.
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
    gathered,
)
from sluice.server.features.proxy.translate.events import event
from sluice.server.features.proxy.translate.openai_custom import custom_input, custom_names
from sluice.server.features.proxy.translate.thinking_seal import sealed
from sluice.server.features.proxy.wires.reading import Body
from sluice.server.providers.base import Delta, FinishReason, Usage
from sluice.server.providers.sse import Event

_INCOMPLETE: Final[dict[FinishReason, str]] = {
    "length": "max_output_tokens",
    "content_filter": "content_filter",
}
_PREFIXES: Final = {"text": "msg", "tool": "fc", "thinking": "rs"}
_AGAIN: Final[dict[str, Any]] = {
    "max_output_tokens": None,
    "parallel_tool_calls": True,
    "temperature": None,
    "text": {"format": {"type": "text"}},
    "tool_choice": "auto",
    "top_p": None,
    "truncation": "disabled",
}
"""Wishes that are told again, and what they are where nothing was wished."""

Item = dict[str, Any]


class ResponsesRenderer:
    """Makes the events of a streamed response; see `Renderer`."""

    def __init__(self, body: Body, model: str) -> None:
        self._blocks = Blocks(interleaved=False, custom=custom_names(body))
        self._model = model
        self._body = body
        self._response: Body = {}
        self._output: list[Item] = []
        self._sequence = 0
        self._cut = False
        """Whether what ends now was cut off."""

    def feed(self, delta: Delta) -> list[Event]:
        """The events of one delta. Raises `ProviderProtocolError`."""
        steps = self._blocks.feed(delta)
        return [*self._start(), *self._told(steps)]

    def finish(self) -> list[Event]:
        """The end of the last item, and the whole response."""
        steps = self._blocks.end()
        self._cut = self._blocks.finish in _INCOMPLETE
        events = [*self._start(), *self._told(steps)]
        self._response |= _ending(self._blocks) | {"output": self._output}
        kind = f"response.{self._response['status']}"
        return [*events, self._event(kind, {"response": self._response})]

    def _start(self) -> list[Event]:
        if self._response:
            return []
        self._response = _response(self._body, self._blocks.model or self._model)
        told = {"response": self._response}
        return [self._event("response.created", told), self._event("response.in_progress", told)]

    def _told(self, steps: Sequence[Step]) -> list[Event]:
        return [event for step in steps for event in self._step(step)]

    def _step(self, step: Step) -> list[Event]:
        match step.what:
            case "open":
                self._output.append(_begun(step.block))
                item = {"item": self._output[-1], "output_index": len(self._output) - 1}
                return [
                    self._event("response.output_item.added", item),
                    *self._part("added", step.block, ""),
                ]
            case "piece" if step.block.custom:
                # Its input can be read when all of the arguments are there.
                return []
            case "piece":
                return [self._piece(step)]
        return self._close(step.block)

    def _part(self, what: str, block: Block, text: str) -> list[Event]:
        """The part of an item that holds its text; a call has none."""
        if block.kind == "text":
            return [self._inside(f"response.content_part.{what}", block, part=_part(block, text))]
        if block.kind == "thinking" and not block.redacted:
            kind = f"response.reasoning_summary_part.{what}"
            return [self._inside(kind, block, part=_part(block, text))]
        return []

    def _piece(self, step: Step) -> Event:
        kind = f"response.{_STREAMS[step.block.kind]}.delta"
        return self._inside(kind, step.block, delta=step.piece, **_logprobs(step.block))

    def _close(self, block: Block) -> list[Event]:
        text = block.text
        self._output[-1] = item = _item(block, self._output[-1]["id"], cut=self._cut)
        events: list[Event] = []
        if block.custom:
            text = custom_input(text)
            kind = "response.custom_tool_call_input"
            events.append(self._inside(f"{kind}.delta", block, delta=text))
            events.append(self._inside(f"{kind}.done", block, input=text))
        elif not block.redacted:
            kind = f"response.{_STREAMS[block.kind]}.done"
            name = "arguments" if block.kind == "tool" else "text"
            events.append(self._inside(kind, block, **{name: text}, **_logprobs(block)))
        events += self._part("done", block, text)
        told = {"item": item, "output_index": len(self._output) - 1}
        return [*events, self._event("response.output_item.done", told)]

    def _inside(self, kind: str, block: Block, **rest: object) -> Event:
        """An event about the item that is being made."""
        place: dict[str, object] = {
            "item_id": self._output[-1]["id"],
            "output_index": len(self._output) - 1,
        }
        if block.kind != "tool":
            place["content_index" if block.kind == "text" else "summary_index"] = 0
        return self._event(kind, place | rest)

    def _event(self, kind: str, data: Mapping[str, object]) -> Event:
        told = event({"type": kind, "sequence_number": self._sequence, **data}, kind)
        self._sequence += 1
        return told


_STREAMS: Final = {
    "text": "output_text",
    "tool": "function_call_arguments",
    "thinking": "reasoning_summary_text",
}


def responses_answer(body: Body, model: str, deltas: Sequence[Delta]) -> Body:
    """The whole answer. Raises `ProviderProtocolError`."""
    blocks = gathered(deltas, custom_names(body))
    cut = blocks.all[-1] if blocks.all and blocks.finish in _INCOMPLETE else None
    output = [_item(block, _item_id(block), cut=block is cut) for block in blocks.all]
    return _response(body, blocks.model or model) | _ending(blocks) | {"output": output}


def _response(body: Body, model: str) -> Body:
    """A response that has begun."""
    again = {name: _or(body.get(name), otherwise) for name, otherwise in _AGAIN.items()}
    reasoning = body.get("reasoning")
    effort = reasoning.get("effort") if isinstance(reasoning, dict) else None
    return {
        "id": f"resp_{secrets.token_hex(24)}",
        "object": "response",
        "created_at": int(time.time()),
        "status": "in_progress",
        "background": False,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "model": model,
        "output": [],
        "previous_response_id": None,
        "reasoning": {"effort": effort, "summary": None},
        "store": False,
        "tools": [],
        "usage": None,
        **again,
    }


def _or(value: object, otherwise: object) -> object:
    return otherwise if value is None else value


def _ending(blocks: Blocks) -> Body:
    reason = _INCOMPLETE.get(blocks.finish)
    usage = _usage(blocks.usage) if blocks.usage else None
    if reason:
        return {"status": "incomplete", "incomplete_details": {"reason": reason}, "usage": usage}
    return {"status": "completed", "completed_at": int(time.time()), "usage": usage}


def _usage(counted: Usage) -> dict[str, Any]:
    return {
        "input_tokens": counted.input_tokens,
        "input_tokens_details": {
            "cached_tokens": counted.cache_read_tokens,
            "cache_write_tokens": counted.cache_write_tokens,
        },
        "output_tokens": counted.output_tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": counted.input_tokens + counted.output_tokens,
    }


def _item_id(block: Block) -> str:
    return f"{_PREFIXES[block.kind]}_{secrets.token_hex(24)}"


def _begun(block: Block) -> Item:
    item: Item = {"id": _item_id(block), "type": "message", "status": "in_progress"}
    match block.kind:
        case "text":
            return item | {"role": "assistant", "content": []}
        case "tool":
            call = {"call_id": block.call_id, "name": block.name}
            if block.custom:
                return {"id": item["id"], "type": "custom_tool_call", **call, "input": ""}
            return item | {"type": "function_call"} | call | {"arguments": ""}
    return {"id": item["id"], "type": "reasoning", "summary": []}


def _item(block: Block, item_id: str, *, cut: bool) -> Item:
    """A whole item."""
    status = "incomplete" if cut else "completed"
    item = _begun(block) | {"id": item_id}
    match block.kind:
        case "text":
            return item | {"status": status, "content": [_part(block, block.text)]}
        case "tool" if block.custom:
            return item | {"input": custom_input(block.text)}
        case "tool":
            return item | {"status": status, "arguments": block.text}
    summary = [] if block.redacted else [_part(block, block.text)]
    seal = sealed(block.text, block.signature, block.redacted)
    return item | {"summary": summary} | ({"encrypted_content": seal} if seal else {})


def _part(block: Block, text: str) -> dict[str, Any]:
    if block.kind == "text":
        return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    return {"type": "summary_text", "text": text}


def _logprobs(block: Block) -> dict[str, object]:
    return {"logprobs": []} if block.kind == "text" else {}
