"""`kill -9` in the middle of a test run: the next start finishes it, each case once."""

from __future__ import annotations

import time

import httpx
from tests.live import Json, LiveServer

CASES = 40
PROJECT = "/api/v1/projects/default"


def _posted(client: httpx.Client, path: str, body: Json) -> Json:
    answer = client.post(f"{PROJECT}{path}", json=body)
    assert answer.status_code == 201, answer.text
    data: Json = answer.json()["data"]
    return data


def _until(client: httpx.Client, run: str, *, done: int) -> Json:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found: Json = client.get(f"{PROJECT}/test-runs/{run}").json()["data"]
        if found["summary"]["complete"] >= done or found["finishedAt"] is not None:
            return found
        time.sleep(0.05)
    raise AssertionError("the run did not get so far")


def _recorded(client: httpx.Client, run: str) -> int:
    """Recordings of the run's session, when all that there are is counted."""
    found, deadline = 0, time.monotonic() + 30
    while found < CASES and time.monotonic() < deadline:
        time.sleep(0.2)
        found = int(client.get(f"{PROJECT}/sessions/{run}").json()["data"]["recordings"])
    return found


def test_a_run_survives_a_crash(live_sqlite: LiveServer) -> None:
    echo = {"providerKey": "echo", "model": "echo", "options": {"delay_ms": 20}}
    instance = live_sqlite.instance(echo)
    with live_sqlite.client() as client:
        playlist = _posted(client, "/playlists", {"name": "Mails"})["id"]
        cases = [{"inputs": {"who": f"person{n}@example.com"}} for n in range(CASES)]
        _posted(client, f"/playlists/{playlist}/test-cases", {"testCases": cases})
        content = {"messages": [{"role": "user", "content": "Mail {{who}}"}]}
        _posted(client, "/templates", {"name": "mail", "content": content})
        order = {"playlist": "Mails", "template": "mail", "modelInstance": instance}
        run = _posted(client, "/test-runs", order)["id"]
        before = _until(client, run, done=CASES // 4)
    live_sqlite.kill()
    assert before["status"] == "running"
    live_sqlite.start()
    with live_sqlite.client() as client:
        after = _until(client, run, done=CASES)
        results = client.get(f"{PROJECT}/test-runs/{run}/results", params={"limit": 500})
        outputs = [result["output"] for result in results.json()["data"]]
        assert _recorded(client, run) == CASES
    assert (after["summary"]["complete"], after["summary"]["failed"]) == (CASES, 0)
    assert len(set(outputs)) == len(outputs) == CASES
    assert all(output.startswith("The model saw: Mail EMAIL_ADDRESS_") for output in outputs)
    files = b"".join(path.read_bytes() for path in live_sqlite.data.rglob("*") if path.is_file())
    assert b"@example.com" not in files
