"""OpenAI's responses: `POST /v1/responses`.

Source: OpenAI's API reference, "Create a model response", "The response object".
"""

from __future__ import annotations

import copy
from typing import Any, Final

from sluice.engine.errors import Problem
from sluice.engine.types import CleansedText
from sluice.server.features.proxy.wires.openai import errors as openai_errors
from sluice.server.features.proxy.wires.openai.answers import (
    AnswerVisitor,
    response_outcome,
)
from sluice.server.features.proxy.wires.openai.events import EventRewriter
from sluice.server.features.proxy.wires.openai.items import ECHOED, PARTS, RESPONSE, item
from sluice.server.features.proxy.wires.openai.parts import CHAT_SCHEMA, schema
from sluice.server.features.proxy.wires.openai.reading import read_request
from sluice.server.features.proxy.wires.openai.shapes import (
    MediaKind,
    Place,
    Shape,
    each,
    either,
    fields,
    kinds,
    named,
    nothing,
    root,
    said_by,
    text,
    word,
    words,
)
from sluice.server.features.proxy.wires.openai.tools import TOOL
from sluice.server.features.proxy.wires.openai.wire import OpenAIWire
from sluice.server.features.proxy.wires.reading import Body, Reading
from sluice.server.features.proxy.wires.wire import Call, Outcome, Restorer
from sluice.server.providers.sse import Event


def _background(place: Place) -> None:
    if place.value not in (None, False):
        message = "an answer made in the background could not be fetched here; leave it away"
        place.visitor.odd(place, place.path, message)


_FORMAT: Final = fields(
    {"type": word, "name": word, "description": text, "schema": schema, "json_schema": CHAT_SCHEMA}
)
_REQUEST: Final[dict[str, Shape]] = {
    "model": nothing,
    "instructions": said_by("system", text),
    "input": said_by("user", either(text, each(item))),
    "tools": said_by("system", each(TOOL)),
    "text": said_by("system", fields({"format": _FORMAT, "verbosity": word})),
    "prompt": said_by(
        "user",
        fields({"id": word, "version": word, "variables": named(either(text, kinds(PARTS)))}),
    ),
    "background": _background,
    "user": text,
    "safety_identifier": text,
    "prompt_cache_key": text,
    **dict.fromkeys(
        (
            "tool_choice", "reasoning", "include", "truncation", "service_tier", "conversation",
            "previous_response_id", "stream_options", "context_management", "moderation",
            "prompt_cache_options", "prompt_cache_retention", "access_programs", "image",
        ),
        words,
    ),
}  # fmt: skip
"""Members of a request; those that are not here are any JSON value."""


class ResponsesWire(OpenAIWire):
    """One call of responses.

    What an answer repeats of the request is what the caller sent, in his own words; the instance's
    instructions are not among it. Log probabilities are not handed on: they spell the answer.
    """

    name = "openai.responses"
    path = "responses"

    def __init__(self) -> None:
        self._asked: dict[str, Any] = {}
        self._media: tuple[MediaKind, ...] = ()
        self._stream: EventRewriter | None = None

    def read(self, body: Body, reading: Reading) -> Call:
        """Tell `reading` of every value of the body what it is."""
        self._asked = {name: copy.deepcopy(body[name]) for name in ECHOED if name in body}
        tools = body.get("tools")
        listed = tools if isinstance(tools, list) else []
        kinds_of = [tool.get("type") for tool in listed if isinstance(tool, dict)]
        self._media = ("image",) if "image_generation" in kinds_of else ()
        return read_request(body, reading, _REQUEST, ("model",))

    def instruct(self, body: Body, instructions: CleansedText) -> None:
        """Put the instructions before the caller's, with an empty line between."""
        own = body.get("instructions")
        body["instructions"] = f"{instructions}\n\n{own}" if own else instructions

    def rewrite(self, answer: Body, restorer: Restorer) -> Outcome:
        """Restore the texts of every item."""
        RESPONSE(root(answer, AnswerVisitor(restorer, self._asked, self._media)))
        return response_outcome(answer)

    def rewriter(self, restorer: Restorer, provider: str, sent: bytes = b"") -> EventRewriter:
        """For a streamed answer; an error's words that stand in `sent` too are not repeated."""
        self._stream = EventRewriter(restorer, self._asked, self._media, provider, sent)
        return self._stream

    def error_events(
        self, status: int, code: str, message: str, problems: tuple[Problem, ...]
    ) -> list[Event]:
        """An `error` event, numbered on from the last that was sent."""
        number = self._stream.sequence_number if self._stream else 0
        return openai_errors.event_error(status, code, message, problems, number)
