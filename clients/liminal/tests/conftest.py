"""Fixtures: one event loop, and a scripted server on a real socket."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from clients.liminal.tests.peer import Peer, Reply

from liminal import Client


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def peer(anyio_backend: str) -> AsyncIterator[Peer]:
    async with Peer() as started:
        yield started


@pytest.fixture
async def client(peer: Peer) -> AsyncIterator[Client]:
    """A client that has signed in with an environment token; its session id is `first`."""
    peer.on("POST", "/api/v1/auth/test-automation/login", Reply.session("first"))
    async with await Client.authenticate_from_token(peer.url, "token-0123456789") as signed_in:
        peer.requests.clear()
        yield signed_in
