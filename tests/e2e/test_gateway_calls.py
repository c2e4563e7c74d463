"""What becomes of calls through the gateway whose end is not the usual one, on each database."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any

import httpx
import pytest
from tests.live import LiveServer, connection_to, peer_beside
from tests.peers import Peer
from tests.peers.anthropic_paths import AnthropicPaths
from tests.peers.behaviours import answering, hanging
from tests.peers.openai_paths import OpenAIPaths
from tests.waiting import until

MAIL = "jane.roe@example.com"
CHAT = "/v1/chat/completions"
WITHIN_SECONDS = 1.0
"""How soon the vendor's call has to end when a caller leaves."""
TRIES = 3
Ways = dict[str, Peer]


@pytest.fixture
def ways(live: LiveServer) -> Iterator[Ways]:
    """Vendors that never end: in the middle of a stream, or before they begin."""
    with (
        peer_beside(hanging(OpenAIPaths(), 4)) as stream,
        peer_beside(hanging(AnthropicPaths(), 4)) as message,
        peer_beside(hanging(OpenAIPaths())) as silent,
        peer_beside(answering(OpenAIPaths(), pieces=None)) as echo,
    ):
        live.instance(connection_to(stream), name="stream")
        live.instance(connection_to(message, "anthropic"), name="message")
        live.instance(connection_to(silent), name="silent")
        live.instance(connection_to(echo), name="echo")
        yield {"stream": stream, "message": message, "silent": silent}


def _body(model: str, *, stream: bool) -> dict[str, Any]:
    return {
        "model": model,
        "stream": stream,
        "messages": [{"role": "user", "content": f"I am {MAIL}"}],
    }


def _newest(server: LiveServer, *, after: int = 0) -> dict[str, Any]:
    """The newest call, once it is another one than that and has ended."""

    def ended() -> dict[str, Any] | None:
        calls: list[dict[str, Any]] = own.get("/api/v1/calls").json()["data"]
        is_it = calls and calls[0]["id"] > after and calls[0]["status"] != "pending"
        return calls[0] if is_it else None

    with server.client() as own:
        return until(ended)


def _leave(server: LiveServer, peer: Peer, model: str, *, stream: bool) -> float:
    """Call, go away, and see the vendor's call end; after how many seconds."""
    before, asked = peer.left, len(peer.requests)
    if stream:
        with (
            server.client() as caller,
            caller.stream("POST", CHAT, json=_body(model, stream=True)) as answer,
        ):
            next(answer.iter_lines())
            left = time.monotonic()
    else:
        host, _, port = server.url.removeprefix("http://").partition(":")
        waiting = HTTPConnection(host, int(port))
        headers = {"Authorization": f"Bearer {server.token}", "Content-Type": "application/json"}
        waiting.request("POST", CHAT, json.dumps(_body(model, stream=False)), headers)
        until(lambda: len(peer.requests) > asked)
        left = time.monotonic()
        waiting.close()
    until(lambda: peer.left > before)
    ended = time.monotonic()
    assert peer.left == before + 1
    return ended - left


def test_a_caller_who_leaves_ends_the_vendors_call_and_leaves_an_abandoned_one(
    live: LiveServer, ways: Ways
) -> None:
    last = 0
    for name, stream in {"stream": True, "message": True, "silent": False}.items():
        took: list[float] = []
        # A busy machine may hold one of them up, not all.
        while len(took) < TRIES and min(took, default=WITHIN_SECONDS) >= WITHIN_SECONDS:
            took.append(_leave(live, ways[name], name, stream=stream))
            call = _newest(live, after=last)
            assert (call["status"], call["errorCode"]) == ("abandoned", None), name
            last = call["id"]
        assert min(took) < WITHIN_SECONDS, name


def test_a_call_that_a_killed_server_left_behind_is_recorded_as_interrupted(
    live: LiveServer, ways: Ways
) -> None:
    """On PostgreSQL another replica may still be at work, so there it stays pending for an hour."""
    with (
        live.client() as caller,
        caller.stream("POST", "/v1/chat/completions", json=_body("stream", stream=True)) as answer,
    ):
        lines = answer.iter_lines()
        next(lines)
        live.kill()
        with pytest.raises(httpx.TransportError):
            list(lines)
    live.start()
    with live.client() as own:
        (call,) = own.get("/api/v1/calls").json()["data"]
        done = own.post("/v1/chat/completions", json=_body("echo", stream=False))
    shared = (live.database_url or "").startswith("postgresql")
    assert call["status"] == ("pending" if shared else "interrupted")
    assert done.json()["choices"][0]["message"]["content"] == f"I am {MAIL}"


def test_a_deleted_conversation_takes_its_calls_along_and_can_be_begun_anew(
    live: LiveServer, ways: Ways
) -> None:
    with live.client() as own:
        own.post("/v1/chat/completions", json=_body("echo", stream=False))
        call = _newest(live)
        assert own.delete(f"/api/v1/conversations/{call['conversationId']}").status_code == 204
        assert own.get(f"/api/v1/calls/{call['id']}").status_code == 404
        assert own.delete(f"/api/v1/conversations/{call['conversationId']}").status_code == 404
        done = own.post("/v1/chat/completions", json=_body("echo", stream=False))
        again = _newest(live, after=call["id"])
    assert done.json()["choices"][0]["message"]["content"] == f"I am {MAIL}"
    assert again["conversationId"] != call["conversationId"]
