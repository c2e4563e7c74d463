"""Transports with short times, and what the tests of all vendors share."""

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
    """A transport that makes one attempt and loses patience after a third of a second."""
    timeouts = Timeouts(connect=2.0, first_byte=0.3, idle=0.3, total=3.0)
    async with Transport(timeouts=timeouts, retries=Retries(attempts=1)) as transport:
        yield transport


@pytest.fixture
async def patient() -> AsyncIterator[Transport]:
    """A transport with the shipped times and attempts, and hardly any wait between attempts."""
    retries = Retries(first_wait=0.01, longest_wait=0.02)
    async with Transport(retries=retries) as transport:
        yield transport
