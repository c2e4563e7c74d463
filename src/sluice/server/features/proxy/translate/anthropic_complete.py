"""Anthropic's legacy text completions, from a request to what every provider takes and back (pure).

Source: Anthropic's API reference, "Create a Text Completion", version 2023-06-01: each event of a
stream brings new text only. The turns of the prompt become messages, what stands before the first
one the system's. Dropped: metadata, and the stop sequence that every such prompt has of itself.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from typing import Any, Final

from sluice.engine.types import CleansedText
from sluice.server.features.proxy.translate.base import Renderer, Translated
from sluice.server.features.proxy.translate.blocks import Blocks, gathered
from sluice.server.features.proxy.translate.events import event
from sluice.server.features.proxy.translate.fields import Fields, settle
from sluice.server.features.proxy.wires.reading import Body
from sluice.server.providers.base import Asked, Delta, FinishReason, Message, Role
from sluice.server.providers.sse import Event

HUMAN: Final = "\n\nHuman:"
_TURN: Final = re.compile(r"(?:\A|\n\n)(Human|Assistant):")
_ROLES: Final[dict[str, Role]] = {"Human": "user", "Assistant": "assistant"}
_STOP_REASON: Final[dict[FinishReason, str]] = {
    "stop": "stop_sequence",
    "tool_calls": "stop_sequence",
    "length": "max_tokens",
    "content_filter": "refusal",
}


class CompleteTranslation:
    """The wire `anthropic.complete`."""

    def request(self, body: Body) -> Translated:
        """See `Translation.request`."""
        fields = Fields(body, "", [])
        messages = _turns(fields.needed("prompt"))
        if not any(message.role == "user" for message in messages):
            fields.refuse("prompt", 'must have a turn that begins with "\\n\\nHuman:"')
        asked = _asked(fields)
        fields.close()
        settle(fields.problems)
        return Translated(messages, asked)

    def renderer(self, body: Body, model: str) -> Renderer:
        """See `Translation.renderer`."""
        return CompleteRenderer(model)

    def answer(self, body: Body, model: str, deltas: Sequence[Delta]) -> Body:
        """See `Translation.answer`."""
        blocks = gathered(deltas)
        reason = _STOP_REASON[blocks.finish]
        return _head(blocks.model or model) | {"completion": blocks.text(), "stop_reason": reason}


class CompleteRenderer:
    """Makes the events of a streamed completion; see `Renderer`."""

    def __init__(self, model: str) -> None:
        self._blocks = Blocks(interleaved=True)
        self._model = model
        self._head: Body = {}

    def feed(self, delta: Delta) -> list[Event]:
        """The event of one delta, if it has words. Raises `ProviderProtocolError`."""
        self._blocks.feed(delta)
        return [self._event(delta.text, None)] if delta.text else []

    def finish(self) -> list[Event]:
        """The event with the reason of the end, which is the last."""
        self._blocks.end()
        return [self._event("", _STOP_REASON[self._blocks.finish])]

    def _event(self, text: str, reason: str | None) -> Event:
        self._head = self._head or _head(self._blocks.model or self._model)
        return event(self._head | {"completion": text, "stop_reason": reason}, "completion")


def _asked(fields: Fields) -> Asked:
    fields.drop("model", "stream", "metadata")
    stop = fields.strings("stop_sequences")
    return Asked(
        max_tokens=fields.count("max_tokens_to_sample"),
        temperature=fields.number("temperature"),
        top_p=fields.number("top_p"),
        top_k=fields.count("top_k"),
        stop=tuple(sequence for sequence in stop if sequence != HUMAN),
    )


def _turns(prompt: CleansedText) -> tuple[Message, ...]:
    """The prompt's turns; an empty last one of the assistant only says whose turn it is."""
    preamble, *rest = _TURN.split(prompt)
    found = [Message("system", CleansedText(preamble.strip()))] if preamble.strip() else []
    for speaker, text in zip(rest[::2], rest[1::2], strict=True):
        if text.strip() or speaker == "Human":
            found.append(Message(_ROLES[speaker], CleansedText(text.strip())))
    return tuple(found)


def _head(model: str) -> dict[str, Any]:
    answer_id = f"compl_{secrets.token_hex(12)}"
    return {
        "type": "completion",
        "id": answer_id,
        "model": model,
        "stop": None,
        "log_id": answer_id,
    }
