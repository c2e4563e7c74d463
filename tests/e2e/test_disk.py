"""A disk that is full, and a database that is gone: refused clearly, and well again afterwards."""

from __future__ import annotations

import resource

import pytest
from tests.live import LiveServer, prompt

MAIL = "disk.full@example.com"


def test_a_full_disk_refuses_prompts_and_loses_none_that_it_accepted(
    live_sqlite: LiveServer,
) -> None:
    process = live_sqlite.process
    assert process is not None
    unlimited = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
    with live_sqlite.client() as client:
        before = client.post("/api/v1/prompts/submit", json=prompt(1, MAIL)).json()["data"]
        largest = max(path.stat().st_size for path in live_sqlite.data.iterdir())
        # No file of the server may grow any more: to it that is a full disk.
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (largest, unlimited[1]))
        text = f"{MAIL} " + "some more words " * 20_000
        refused = client.post("/api/v1/prompts/submit", json=prompt(1, text))
        assert (refused.status_code, refused.json()["code"]) == (503, "database_down")
        assert MAIL not in refused.text
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, unlimited)
        assert client.post("/api/v1/prompts/submit", json=prompt(1, text)).status_code == 200
        shown = client.get(f"/api/v1/threads/{before['threadId']}").json()["data"]
        assert [(c["rawInput"], c["status"]) for c in shown["chats"]] == [(MAIL, "complete")]
    assert MAIL not in live_sqlite.log.read_text()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_lost_connections_to_postgresql_are_made_anew(live: LiveServer) -> None:
    import anyio
    import asyncpg

    async def cut() -> None:
        connection = await asyncpg.connect(live.database_url)
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await connection.close()

    with live.client() as client:
        thread = client.post("/api/v1/prompts/submit", json=prompt(1, MAIL)).json()["data"]
        anyio.run(cut)
        again = client.post(
            "/api/v1/prompts/submit", json=prompt(1, MAIL, threadId=thread["threadId"])
        )
        assert again.status_code == 200, again.text
