"""OpenAI's chat completions wire, streamed, for every row of `vendors.VENDORS`."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from sluice.engine.errors import Problem
from sluice.server.providers.addresses import connection_problems, require
from sluice.server.providers.answer import answer, encode_body
from sluice.server.providers.base import NOTHING_MORE, Asked, Connection, Delta, Message
from sluice.server.providers.openai_answer import ChatReader
from sluice.server.providers.openai_body import BODY_OPTIONS, chat_body
from sluice.server.providers.transport import Call, Transport
from sluice.server.providers.vendors import CHAT, Vendor

OPTIONS: Final = (
    *BODY_OPTIONS,
    "seed",
    "max_tokens",
    "system_role",
    "include_usage",
    "api_version",
)


class OpenAIProvider:
    """One vendor that speaks OpenAI's chat wire."""

    def __init__(self, transport: Transport, vendor: Vendor) -> None:
        self.key = vendor.key
        self._transport = transport
        self._vendor = vendor

    def problems(self, connection: Connection) -> tuple[Problem, ...]:
        """Everything wrong with a connection to this vendor."""
        return openai_problems(self._vendor, connection)

    async def stream(
        self,
        connection: Connection,
        messages: tuple[Message, ...],
        asked: Asked = NOTHING_MORE,
    ) -> AsyncGenerator[Delta, None]:
        """Ask the model; see `base.Provider.stream`."""
        require(connection, self.problems(connection))
        call = self._call(connection, messages, asked)
        deltas = answer(self._transport, call, lambda: ChatReader(self.key, call.body))
        async with aclosing(deltas):
            async for delta in deltas:
                yield delta

    def _call(self, connection: Connection, messages: tuple[Message, ...], asked: Asked) -> Call:
        body = encode_body(self.key, chat_body(self._vendor, connection, messages, asked))
        return openai_call(self._vendor, connection, CHAT, body)


def openai_problems(vendor: Vendor, connection: Connection) -> tuple[Problem, ...]:
    """Everything wrong with a connection to a vendor that speaks OpenAI's wires."""
    needed = ("api_key",) if vendor.needs_key else ()
    found = connection_problems(connection, credentials=needed, options=OPTIONS)
    if connection.base_url is None and vendor.base_url is None:
        found += (Problem("base_url", "this vendor has no common address; give yours"),)
    role = connection.options.get("system_role", "system")
    if role not in ("system", "developer", "user"):
        found += (Problem("options.system_role", "use system, developer or user"),)
    return found


def openai_call(
    vendor: Vendor,
    connection: Connection,
    path: str,
    body: bytes,
    accept: str = "text/event-stream",
) -> Call:
    """A POST under a vendor's address, signed in with the connection's key."""
    base = connection.base_url or vendor.base_url or ""
    headers = {"content-type": "application/json", "accept": accept}
    key = connection.credentials.get("api_key")
    if key is not None:
        bearer = vendor.key_header == "authorization"
        headers[vendor.key_header] = f"Bearer {key}" if bearer else key
    return Call(vendor.key, vendor.address(connection, base, path), headers, body)
