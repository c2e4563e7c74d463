"""Amazon Bedrock, every model of it, by ConverseStream, or by Converse where a model needs it.

Source: Amazon Bedrock's API reference, "Converse" and "ConverseStream", and its user guide, "Use
an Amazon Bedrock API key".
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import Final

from sluice.engine.errors import Problem
from sluice.server.providers.addresses import require
from sluice.server.providers.answer import answer, encode_body, json_object
from sluice.server.providers.anthropic_body import JSON_TOOL, answers_with_tool
from sluice.server.providers.aws_bedrock_answer import ConverseReader, answer_events
from sluice.server.providers.aws_bedrock_body import converse_body
from sluice.server.providers.aws_connection import aws_address, aws_problems, identity, in_path
from sluice.server.providers.aws_events import CONTENT_TYPE, frames
from sluice.server.providers.aws_library import Library
from sluice.server.providers.base import (
    NOTHING_MORE,
    Asked,
    Connection,
    Delta,
    Message,
    ProviderProtocolError,
)
from sluice.server.providers.sse import Event
from sluice.server.providers.transport import Call, Transport

EXAMPLE_MODEL: Final = "global.amazon.nova-2-lite-v1:0"
OPTIONS: Final = (
    "max_tokens",
    "temperature",
    "top_p",
    "top_k",
    "base_model",
    "guardrail_id",
    "guardrail_version",
    "streaming",
)
"""Beside `region`. `base_model` is the id of the model behind an ARN that does not tell it, such as
an application's inference profile. `streaming` is false for models that call no tools in streams;
their answers come at once."""

_JSON: Final = "application/json"


class BedrockProvider:
    """Amazon Bedrock, signed in with an AWS identity or with a Bedrock API key."""

    key = "aws_bedrock"

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._library = Library()

    def problems(self, connection: Connection) -> tuple[Problem, ...]:
        """Everything wrong with a connection to Amazon Bedrock."""
        found = aws_problems(connection, OPTIONS, takes_api_key=True)
        if not isinstance(connection.options.get("streaming", True), bool):
            found += (Problem("options.streaming", "use true or false"),)
        return found

    async def stream(
        self,
        connection: Connection,
        messages: tuple[Message, ...],
        asked: Asked = NOTHING_MORE,
    ) -> AsyncGenerator[Delta, None]:
        """Ask the model; see `base.Provider.stream`."""
        require(connection, self.problems(connection))
        body = encode_body(self.key, converse_body(connection, messages, asked))
        streams = bool(connection.options.get("streaming", True))
        path = f"model/{in_path(connection.model)}/converse{'-stream' if streams else ''}"
        accept = CONTENT_TYPE if streams else _JSON
        headers = {"content-type": _JSON, "accept": accept}
        url = aws_address(connection, "bedrock-runtime", path)
        text_tool = JSON_TOOL if answers_with_tool(asked) else None
        deltas = answer(
            self._transport,
            Call(self.key, url, headers, body),
            lambda: ConverseReader(self.key, text_tool),
            lambda _, call: (self._events if streams else self._whole)(connection, call),
        )
        async with aclosing(deltas):
            async for delta in deltas:
                yield delta

    async def _events(self, connection: Connection, call: Call) -> AsyncGenerator[Event, None]:
        await self._library.load()
        signed = self._signed(connection, call)
        async with aclosing(frames(self._transport, self._library, signed)) as found:
            async for frame in found:
                yield Event(frame.word(":event-type"), _text(call, frame.payload))

    async def _whole(self, connection: Connection, call: Call) -> AsyncGenerator[Event, None]:
        """A whole answer as the events that would have made it."""
        await self._library.load()
        signed = self._signed(connection, call)
        patience, data = self._transport.timeouts.whole, bytearray()
        pieces = self._transport.post(signed, content_type=_JSON, first_byte=patience)
        async with aclosing(pieces):
            async for piece in pieces:
                data += piece
        for event in answer_events(json_object(self.key, Event("", _text(call, bytes(data))))):
            yield event

    def _signed(self, connection: Connection, call: Call) -> Call:
        key = connection.credentials.get("api_key")
        if key is None:
            return self._library.sign(call, identity(connection), "bedrock")
        return replace(call, headers={**call.headers, "authorization": f"Bearer {key}"})


def _text(call: Call, payload: bytes) -> str:
    try:
        return payload.decode()
    except UnicodeDecodeError:
        problem = f"{call.provider} sent a malformed stream: an event is not UTF-8."
    # Outside of the handler: the decoder's error carries the event.
    raise ProviderProtocolError(call.provider, problem, status=200)
