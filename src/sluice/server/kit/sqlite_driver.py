"""aiosqlite that goes to its thread only for what may wait.

SQLAlchemy asks an aiosqlite connection for a cursor, an execution, the rows and the cursor's end,
and ends transactions that never began; each of these visits the connection's thread, which costs
20 to 100 µs. Here a statement is run and its rows are read in one go. `BEGIN IMMEDIATE` (it waits
for another process's write), `COMMIT` (it waits for the disk), and whatever is large go to the
thread. Reading or changing a few rows takes SQLite less than the way there and back: in a
write-ahead log neither waits for a lock, and nothing is synchronised before the commit. So that
is done where it is asked for (measured, see docs/benchmarks.md).
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from functools import partial
from types import TracebackType
from typing import Any, Final, NamedTuple, ParamSpec, Self, TypeVar

import aiosqlite

QUICK: Final = ("SELECT", "INSERT", "UPDATE")
"""How statements begin that are run in the event loop's thread."""
QUICK_PARAMETERS: Final = 40
"""With more parameters they are many rows, and go to the connection's thread."""

P = ParamSpec("P")
Result = TypeVar("Result")
Row = tuple[Any, ...]


class _Done(NamedTuple):
    """What a statement gave."""

    description: Any
    rowcount: int
    lastrowid: int | None
    rows: list[Row]


class BufferedCursor:
    """A cursor as SQLAlchemy's adapter uses it; its rows are in memory when `execute` returns."""

    arraysize = 1

    def __init__(self, connection: BufferedConnection) -> None:
        self._connection = connection
        self._done = _Done(None, -1, None, [])

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    @property
    def description(self) -> Any:  # noqa: ANN401 (as DB-API has it)
        """The columns, None where the statement gives no rows."""
        return self._done.description

    @property
    def rowcount(self) -> int:
        """How many rows were changed."""
        return self._done.rowcount

    @property
    def lastrowid(self) -> int | None:
        """The id of the row inserted last."""
        return self._done.lastrowid

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Self:
        """Run a statement and read all its rows; raises `sqlite3.Error`."""
        if self._connection.is_quick(sql, parameters):
            self._done = self._connection.run_now("execute", sql, parameters)
        else:
            self._done = await self._connection.run("execute", sql, parameters)
        return self

    async def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> Self:
        """Run a statement with each of several parameters; raises `sqlite3.Error`."""
        self._done = await self._connection.run("executemany", sql, parameters)
        return self

    async def fetchone(self) -> Row | None:
        """The next row."""
        return self._done.rows.pop(0) if self._done.rows else None

    async def fetchmany(self, size: int | None = None) -> list[Row]:
        """The next rows, at most `size`."""
        taken = self._done.rows[: size or self.arraysize]
        del self._done.rows[: len(taken)]
        return taken

    async def fetchall(self) -> list[Row]:
        """All rows that are left."""
        taken = self._done.rows[:]
        self._done.rows.clear()
        return taken

    async def __aiter__(self) -> AsyncIterator[Row]:
        while row := await self.fetchone():
            yield row

    async def close(self) -> None:
        """Forget the rows; SQLite's own cursor is closed already."""
        self._done.rows.clear()


class BufferedConnection(aiosqlite.Connection):
    """An aiosqlite connection with buffered cursors."""

    def __init__(self, connector: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connector, iter_chunk_size=64)
        self._thread.daemon = True  # like SQLAlchemy's own: it must not keep the process alive
        # Each is written by one thread only: the event loop's, and the connection's.
        self._begun = self._ended = 0

    def cursor(self) -> BufferedCursor:  # type: ignore[override]  # no visit, so nothing to await
        """A cursor."""
        return BufferedCursor(self)

    async def run(self, method: str, sql: str, parameters: Iterable[Any]) -> _Done:
        """Run a statement in the connection's thread, with all that belongs to it."""
        return await self._execute(self.run_now, method, sql, parameters)

    def is_quick(self, sql: str, parameters: Sequence[Any]) -> bool:
        """Whether a statement may be run in the event loop's thread.

        Never while the connection's own thread is at work: a caller that left while it waited
        there has not stopped it.
        """
        quick = sql.startswith(QUICK) and len(parameters) <= QUICK_PARAMETERS
        return quick and self._begun == self._ended

    def run_now(self, method: str, sql: str, parameters: Iterable[Any]) -> _Done:
        """Run a statement in this thread; raises `sqlite3.Error`."""
        cursor = self._conn.cursor()
        try:
            getattr(cursor, method)(sql, parameters)
            rows = cursor.fetchall() if cursor.description else []
            return _Done(cursor.description, cursor.rowcount, cursor.lastrowid, rows)
        finally:
            cursor.close()

    async def commit(self) -> None:
        """Commit the transaction, if there is one."""
        if not self._surely_idle():
            await super().commit()

    async def rollback(self) -> None:
        """Roll the transaction back, if there is one."""
        if not self._surely_idle():
            await super().rollback()

    def _surely_idle(self) -> bool:
        """Whether there is no transaction, and nothing under way that may begin one."""
        return self._begun == self._ended and not self._conn.in_transaction

    async def _execute(self, fn: Callable[P, Result], *args: P.args, **kwargs: P.kwargs) -> Result:
        self._begun += 1
        function = partial(fn, *args, **kwargs)
        result: Result = await super()._execute(self._counted, function)  # type: ignore[no-untyped-call]
        return result

    def _counted(self, function: Callable[[], Result]) -> Result:
        try:
            return function()
        finally:
            self._ended += 1


def connect(database: str, **arguments: Any) -> BufferedConnection:  # noqa: ANN401 (sqlite3's own)
    """A connection to be awaited, with the arguments of `sqlite3.connect`."""
    # The event loop's thread asks whether there is a transaction.
    arguments["check_same_thread"] = False
    return BufferedConnection(partial(sqlite3.connect, database, **arguments))
