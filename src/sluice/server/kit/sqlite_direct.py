"""SQLite for what every call asks and writes: sessions over the driver alone.

There is one connection that writes and one that reads. A statement about a few rows takes SQLite
a few microseconds, less than the way to a thread and back, so it is run in the event loop's
thread: in a write-ahead log it waits neither for a lock nor for the disk. What may wait goes to a
thread of the connection's own: `BEGIN IMMEDIATE` while another process writes, `COMMIT`, and many
rows at once.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final, NamedTuple, NoReturn, TypeVar

from sqlalchemy import Executable
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from sluice.server.kit.prepared import Prepared, PreparedStatements, Values, Written

QUICK_PARAMETERS: Final = 60
"""With more parameters a statement is about many rows, and goes to the connection's thread."""
CACHED_STATEMENTS: Final = 256

Result = TypeVar("Result")


class Changed(NamedTuple):
    """What a change of rows gave; named as in SQLAlchemy's results."""

    rowcount: int
    inserted_primary_key: tuple[int | None]


class DirectConnection:
    """One connection to a SQLite file, with a thread for what may wait."""

    def __init__(
        self, path: str, pragmas: Sequence[str], busy_seconds: float, *, uri: bool = False
    ) -> None:
        self._busy_seconds = busy_seconds
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite")
        # SQLite serialises what its threads ask for; statements here never overlap anyway.
        self._raw = sqlite3.connect(
            path,
            uri=uri,
            timeout=busy_seconds,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=CACHED_STATEMENTS,
        )
        for pragma in pragmas:
            self._raw.execute(f"PRAGMA {pragma}")

    def do(self, sql: str) -> None:
        """Run a statement without parameters in this thread."""
        self._raw.execute(sql).close()

    async def begin(self) -> None:
        """Begin to write: at once where nobody else does, else after waiting in the thread."""
        self.do("PRAGMA busy_timeout=0")
        busy = False
        try:
            self.do("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            busy = True
        finally:
            self.do(f"PRAGMA busy_timeout={round(self._busy_seconds * 1000)}")
        if busy:
            await self.beside(lambda: self.do("BEGIN IMMEDIATE"))

    async def commit(self) -> None:
        """Commit: waits for the disk in the thread."""
        await self.beside(lambda: self.do("COMMIT"))

    async def rollback(self) -> None:
        """Undo what is not committed, after whatever the thread is doing."""
        await self.beside(self._undo)

    def run(self, sql: str, rows: Sequence[Sequence[Any]], *, many: bool) -> sqlite3.Cursor:
        """Run a statement in this thread; raises `sqlite3.Error`."""
        return self._raw.executemany(sql, rows) if many else self._raw.execute(sql, rows[0])

    async def beside(self, work: Callable[[], Result]) -> Result:
        """The result of work in the connection's thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def close(self) -> None:
        """Close it, after whatever the thread is doing."""
        await self.beside(self._raw.close)
        self._thread.shutdown()

    def _undo(self) -> None:
        if self._raw.in_transaction:
            self.do("ROLLBACK")


class DirectSession(AsyncSession):
    """A session for statements on tables; it is bound to no engine and refuses mapped objects.

    Whoever writes begins and ends the transaction with `begin_immediate`, `commit`, `rollback`.
    """

    def __init__(self, engine: AsyncEngine, connection: DirectConnection) -> None:
        super().__init__()
        self._engine = engine
        self._direct = connection
        self._prepared = PreparedStatements(engine.dialect)

    def get_bind(self, *_: object, **__: object) -> Any:  # noqa: ANN401 (as there)
        """The engine, for its dialect."""
        return self._engine.sync_engine

    async def begin_immediate(self) -> None:
        """Begin to write; raises `OperationalError` where another process writes for too long."""
        await self._told("BEGIN IMMEDIATE", self._direct.begin())

    async def commit(self) -> None:
        """Commit; raises `OperationalError`."""
        await self._told("COMMIT", self._direct.commit())

    async def rollback(self) -> None:
        """Undo everything since `begin_immediate`."""
        await self._told("ROLLBACK", self._direct.rollback())

    async def close(self) -> None:
        """Close the connection."""
        await self._direct.close()

    def begin_nested(self) -> Any:  # noqa: ANN401 (stands for SQLAlchemy's own)
        """A savepoint, to be awaited; of one level."""
        return _Savepoint(self, self._direct).begin()

    async def execute(
        self,
        statement: Executable,
        params: Values | Sequence[Values] | None = None,
        **_: object,
    ) -> Any:  # noqa: ANN401 (rows, or what was changed)
        """Run a statement; the rows as a `Result`, or a `Changed`. Raises `DBAPIError`."""
        if params is None or isinstance(params, Mapping):
            values, many = params or {}, False
            prepared = self._prepared.of(statement, values)
            written = prepared.written(values)
            rows = [written.row(values)]
        else:
            many = True
            prepared = self._prepared.of(statement, params[0])
            written = prepared.written(params[0])
            rows = [written.row(one) for one in params]
        if len(rows) * written.count <= QUICK_PARAMETERS:
            return self._run(prepared, written, rows, many=many)
        return await self._direct.beside(partial(self._run, prepared, written, rows, many=many))

    async def scalars(  # type: ignore[override] # (one of its overloads)
        self, statement: Executable, params: Values | None = None, **_: object
    ) -> Any:  # noqa: ANN401 (a ScalarResult)
        """The first column of each row."""
        return (await self.execute(statement, params)).scalars()

    def _run(
        self, prepared: Prepared, written: Written, rows: Sequence[Sequence[Any]], *, many: bool
    ) -> Any:  # noqa: ANN401 (as `execute`)
        try:
            cursor = self._direct.run(written.sql, rows, many=many)
            found = cursor.fetchall() if cursor.description else None
        except sqlite3.Error as error:
            self.raise_told(written.sql, error)
        if found is None:
            return Changed(cursor.rowcount, (cursor.lastrowid,))
        return prepared.result((column[0] for column in cursor.description), found)

    async def _told(self, sql: str, work: Awaitable[None]) -> None:
        try:
            await work
        except sqlite3.Error as error:
            self.raise_told(sql, error)

    def raise_told(self, sql: str, error: sqlite3.Error) -> NoReturn:
        """Raise what SQLAlchemy makes of the driver's errors; parameters are never shown."""
        raise DBAPIError.instance(
            sql, None, error, sqlite3.Error, hide_parameters=True, dialect=self._engine.dialect
        ) from error


class _Savepoint:
    """A part of a transaction that is undone alone."""

    def __init__(self, session: DirectSession, connection: DirectConnection) -> None:
        self._session = session
        self._connection = connection

    async def begin(self) -> _Savepoint:
        self._do("SAVEPOINT job")
        return self

    async def commit(self) -> None:
        self._do("RELEASE job")

    async def rollback(self) -> None:
        """Raises where SQLite has undone the whole transaction, as it does for some errors."""
        self._do("ROLLBACK TO job")
        self._do("RELEASE job")

    def _do(self, sql: str) -> None:
        try:
            self._connection.do(sql)
        except sqlite3.Error as error:
            self._session.raise_told(sql, error)
