"""Async tests of the providers run on asyncio, as the server does."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The only event loop that the server runs on."""
    return "asyncio"
