"""Statements over SQLite's driver alone give what SQLAlchemy's engine gives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from sqlalchemy import (
    JSON,
    Column,
    CursorResult,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    bindparam,
    case,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import (
    DBAPIError,
    IntegrityError,
    MultipleResultsFound,
    NoResultFound,
    OperationalError,
    StatementError,
    UnboundExecutionError,
)

from sluice.server.features.audit.tables import AuditEvent
from sluice.server.kit.database import Database, UtcDateTime

pytestmark = pytest.mark.anyio

NOON = datetime(2031, 2, 3, 12, 0, 0, 5000, tzinfo=UTC)
THINGS = Table(
    "prepared_things",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("name", String(20), nullable=False),
    Column("number", Integer, default=7),
    Column("moment", UtcDateTime, default=lambda: NOON),
    Column("told", JSON),
    Column("sealed", LargeBinary),
)
ADD = insert(THINGS)
ALL = select(THINGS).order_by(THINGS.c.id)
SOME = select(THINGS.c.name).where(
    THINGS.c.number > bindparam("above"),
    THINGS.c.name.in_(bindparam("some", expanding=True)),
    THINGS.c.moment >= bindparam("since", type_=UtcDateTime),
)


@pytest.fixture(autouse=True)
async def _table(database: Database) -> AsyncIterator[None]:
    async with database.exclusive() as connection:
        await connection.run_sync(THINGS.metadata.create_all)
    yield
    async with database.exclusive() as connection:
        await connection.run_sync(THINGS.metadata.drop_all)


async def _all(database: Database) -> list[tuple[Any, ...]]:
    async with database.read() as session:
        return [tuple(row) for row in await session.execute(ALL)]


async def test_types_and_defaults_are_those_of_the_engine(database: Database) -> None:
    given = {"name": "a", "told": {"x": [1, None]}, "sealed": b"\0\1"}
    async with database.turn_to_write(quick=True) as session:
        added = cast("CursorResult[Any]", await session.execute(ADD, given))
        assert tuple(added.inserted_primary_key or ()) == (1,)
    assert await _all(database) == [(1, "a", 7, NOON, {"x": [1, None]}, b"\0\1")]
    async with database.reading() as session:
        (row,) = (await session.execute(ALL)).all()
    assert (row.name, row.moment, row.told, row.sealed) == ("a", NOON, given["told"], b"\0\1")


async def test_many_rows_with_other_columns_each_time(database: Database) -> None:
    async with database.turn_to_write(quick=True) as session:
        await session.execute(ADD, [{"name": f"n{n}"} for n in range(100)])
        await session.execute(ADD, [{"name": "m", "number": n} for n in range(3)])
    rows = await _all(database)
    assert [row[2] for row in rows] == [7] * 100 + [0, 1, 2]


@pytest.mark.parametrize("count", [0, 1, 2, 5, 200])
async def test_any_number_of_values_may_be_asked_for(database: Database, count: int) -> None:
    async with database.turn_to_write(quick=True) as session:
        await session.execute(ADD, [{"name": f"n{n}", "number": n} for n in range(300)])
    values = {"above": 0, "some": [f"n{n}" for n in range(count)], "since": NOON}
    for _ in range(2):
        async with database.reading() as session:
            found = set((await session.scalars(SOME, values)).all())
        assert found == {f"n{n}" for n in range(1, count)}


async def test_rows_are_asked_for_as_those_of_the_engine(database: Database) -> None:
    of = select(THINGS.c.id, THINGS.c.name).where(THINGS.c.number == bindparam("n"))
    async with database.turn_to_write(quick=True) as session:
        for number in (1, 2, 2):
            await session.execute(ADD, {"name": f"n{number}", "number": number})
    async with database.reading() as session:
        row = (await session.execute(of, {"n": 1})).one_or_none()
        assert row is not None
        assert (tuple(row), row.name, dict(row._mapping)) == (
            (1, "n1"), "n1", {"id": 1, "name": "n1"},
        )  # fmt: skip
        assert (await session.execute(of, {"n": 0})).one_or_none() is None
        assert (await session.execute(of, {"n": 2})).first() is not None
        found = (await session.execute(of, {"n": 1})).mappings().all()
        assert [dict(one) for one in found] == [{"id": 1, "name": "n1"}]
        with pytest.raises(MultipleResultsFound):
            (await session.execute(of, {"n": 2})).one_or_none()
        with pytest.raises(NoResultFound):
            (await session.execute(of, {"n": 0})).scalar_one()


async def test_a_parameter_that_is_not_given_is_no_null(database: Database) -> None:
    change = update(THINGS).where(THINGS.c.id == bindparam("of")).values(number=bindparam("new"))
    async with database.turn_to_write(quick=True) as session:
        await session.execute(ADD, {"name": "a"})
        await session.execute(change, {"of": 1, "new": 3})
        for values in ({"of": 1}, {"of": 1, "other": 2}):
            with pytest.raises((LookupError, DBAPIError, StatementError)):
                await session.execute(change, values)
    assert [row[2] for row in await _all(database)] == [3]


async def test_fixed_values_of_a_statement_stand_in_it(database: Database) -> None:
    fixed = select(THINGS.c.name).where(THINGS.c.name.in_(["n1", "n2"]), THINGS.c.number == 7)
    async with database.turn_to_write(quick=True) as session:
        await session.execute(ADD, [{"name": f"n{n}"} for n in range(4)])
        found = (await session.scalars(fixed)).all()
    assert sorted(found) == ["n1", "n2"]


async def test_changes_tell_how_many_rows_they_changed(database: Database) -> None:
    raised = case((THINGS.c.number < 2, bindparam("new")), else_=THINGS.c.number)
    change = update(THINGS).where(THINGS.c.number <= bindparam("most")).values(number=raised)
    async with database.turn_to_write(quick=True) as session:
        await session.execute(ADD, [{"name": "x", "number": n} for n in range(5)])
        done = await session.execute(change, {"new": 9, "most": 2})
        assert cast("CursorResult[Any]", done).rowcount == 3
        total = (await session.execute(select(func.sum(THINGS.c.number)))).scalar_one()
    assert total == 9 + 9 + 2 + 3 + 4


async def test_what_breaks_a_constraint_raises_as_from_the_engine(database: Database) -> None:
    async def break_it() -> None:
        async with database.turn_to_write(quick=True) as session:
            await session.execute(ADD, {"name": "kept by nobody"})
            await session.execute(ADD, {"name": None})

    with pytest.raises(IntegrityError):
        await break_it()
    assert await _all(database) == []


async def test_a_savepoint_is_undone_alone(database: Database) -> None:
    async with database.turn_to_write(quick=True) as session:
        await session.execute(ADD, {"name": "before"})
        savepoint = await session.begin_nested()
        await session.execute(ADD, {"name": "undone"})
        await savepoint.rollback()
        await session.execute(ADD, {"name": "after"})
    assert [row[1] for row in await _all(database)] == ["before", "after"]


async def test_writers_of_both_kinds_wait_for_each_other(database: Database) -> None:
    async def direct() -> None:
        async with database.turn_to_write(quick=True) as session:
            await session.execute(text("UPDATE prepared_things SET number = number + 1"))

    async def mapped() -> None:
        async with database.write() as session:
            await session.execute(text("UPDATE prepared_things SET number = number + 1"))

    async with database.turn_to_write(quick=True) as session:
        await session.execute(ADD, {"name": "counted", "number": 0})
    await asyncio.gather(*(work() for work in [direct, mapped] * 20))
    assert [row[2] for row in await _all(database)] == [40]


async def test_another_process_s_write_is_waited_for(database: Database) -> None:
    other = Database(database.url)
    begun = asyncio.Event()

    async def write_slowly() -> None:
        async with other.turn_to_write(quick=True) as session:
            await session.execute(ADD, {"name": "first"})
            begun.set()
            await asyncio.sleep(0.2)

    try:
        slow = asyncio.create_task(write_slowly())
        await begun.wait()
        async with database.turn_to_write(quick=True) as session:
            await session.execute(ADD, {"name": "second"})
        await slow
    finally:
        await other.close()
    assert [row[1] for row in await _all(database)] == ["first", "second"]


async def test_reading_changes_nothing_on_sqlite(database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("PostgreSQL rolls back what a reader changes")
    with pytest.raises(OperationalError):
        async with database.reading() as session:
            await session.execute(ADD, {"name": "a"})


async def test_errors_show_no_values(database: Database) -> None:
    with pytest.raises(DBAPIError) as caught:
        async with database.reading() as session:
            await session.execute(
                text("SELECT nothing FROM nowhere WHERE x = :x"), {"x": "planted"}
            )
    assert "planted" not in str(caught.value)
    assert "planted" not in repr(caught.value)


async def test_mapped_objects_are_refused_on_sqlite(database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("PostgreSQL has sessions of one kind")

    async def add() -> None:
        async with database.turn_to_write(quick=True) as session:
            session.add(AuditEvent())
            await session.flush()

    with pytest.raises(UnboundExecutionError):
        await add()


async def test_a_parameter_that_is_not_given_is_named(database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("of the driver alone")
    with pytest.raises(LookupError, match="since"):
        async with database.reading() as session:
            await session.execute(SOME, {"above": 0, "some": []})
