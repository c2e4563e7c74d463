"""`kill -9` behind an answer over the gateway: the call and its originals are there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from tests.live import Json, LiveServer

CHAT = "/v1/chat/completions"
CALLS = 12


@contextmanager
def _chat(client: httpx.Client, *texts: str, stream: bool) -> Iterator[httpx.Response]:
    messages: list[Json] = [{"role": "user", "content": text} for text in texts]
    body = {"model": "Echo", "messages": messages, "stream": stream}
    with client.stream("POST", CHAT, json=body) as answer:
        answer.read()
        assert answer.status_code == 200, answer.text
        yield answer


def test_a_call_that_was_answered_survives_a_crash_with_its_originals(live: LiveServer) -> None:
    mails = [f"somebody{number}@example.com" for number in range(CALLS)]
    with live.client() as client:
        for number, mail in enumerate(mails):
            with _chat(client, f"Write to {mail}", stream=number % 2 > 0):
                pass
    live.kill()
    live.start()
    with live.client() as client:
        calls = client.get("/api/v1/calls").json()["data"]
        assert len(calls) == CALLS
        assert {call["status"] for call in calls} <= {"complete", "interrupted"}
        # How the last ones ended may not have been written; of the others it was.
        assert [call["status"] for call in calls].count("interrupted") <= 2
        for call, mail in zip(calls, reversed(mails), strict=True):
            detail = client.get(f"/api/v1/calls/{call['id']}").json()["data"]
            assert mail in detail["hydratedRequest"]["messages"][0]["content"]
            assert mail not in str(detail["request"])
        with _chat(client, f"Mail {mails[0]} and new@example.com", stream=False) as answer:
            assert mails[0] in answer.text


def test_a_server_that_is_stopped_writes_how_its_calls_ended(live: LiveServer) -> None:
    with live.client() as client, _chat(client, "Write to jane@example.com", stream=True):
        pass
    live.stop()
    live.start()
    with live.client() as client:
        (call,) = client.get("/api/v1/calls").json()["data"]
    assert call["status"] == "complete"
