"""`kill -9` in the middle of a test run: the next start finishes it, each case once."""

from __future__ import annotations

import httpx
from tests.live import Json, LiveServer, connection_to, peer_beside
from tests.peers import OpenAIWire
from tests.peers.behaviours import answering, hanging
from tests.waiting import until

CASES = 40
PROJECT = "/api/v1/projects/default"


def _posted(client: httpx.Client, path: str, body: Json) -> Json:
    answer = client.post(f"{PROJECT}{path}", json=body)
    assert answer.status_code == 201, answer.text
    data: Json = answer.json()["data"]
    return data


def _until(client: httpx.Client, run: str, *, done: int) -> Json:
    def reached() -> Json | None:
        found: Json = client.get(f"{PROJECT}/test-runs/{run}").json()["data"]
        is_so_far = found["summary"]["complete"] >= done or found["finishedAt"] is not None
        return found if is_so_far else None

    return until(reached)


def _recorded(client: httpx.Client, run: str) -> int:
    """Recordings of the run's session, when as many as there are cases have been counted."""
    path = f"{PROJECT}/sessions/{run}"

    def counted() -> int | None:
        found = int(client.get(path).json()["data"]["recordings"])
        return found if found >= CASES else None

    return until(counted)


def test_a_run_survives_a_crash(live_sqlite: LiveServer) -> None:
    wire = OpenAIWire()
    answers = answering(wire, pieces=None)
    with peer_beside(*[answers] * (CASES // 4), hanging(wire)) as vendor:
        instance = live_sqlite.instance(connection_to(vendor))
        run = _cut_off(live_sqlite, instance)
        vendor.script[:] = [answers]
        live_sqlite.start()
        with live_sqlite.client() as client:
            after = _until(client, run, done=CASES)
            results = client.get(f"{PROJECT}/test-runs/{run}/results", params={"limit": 500})
            outputs = [result["output"] for result in results.json()["data"]]
            assert _recorded(client, run) == CASES
    assert (after["summary"]["complete"], after["summary"]["failed"]) == (CASES, 0)
    assert len(set(outputs)) == len(outputs) == CASES
    assert all(output.startswith("Mail EMAIL_ADDRESS_") for output in outputs)
    files = b"".join(path.read_bytes() for path in live_sqlite.data.rglob("*") if path.is_file())
    assert b"@example.com" not in files


def _cut_off(server: LiveServer, instance: int) -> str:
    """A run that was in its middle when the server was killed."""
    with server.client() as client:
        playlist = _posted(client, "/playlists", {"name": "Mails"})["id"]
        cases = [{"inputs": {"who": f"person{n}@example.com"}} for n in range(CASES)]
        _posted(client, f"/playlists/{playlist}/test-cases", {"testCases": cases})
        content = {"messages": [{"role": "user", "content": "Mail {{who}}"}]}
        _posted(client, "/templates", {"name": "mail", "content": content})
        order = {"playlist": "Mails", "template": "mail", "modelInstance": instance}
        run = _posted(client, "/test-runs", order)["id"]
        before = _until(client, run, done=CASES // 4)
    server.kill()
    assert before["status"] == "running"
    return str(run)
