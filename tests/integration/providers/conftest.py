"""The transports that the tests of all vendors share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from sluice.server.providers.retry import Retries
from sluice.server.providers.transport import Timeouts, Transport


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The only event loop that the server runs on."""
    return "asyncio"


@pytest.fixture
async def transport() -> AsyncIterator[Transport]:
    """A transport that makes one attempt."""
    async with Transport(retries=Retries(attempts=1)) as transport:
        yield transport


@pytest.fixture
async def hasty() -> AsyncIterator[Transport]:
    """One that makes one attempt and loses patience after a quarter of a second."""
    timeouts = Timeouts(first_byte=0.25, idle=0.25)
    async with Transport(timeouts=timeouts, retries=Retries(attempts=1)) as transport:
        yield transport


@pytest.fixture
async def patient() -> AsyncIterator[Transport]:
    """One that makes the shipped number of attempts, with hardly any wait between them."""
    retries = Retries(first_wait=0.01, longest_wait=0.02)
    async with Transport(retries=retries) as transport:
        yield transport
