"""What is deleted is gone from the files, and a rotated master key opens everything alone."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

from tests.live import LiveServer, prompt

from sluice.server.kit.sealing import new_master_key

MAIL = "jane@example.com"


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
    connection.close()
    return values


def bytes_of(folder: Path) -> bytes:
    """Everything in the data folder."""
    return b"".join(path.read_bytes() for path in folder.iterdir())


def test_nothing_sealed_of_a_deleted_thread_stays_in_any_file(live_sqlite: LiveServer) -> None:
    database = live_sqlite.data / "sluice.db"
    with live_sqlite.client() as client:
        made = [
            client.post("/api/v1/prompts/submit", json=prompt(1, MAIL)).json()["data"]["threadId"]
            for _ in range(2)
        ]
        sealed = {thread: sealed_of(database, thread) for thread in made}
        before = bytes_of(live_sqlite.data)
        assert all(value in before for values in sealed.values() for value in values)
        assert all(len(values) == 6 for values in sealed.values())
        assert client.delete(f"/api/v1/threads/{made[0]}").status_code == 204
        after = bytes_of(live_sqlite.data)
        assert [value for value in sealed[made[0]] if value in after] == []
        assert client.get(f"/api/v1/threads/{made[0]}").status_code == 404
        kept = client.get(f"/api/v1/threads/{made[1]}").json()["data"]["chats"][0]
        assert kept["rawInput"] == MAIL


def test_a_master_key_is_rotated_on_the_command_line(live_sqlite: LiveServer) -> None:
    key_file = live_sqlite.data / "master.key"
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    with live_sqlite.client() as client:
        body = prompt(1, MAIL)
        thread = client.post("/api/v1/prompts/submit", json=body).json()["data"]["threadId"]
    old, new = key_file.read_text().strip(), new_master_key()
    live_sqlite.stop()
    key_file.write_text(f"{new}\n{old}\n")
    with live_sqlite.start():
        wrapped = sealed_of(live_sqlite.data / "sluice.db", thread)[0]
        done = live_sqlite.command("keys", "rotate")
        assert done.returncode == 0, done.stderr
    assert wrapped not in bytes_of(live_sqlite.data)
    key_file.write_text(f"{new}\n")
    with live_sqlite.start(), live_sqlite.client() as client:
        shown = client.get(f"/api/v1/threads/{thread}").json()["data"]
        assert shown["chats"][0]["rawInput"] == MAIL
    key_file.write_text(f"{old}\n")
    failed = live_sqlite.command("keys", "rotate")
    assert failed.returncode != 0
    assert "Traceback" not in failed.stderr
    assert MAIL not in failed.stderr + failed.stdout
