"""Closing an answer closes everything under it before `aclose` returns, not some time later."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from sluice.engine.types import CleansedText
from sluice.server.providers.base import Connection, Message
from sluice.server.providers.httpx_engine import HttpxEngine
from sluice.server.providers.registry import Providers
from sluice.server.providers.transport import Limits, Timeouts, Transport

FIRST = {
    "openai": b'data: {"choices":[{"delta":{"content":"a"}}]}\n\n',
    "anthropic": b'data: {"type":"content_block_start",'
    b'"content_block":{"type":"text","text":"a"}}\n\n',
}


class Held(httpx.AsyncByteStream):
    """A body that gives one piece and then nothing; it knows whether it was closed."""

    def __init__(self, piece: bytes) -> None:
        self.piece = piece
        self.reading = self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        self.reading = True
        try:
            yield self.piece
            await asyncio.Event().wait()
        finally:
            self.reading = False

    async def aclose(self) -> None:
        self.closed = True


@pytest.mark.anyio
@pytest.mark.parametrize("key", FIRST)
@pytest.mark.parametrize("cancelled", [False, True])
async def test_an_answer_is_closed_when_closing_returns(key: str, cancelled: bool) -> None:
    """The vendor's body is neither read nor open any more, without a turn of the loop between."""
    body = Held(FIRST[key])

    async def respond(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=body)

    async with Transport(
        engine=HttpxEngine(Timeouts(), Limits(), pool=httpx.MockTransport(respond))
    ) as transport:
        connection = Connection(key, "m", credentials={"api_key": "k"})
        stream = Providers(transport)[key].stream(connection, (Message("user", CleansedText("a")),))
        assert (await anext(stream)).text == "a"
        if cancelled:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(anext(stream), 0.01)
        else:
            await stream.aclose()
        assert (body.reading, body.closed) == (False, True)
