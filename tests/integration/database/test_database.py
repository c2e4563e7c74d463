"""The database: writers wait for each other, and what is committed is there."""

from __future__ import annotations

from contextlib import nullcontext
from types import SimpleNamespace

import anyio
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs

from sluice.server.kit.database import Database, complete_url

pytestmark = pytest.mark.anyio


async def _prepare(database: Database) -> None:
    async with database.write() as session:
        await session.execute(text("CREATE TABLE counters (id INTEGER PRIMARY KEY, n INTEGER)"))
        await session.execute(text("INSERT INTO counters VALUES (1, 0)"))


async def _value(database: Database) -> int:
    async with database.read() as session:
        return int((await session.execute(text("SELECT n FROM counters"))).scalar_one())


async def _increment(database: Database) -> None:
    lock = "" if database.is_sqlite else " FOR UPDATE"
    async with database.write() as session:
        read = await session.execute(text(f"SELECT n FROM counters WHERE id = 1{lock}"))
        n = int(read.scalar_one())
        await session.execute(text("UPDATE counters SET n = :n"), {"n": n + 1})


async def _fail_in_the_middle(database: Database) -> None:
    async with database.write() as session:
        await session.execute(text("UPDATE counters SET n = 5"))
        raise RuntimeError


async def test_two_hundred_concurrent_read_and_write_updates_lose_none(database: Database) -> None:
    await _prepare(database)
    async with anyio.create_task_group() as group:
        for _ in range(200):
            group.start_soon(_increment, database)
    assert await _value(database) == 200


async def test_two_processes_writing_lose_none_and_see_no_lock_error(database_url: str) -> None:
    one, other = Database(database_url), Database(database_url)
    await _prepare(one)
    async with anyio.create_task_group() as group:
        for database in (one, other) * 25:
            group.start_soon(_increment, database)
    assert await _value(other) == 50
    await one.close()
    await other.close()


async def test_a_failed_write_changes_nothing(database: Database) -> None:
    await _prepare(database)
    with pytest.raises(RuntimeError):
        await _fail_in_the_middle(database)
    assert await _value(database) == 0


async def test_a_cancelled_write_changes_nothing_and_the_next_one_works(
    database: Database,
) -> None:
    await _prepare(database)
    with anyio.move_on_after(0.05):
        async with database.write() as session:
            await session.execute(text("UPDATE counters SET n = 5"))
            await anyio.sleep(5)
    assert await _value(database) == 0
    await _increment(database)
    assert await _value(database) == 1


async def test_what_a_read_session_changes_is_not_kept(database: Database) -> None:
    await _prepare(database)
    refusal = pytest.raises(DBAPIError, match="readonly") if database.is_sqlite else nullcontext()
    with refusal:
        async with database.read() as session:
            await session.execute(text("UPDATE counters SET n = 5"))
    assert await _value(database) == 0


@pytest.mark.parametrize("url", ["mysql://db/x", "oracle://db/x"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="must be sqlite or postgresql"):
        complete_url(url)


async def test_a_database_that_does_not_let_go_keeps_no_stop_waiting(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never() -> None:
        await anyio.sleep_forever()

    with monkeypatch.context() as patched:
        patched.setattr("sluice.server.kit.database.CLOSE_SECONDS", 0.01)
        patched.setattr(database, "_readers", SimpleNamespace(dispose=never))
        with capture_logs() as logs:
            await database.close()
    assert [line["event"] for line in logs] == ["database_not_closed"]
