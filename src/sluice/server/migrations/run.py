"""Bringing a database to a version, from inside the program: no alembic.ini is needed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from sluice.server.kit.database import Database

_LOCK = 0x51_75_1C_E0
"""The number of PostgreSQL's advisory lock: replicas that start together migrate one by one."""


async def upgrade(database: Database, revision: str = "head") -> None:
    """Apply every migration up to `revision`; does nothing if they are applied."""
    await _run(database, lambda config: command.upgrade(config, revision))


async def downgrade(database: Database, revision: str) -> None:
    """Take migrations back down to `revision` (`base`: all)."""
    await _run(database, lambda config: command.downgrade(config, revision))


async def current(database: Database) -> str | None:
    """The revision that the database is at; None for an empty one."""
    async with database.engine.connect() as connection:
        return await connection.run_sync(
            lambda c: MigrationContext.configure(c).get_current_revision()
        )


def newest() -> str | None:
    """The newest revision that this program knows."""
    return ScriptDirectory.from_config(_config()).get_current_head()


async def _run(database: Database, action: Callable[[Config], None]) -> None:
    async with database.exclusive() as connection:
        if not database.is_sqlite:
            await connection.execute(sa.text("SELECT pg_advisory_xact_lock(:n)"), {"n": _LOCK})
        await connection.run_sync(_with_connection, action)


def _with_connection(connection: Connection, action: Callable[[Config], None]) -> None:
    config = _config()
    config.attributes["connection"] = connection
    action(config)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config
