"""`kill -9` behind a recording that was answered: it is there, and counted after the next start."""

from __future__ import annotations

import json
import threading
import time
from uuid import uuid4

import httpx
from tests.live import Json, LiveServer
from tests.waiting import until

SESSIONS, EACH = 4, 5


def _record(session_id: str, text: str) -> Json:
    return {
        "session_id": session_id,
        "start_time": 1_700_000_000,
        "end_time": 1_700_000_001,
        "tag": "latest",
        "inputs": {"q": text},
        "prompt_content": json.dumps([{"role": "user", "content": text}]),
        "return_content": "Done",
        "format_type": "openai_chat",
        "is_complete": True,
        "model": "gpt-3.5-turbo",
    }


def _session(client: httpx.Client) -> str:
    made = client.post("/projects/default/sessions/tag/latest")
    assert made.status_code == 201, made.text
    return str(made.json()["session_id"])


def _counted(client: httpx.Client, uid: str, recordings: int) -> Json:
    """The session, once its sums are what they should be."""

    def summed() -> Json | None:
        shown: Json = client.get(f"/api/v1/projects/default/sessions/{uid}").json()["data"]
        return shown if shown["recordings"] >= recordings else None

    return until(summed)


def test_a_recording_that_was_answered_survives_a_crash_and_is_counted_once(
    live: LiveServer,
) -> None:
    made: dict[str, list[str]] = {}
    with live.client() as client:
        for _ in range(SESSIONS):
            uid = _session(client)
            for number in range(EACH):
                body = _record(uid, f"Write to somebody{number}@example.org")
                answer = client.post("/v1/record", json=body)
                assert answer.status_code == 201, answer.text
                made.setdefault(uid, []).append(answer.json()["completion_id"])
    live.kill()
    live.start()
    with live.client() as client:
        for uid, uids in made.items():
            shown = _counted(client, uid, EACH)
            assert shown["recordings"] == EACH
            assert [one["id"] for one in shown["recorded"]] == uids
            assert all(one["costMicrodollars"] is not None for one in shown["recorded"])
            tokens = sum(one["inputTokens"] for one in shown["recorded"])
            assert shown["inputTokens"] == tokens > 0
            one = client.get(f"/api/v1/projects/default/recordings/{uids[0]}").json()["data"]
            assert one["content"]["messages"][0]["content"] == "Write to EMAIL_ADDRESS_0"


def test_a_server_that_dies_while_clients_record_keeps_all_that_it_answered(
    live: LiveServer,
) -> None:
    answered: list[tuple[str, str]] = []
    stop = threading.Event()

    def work() -> None:
        with live.client() as client:
            while not stop.is_set():
                uid = str(uuid4())
                try:
                    answer = client.post("/v1/record", json=_record(uid, f"I am {uid}@example.org"))
                except httpx.HTTPError:
                    return
                if answer.status_code == 201:
                    answered.append((uid, answer.json()["completion_id"]))

    with live.client() as client:
        # A project alone in its key's reach, so that a session that is not known is its.
        order = {"name": "key"}
        key = client.post("/api/v1/projects/default/keys", json=order).json()["data"]["token"]
    threads = [threading.Thread(target=work) for _ in range(6)]
    administrator, live.token = live.token, key
    for thread in threads:
        thread.start()
    while len(answered) < 40:
        time.sleep(0.02)
    live.kill()
    stop.set()
    for thread in threads:
        thread.join()
    live.token = administrator
    live.start()
    with live.client() as client:
        for uid, made in answered:
            shown = _counted(client, uid, 1)
            assert (shown["recordings"], shown["recorded"][0]["id"]) == (1, made)
