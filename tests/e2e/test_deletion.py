"""What is deleted is gone: from every file of SQLite, and for every call."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import anyio
from tests.live import LiveServer, connection_to, execute, peer_beside, prompt
from tests.peers import FAULTS, OpenAIWire

MAIL = "jane@example.com"
CALLS = ("submit", "cleanse", "hydrate")


def sealed_of(database: Path, thread: int) -> list[bytes]:
    """Every sealed value of a thread, as it stands in the database now."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        scope = f"thread:{thread}"
        rows = connection.execute("SELECT wrapped FROM data_keys WHERE scope = ?", (scope,))
        values = [row[0] for row in rows]
        rows = connection.execute("SELECT sealed FROM originals WHERE scope = ?", (scope,))
        values += [row[0] for row in rows]
        rows = connection.execute(
            "SELECT raw_input_sealed, cleansed_input_sealed, raw_output_sealed, "
            "hydrated_output_sealed FROM chats WHERE thread_id = ?",
            (thread,),
        )
        values += [value for row in rows for value in row]
        rows = connection.execute("SELECT name_sealed FROM threads WHERE id = ?", (thread,))
        values += [row[0] for row in rows]
    connection.close()
    return values


def bytes_of(folder: Path) -> bytes:
    """Everything in the data folder."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_nothing_sealed_of_a_deleted_thread_stays_in_any_file(live_sqlite: LiveServer) -> None:
    database = live_sqlite.data / "sluice.db"
    with live_sqlite.client() as client:
        body = {"name": "named", "modelInstanceId": 1, "source": "sdk"}
        made = [client.post("/api/v1/threads", json=body).json()["data"]["id"] for _ in range(2)]
        for thread in made:
            client.post("/api/v1/prompts/submit", json=prompt(1, MAIL, threadId=thread))
        sealed = {thread: sealed_of(database, thread) for thread in made}
        before = bytes_of(live_sqlite.data)
        assert all(value in before for values in sealed.values() for value in values)
        assert all(len(values) == 7 for values in sealed.values())
        assert client.delete(f"/api/v1/threads/{made[0]}").status_code == 204
        after = bytes_of(live_sqlite.data)
        assert [value for value in sealed[made[0]] if value in after] == []
        gone = prompt(1, "EMAIL_ADDRESS_0", threadId=made[0])
        answers = [
            client.get(f"/api/v1/threads/{made[0]}"),
            client.delete(f"/api/v1/threads/{made[0]}"),
            *(client.post(f"/api/v1/prompts/{c}", json=gone) for c in CALLS),
            client.post(f"/api/admin/v1/threads/{made[0]}/reveal", json={"reason": "too late now"}),
        ]
        assert [answer.status_code for answer in answers] == [404] * len(answers)
        kept = client.get(f"/api/v1/threads/{made[1]}").json()["data"]["chats"][0]
        assert kept["rawInput"] == MAIL
        events = client.get("/api/admin/v1/audit-events", params={"event": "thread.deleted"})
        assert [e["subject"] for e in events.json()["data"]] == [f"thread:{made[0]}"]
    live_sqlite.stop()
    rest = bytes_of(live_sqlite.data)
    assert [value for value in sealed[made[0]] if value in rest] == []


def test_a_thread_that_is_deleted_while_its_model_answers_keeps_nothing(
    shared: LiveServer,
) -> None:
    with (
        peer_beside(FAULTS["hang-mid-stream"](OpenAIWire())) as peer,
        shared.client() as client,
    ):
        instance = shared.instance(connection_to(peer))
        body = {"name": "named", "modelInstanceId": instance, "source": "sdk"}
        thread = client.post("/api/v1/threads", json=body).json()["data"]["id"]
        asked = prompt(instance, MAIL, threadId=thread, isStreaming=True)
        with client.stream("POST", "/api/v1/prompts/submit", json=asked) as answer:
            assert answer.status_code == 200
            assert client.delete(f"/api/v1/threads/{thread}").status_code == 204
        assert client.get(f"/api/v1/threads/{thread}").status_code == 404
        # Whatever the end of that answer writes, it does so before this server has stopped.
        shared.stop()
    with shared.start(), shared.client() as client:
        assert client.get(f"/api/v1/threads/{thread}").status_code == 404
    left = f"SELECT 1 FROM {{}} WHERE scope = 'thread:{thread}'"
    chats = f"SELECT 1 FROM chats WHERE thread_id = {thread}"
    for query in (left.format("data_keys"), left.format("originals"), chats):
        assert rows(shared, query) == [], query


def rows(server: LiveServer, query: str) -> list[object]:
    """What a query finds in the database of a server."""
    if server.database_url is not None:
        return list(anyio.run(execute, server.database_url, query))
    with closing(sqlite3.connect(server.data / "sluice.db")) as connection:
        return list(connection.execute(query))
