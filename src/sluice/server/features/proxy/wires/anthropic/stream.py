"""Anthropic's streamed messages on their way to the caller.

Source: Anthropic's API reference, "Streaming messages". Each content block has an index; its text
comes in deltas between `content_block_start` and `content_block_stop`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final

from sluice.server.features.proxy.wires.anthropic.outcome import (
    newest_counts,
    note_finish,
    note_message,
    usage_of,
)
from sluice.server.features.proxy.wires.anthropic.places import answer_walk
from sluice.server.features.proxy.wires.anthropic.shapes import ANSWER, BESIDE, STOPPED
from sluice.server.features.proxy.wires.reading import Body
from sluice.server.features.proxy.wires.wire import Channel, Outcome, Restorer
from sluice.server.providers.answer import SurrogateJoiner, cut_off, json_object
from sluice.server.providers.base import ProviderProtocolError
from sluice.server.providers.faults import read_fault, stream_error
from sluice.server.providers.sse import Event

_TEXTS: Final[Mapping[str, tuple[str, str, bool]]] = {
    "text_delta": ("text", "text", False),
    "input_json_delta": ("partial_json", "input", True),
}
"""By type of delta: its field, the block's field that it adds to, and whether that is JSON."""
_KIND: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)
_UNTOUCHED: Final = frozenset({"thinking_delta", "signature_delta", "compaction_delta"})
"""Signed, so that a change would break every later turn."""


class Flow:
    """One text of a streamed answer: a channel that half characters cannot reach."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._joiner = SurrogateJoiner()

    def feed(self, text: str) -> str:
        """The next piece; returns what may be sent on."""
        whole = self._joiner.feed(text)
        return self._channel.feed(whole) if whole else ""

    def finish(self) -> str:
        """The text has ended; returns the rest."""
        half = self._joiner.finish()
        return (self._channel.feed(half) if half else "") + self._channel.finish()


class MessageRewriter:
    """One streamed message; see `StreamRewriter`."""

    def __init__(self, restorer: Restorer, provider: str) -> None:
        self.outcome = Outcome()
        self.done = False
        self._restorer = restorer
        self._walk = answer_walk(restorer)
        self._provider = provider
        self._blocks: dict[int, dict[str, Flow]] = {}
        """The texts of the blocks that are open, by index and type of delta."""
        self._closed: set[int] = set()
        self._counts: dict[str, object] = {}

    def feed(self, event: Event) -> list[Event]:
        """What of this event goes to the caller; nothing after `message_stop`."""
        if self.done:
            return []
        data = json_object(self._provider, event)
        kind = data.get("type", event.event)
        if not isinstance(kind, str) or not _KIND.fullmatch(kind):
            raise self._not_the_wire("an event without a type")
        match kind:
            case "content_block_delta":
                return self._delta(event, data)
            case "content_block_start":
                return self._start_block(data)
            case "content_block_stop":
                return self._stop_block(data)
            case "message_start":
                return self._start(data)
            case "message_delta":
                return self._end(data)
            case "message_stop":
                self.done = True
                return [*self._flush_all(), *self._other(kind, data)]
            case "error":
                raise stream_error(self._provider, read_fault(data))
        return self._other(kind, data)

    def finish(self) -> list[Event]:
        """The vendor's stream has ended; only `message_stop` makes it whole."""
        if not self.done:
            raise cut_off(self._provider)
        return []

    def _start(self, data: Body) -> list[Event]:
        message = data.get("message")
        if not isinstance(message, dict):
            raise self._not_the_wire("a start without a message")
        note_message(self.outcome, message)
        self._count(message.get("usage"))
        self._walk.shape(message, ANSWER, "", "assistant")
        return [_event("message_start", data)]

    def _start_block(self, data: Body) -> list[Event]:
        index, block = self._index(data), data.get("content_block")
        if not isinstance(block, dict) or index in self._blocks or index in self._closed:
            raise self._not_the_wire("a block that cannot begin")
        self._blocks[index] = {}
        # The beginning of a text is no whole text.
        begun = block.get("text") if block.get("type") == "text" else None
        if isinstance(begun, str):
            block["text"] = ""
        self._walk.inside(data, "content_block", f"content[{index}]", "assistant")
        if isinstance(begun, str) and begun:
            data["content_block"]["text"] = self._flow(index, "text_delta").feed(begun)
        return [_event("content_block_start", data)]

    def _delta(self, event: Event, data: Body) -> list[Event]:
        index, delta = self._index(data), data.get("delta")
        if not isinstance(delta, dict) or index not in self._blocks:
            raise self._not_the_wire("a delta of no block")
        kind = delta.get("type")
        if kind in _UNTOUCHED:
            return [Event("content_block_delta", event.data)]
        if kind == "citations_delta":
            path = f"content[{index}].citations"
            self._walk.inside(delta, "citation", path, "assistant")
            return [_event("content_block_delta", data)]
        if not isinstance(kind, str) or kind not in _TEXTS:
            raise self._not_the_wire("a delta of an unknown type")
        return self._text(index, kind, data, delta)

    def _text(self, index: int, kind: str, data: Body, delta: Body) -> list[Event]:
        name = _TEXTS[kind][0]
        text = delta.get(name)
        if not isinstance(text, str):
            raise self._not_the_wire("a delta without its text")
        delta[name] = self._flow(index, kind).feed(text)
        # A delta that came empty is a sign of its own; one that became empty is none.
        return [_event("content_block_delta", data)] if delta[name] or not text else []

    def _stop_block(self, data: Body) -> list[Event]:
        index = self._index(data)
        if index in self._closed:
            return []
        if index not in self._blocks:
            raise self._not_the_wire("the end of no block")
        return [*self._flush(index), *self._other("content_block_stop", data)]

    def _end(self, data: Body) -> list[Event]:
        rest = self._flush_all()
        delta = data.get("delta")
        if isinstance(delta, dict):
            note_finish(self.outcome, delta)
        self._count(data.get("usage"))
        self._walk.shape(data, {**BESIDE, "delta": STOPPED}, "", "assistant")
        return [*rest, _event("message_delta", data)]

    def _other(self, kind: str, data: Body) -> list[Event]:
        """An event in which no text is expected: what there is of strings is restored."""
        kept: Body = {name: data.pop(name) for name in ("type", "index") if name in data}
        self._walk.shape(data, {}, kind, "assistant")
        return [_event(kind, {**kept, **data})]

    def _flush_all(self) -> list[Event]:
        return [event for index in list(self._blocks) for event in self._flush(index)]

    def _flush(self, index: int) -> list[Event]:
        """The block has ended: what was held back of its texts."""
        self._closed.add(index)
        events = []
        for kind, flow in self._blocks.pop(index).items():
            if rest := flow.finish():
                delta = {"type": kind, _TEXTS[kind][0]: rest}
                data = {"type": "content_block_delta", "index": index, "delta": delta}
                events.append(_event("content_block_delta", data))
        return events

    def _flow(self, index: int, kind: str) -> Flow:
        flows = self._blocks[index]
        if kind not in flows:
            _, field, is_json = _TEXTS[kind]
            path = f"content[{index}].{field}"
            flows[kind] = Flow(self._restorer.channel(path, json_string=is_json))
        return flows[kind]

    def _count(self, usage: object) -> None:
        self._counts = newest_counts(self._counts, usage)
        self.outcome.usage = usage_of(self._counts)

    def _index(self, data: Body) -> int:
        index = data.get("index")
        if not isinstance(index, int) or isinstance(index, bool) or index < 0:
            raise self._not_the_wire("a block without an index")
        return index

    def _not_the_wire(self, what: str) -> ProviderProtocolError:
        message = f"{self._provider} sent {what}."
        return ProviderProtocolError(self._provider, message, status=200)


def _event(kind: str, data: Body) -> Event:
    return Event(kind, json.dumps(data, ensure_ascii=False, separators=(",", ":")))
