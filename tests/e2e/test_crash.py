"""`kill -9` at random points of a running load loses nothing that was acknowledged."""

from __future__ import annotations

import contextlib
import json
import random
import threading
import time
from pathlib import Path

import httpx
import pytest
from tests.live import Json, LiveServer, connection_to, empty_database, peer_beside, prompt
from tests.peers import FAULTS, OpenAIWire

MAIL = "jane@example.com"
ROUNDS = 4
WORKERS = 6


class Load:
    """Threads that submit and stream until the server dies, and note what was acknowledged."""

    def __init__(self, server: LiveServer, threads: list[int]) -> None:
        self.server, self.threads = server, threads
        self.acknowledged: dict[int, tuple[int, str]] = {}
        self.failed: list[str] = []

    def work(self, worker: int) -> None:
        """One worker's loop."""
        number = 0
        with self.server.client() as client:
            while True:
                number += 1
                text = f"round {time.monotonic_ns()} w{worker}.n{number}@example.com"
                body = prompt(1, text, threadId=self.threads[worker % len(self.threads)])
                try:
                    answer = self._ask(client, body, streaming=number % 2 == 0)
                except httpx.TransportError:
                    return
                if answer is None:
                    return
                self.acknowledged[answer["chatId"]] = (body["threadId"], text)

    def _ask(self, client: httpx.Client, body: Json, *, streaming: bool) -> Json | None:
        """What says that the chat is saved; None for a stream that was cut."""
        if not streaming:
            answer = client.post("/api/v1/prompts/submit", json=body)
            if answer.status_code != 200:
                self.failed.append(answer.text)
                return None
            data: Json = answer.json()["data"]
            return data
        last: Json = {}
        with client.stream(
            "POST", "/api/v1/prompts/submit", json=body | {"isStreaming": True}
        ) as answer:
            for line in answer.iter_lines():
                last = json.loads(line)
        return last if last.get("finishReason") == "stop" else None


def run_until_killed(server: LiveServer, threads: list[int], seconds: float) -> Load:
    """A round: load, and this long after the first acknowledgement no server any more."""
    load = Load(server, threads)
    workers = [threading.Thread(target=load.work, args=(n,)) for n in range(WORKERS)]
    for worker in workers:
        worker.start()
    # However busy the machine is, there is something to be lost.
    while not load.acknowledged and any(worker.is_alive() for worker in workers):
        time.sleep(0.01)
    time.sleep(seconds)
    server.kill()
    for worker in workers:
        worker.join(timeout=60)
        assert not worker.is_alive()
    return load


def check(server: LiveServer, threads: list[int], acknowledged: dict[int, tuple[int, str]]) -> None:
    """Everything acknowledged is complete; nothing is half-written; nothing is pending."""
    chats: dict[int, Json] = {}
    with server.client() as client:
        for thread in threads:
            shown = client.get(f"/api/v1/threads/{thread}").json()["data"]
            chats |= {chat["id"]: chat | {"thread": thread} for chat in shown["chats"]}
    for chat_id, (thread, text) in acknowledged.items():
        chat = chats[chat_id]
        assert (chat["thread"], chat["status"], chat["rawInput"]) == (thread, "complete", text)
        assert chat["hydratedOutput"] == f"The model saw: {text}"
    # On PostgreSQL another replica may be at work: chats stay pending until none can be.
    left = {"pending"} if server.database_url and "postgresql" in server.database_url else set()
    for chat in chats.values():
        assert chat["status"] in {"complete", "interrupted", "abandoned"} | left
        # What was begun is whole on its input side, whatever became of it.
        assert chat["rawInput"].split()[0] == "round"
        assert chat["cleansedInput"].split()[-1].startswith("EMAIL_ADDRESS_")
    for thread in threads:
        mine = [c for c in chats.values() if c["thread"] == thread]
        pairs = {(c["rawInput"].split()[-1], c["cleansedInput"].split()[-1]) for c in mine}
        assert len(pairs) == len({original for original, _ in pairs})
        assert len(pairs) == len({placeholder for _, placeholder in pairs})


def test_nothing_acknowledged_is_lost_and_every_start_works(
    database_url: str, tmp_path: Path
) -> None:
    chance = random.Random(20261121)
    server = LiveServer(tmp_path / "server", database_url).start()
    acknowledged: dict[int, tuple[int, str]] = {}
    try:
        with server.client() as client:
            body = {"name": "load", "modelInstanceId": 1, "source": "sdk"}
            threads = [
                client.post("/api/v1/threads", json=body).json()["data"]["id"] for _ in range(3)
            ]
        for _ in range(ROUNDS):
            load = run_until_killed(server, threads, chance.uniform(0.3, 1.5))
            assert load.failed == []
            assert load.acknowledged
            acknowledged |= load.acknowledged
            server.start()
            check(server, threads, acknowledged)
    finally:
        server.stop()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_chat_that_a_crash_cut_off_is_interrupted_at_the_next_start(
    kind: str, tmp_path: Path
) -> None:
    # On PostgreSQL only what can no longer be running counts: here that is after 0.1 seconds.
    quick = {"SLUICE_PROVIDER_TOTAL_SECONDS": "0.1", "SLUICE_PROVIDER_RETRIES": "0"}
    patient = {"SLUICE_PROVIDER_RETRIES": "0"}
    with empty_database(kind) as url, peer_beside(FAULTS["hang-mid-stream"](OpenAIWire())) as peer:
        with LiveServer(tmp_path / "server", url, patient) as server:
            thread, first = _hanging_stream(server, server.instance(connection_to(peer)))
        assert first["finishReason"] is None
        server.environment = quick
        with server.start(), server.client() as client:
            chats = client.get(f"/api/v1/threads/{thread}").json()["data"]["chats"]
            assert [(c["status"], c["rawInput"], c["rawOutput"]) for c in chats] == [
                ("interrupted", MAIL, "")
            ]
            # The conversation goes on without it, and its placeholder keeps its original.
            body = prompt(1, f"{MAIL} or joe@example.com", threadId=thread)
            done = client.post("/api/v1/prompts/submit", json=body).json()["data"]
            assert done["rawLLMResponseText"] == "The model saw: EMAIL_ADDRESS_0 or EMAIL_ADDRESS_1"
            assert done["deidentifiedContextHistory"] == []


def _hanging_stream(server: LiveServer, instance: int) -> tuple[int, Json]:
    """A thread with a stream that was under way when the server was killed; its first line."""
    with server.client() as client:
        body = {"name": "cut", "modelInstanceId": instance, "source": "sdk"}
        thread = client.post("/api/v1/threads", json=body).json()["data"]["id"]
        asked = prompt(instance, MAIL, threadId=thread, isStreaming=True)
        with client.stream("POST", "/api/v1/prompts/submit", json=asked) as answer:
            first = json.loads(next(answer.iter_lines()))
            server.kill()
    return thread, first


@pytest.mark.parametrize("moment", [0.0, 0.2, 0.5])
def test_a_server_killed_while_it_starts_starts_again(tmp_path: Path, moment: float) -> None:
    server = LiveServer(tmp_path / "server")
    killer = threading.Timer(0.3 + moment, server.kill)
    killer.start()
    # It may be killed before it is ready, which is the point.
    with contextlib.suppress(AssertionError, httpx.HTTPError):
        server.start()
    killer.join()
    server.kill()
    with server.start(), server.client() as client:
        assert client.get("/api/v1/model-instances").json()["data"][0]["name"] == "Echo"
