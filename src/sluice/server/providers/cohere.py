"""Cohere's chat wire, version 2, streamed.

Source: Cohere's API reference, "Chat with streaming (v2)".
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from sluice.engine.errors import Problem
from sluice.server.providers.addresses import connection_problems, join, require
from sluice.server.providers.answer import answer, encode_body
from sluice.server.providers.base import NOTHING_MORE, Asked, Connection, Delta, Message
from sluice.server.providers.cohere_answer import ChatReader
from sluice.server.providers.cohere_body import BODY_OPTIONS, SAFETY_MODES, chat_body
from sluice.server.providers.transport import Call, Transport

BASE_URL: Final = "https://api.cohere.com"
EXAMPLE_MODEL: Final = "command-a-03-2025"
OPTIONS: Final = (*BODY_OPTIONS, "top_p", "top_k", "seed", "max_tokens")


class CohereProvider:
    """Cohere, and whatever else speaks its chat wire at another address."""

    key = "cohere"

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def problems(self, connection: Connection) -> tuple[Problem, ...]:
        """Everything wrong with a connection to Cohere."""
        found = connection_problems(connection, credentials=("api_key",), options=OPTIONS)
        if connection.options.get("safety_mode", "STRICT") not in SAFETY_MODES:
            found += (Problem("options.safety_mode", f"use one of: {', '.join(SAFETY_MODES)}"),)
        return found

    async def stream(
        self,
        connection: Connection,
        messages: tuple[Message, ...],
        asked: Asked = NOTHING_MORE,
    ) -> AsyncGenerator[Delta, None]:
        """Ask the model; see `base.Provider.stream`."""
        require(connection, self.problems(connection))
        call = _call(connection, encode_body(self.key, chat_body(connection, messages, asked)))
        alone = asked.parallel_tool_calls is False
        deltas = answer(
            self._transport, call, lambda: ChatReader(self.key, call.body, one_call=alone)
        )
        async with aclosing(deltas):
            async for delta in deltas:
                yield delta


def _call(connection: Connection, body: bytes) -> Call:
    root = (connection.base_url or BASE_URL).rstrip("/").removesuffix("/v2")
    headers = {
        "content-type": "application/json",
        "accept": "text/event-stream",
        "authorization": f"Bearer {connection.credentials['api_key']}",
    }
    return Call(connection.provider_key, join(root, "v2/chat"), headers, body)
