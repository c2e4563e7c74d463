"""A clock that tests move, and a small application."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from tests.unit.server.auth.small_app import TOKEN, Clock, small_app

from sluice.server.auth.auth import Auth
from sluice.server.kit.database import Database


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def auth(database: Database, clock: Clock) -> Auth:
    """Sign-in with one administrator, whose token is `TOKEN`."""
    auth = Auth(database, clock=clock)
    assert await auth.ensure_administrator(TOKEN) == TOKEN
    return auth


@pytest.fixture
async def client(auth: Auth) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(small_app(auth), client=("192.0.2.1", 40000))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway.test") as client:
        yield client
