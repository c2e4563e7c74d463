"""Amazon SageMaker: an endpoint of one's own that serves OpenAI's chat wire.

Containers that do: Hugging Face's TGI and vLLM, AWS's LMI. Source: Amazon SageMaker's API
reference, "InvokeEndpointWithResponseStream".
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import Final

from sluice.engine.errors import Problem
from sluice.server.providers.addresses import require
from sluice.server.providers.answer import answer, encode_body, feed
from sluice.server.providers.aws_connection import aws_address, aws_problems, identity, in_path
from sluice.server.providers.aws_events import CONTENT_TYPE, frames
from sluice.server.providers.aws_library import Library
from sluice.server.providers.base import NOTHING_MORE, Asked, Connection, Delta, Message
from sluice.server.providers.openai_answer import ChatReader
from sluice.server.providers.openai_body import BODY_OPTIONS, Body, chat_body
from sluice.server.providers.sse import Event, EventParser
from sluice.server.providers.transport import Call, Transport
from sluice.server.providers.vendors import Vendor

CONTAINER: Final = Vendor(
    key="aws_sagemaker",
    name="Amazon SageMaker",
    base_url=None,
    media=frozenset({"image", "audio"}),
    example_model="chat",
)
"""How the containers take OpenAI's wire. It is in no table of vendors: the wire is inside another
one, so that no caller's body can go through as it is."""
OPTIONS: Final = (
    *BODY_OPTIONS,
    "seed",
    "max_tokens",
    "system_role",
    "include_usage",
    "served_model",
    "inference_component",
)
"""Beside `region`. `served_model` is the name that the container knows its model by, if it wants
one; `inference_component` is the one to ask, where an endpoint has several."""

_ENDPOINT: Final = re.compile(r"[a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,62}", re.ASCII)
_ROLES: Final = ("system", "developer", "user")


class SagemakerProvider:
    """Amazon SageMaker; a connection's model is the endpoint's name."""

    key = "aws_sagemaker"

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._library = Library()

    def problems(self, connection: Connection) -> tuple[Problem, ...]:
        """Everything wrong with a connection to an endpoint."""
        found = aws_problems(connection, OPTIONS)
        if len(connection.model) > 63 or not _ENDPOINT.fullmatch(connection.model):
            advice = "name the endpoint: up to 63 letters, digits and hyphens"
            found += (Problem("model", advice),)
        if connection.options.get("system_role", "system") not in _ROLES:
            found += (Problem("options.system_role", "use system, developer or user"),)
        component = connection.options.get("inference_component", "component")
        if not _ENDPOINT.fullmatch(str(component)):
            found += (Problem("options.inference_component", "use letters, digits and hyphens"),)
        return found

    async def stream(
        self,
        connection: Connection,
        messages: tuple[Message, ...],
        asked: Asked = NOTHING_MORE,
    ) -> AsyncGenerator[Delta, None]:
        """Ask the model; see `base.Provider.stream`."""
        require(connection, self.problems(connection))
        body = encode_body(self.key, endpoint_body(connection, messages, asked))
        path = f"endpoints/{in_path(connection.model)}/invocations-response-stream"
        url = aws_address(connection, "runtime.sagemaker", path)
        call = Call(self.key, url, _headers(connection), body)
        deltas = answer(
            self._transport,
            call,
            lambda: ChatReader(self.key, call.body),
            lambda _, call: self._events(connection, call),
        )
        async with aclosing(deltas):
            async for delta in deltas:
                yield delta

    async def _events(self, connection: Connection, call: Call) -> AsyncGenerator[Event, None]:
        """The container's events; its bytes are cut into frames anywhere."""
        await self._library.load()
        signed = self._library.sign(call, identity(connection), "sagemaker")
        parser = EventParser()
        async with aclosing(frames(self._transport, self._library, signed)) as found:
            async for frame in found:
                if frame.word(":event-type") == "PayloadPart":
                    for event in feed(parser, call, frame.payload):
                        yield event


def endpoint_body(connection: Connection, messages: tuple[Message, ...], asked: Asked) -> Body:
    """The body that the container gets: OpenAI's, with its own model's name or none."""
    served = connection.options.get("served_model")
    body = chat_body(CONTAINER, replace(connection, model=str(served or "")), messages, asked)
    if served is None:
        del body["model"]
    return body


def _headers(connection: Connection) -> dict[str, str]:
    headers = {
        "content-type": "application/json",
        "accept": CONTENT_TYPE,
        "x-amzn-sagemaker-accept": "text/event-stream",
    }
    component = connection.options.get("inference_component")
    if component is not None:
        headers["x-amzn-sagemaker-inference-component"] = str(component)
    return headers
