"""First pages of searches among a million recordings, on SQLite and on PostgreSQL:
`python -m benchmarks.searching [--json] [--at URL --master-key FILE --token TOKEN]`.

The databases are made anew (see `workbench_data`), or one that was made before is given. What is
timed is a request to the whole application, in this process, without a socket: milliseconds of a
first page of 20 rows. Where no index helps, a page ends after a while with a cursor: then the table
says how many pages it takes until 20 rows are found or the end is reached. The second table keeps
the plan of the statement that looks for rows.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import anyio
import httpx
from sqlalchemy import event
from sqlalchemy.engine import Engine, make_url
from tests import postgres
from tests.live import execute

from benchmarks import workbench_data
from benchmarks.report import Sheet, Step, ms, print_json, print_tables
from sluice.server.app import create_app
from sluice.server.kit.database import Database
from sluice.server.kit.logs import configure_logging
from sluice.server.kit.sealing import new_master_key, parse_master_keys
from sluice.server.settings import Settings

RUNS: Final = 7
ROWS: Final = 20
MOST_PAGES: Final = 40
TOKEN: Final = "administrator-token-of-the-benchmark"
DATABASES: Final = ("SQLite", "PostgreSQL")
Json = dict[str, Any]


def _leaf(field: str, op: str, value: object) -> Json:
    return {"field": field, "op": op, "value": value}


def _original() -> str:
    """Of a person who is in the database, whatever its size."""
    return workbench_data.originals_of(17)[1][1]


SEARCHES: Final[dict[str, tuple[str, Json | None, str]]] = {
    "everything": ("recordings", None, "newest"),
    "a frequent model": ("recordings", _leaf("model", "eq", "gpt-4.1"), "newest"),
    "a model of 5 rows": ("recordings", _leaf("model", "eq", "rare-model"), "newest"),
    "a model of none": ("recordings", _leaf("model", "eq", "nobody"), "newest"),
    "a rare environment": ("recordings", _leaf("environment", "eq", "canary"), "newest"),
    "longer than ever": ("recordings", _leaf("durationMs", "gt", 10**7), "newest"),
    "the slowest": ("recordings", None, "slowest"),
    "the costliest of a model": ("recordings", _leaf("model", "eq", "command-r"), "costliest"),
    "incomplete ones": ("recordings", _leaf("complete", "eq", False), "newest"),
    "more tokens than ever": ("recordings", _leaf("tokens", "gt", 10**7), "newest"),
    "the first day": ("recordings", _leaf("createdAt", "lt", "2026-01-02T00:00:00Z"), "newest"),
    "an entity type of 0.1 %": (
        "recordings", _leaf("entityTypes", "contains", "CREDIT_CARD"), "newest",
    ),
    "an entity type of 5 rows": (
        "recordings", _leaf("entityTypes", "contains", "IBAN_CODE"), "newest",
    ),
    "sessions with a rare entity type": (
        "sessions", _leaf("entityTypes", "contains", "IBAN_CODE"), "newest",
    ),
    "an entity type of none": ("recordings", _leaf("entityTypes", "contains", "URL"), "newest"),
    "metadata of 0.1 %": ("recordings", _leaf("metadata.tenant", "eq", "tenant-17"), "newest"),
    "metadata of none": ("recordings", _leaf("metadata.tenant", "eq", "nobody"), "newest"),
    "feedback": ("recordings", _leaf("feedback.rating", "lte", 1), "newest"),
    "an evaluation of 0.01 %": (
        "recordings", _leaf("evaluation.similarity", "lt", 0.001), "newest",
    ),
    "three at once": (
        "recordings",
        {"and": [_leaf("metadata.plan", "eq", "pro"), _leaf("environment", "eq", "dev"),
                 _leaf("model", "eq", "command-r")]},
        "newest",
    ),
    "one or another": (
        "recordings",
        {"or": [_leaf("model", "eq", "rare-model"), _leaf("feedback.rating", "gt", 4)]},
        "newest",
    ),
    "a frequent word": ("recordings", _leaf("text", "contains", "refund"), "newest"),
    "a person's address": ("recordings", _leaf("text", "contains", _original()), "newest"),
    "sessions with a rare model": ("sessions", _leaf("model", "eq", "rare-model"), "newest"),
    "sessions by metadata": ("sessions", _leaf("metadata.tenant", "eq", "tenant-17"), "newest"),
    "sessions of a rare environment": (
        "sessions", _leaf("environment", "eq", "canary"), "newest",
    ),
}  # fmt: skip
STEPS = 2 * (len(SEARCHES) + 1)


@dataclass(frozen=True, slots=True)
class Measured:
    """One search on one database."""

    first_ms: float
    rows: int
    pages: int
    """Until enough rows were found, or the end was reached."""
    plan: str


def measure(step: Step) -> list[Sheet]:
    """Every search on both databases, which are made for it."""
    found: dict[str, dict[str, Measured]] = {}
    with tempfile.TemporaryDirectory(prefix="sluice-searching-") as folder:
        for kind in DATABASES:
            with empty_database(kind, Path(folder)) as url:
                step(f"filling {kind}")
                key = new_master_key()
                anyio.run(_fill, url, key, Path(folder) / kind)
                found[kind] = anyio.run(_all, url, key, Path(folder) / kind, step)
    return sheets(found)


def sheets(found: dict[str, dict[str, Measured]]) -> list[Sheet]:
    """What was measured on each database."""
    columns = [f"{kind}: {what}" for kind in found for what in ("ms", "rows", "pages")]
    rows = [(name, *_cells(found, name)) for name in SEARCHES]
    size = f"{workbench_data.SESSIONS * workbench_data.EACH:,} recordings"
    times = Sheet("searching", f"First page of {ROWS} ({size})", ("search", *columns), rows)
    plans = [(name, *(found[kind][name].plan for kind in found)) for name in SEARCHES]
    return [times, Sheet("searching-plans", "How rows are found", ("search", *found), plans)]


def _cells(found: dict[str, dict[str, Measured]], name: str) -> Iterator[str]:
    for of in found.values():
        one = of[name]
        more = "+" if one.pages == MOST_PAGES else ""
        yield from (ms(one.first_ms), str(one.rows), f"{one.pages}{more}")


@contextmanager
def empty_database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "SQLite":
        yield f"sqlite:///{folder / 'searching.db'}"
        return
    cluster = postgres.start()
    if isinstance(cluster, str):
        raise RuntimeError(f"PostgreSQL is needed: {cluster}")
    name = f"searching_{uuid4().hex}"
    anyio.run(execute, cluster.url, f"CREATE DATABASE {name}")
    try:
        yield make_url(cluster.url).set(database=name).render_as_string(hide_password=False)
    finally:
        anyio.run(execute, cluster.url, f"DROP DATABASE {name} WITH (FORCE)")
        cluster.stop()


async def _fill(url: str, key: str, folder: Path) -> None:
    async with started_client(url, key, folder):
        pass  # a first start makes the tables and the project
    await workbench_data.fill(url, parse_master_keys(key), workbench_data.SESSIONS)


@asynccontextmanager
async def started_client(
    url: str, key: str, folder: Path, token: str = TOKEN
) -> AsyncIterator[httpx.AsyncClient]:
    configure_logging("ERROR", "json")
    settings = Settings(
        database_url=url, data_dir=folder, bootstrap_token=token, master_key=key,
    )  # fmt: skip
    app = create_app(settings)
    headers = {"Authorization": f"Bearer {token}"}
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://bench", headers=headers) as client,
    ):
        yield client


async def _all(
    url: str, key: str, folder: Path, step: Callable[[str], None], token: str = TOKEN
) -> dict[str, Measured]:
    found: dict[str, Measured] = {}
    database = Database(url)
    async with started_client(url, key, folder, token) as client:
        for name, search in SEARCHES.items():
            step(name)
            found[name] = await _one(client, database, *search)
    await database.close()
    return found


async def _one(
    client: httpx.AsyncClient, database: Database, what: str, tree: Json | None, order: str
) -> Measured:
    path = f"/api/v1/projects/default/{what}/search"
    body: Json = {"filter": tree, "order": order, "limit": ROWS}
    times: list[float] = []
    statements: list[tuple[str, Any]] = []
    page: Json = {}
    for run in range(RUNS):
        with _watched(statements if run == 0 else []):
            begun = time.perf_counter()
            answer = await client.post(path, json=body)
            times.append((time.perf_counter() - begun) * 1000)
        answer.raise_for_status()
        page = answer.json()
    rows, pages = len(page["data"]), 1
    while rows < ROWS and page["nextCursor"] and pages < MOST_PAGES:
        answer = await client.post(path, json={**body, "cursor": page["nextCursor"]})
        page = answer.json()
        rows, pages = rows + len(page["data"]), pages + 1
    plan = await _plan(database, statements)
    return Measured(statistics.median(times), min(rows, ROWS), pages, plan)


@contextmanager
def _watched(statements: list[tuple[str, Any]]) -> Iterator[None]:
    """Gather the statements that look for matches."""

    def note(connection: Any, cursor: Any, sql: str, values: Any, *_: Any) -> None:  # noqa: ANN401
        if sql.startswith("WITH") and " AS value" in sql:
            statements.append((sql, values))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def _plan(database: Database, statements: list[tuple[str, Any]]) -> str:
    """The accesses of the last such statement, in the database's words.

    The ones before it in turn say where a portion ends.
    """
    sql, values = statements[-1]
    explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN (COSTS OFF)"
    async with database.engine.connect() as connection:
        rows = (await connection.exec_driver_sql(f"{explain} {sql}", values)).all()
    lines = [str(row[-1]).strip() for row in rows]
    told = [line.removeprefix("->").strip() for line in lines if _is_access(line)]
    return "; ".join(dict.fromkeys(told)).replace("|", "/")


def _is_access(line: str) -> bool:
    return line.startswith(("SEARCH", "SCAN")) or " Scan" in line


def measure_at(url: str, keys: str, token: str) -> list[Sheet]:
    """The same on a database that was made before."""
    kind = "SQLite" if url.startswith("sqlite") else "PostgreSQL"
    with tempfile.TemporaryDirectory(prefix="sluice-searching-") as folder:
        found = anyio.run(_all, url, keys, Path(folder), print, token)
    return sheets({kind: found})


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--at", help="the URL of a database that workbench_data has filled")
    parser.add_argument("--master-key", type=Path, help="its server's key file")
    parser.add_argument("--token", default=TOKEN, help="an API token of an administrator there")
    options = parser.parse_args()
    if options.at:
        found = measure_at(options.at, options.master_key.read_text().strip(), options.token)
    else:
        found = measure(print)
    print_json(found) if options.json else print_tables(found)


if __name__ == "__main__":
    main()
