"""Anthropic's Messages wire, and the counting of its tokens.

Source: Anthropic's API reference, "Create a Message" and "Count tokens in a Message".
"""

from __future__ import annotations

from typing import Final

from sluice.engine.types import CleansedText
from sluice.server.features.proxy.wires.anthropic.end_user import end_user
from sluice.server.features.proxy.wires.anthropic.outcome import (
    newest_counts,
    note_message,
    usage_of,
)
from sluice.server.features.proxy.wires.anthropic.places import RequestPlaces, answer_walk
from sluice.server.features.proxy.wires.anthropic.shapes import (
    ANSWER,
    REQUEST,
    Place,
)
from sluice.server.features.proxy.wires.anthropic.stream import MessageRewriter
from sluice.server.features.proxy.wires.anthropic.walk import Walk
from sluice.server.features.proxy.wires.anthropic.wire import AnthropicWire
from sluice.server.features.proxy.wires.joining import MESSAGE_PIECE, joined
from sluice.server.features.proxy.wires.reading import Body, Reading
from sluice.server.features.proxy.wires.wire import Call, Outcome, Restorer, StreamRewriter
from sluice.server.providers.sse import Event

_BREAK: Final = "\n\n"


class AnthropicMessages(AnthropicWire):
    """`POST /v1/messages`; see `Wire`."""

    name = "anthropic.messages"
    path = "v1/messages"

    def read(self, body: Body, reading: Reading) -> Call:
        """Tell `reading` of every value of the body what it is."""
        if "messages" not in body:
            reading.refuse("messages", "is missing")
        Walk(RequestPlaces(reading)).shape(body, REQUEST, "", "client")
        return call_of(body, reading)

    def instruct(self, body: Body, instructions: CleansedText) -> None:
        """The instructions become the beginning of the system's words."""
        system = body.get("system")
        if not instructions:
            return
        if isinstance(system, list):
            system.insert(0, {"type": "text", "text": str(instructions)})
        else:
            body["system"] = f"{instructions}{_BREAK}{system}" if system else str(instructions)

    def rewrite(self, answer: Body, restorer: Restorer) -> Outcome:
        """Restore the texts of a whole message, in place."""
        outcome = Outcome(usage=usage_of(newest_counts({}, answer.get("usage"))))
        note_message(outcome, answer)
        answer_walk(restorer).shape(answer, ANSWER, "", "assistant")
        return outcome

    def joined(self, events: list[Event]) -> list[Event]:
        """Events that came together, pieces of one block's words as one."""
        return joined(events, MESSAGE_PIECE)

    def rewriter(self, restorer: Restorer, provider: str) -> StreamRewriter:
        """For a streamed message."""
        return MessageRewriter(restorer, provider)


class AnthropicCountTokens(AnthropicMessages):
    """`POST /v1/messages/count_tokens`: a request of the same shape, answered with a number."""

    name = "anthropic.count_tokens"
    path = "v1/messages/count_tokens"

    def rewrite(self, answer: Body, restorer: Restorer) -> Outcome:
        """Nothing was used: counting tokens costs none."""
        shape = {"input_tokens": Place.WORD, "context_management": Place.WORD}
        answer_walk(restorer).shape(answer, shape, "", "assistant")
        return Outcome()


def call_of(body: Body, reading: Reading) -> Call:
    """What the call asks for; a model that is missing or a wrong wish to stream is refused."""
    model, stream = body.get("model"), body.get("stream")
    if model is None:
        reading.refuse("model", "is missing")
    if not isinstance(stream, bool | None):
        reading.refuse("stream", "must be true or false")
    who = end_user(body)
    return Call(
        model if isinstance(model, str) else "",
        stream is True,
        conversation=who.conversation,
        follows=_follows(body),
        end_user=who.person,
    )


def _follows(body: Body) -> str | None:
    """The answer that a thread kept by the vendor, or its diagnostics, go on from."""
    for name in ("thread", "diagnostics"):
        holder = body.get(name)
        found = holder.get("previous_message_id") if isinstance(holder, dict) else None
        if isinstance(found, str) and found:
            return found
    return None
