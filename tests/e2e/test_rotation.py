"""A rotated master key opens everything alone, and a sealed value opens in its place only."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from tests.live import LiveServer, connection_to, empty_database, peer_beside, prompt
from tests.peers import FAULTS, OpenAIWire

from sluice.server.kit.sealing import new_master_key, parse_master_keys

MAIL = "rotated@example.com"
SUBMIT = "/api/v1/prompts/submit"
ROTATE = "/api/admin/v1/keys/rotate"


def with_keys(server: LiveServer, *keys: str) -> LiveServer:
    """The same server (not started) with these master keys, the current one first."""
    given = {"SLUICE_MASTER_KEY": " ".join(keys)}
    return replace(server, environment={**server.environment, **given}, process=None)


def key_id(key: str) -> str:
    return parse_master_keys(key).current_id


def wrapped_keys(server: LiveServer) -> list[bytes]:
    """The data keys as they stand wrapped in SQLite's file."""
    if server.database_url is not None:
        return []
    with closing(sqlite3.connect(server.data / "sluice.db")) as connection:
        found = [row[0] for row in connection.execute("SELECT wrapped FROM data_keys")]
    assert found
    return found


def bytes_of(server: LiveServer) -> bytes:
    """Everything in the data folder."""
    return b"".join(path.read_bytes() for path in server.data.rglob("*") if path.is_file())


@pytest.fixture(params=["sqlite", "postgresql"])
def stopped(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LiveServer]:
    """A server that is not started, on an empty database of each kind."""
    with empty_database(request.param) as url:
        yield LiveServer(tmp_path / "server", url)


def test_after_a_rotation_the_new_key_alone_opens_everything(stopped: LiveServer) -> None:
    old, new = new_master_key(), new_master_key()
    with peer_beside(FAULTS["echo"](OpenAIWire())) as peer:
        with with_keys(stopped, old) as server, server.client() as client:
            instance = server.instance(connection_to(peer), instructions=f"Ask {MAIL}.")
            body = {"name": "mine", "modelInstanceId": instance, "source": "sdk"}
            thread = client.post("/api/v1/threads", json=body).json()["data"]["id"]
            client.post(SUBMIT, json=prompt(instance, MAIL, threadId=thread))
            use = client.get("/api/admin/v1/keys").json()["data"]
            assert use == {"current": key_id(old), "dataKeys": {key_id(old): 3}}
        with with_keys(stopped, new, old) as server, server.client() as client:
            wrapped = wrapped_keys(stopped)
            # Both open: what is new is wrapped by the new key, what is old still opens.
            client.post(SUBMIT, json=prompt(1, MAIL))
            use = client.get("/api/admin/v1/keys").json()["data"]
            assert use == {"current": key_id(new), "dataKeys": {key_id(old): 3, key_id(new): 1}}
            rotated = client.post(ROTATE).json()["data"]
            assert [key for key in wrapped if key in bytes_of(stopped)] == []
            assert rotated == {"current": key_id(new), "dataKeys": {key_id(new): 4}}
            events = client.get("/api/admin/v1/audit-events", params={"event": "keys.rotated"})
            assert [e["details"] for e in events.json()["data"]] == [{"data_keys": 3}]
            assert client.post(ROTATE).json()["data"] == rotated
        with with_keys(stopped, new) as server, server.client() as client:
            shown = client.get(f"/api/v1/threads/{thread}").json()["data"]
            assert (shown["name"], shown["chats"][0]["rawInput"]) == ("mine", MAIL)
            again = client.post(SUBMIT, json=prompt(instance, MAIL, threadId=thread))
            assert again.json()["data"]["rawLLMResponseText"] == shown["chats"][0]["rawOutput"]
        assert len(peer.requests) == 2
    everything = stopped.log.read_bytes() + bytes_of(stopped)
    assert old.encode() not in everything
    assert new.encode() not in everything


@pytest.mark.parametrize("stopped", ["postgresql"], indirect=True)
def test_a_server_with_the_old_key_alone_is_not_ready_and_tells_no_text(
    stopped: LiveServer,
) -> None:
    old, new = new_master_key(), new_master_key()
    with with_keys(stopped, old) as server, server.client() as client:
        thread = client.post(SUBMIT, json=prompt(1, MAIL)).json()["data"]["threadId"]
        # A colleague rotates beside it, and this server was forgotten.
        done = with_keys(stopped, new, old).command("keys", "rotate")
        assert done.returncode == 0, done.stderr
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()["code"]) == (503, "wrong_master_key")
        assert client.get("/healthz").status_code == 200
        for answer in (
            client.get(f"/api/v1/threads/{thread}"),
            client.post(SUBMIT, json=prompt(1, MAIL, threadId=thread)),
            client.post(SUBMIT, json=prompt(1, MAIL, threadId=thread, isStreaming=True)),
        ):
            assert (answer.status_code, answer.json()["code"]) == (500, "sealing_failed")
            assert MAIL not in answer.text
        missing = client.post(ROTATE)
        assert (missing.status_code, missing.json()["code"]) == (409, "master_key_missing")
        assert key_id(new) in missing.json()["message"]
    late = with_keys(stopped, old)
    late.launch()
    assert late.process is not None
    assert late.process.wait(30) != 0
    said = late.log.read_text()
    assert "The master key does not fit this database" in said
    assert "Traceback" not in said
    assert MAIL not in said


Values = list[bytes]
Change = Callable[[Values], Values]


def flipped(values: Values) -> Values:
    """Each with one bit changed, in its ciphertext."""
    return [value[:30] + bytes([value[30] ^ 1]) + value[31:] for value in values]


def moved(values: Values) -> Values:
    """Each in the place of the one before."""
    assert len(set(values)) > 1
    return [*values[1:], values[0]]


@contextmanager
def changed(
    server: LiveServer, table: str, columns: Sequence[str], where: str, change: Change
) -> Iterator[None]:
    """Somebody changes the database behind the server's back, and takes it back."""
    names, marks = ", ".join(columns), " = ?, ".join(columns)
    update = f"UPDATE {table} SET {marks} = ? WHERE rowid = ?"
    with closing(sqlite3.connect(server.data / "sluice.db", isolation_level=None)) as connection:
        query = f"SELECT rowid, {names} FROM {table} WHERE {where}"
        rows = [(row[0], list(row[1:])) for row in connection.execute(query)]
        flat = change([value for _, values in rows for value in values])
        width = len(columns)
        new = [flat[i * width : (i + 1) * width] for i in range(len(rows))]
        connection.executemany(update, [(*v, row) for v, (row, _) in zip(new, rows, strict=True)])
        try:
            yield
        finally:
            connection.executemany(update, [(*values, row) for row, values in rows])


SEALED = (
    ("chats", "raw_input_sealed", "get"),
    ("chats", "cleansed_input_sealed", "get"),
    ("chats", "raw_output_sealed", "get"),
    ("chats", "hydrated_output_sealed", "get"),
    ("chats", "raw_output_sealed", "submit"),
    ("threads", "name_sealed", "get"),
    ("threads", "name_sealed", "list"),
    ("originals", "sealed", "submit"),
    ("originals", "sealed", "hydrate"),
    ("originals", "sealed", "reveal"),
    ("data_keys", "wrapped", "get"),
    ("data_keys", "wrapped", "submit"),
)
"""Table, sealed column, and a call that must open it."""


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LiveServer, int]]:
    """A server on SQLite and a thread with two chats."""
    with (
        LiveServer(tmp_path_factory.mktemp("sealed") / "server") as server,
        server.client() as client,
    ):
        body = {"name": "mine", "modelInstanceId": 1, "source": "sdk"}
        thread = client.post("/api/v1/threads", json=body).json()["data"]["id"]
        client.post("/api/v1/threads", json=body)
        for text in (f"first {MAIL}", "second joe@example.com"):
            client.post(SUBMIT, json=prompt(1, text, threadId=thread))
        yield server, thread


def ask(client: httpx.Client, call: str, thread: int) -> httpx.Response:
    """A call that opens what is sealed in a thread."""
    body = prompt(1, "EMAIL_ADDRESS_0", threadId=thread)
    if call == "get":
        return client.get(f"/api/v1/threads/{thread}")
    if call == "list":
        return client.get("/api/v1/threads")
    if call == "reveal":
        reason = {"reason": "asked by its owner"}
        return client.post(f"/api/admin/v1/threads/{thread}/reveal", json=reason)
    return client.post(f"/api/v1/prompts/{call}", json=body)


def check_refused(answer: httpx.Response) -> None:
    """An error that tells nothing of any text."""
    assert (answer.status_code, answer.json()["code"]) == (500, "sealing_failed")
    assert "@" not in answer.text
    assert "EMAIL_ADDRESS" not in answer.text


SCOPES = {"threads": "id = 1", "chats": "thread_id = 1"}


@pytest.mark.parametrize(("table", "column", "call"), SEALED)
def test_a_tampered_value_is_an_error_and_never_text(
    sealed: tuple[LiveServer, int], table: str, column: str, call: str
) -> None:
    server, thread = sealed
    where = SCOPES.get(table, "scope = 'thread:1'")
    with server.client() as client:
        with changed(server, table, [column], where, flipped):
            check_refused(ask(client, call, thread))
        assert client.get(f"/api/v1/threads/{thread}").status_code == 200


@pytest.mark.parametrize(
    ("table", "columns", "where", "call"),
    [
        ("chats", ["raw_input_sealed"], "thread_id = 1", "get"),
        ("chats", ["cleansed_input_sealed"], "thread_id = 1", "submit"),
        ("chats", ["raw_input_sealed", "raw_output_sealed"], "id = 1", "get"),
        ("originals", ["sealed"], "scope = 'thread:1'", "hydrate"),
        ("threads", ["name_sealed"], "id IN (1, 2)", "list"),
        ("data_keys", ["wrapped"], "scope IN ('thread:1', 'thread:2')", "get"),
    ],
)
def test_a_value_that_was_moved_to_another_place_does_not_open(
    sealed: tuple[LiveServer, int], table: str, columns: list[str], where: str, call: str
) -> None:
    server, thread = sealed
    with server.client() as client:
        with changed(server, table, columns, where, moved):
            check_refused(ask(client, call, thread))
        assert client.get(f"/api/v1/threads/{thread}").status_code == 200
