"""The database: its engines, its kinds of session, and the base of all tables.

SQLite writers begin with `BEGIN IMMEDIATE` and wait in line inside the process: with the
driver's own transactions concurrent updates are lost silently, with plain `BEGIN` they fail
as locked (both measured, see docs/adr/0002-database.md).
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, cast

import aiosqlite
import sqlalchemy.exc
import structlog
from sqlalchemy import DateTime, Dialect, MetaData, event
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from sluice.server.kit import sqlite_driver
from sluice.server.kit.sqlite_direct import DirectConnection, DirectSession

log: structlog.typing.FilteringBoundLogger = structlog.get_logger(__name__)

BUSY_TIMEOUT_MS = 30_000
"""How long a writer waits for another process's write on SQLite."""
CLOSE_SECONDS = 10.0
"""How long the end of the process waits for connections to be closed."""


_PRAGMAS: Final = (
    "journal_mode=WAL",
    "synchronous=FULL",  # an answer that says saved is saved, also after a power cut
    "foreign_keys=ON",
    f"busy_timeout={BUSY_TIMEOUT_MS}",
    "secure_delete=ON",  # deleted rows are overwritten in the file
)

MAY_BE_DOWN: Final[tuple[type[Exception], ...]] = (
    sqlalchemy.exc.DBAPIError,
    sqlalchemy.exc.TimeoutError,
    ConnectionError,
    TimeoutError,
    socket.gaierror,
)
"""What a database that cannot be used raises; `is_down` says whether it is that."""

_DOWN_STATES: Final = frozenset({"08", "28", "3D", "40", "53", "55", "57", "58"})
"""Classes of PostgreSQL's error codes (its manual's appendix A): connection, authorization, no
such database, rollback, resources, state, operator intervention, system error."""


def is_down(error: Exception) -> bool:
    """Whether the database is gone, full or too busy, rather than asked for something wrong."""
    if not isinstance(error, sqlalchemy.exc.DBAPIError):
        return isinstance(error, MAY_BE_DOWN)
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return str(state)[:2] in _DOWN_STATES
    return isinstance(error, sqlalchemy.exc.OperationalError | sqlalchemy.exc.InterfaceError)


def utc_now() -> datetime:
    """The present moment, timezone-aware, cut to milliseconds as the wires carry it."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC; naive datetimes are refused, SQLite's are made aware when read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive values: a local time stored as UTC is a silent fault."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a datetime without a timezone cannot be stored")
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """SQLite stores no zone; everything stored is UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The base of all tables; the naming convention keeps migrations the same everywhere."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Timestamps:
    """When a row was made, last changed, and deleted (None: it is not)."""

    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, onupdate=utc_now)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


class Database:
    """One database for the life of the process.

    `url` is an SQLAlchemy URL of `sqlite+aiosqlite` or `postgresql+asyncpg`
    (`sqlite:///…` and `postgresql://…` are accepted and completed).
    """

    def __init__(self, url: str, *, pool_size: int = 20) -> None:
        self.url = complete_url(url)
        self.is_sqlite = self.url.startswith("sqlite")
        self.engine = _make_engine(self.url, pool_size)
        self._readers = self.engine
        self._writer = asyncio.Lock() if self.is_sqlite else None
        if self.is_sqlite:
            self._readers = _make_engine(self.url, pool_size)
            _configure_sqlite(self.engine)
            _configure_sqlite(self._readers, "query_only=ON")
        self._read_sessions = async_sessionmaker(self._readers, expire_on_commit=False)
        writers = self.engine.execution_options(sluice_write=True)
        self.session_info: dict[Any, Any] = {}
        """What each session that writes finds in its `info`."""
        self._sessions = async_sessionmaker(writers, expire_on_commit=False, info=self.session_info)
        self._direct: dict[bool, DirectSession] = {}
        self._written: Callable[[], Awaitable[None]] | None = None

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session for queries: SQLite refuses changes in it, PostgreSQL rolls them back."""
        await self._caught_up()
        async with self._read_sessions() as session:
            yield session

    def reading(self) -> AbstractAsyncContextManager[AsyncSession]:
        """A session for a few quick queries on tables, which many callers ask at once.

        On SQLite it is over the driver alone (`sqlite_direct`), at a tenth of what another costs,
        and may be a moment behind what was handed in (`read_after`).
        """
        return nullcontext(self._directly(writing=False)) if self.is_sqlite else self.read()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """A session whose changes are committed on normal exit, else rolled back."""
        await self._caught_up()
        async with self.turn_to_write() as session:
            yield session

    @asynccontextmanager
    async def turn_to_write(self, *, quick: bool = False) -> AsyncIterator[AsyncSession]:
        """As `write`, but waits for nothing that was handed in (`read_after`).

        A `quick` one is for statements on tables only, on SQLite over the driver alone.
        """
        if not (quick and self.is_sqlite):
            async with self._turn(), self._sessions() as session, _committed(session):
                yield session
            return
        async with self._turn():
            direct = self._directly(writing=True)
            await direct.begin_immediate()
            async with _committed(direct):
                yield direct

    def read_after(self, written: Callable[[], Awaitable[None]]) -> None:
        """Let whoever opens a session from now on wait for this, to see what was handed in."""
        self._written = written

    async def _caught_up(self) -> None:
        if self._written is not None:
            await self._written()

    @asynccontextmanager
    async def exclusive(self) -> AsyncIterator[AsyncConnection]:
        """A bare connection in one write transaction, for migrations."""
        async with self._turn(), self.engine.connect() as connection:
            if self.is_sqlite:
                await connection.execution_options(sluice_write=True)
            async with connection.begin():
                yield connection

    def _turn(self) -> AbstractAsyncContextManager[Any]:
        # One SQLite file has one writer at a time; waiting here is fair and never "locked".
        return self._writer if self._writer is not None else nullcontext()

    async def forget_deleted(self) -> None:
        """Let nothing of deleted rows stay in SQLite's write-ahead log.

        Deleted rows are overwritten in the database file (`secure_delete`), but older pages
        stay in the log until it is emptied. Readers may delay that: then the next call, or
        the last connection's end, does it.
        """
        if not self.is_sqlite:
            return
        async with self._turn(), self.engine.connect() as connection:
            raw = await connection.get_raw_connection()
            driver = cast("aiosqlite.Connection", raw.driver_connection)
            cursor = await driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            await cursor.close()

    def _directly(self, *, writing: bool) -> DirectSession:
        if writing not in self._direct:
            pragmas = [*_PRAGMAS, *([] if writing else ["query_only=ON"])]
            (path, *_), given = self.engine.dialect.create_connect_args(make_url(self.url))
            uri = bool(given.get("uri"))
            opened = DirectConnection(path, pragmas, BUSY_TIMEOUT_MS / 1000, uri=uri)
            self._direct[writing] = DirectSession(self.engine, opened)
        return self._direct[writing]

    async def close(self) -> None:
        """Close every connection; those to a server that does not answer are left to the system.

        What was committed is there whatever becomes of them.
        """
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                for direct in self._direct.values():
                    await direct.close()
                self._direct.clear()
                await self._readers.dispose()
                await self.engine.dispose()
        except TimeoutError:
            log.warning("database_not_closed", seconds=CLOSE_SECONDS)


@asynccontextmanager
async def _committed(session: AsyncSession) -> AsyncIterator[None]:
    try:
        yield
        await session.commit()
    except BaseException:
        await session.rollback()
        raise


def complete_url(url: str) -> str:
    """The same URL with its asyncio driver; raises `ValueError` for other databases."""
    try:
        parsed = make_url(url)
    except (sqlalchemy.exc.ArgumentError, ValueError):
        parsed = None
    if parsed is None or not 0 < (parsed.port or 1) < 65536:
        # Outside of the handler: what the library says may quote a password.
        raise ValueError("must be like sqlite:///file or postgresql://user:password@host:5432/name")
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
    backend = parsed.get_backend_name()
    if backend not in drivers:
        raise ValueError(f"the database must be sqlite or postgresql, not {backend}")
    return parsed.set(drivername=drivers[backend]).render_as_string(hide_password=False)


def _make_engine(url: str, pool_size: int) -> AsyncEngine:
    # Statements are never echoed and parameters never shown: they hold sealed and raw values.
    common: dict[str, Any] = {"echo": False, "hide_parameters": True}
    if url.startswith("sqlite"):
        path = make_url(url).database
        if path and path != ":memory:":
            make_private_folder(Path(path).parent)
        common["connect_args"] = {"async_creator_fn": sqlite_driver.connect}
        return create_async_engine(url, pool_size=8, max_overflow=0, pool_timeout=60, **common)
    return create_async_engine(
        url, pool_size=pool_size, max_overflow=0, pool_timeout=60, pool_pre_ping=True, **common
    )


def make_private_folder(folder: Path) -> None:
    """Make a folder that only its owner may read, unless it is there already."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _configure_sqlite(engine: AsyncEngine, *more_pragmas: str) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        # SQLAlchemy, not the driver, begins transactions (see on_begin).
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (*_PRAGMAS, *more_pragmas):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def on_begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        # Reads need no transaction: each statement sees what was committed before it.
        if options.get("sluice_write"):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
