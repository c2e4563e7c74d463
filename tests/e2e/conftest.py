"""Servers as processes of their own, on each kind of database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.live import LiveServer, empty_database


@pytest.fixture
def live(database_url: str, tmp_path: Path) -> Iterator[LiveServer]:
    """A running server on a fresh database of each kind."""
    with LiveServer(tmp_path / "server", database_url) as started:
        yield started


@pytest.fixture
def live_sqlite(tmp_path: Path) -> Iterator[LiveServer]:
    """A running server as a first start makes it: SQLite in the data folder."""
    with LiveServer(tmp_path / "server") as started:
        yield started


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveServer]:
    """A running server that the tests of a module share, on each kind of database."""
    folder = tmp_path_factory.mktemp("shared") / "server"
    with empty_database(request.param) as url, LiveServer(folder, url) as started:
        yield started
