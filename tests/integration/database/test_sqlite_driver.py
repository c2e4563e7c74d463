"""The SQLite connection: buffered cursors, and no transaction that outlives its caller."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest

from sluice.server.kit import sqlite_driver
from sluice.server.kit.sqlite_driver import QUICK_PARAMETERS, BufferedConnection

pytestmark = pytest.mark.anyio


@pytest.fixture
async def connection(tmp_path: Path) -> AsyncIterator[BufferedConnection]:
    opened = sqlite_driver.connect(str(tmp_path / "a.db"), isolation_level=None)
    await opened
    cursor = opened.cursor()
    await cursor.execute("CREATE TABLE numbers (n INTEGER PRIMARY KEY)")
    yield opened
    await opened.close()


async def test_rows_are_there_when_the_statement_has_run(connection: BufferedConnection) -> None:
    async with connection.cursor() as cursor:
        await cursor.executemany("INSERT INTO numbers VALUES (?)", [(n,) for n in range(6)])
        assert cursor.rowcount == 6
        await cursor.execute("SELECT n FROM numbers ORDER BY n")
        assert await cursor.fetchone() == (0,)
        assert await cursor.fetchmany(2) == [(1,), (2,)]
        assert await cursor.fetchmany() == [(3,)]
        assert [row async for row in cursor] == [(4,), (5,)]
        assert (await cursor.fetchone(), await cursor.fetchall()) == (None, [])


async def test_an_insertion_tells_its_id_and_its_returned_rows(
    connection: BufferedConnection,
) -> None:
    async with connection.cursor() as cursor:
        await cursor.execute("INSERT INTO numbers VALUES (?)", (7,))
        assert (cursor.lastrowid, cursor.description) == (7, None)
        await cursor.execute("INSERT INTO numbers VALUES (8) RETURNING n")
        assert await cursor.fetchall() == [(8,)]


async def test_a_failing_statement_raises_and_the_connection_goes_on(
    connection: BufferedConnection,
) -> None:
    async with connection.cursor() as cursor:
        for statement in ("SELECT nothing", "PRAGMA nothing(", "INSERT INTO numbers VALUES ('x')"):
            with pytest.raises(sqlite3.Error):
                await cursor.execute(statement)
        await cursor.execute("SELECT 1")
        assert await cursor.fetchall() == [(1,)]


@pytest.mark.parametrize(
    ("statement", "count", "here"),
    [
        ("SELECT", 1, True),
        ("UPDATE", QUICK_PARAMETERS, True),
        ("INSERT", QUICK_PARAMETERS + 1, False),
        ("DELETE", 1, False),
        ("BEGIN IMMEDIATE", 0, False),
        ("PRAGMA", 0, False),
    ],
)
async def test_only_short_statements_run_in_the_event_loops_thread(
    connection: BufferedConnection, statement: str, count: int, here: bool
) -> None:
    assert connection.is_quick(statement, (1,) * count) is here


async def test_a_rollback_waits_for_the_beginning_that_its_caller_did_not_wait_for(
    connection: BufferedConnection,
) -> None:
    """A caller that leaves while `BEGIN` waits leaves no transaction in the pool."""
    held, cursor = threading.Event(), connection.cursor()
    connection._conn.create_function("wait", 0, held.wait)
    with anyio.move_on_after(0.05):
        await connection.run("execute", "SELECT wait()", ())
    with anyio.move_on_after(0.05):
        await cursor.execute("BEGIN IMMEDIATE")
    assert not connection.is_quick("SELECT 1", ())
    held.set()
    await connection.rollback()
    assert not connection._conn.in_transaction
    assert connection.is_quick("SELECT 1", ())
