"""Closing an answer closes everything under it before `aclose` returns, not some time later."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from sluice.engine.types import CleansedText
from sluice.server.providers.base import Connection, Message
from sluice.server.providers.engine import Call
from sluice.server.providers.native import Native
from sluice.server.providers.registry import Providers
from sluice.server.providers.transport import Transport

FIRST = {
    "openai": b'data: {"choices":[{"delta":{"content":"a"}}]}\n\n',
    "anthropic": b'data: {"type":"content_block_start",'
    b'"content_block":{"type":"text","text":"a"}}\n\n',
}


class Held:
    """An engine and its only answer: one piece and then nothing; it knows whether it was closed."""

    status = 200
    headers: Mapping[str, str] = {"content-type": "text/event-stream"}

    def __init__(self, piece: bytes) -> None:
        self.pieces = [piece]
        self.reading = self.closed = False

    async def open(self, call: Call, method: str, seconds: float) -> Held:
        """Itself."""
        return self

    async def piece(self, seconds: float) -> bytes:
        """The piece, and then waits."""
        if self.pieces:
            return self.pieces.pop()
        self.reading = True
        try:
            await asyncio.Event().wait()
        finally:
            self.reading = False
        return b""

    async def close(self) -> None:
        """Noted."""
        self.closed = True

    async def aclose(self) -> None:
        """Nothing is pooled."""


@pytest.mark.anyio
@pytest.mark.parametrize("key", FIRST)
@pytest.mark.parametrize("native", [False, True])
@pytest.mark.parametrize("cancelled", [False, True])
async def test_an_answer_is_closed_when_closing_returns(
    key: str, native: bool, cancelled: bool
) -> None:
    """The vendor's body is neither read nor open any more, without a turn of the loop between."""
    held = Held(FIRST[key])
    async with Transport(engine=held) as transport:
        connection = Connection(key, "m", credentials={"api_key": "k"})
        path = "v1/messages" if key == "anthropic" else "chat/completions"
        messages = (Message("user", CleansedText("a")),)
        stream = (
            Native(transport).stream(connection, path, {"model": "m"})
            if native
            else Providers(transport)[key].stream(connection, messages)
        )
        assert await anext(stream)
        if cancelled:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(anext(stream), 0.01)
        else:
            await stream.aclose()
        assert (held.reading, held.closed) == (False, True)
