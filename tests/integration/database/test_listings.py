"""Pages of long lists are read in the order of an index, whatever they are filtered by."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.features.audit.filters import AuditFilter
from sluice.server.features.audit.repository import AuditRepository
from sluice.server.features.audit.service import record
from sluice.server.features.proxy.calls.repository import CallFilter, CallRepository
from sluice.server.features.proxy.calls.status import CallStatus
from sluice.server.features.templates.repository import TemplateRepository
from sluice.server.kit.database import Database

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 22, tzinfo=UTC)
WEEK = {"since": NOW - timedelta(days=7), "until": NOW}
Read = Callable[[AsyncSession], Awaitable[object]]


def _calls(**wanted: Any) -> Read:  # noqa: ANN401 (fields)
    filter_ = CallFilter(**wanted)
    return lambda session: CallRepository(session).page(filter_, before=None, limit=51)


def _events(**wanted: Any) -> Read:  # noqa: ANN401 (fields)
    filter_ = AuditFilter(**wanted)
    return lambda session: AuditRepository(session).newest(filter_, before=None, limit=51)


@pytest.mark.parametrize(
    ("read", "table", "index"),
    [
        pytest.param(_calls(), "calls", "PRIMARY KEY", id="calls"),
        pytest.param(_calls(user_id=1), "calls", "ix_calls_user_id_id", id="user"),
        pytest.param(
            _calls(model_instance_id=1), "calls", "ix_calls_model_instance_id_id", id="instance"
        ),
        pytest.param(
            _calls(status=CallStatus.FAILED), "calls", "ix_calls_status_id", id="status"
        ),
        pytest.param(_calls(**WEEK), "calls", "PRIMARY KEY", id="time"),
        pytest.param(
            _calls(status=CallStatus.FAILED, space_id=1), "calls", "ix_calls_status_id",
            id="status-in-project",
        ),
        pytest.param(_events(), "audit_events", "PRIMARY KEY", id="events"),
        pytest.param(
            _events(event="policy"), "audit_events", "ix_audit_events_event_id", id="event-prefix"
        ),
        pytest.param(
            _events(subject="thread"), "audit_events", "ix_audit_events_subject_kind_id",
            id="subject-kind",
        ),
        pytest.param(
            _events(actor_id=1), "audit_events", "ix_audit_events_actor_id_id", id="actor"
        ),
        pytest.param(_events(**WEEK), "audit_events", "PRIMARY KEY", id="time-of-events"),
    ],
)  # fmt: skip
async def test_a_page_is_read_newest_first_from_an_index(
    tmp_path: Path, sqlite_template: Path, read: Read, table: str, index: str
) -> None:
    database = await _with_rows(tmp_path, sqlite_template)
    with _statements() as seen:
        async with database.read() as session:
            await read(session)
    await database.close()
    listing = [one for one in seen if (f"FROM {table}" in one[0] and "deleted" in one[0]) or
               (f"FROM {table}" in one[0] and f"{table}.hash" in one[0])]  # fmt: skip
    assert listing
    connection = sqlite3.connect(tmp_path / "plans.db")
    for sql, values in listing:
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
        of_table = [step for step in plan if f" {table}" in step]
        assert [index in step for step in of_table] == [True], plan
        assert not [step for step in plan if "TEMP B-TREE" in step], plan
    connection.close()


async def test_a_calls_project_is_looked_up_by_the_call_and_not_the_other_way(
    tmp_path: Path, sqlite_template: Path
) -> None:
    database = await _with_rows(tmp_path, sqlite_template)
    with _statements() as seen:
        async with database.read() as session:
            await CallRepository(session).is_in_space(1, 1)
    await database.close()
    connection = sqlite3.connect(tmp_path / "plans.db")
    ((sql, values),) = seen
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    connection.close()
    told = [step for step in plan if "conversations" in step]
    assert [("PRIMARY KEY" in step, "SEARCH" in step) for step in told] == [(True, True)], plan


async def test_the_newest_version_of_a_template_is_found_without_the_others(
    tmp_path: Path, sqlite_template: Path
) -> None:
    database = await _with_rows(tmp_path, sqlite_template)
    with _statements() as seen:
        async with database.read() as session:
            await TemplateRepository(session).newest(1, [1, 2])
    await database.close()
    connection = sqlite3.connect(tmp_path / "plans.db")
    ((sql, values),) = seen
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    connection.close()
    assert not [step for step in plan if step.startswith("SCAN")], plan


async def test_events_are_found_by_the_beginning_of_their_name_and_by_what_they_happened_to(
    database: Database,
) -> None:
    async with database.write() as session:
        for number in range(3):
            await record(session, "policy.changed", actor_id=None, subject=f"policy_group:{number}")
            await record(session, "policy.deleted", actor_id=None, subject=f"policy_group:{number}")
            await record(session, "policyholder.made", actor_id=None, subject=f"policy:a-{number}")
    async with database.read() as session:
        repository = AuditRepository(session)

        async def found(limit: int = 10, **wanted: Any) -> list[str]:  # noqa: ANN401 (fields)
            rows = await repository.newest(AuditFilter(**wanted), before=None, limit=limit)
            assert [row.id for row in rows] == sorted((row.id for row in rows), reverse=True)
            return [f"{row.event} {row.subject}" for row in rows]

        assert len(await found(event="policy")) == 6
        assert await found(3, event="policy.") == [
            "policy.deleted policy_group:2",
            "policy.changed policy_group:2",
            "policy.deleted policy_group:1",
        ]
        assert await found(event="nothing") == []
        assert len(await found(event="")) == 9
        assert len(await found(subject="policy_group")) == 6
        assert await found(1, subject="policy") == ["policyholder.made policy:a-2"]
        assert await found(subject="polic") == []
        assert len(await found(since=datetime(2020, 1, 1, tzinfo=UTC))) == 9
        assert await found(until=datetime(2020, 1, 1, tzinfo=UTC)) == []
        assert await found(since=datetime(2990, 1, 1, tzinfo=UTC)) == []


async def _with_rows(folder: Path, template: Path) -> Database:
    """A database in which a call and an event lie in the time that is asked for."""
    path = folder / "plans.db"
    shutil.copy(template, path)
    database, at = Database(f"sqlite:///{path}"), NOW - timedelta(days=1)
    connection = sqlite3.connect(path)
    for table, given in (
        ("calls", {"created_at": f"{at:%Y-%m-%d %H:%M:%S.000000}"}),
        ("audit_events", {"at": f"{at:%Y-%m-%d %H:%M:%S.000000}", "event": "policy.changed"}),
    ):
        told = connection.execute(f"PRAGMA table_info({table})").fetchall()
        needed = {row[1]: 0 if "INT" in row[2] else "{}" for row in told if row[3]}
        row = {**needed, **given, "id": 1}
        places = ", ".join("?" * len(row))
        names = ", ".join(f'"{name}"' for name in row)
        connection.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", [*row.values()])
    connection.commit()
    connection.close()
    return database


@contextmanager
def _statements() -> Iterator[list[tuple[str, Any]]]:
    seen: list[tuple[str, Any]] = []

    def note(connection: object, cursor: object, sql: str, values: Any, *_: object) -> None:  # noqa: ANN401
        if sql.lstrip().startswith(("SELECT", "WITH")):
            seen.append((sql, values))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)
