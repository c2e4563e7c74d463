"""Calls in the caller's own wire, for vendors that speak it: the body goes out as it is.

No translation can lose anything then. The body has been cleansed before; what comes back is raw
events or a JSON object with placeholders in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from dataclasses import replace
from typing import Any, Final

from sluice.server.providers.addresses import require
from sluice.server.providers.answer import encode_body, feed, settle
from sluice.server.providers.anthropic import anthropic_call, anthropic_problems, wire_version
from sluice.server.providers.base import Connection, ProviderProtocolError, ProviderRejected
from sluice.server.providers.faults import read_fault, stream_error
from sluice.server.providers.openai import openai_call, openai_problems
from sluice.server.providers.retry import retrying
from sluice.server.providers.sse import Event, EventParser
from sluice.server.providers.transport import Call, Transport
from sluice.server.providers.vendors import VENDORS

ANTHROPIC_PATHS: Final = frozenset({"v1/messages", "v1/messages/count_tokens", "v1/complete"})
EVENT_LIMIT: Final = 16 * 1024 * 1024
"""The largest event in bytes: the last one of a response repeats all of it, images too."""

_EVENT_STREAM: Final = "text/event-stream"
_JSON: Final = "application/json"
_END_EVENTS: Final = frozenset(
    {"message_stop", "response.completed", "response.failed", "response.incomplete"}
)
_LIST: Final = r"[A-Za-z0-9_.=-]{1,128}"
_HEADERS: Final[dict[str, re.Pattern[str]]] = {
    "anthropic-version": re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII),
    "anthropic-beta": re.compile(rf"{_LIST}(?:, ?{_LIST}){{0,31}}", re.ASCII),
    "openai-beta": re.compile(rf"{_LIST}(?:, ?{_LIST}){{0,31}}", re.ASCII),
}
"""The caller's headers that change what a vendor does, and what they look like; no other is sent
on, since a header could hold anything and is not cleansed."""


class Native:
    """Native calls over one transport."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def speaks(self, connection: Connection, path: str) -> bool:
        """Whether the connection's vendor serves this path itself.

        Paths are as under a vendor's base address: `chat/completions`, `completions`, `responses`,
        `embeddings` (OpenAI's); `v1/messages`, `v1/messages/count_tokens`, `v1/complete`
        (Anthropic's).
        """
        if connection.provider_key == "anthropic":
            return path in ANTHROPIC_PATHS
        vendor = VENDORS.get(connection.provider_key)
        return vendor is not None and vendor.serves(connection, path)

    def tells_usage_if_asked(self, connection: Connection) -> bool:
        """Whether a streamed chat or completion may have `stream_options.include_usage`."""
        vendor = VENDORS.get(connection.provider_key)
        return vendor is not None and vendor.asks_usage

    def stream(
        self,
        connection: Connection,
        path: str,
        body: Mapping[str, Any],
        headers: Mapping[str, str] | None = None,
    ) -> AsyncGenerator[list[Event], None]:
        """The vendor's events as they come, in groups that came together.

        For a body that asks for a stream. Nothing comes after the wire's end marker. A failed
        attempt is repeated as long as no event was passed on. `headers` are the caller's, names in
        lower case. Raises `ProviderError`, also for an error that is the first event; later ones
        are passed on like any event.
        """
        call = self._call(connection, path, body, headers or {}, _EVENT_STREAM)
        transport = self._transport
        return retrying(lambda: _events(transport, call), transport.retries, transport.sleep)

    async def whole(
        self,
        connection: Connection,
        path: str,
        body: Mapping[str, Any],
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """The vendor's answer to a body that asks for no stream; repeated where that may help.

        Raises `ProviderError`.
        """
        call = self._call(connection, path, body, headers or {}, _JSON)
        transport = self._transport
        answers = retrying(lambda: _whole(transport, call), transport.retries, transport.sleep)
        async with aclosing(answers):
            return await anext(answers)

    def _call(
        self,
        connection: Connection,
        path: str,
        body: Mapping[str, Any],
        headers: Mapping[str, str],
        accept: str,
    ) -> Call:
        if not self.speaks(connection, path):
            raise ProviderRejected(
                connection.provider_key, "The provider does not serve this path."
            )
        chosen = _chosen(headers, connection)
        if connection.provider_key == "anthropic":
            require(connection, anthropic_problems(connection))
            chosen.setdefault("anthropic-version", wire_version(connection, body))
            data = encode_body("anthropic", body)
            return anthropic_call(connection, path, data, chosen, accept)
        vendor = VENDORS[connection.provider_key]
        require(connection, openai_problems(vendor, connection))
        # Azure takes the model from the address.
        connection = replace(connection, model=str(body.get("model", connection.model)))
        data = encode_body(vendor.key, dict(_renamed(body, vendor.renames)))
        call = openai_call(vendor, connection, path, data, accept)
        return replace(call, headers={**chosen, **call.headers})


def _chosen(headers: Mapping[str, str], connection: Connection) -> dict[str, str]:
    """The caller's headers that go along. Raises `ProviderRejected` for one of another form."""
    family = "anthropic" if connection.provider_key == "anthropic" else "openai"
    chosen = {n: headers[n] for n in _HEADERS if n in headers and n.startswith(family)}
    for name, value in chosen.items():
        if not _HEADERS[name].fullmatch(value):
            text = f"The header {name} does not have the form that it has for {family}."
            raise ProviderRejected(connection.provider_key, text, status=400)
    return chosen


def _renamed(
    body: Mapping[str, Any], renames: Mapping[str, str | None]
) -> Iterator[tuple[str, Any]]:
    for name, value in body.items():
        known = renames.get(name, name)
        if known is not None:
            yield known, value


async def _events(transport: Transport, call: Call) -> AsyncGenerator[list[Event], None]:
    async with aclosing(_raw_events(transport, call)) as groups:
        begun = False
        async for group in groups:
            if not begun:
                _raise_if_error(call, group[0])
                begun = True
            end = next((at for at, event in enumerate(group) if _is_end(event)), None)
            if group[:end]:
                yield group[:end]
            if end is not None:
                # Before it is passed on: whoever reads it reads no further.
                await settle(groups)
                yield [group[end]]
                return


async def _raw_events(transport: Transport, call: Call) -> AsyncGenerator[list[Event], None]:
    parser = EventParser(EVENT_LIMIT)
    async with aclosing(transport.post(call)) as pieces:
        async for piece in pieces:
            if group := feed(parser, call, piece):
                yield group


def _is_end(event: Event) -> bool:
    return event.event in _END_EVENTS or event.data == "[DONE]" or event.data.strip() == "[DONE]"


def _raise_if_error(call: Call, event: Event) -> None:
    """An error that comes before anything else is a failed attempt, like a status."""
    if event.event != "error" and '"error"' not in event.data:
        return
    try:
        value = json.loads(event.data)
    except (ValueError, RecursionError):
        return
    if event.event == "error" or (isinstance(value, dict) and value.get("error")):
        raise stream_error(call.provider, read_fault(value, sent=call.body))


async def _whole(transport: Transport, call: Call) -> AsyncGenerator[dict[str, Any], None]:
    data = bytearray()
    patience = transport.timeouts.whole
    pieces = transport.post(call, content_type=_JSON, first_byte=patience)
    async with aclosing(pieces):
        async for piece in pieces:
            data += piece
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        # Outside of the handler: the decoder's error carries the whole text.
        text = f"{call.provider} sent an answer that is no JSON object."
        raise ProviderProtocolError(call.provider, text, status=200)
    yield value
