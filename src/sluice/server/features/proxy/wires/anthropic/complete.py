"""Anthropic's legacy wire for text completions.

Source: Anthropic's API reference, "Create a Text Completion" and "API versions": since version
2023-06-01 a stream's events are named and each brings new text only; before, they had no name,
each brought the whole text so far, and `[DONE]` ended the stream.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Final

from sluice.engine.types import CleansedText
from sluice.server.features.proxy.wires.anthropic.messages import call_of
from sluice.server.features.proxy.wires.anthropic.outcome import note_message
from sluice.server.features.proxy.wires.anthropic.places import RequestPlaces, answer_walk
from sluice.server.features.proxy.wires.anthropic.shapes import COMPLETION, COMPLETION_REQUEST
from sluice.server.features.proxy.wires.anthropic.stream import Flow
from sluice.server.features.proxy.wires.anthropic.walk import Walk
from sluice.server.features.proxy.wires.anthropic.wire import AnthropicWire
from sluice.server.features.proxy.wires.reading import Body, Leaf, Reading, Speaker
from sluice.server.features.proxy.wires.sse import DONE
from sluice.server.features.proxy.wires.wire import Call, Outcome, Restorer, StreamRewriter
from sluice.server.providers.answer import cut_off, json_object
from sluice.server.providers.base import ProviderProtocolError
from sluice.server.providers.faults import read_fault, stream_error
from sluice.server.providers.sse import Event

HUMAN: Final = "\n\nHuman:"
ASSISTANT: Final = "\n\nAssistant:"
_TURNS: Final = re.compile(f"({HUMAN}|{ASSISTANT})")


class AnthropicComplete(AnthropicWire):
    """`POST /v1/complete`; see `Wire`."""

    name = "anthropic.complete"
    path = "v1/complete"

    def read(self, body: Body, reading: Reading) -> Call:
        """Tell `reading` of every value of the body what it is."""
        walk = Walk(RequestPlaces(reading))
        for name in list(body):
            if name != "prompt":
                walk.member(body, name, COMPLETION_REQUEST, "", "client")
        if isinstance(body.get("prompt"), str):
            _read_prompt(body, reading)
        else:
            reading.refuse("prompt", "must be a string")
        return call_of(body, reading)

    def instruct(self, body: Body, instructions: CleansedText) -> None:
        """What stands before the first turn is the system's."""
        if instructions:
            prompt = body["prompt"]
            between = "" if _TURNS.match(prompt) else "\n\n"
            body["prompt"] = f"{instructions}{between}{prompt}"

    def rewrite(self, answer: Body, restorer: Restorer) -> Outcome:
        """Restore the text of a whole completion, in place; the wire counts no tokens."""
        outcome = Outcome()
        note_message(outcome, answer)
        answer_walk(restorer).shape(answer, COMPLETION, "", "assistant")
        return outcome

    def rewriter(self, restorer: Restorer, provider: str) -> StreamRewriter:
        """For a streamed completion."""
        return CompletionRewriter(restorer, provider)


class CompletionRewriter:
    """One streamed completion, in the events of either version; see `StreamRewriter`."""

    def __init__(self, restorer: Restorer, provider: str) -> None:
        self.outcome = Outcome()
        self.done = False
        self._provider = provider
        self._flow = Flow(restorer.channel("completion"))
        self._walk = answer_walk(restorer)
        self._cumulative: bool | None = None
        self._read = ""
        """What a cumulative stream has brought so far."""
        self._sent = ""
        """What of it went to the caller."""
        self._stopped = False

    def feed(self, event: Event) -> list[Event]:
        """What of this event goes to the caller."""
        if self.done:
            return []
        if event.data.strip() == DONE.data:
            return self._end_marker()
        data = json_object(self._provider, event)
        if event.event == "error" or data.get("type") == "error":
            raise stream_error(self._provider, read_fault(data))
        if "completion" in data:
            return [] if self._stopped else self._completion(event, data)
        self._walk.shape(data, COMPLETION, "", "assistant")
        return [_event(event.event, data)]

    def finish(self) -> list[Event]:
        """The vendor's stream has ended; it is whole if it said why it stopped."""
        if not self._stopped:
            raise cut_off(self._provider)
        self.done = True
        return []

    def _end_marker(self) -> list[Event]:
        if not self._stopped:
            raise cut_off(self._provider)
        self.done = True
        return [DONE] if self._cumulative else []

    def _completion(self, event: Event, data: Body) -> list[Event]:
        text = data.pop("completion")
        if not isinstance(text, str):
            raise self._not_the_wire("a completion that is no text")
        if self._cumulative is None:
            self._cumulative = event.event == "message" and "type" not in data
        note_message(self.outcome, data)
        self._stopped = bool(data.get("stop_reason"))
        new = self._flow.feed(self._new(text))
        new += self._flow.finish() if self._stopped else ""
        self._walk.shape(data, COMPLETION, "", "assistant")
        if not new and text and not self._stopped:
            return []
        self._sent = self._sent + new if self._cumulative else new
        # An incremental stream has no end marker but this.
        self.done = self._stopped and not self._cumulative
        return [_event(event.event, {"completion": self._sent, **data})]

    def _new(self, text: str) -> str:
        if not self._cumulative:
            return text
        before, self._read = self._read, text
        if not text.startswith(before):
            raise self._not_the_wire("a completion that does not go on from the one before")
        return text[len(before) :]

    def _not_the_wire(self, what: str) -> ProviderProtocolError:
        message = f"{self._provider} sent {what}."
        return ProviderProtocolError(self._provider, message, status=200)


def _read_prompt(body: Body, reading: Reading) -> None:
    """Each turn is a text of its own, so that what was said before is known again."""
    pieces: list[str] = _TURNS.split(body["prompt"])
    speaker: Speaker = "system"
    for index, piece in enumerate(pieces):
        if piece == HUMAN:
            speaker = "user"
        elif piece == ASSISTANT:
            speaker = "assistant"
        elif piece:
            reading.leaves.append(Leaf("prompt", speaker, piece, _putter(body, pieces, index)))


def _putter(body: Body, pieces: list[str], index: int) -> Callable[[str], None]:
    def put(text: str) -> None:
        if text != pieces[index]:
            pieces[index] = text
            body["prompt"] = "".join(pieces)

    return put


def _event(kind: str, data: Body) -> Event:
    return Event(kind, json.dumps(data, ensure_ascii=False, separators=(",", ":")))
