"""Migrations go up and down on both databases and end at the tables of the code."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect
from sqlalchemy.engine import Connection

from sluice.server.kit.database import Database
from sluice.server.migrations.run import current, downgrade, newest, upgrade
from sluice.server.migrations.tables import metadata

pytestmark = pytest.mark.anyio


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, metadata))


def _tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names()) - {"alembic_version"}


async def test_after_all_migrations_the_database_has_the_tables_of_the_code(
    database: Database,
) -> None:
    async with database.engine.connect() as connection:
        assert await connection.run_sync(_differences) == []
    assert await current(database) == newest()


async def test_migrations_go_down_to_nothing_and_up_again(database: Database) -> None:
    await downgrade(database, "base")
    async with database.engine.connect() as connection:
        assert await connection.run_sync(_tables) == set()
    assert await current(database) is None
    await upgrade(database)
    async with database.engine.connect() as connection:
        assert await connection.run_sync(_differences) == []


async def test_migrating_again_changes_nothing(database: Database) -> None:
    await upgrade(database)
    assert await current(database) == newest()
