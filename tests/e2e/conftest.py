"""Servers as processes of their own, on each kind of database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.live import LiveServer


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
