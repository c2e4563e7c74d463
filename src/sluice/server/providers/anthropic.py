"""Anthropic's Messages wire, streamed.

Source: Anthropic's API reference, "Create a Message" and "Streaming messages".
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing
from typing import Final

from sluice.engine.errors import Problem
from sluice.server.providers.addresses import connection_problems, join, require
from sluice.server.providers.answer import answer, encode_body
from sluice.server.providers.anthropic_answer import MessageReader
from sluice.server.providers.anthropic_body import (
    JSON_TOOL,
    SAMPLING,
    answers_with_tool,
    message_body,
)
from sluice.server.providers.base import NOTHING_MORE, Asked, Connection, Delta, Message
from sluice.server.providers.transport import Call, Transport

BASE_URL: Final = "https://api.anthropic.com"
VERSION: Final = "2026-10-21"
"""The wire's version, sent in `anthropic-version`; in it sampling cannot be set any more."""
SAMPLING_VERSION: Final = "2023-06-01"
"""The version before, in which older models take `temperature`, `top_p` and `top_k`; what is used
of the wire here is otherwise the same in both."""
EXAMPLE_MODEL: Final = "claude-sonnet-5-5"
OPTIONS: Final = (*SAMPLING, "max_tokens", "api_version")

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class AnthropicProvider:
    """Anthropic, and whatever else speaks its Messages wire at another address."""

    key = "anthropic"

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def problems(self, connection: Connection) -> tuple[Problem, ...]:
        """Everything wrong with a connection to Anthropic."""
        return anthropic_problems(connection)

    async def stream(
        self,
        connection: Connection,
        messages: tuple[Message, ...],
        asked: Asked = NOTHING_MORE,
    ) -> AsyncGenerator[Delta, None]:
        """Ask the model; see `base.Provider.stream`."""
        require(connection, self.problems(connection))
        body = message_body(connection, messages, asked)
        call = anthropic_call(
            connection,
            "v1/messages",
            encode_body(self.key, body),
            {"anthropic-version": wire_version(connection, body)},
        )
        text_tool = JSON_TOOL if answers_with_tool(asked) else None
        deltas = answer(
            self._transport, call, lambda: MessageReader(self.key, call.body, text_tool)
        )
        async with aclosing(deltas):
            async for delta in deltas:
                yield delta


def anthropic_problems(connection: Connection) -> tuple[Problem, ...]:
    """Everything wrong with a connection to Anthropic."""
    found = connection_problems(connection, credentials=("api_key",), options=OPTIONS)
    if not _DATE.fullmatch(wire_version(connection, connection.options)):
        found += (Problem("options.api_version", f"use a version such as {VERSION}"),)
    return found


def anthropic_call(
    connection: Connection,
    path: str,
    body: bytes,
    headers: dict[str, str],
    accept: str = "text/event-stream",
) -> Call:
    """A POST under Anthropic's address, signed in with the connection's key."""
    root = (connection.base_url or BASE_URL).rstrip("/").removesuffix("/v1")
    common = {"content-type": "application/json", "accept": accept}
    key = {"x-api-key": connection.credentials["api_key"]}
    return Call(connection.provider_key, join(root, path), common | headers | key, body)


def wire_version(connection: Connection, body: Collection[str]) -> str:
    """The connection's version, else the newest one in which a body of these fields is taken."""
    sampled = any(name in body for name in SAMPLING)
    return str(connection.options.get("api_version", SAMPLING_VERSION if sampled else VERSION))
