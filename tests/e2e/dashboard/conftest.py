"""A server that `sluice demo` filled, and a browser to look at it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser
from tests.browsers import browsing, chromium
from tests.live import Json, LiveServer


@dataclass
class Filled:
    """A server, and what `sluice demo` made in it."""

    server: LiveServer
    made: Json


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, for one module: while it is open, no other event loop runs in this thread.

    Tests are skipped where there is none.
    """
    if chromium() is None:
        pytest.skip("there is no Chromium: install Debian's package chromium")
    with browsing() as opened:
        yield opened


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """A server with everything that a newcomer sees."""
    with LiveServer(tmp_path_factory.mktemp("demo") / "server") as server:
        done = server.command("demo", "--json", "--url", server.url, "--token", server.token)
        assert done.returncode == 0, done.stderr
        yield Filled(server, json.loads(done.stdout))
