"""Older OpenAI clients, unmodified, with our address and key."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.compat.conftest import environment_of
from tests.live import LiveServer, connection_to, peer_beside
from tests.peers import Peer
from tests.peers.models import openai_model

SAID = "Write to jane.roe@example.com please"
Wire = tuple[LiveServer, Peer]


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    """A server whose default instance is on a scripted vendor."""
    folder = tmp_path_factory.mktemp("older") / "server"
    with peer_beside(openai_model()) as peer, LiveServer(folder) as server:
        server.instance(connection_to(peer))
        yield server, peer


def _told(version: str, script: str, server: LiveServer) -> dict[str, Any]:
    path = Path(__file__).parent / "scripts" / f"{script}.py"
    environment = {"PATH": os.environ["PATH"], "URL": server.url, "TOKEN": server.token}
    done = subprocess.run(
        [str(environment_of("openai", version)), "-W", "ignore", str(path)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    told: dict[str, Any] = json.loads(done.stdout)
    assert told["version"] == version
    return told


def test_a_client_of_before_1_chats_streams_and_calls_functions(gateway: Wire) -> None:
    told = _told("0.27.10", "openai_before_1", gateway[0])
    echoed, said = f"The model saw: {SAID}", f"You said: {SAID}"
    assert told["chat"] == {"Echo": [echoed, "stop"], "gpt-x": [said, "stop"]}
    assert told["streamed"] == {"Echo": echoed, "gpt-x": said}
    assert told["asynchronous"] == said
    assert told["completion"] == echoed
    assert "Echo" in told["models"]
    assert told["refused"] == [422, False]
    assert told["unknown key"] == 401
    _nothing_raw_left(gateway[1])


def test_a_client_of_1_uses_tools_and_azures_addresses(gateway: Wire) -> None:
    told = _told("1.40.0", "openai_1", gateway[0])
    assert told["chat"] == told["streamed"] == f"You said: {SAID}"
    assert told["tool"] == ["send_mail", SAID]
    assert told["azure"] == f"The model saw: {SAID}"
    _nothing_raw_left(gateway[1])


def _nothing_raw_left(peer: Peer) -> None:
    assert peer.requests
    assert all("jane.roe" not in request.body.decode() for request in peer.requests)
