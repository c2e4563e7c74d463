"""A server that is killed in the middle of an import has saved all of the file, or nothing."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from tests.live import LiveServer, empty_database

CASES = 400
FILE = "who,n:json\n" + "".join(f"user{n}@example.com,{n}\n" for n in range(CASES))
PLAYLISTS = "/api/v1/projects/default/playlists"


def import_in_the_background(server: LiveServer, playlist: str) -> threading.Thread:
    """Begin an import whose end nobody waits for."""

    def run() -> None:
        # The server is killed meanwhile.
        with server.client() as client, suppress(httpx.TransportError):
            client.post(f"{PLAYLISTS}/{playlist}/import?format=csv", content=FILE.encode())

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_file_is_imported_whole_or_not_at_all(kind: str, tmp_path: Path) -> None:
    """And afterwards it can be imported."""
    with empty_database(kind) as url:
        server = LiveServer(tmp_path, url)
        with server, server.client() as client:
            made = client.post(PLAYLISTS, json={"name": "Whole"}).json()["data"]["id"]
            thread = import_in_the_background(server, made)
            time.sleep(0.4)
            server.kill()
            thread.join()
        with server, server.client() as client:
            found = client.get(f"{PLAYLISTS}/{made}").json()["data"]["testCases"]
            assert found in (0, CASES)
            path = f"{PLAYLISTS}/{made}/import?format=csv"
            again = client.post(path, content=FILE.encode(), timeout=120)
            assert again.json()["data"]["saved"] == CASES, again.text
            assert client.get(f"{PLAYLISTS}/{made}").json()["data"]["testCases"] == found + CASES
