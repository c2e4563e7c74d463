"""The databases of `benchmarks.pages`: a company in SQLite, and the same in PostgreSQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import asyncpg
from sqlalchemy import JSON, Boolean, DateTime, Table
from sqlalchemy.engine import make_url

from benchmarks import company, company_work
from benchmarks.company import BUSY_DAYS, Copies, Size
from benchmarks.multiplying import Multiplying
from benchmarks.workbench_data import EACH, PORTION, Filling, Period, loader, project_of
from sluice.server.kit.sealing import parse_master_keys
from sluice.server.migrations.tables import metadata

Step = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Busy:
    """The ids of what there are copies of."""

    sessions: range
    recordings: range
    threads: range
    chats: range
    calls: range
    events: range


async def fill(sqlite_url: str, key: str, size: Size, step: Step) -> Busy:
    """Everything but the copies, into a database in which `sluice demo` was run."""
    keys, into = parse_master_keys(key), await loader(sqlite_url)
    copies = Copies(into, keys)
    step("people and policies")
    users = await company.people(copies, size)
    instances = await company.policies_and_instances(copies, size)
    await company.projects(copies, size, users)
    step("templates, playlists, runs")
    at = await company_work.Workplace.of(copies)
    templates = await company_work.templates(copies, size, at)
    await company_work.playlists_and_runs(copies, size, at)
    await company_work.views(copies, size, at)
    await copies.flush()
    step("recordings")
    days, count = timedelta(days=BUSY_DAYS), size.recordings // EACH
    period, project = Period(copies.now - days, days / size.recordings), "demo"
    held = await project_of(into, keys, project)
    await Filling(into, keys, held, count, period, templates, size.copies).fill()
    last = {table: await copies.next_id(table) for table in ("sessions", "recordings")}
    sessions = range(last["sessions"] - count, last["sessions"])
    await company_work.traces(copies, at, sessions)
    step("threads, calls, events")
    threads, chats = await company_work.threads(copies, size, users, instances)
    calls = await company_work.calls(copies, size, users, instances, sessions)
    events = await company.events(copies, size, users)
    await into.finish()
    recordings = range(last["recordings"] - count * EACH, last["recordings"])
    return Busy(sessions, recordings, threads, chats, calls, events)


async def multiply(url: str, size: Size, busy: Busy, step: Step) -> None:
    """The copies."""
    into = await loader(url)
    if not into.is_sqlite:
        await into.run("SET session_replication_role = replica")
    more = Multiplying(into, size.copies, timedelta(days=BUSY_DAYS))
    of_session = f"{{k}} * {len(busy.sessions)}"
    step("more recordings")
    await more.of("conversations", busy.sessions)
    moved = f"conversation_id - {of_session}"
    await more.of("sessions", busy.sessions, conversation_id=moved)
    # What a list in another order begins with is no copy: it can be opened.
    less = {name: f"CAST({name} * 0.4 AS integer)" for name in ("duration_ms", "cost")}
    moved_session = f"session_id - {of_session}"
    await more.of(
        "recordings", busy.recordings, session_id=moved_session, repeat_key="NULL", **less
    )
    for holder, ids in (("session", busy.sessions), ("recording", busy.recordings)):
        await more.of(
            "attributes", ids, f" AND holder = '{holder}'", session_id=moved_session,
            holder_id=f"holder_id - {{k}} * {len(ids)}",
        )  # fmt: skip
    step("more threads, calls, events")
    await more.of("threads", busy.threads)
    await more.of("chats", busy.chats, thread_id=f"thread_id - {{k}} * {len(busy.threads)}")
    in_session = f"conversation_id < {busy.sessions.stop}"
    await more.of(
        "calls", busy.calls,
        conversation_id=f"CASE WHEN {in_session} THEN {moved} ELSE conversation_id END",
    )  # fmt: skip
    await more.of("audit_events", busy.events)
    step("analysing the tables")
    await into.finish()


async def move(path: str, url: str) -> None:
    """Every row of an SQLite file into a PostgreSQL whose tables are made; what is there goes."""
    parsed = make_url(url).set(drivername="postgresql")
    into = await asyncpg.connect(parsed.render_as_string(hide_password=False))
    source = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    await into.execute("SET session_replication_role = replica")
    tables = metadata.sorted_tables
    await into.execute(f"TRUNCATE {', '.join(one.name for one in tables)}")
    for table in tables:
        rows = _rows(source, table)
        names = list(table.columns.keys())
        while some := list(islice(rows, PORTION)):
            await into.copy_records_to_table(table.name, records=some, columns=names)
    source.close()
    await into.close()


def _rows(source: sqlite3.Connection, table: Table) -> Iterator[tuple[Any, ...]]:
    columns = list(table.columns)
    names = ", ".join(f'"{one.name}"' for one in columns)
    changed = [_as_postgres(one.type) for one in columns]
    for row in source.execute(f"SELECT {names} FROM {table.name}"):
        yield tuple(
            value if change is None or value is None else change(value)
            for change, value in zip(changed, row, strict=True)
        )


def _as_postgres(kind: Any) -> Callable[[Any], Any] | None:  # noqa: ANN401 (a column's type)
    impl = getattr(kind, "impl_instance", kind)
    if isinstance(impl, Boolean):
        return bool
    if isinstance(impl, DateTime):
        return lambda value: datetime.fromisoformat(value).replace(tzinfo=UTC)
    if isinstance(impl, JSON):
        return str
    return None


__all__ = ["Busy", "fill", "move", "multiply"]
