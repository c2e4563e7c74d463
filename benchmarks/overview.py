"""The overview of a million calls and a million recordings of the last 30 days, on SQLite and on
PostgreSQL: `python -m benchmarks.overview [--json] [--rows N] [--database KIND]`.

What is timed is a request to the whole application, in this process, without a socket. The first
number of each is the very first request after a start; the others are medians. The rows are counted
in the background before, as after an upgrade: how long that takes stands below.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import anyio
import httpx
from sqlalchemy import bindparam, text

from benchmarks.report import Sheet, Step, ms, print_json, print_tables
from benchmarks.searching import DATABASES, empty_database, started_client
from benchmarks.workbench_data import MODELS, PORTION, Loader, Row, loader
from sluice.server.kit.database import Database, UtcDateTime
from sluice.server.kit.sealing import new_master_key

ROWS: Final = 1_000_000
DAYS: Final = 30
INSTANCES: Final = 5
RUNS: Final = 7
SEALED: Final = b"\0" * 1_200
"""In the place of what is sealed: nobody opens it here."""
PATH: Final = "/api/admin/v1/statistics"
QUERIES: Final[dict[str, dict[str, str]]] = {
    "24 hours": {"period": "24h"},
    "7 days": {"period": "7d"},
    "30 days": {"period": "30d"},
    "30 days of an instance": {"period": "30d", "modelInstanceId": "2"},
    "30 days of a project": {"period": "30d", "project": "default"},
}
STEPS = 2 * (len(QUERIES) + 2)
_CALLS: Final = (
    "uid", "conversation_id", "user_id", "model_instance_id", "wire", "provider", "model",
    "connection", "attempts", "streamed", "status", "error_code", "created_at", "finished_at",
    "first_token_ms", "duration_ms", "input_tokens", "output_tokens", "cost", "counted_tokens",
    "counted_cost", "policy_group_id", "policy_version", "detector_version", "manifest",
    "answer_manifest", "coverage", "request_sealed",
)  # fmt: skip
_RECORDINGS: Final = (
    "uid", "project_id", "session_id", "provider", "model", "is_complete", "duration_ms",
    "input_tokens", "output_tokens", "tokens_estimated", "cost", "created_at", "counted_at",
    "policy_group_id", "policy_version", "detector_version", "manifest", "content_sealed",
)  # fmt: skip


@dataclass(slots=True)
class Measured:
    """One database."""

    counted_seconds: float = 0.0
    first_ms: dict[str, float] = field(default_factory=dict)
    median_ms: dict[str, float] = field(default_factory=dict)


def measure(step: Step, rows: int = ROWS, databases: Sequence[str] = DATABASES) -> list[Sheet]:
    """Every time on each database, which is made for it."""
    found: dict[str, Measured] = {}
    with tempfile.TemporaryDirectory(prefix="sluice-overview-") as folder:
        for kind in databases:
            with empty_database(kind, Path(folder)) as url:
                found[kind] = anyio.run(_all, url, Path(folder) / kind, rows, step)
    columns = [f"{kind}: {what}" for kind in found for what in ("first, ms", "ms")]
    table = [
        (name, *(ms(of[name]) for one in found.values() for of in (one.first_ms, one.median_ms)))
        for name in QUERIES
    ]
    size = f"{rows:,} calls and {rows:,} recordings"
    backlog = [(kind, f"{one.counted_seconds:.0f}") for kind, one in found.items()]
    return [
        Sheet("overview", f"The overview ({size})", ("time", *columns), table),
        Sheet("overview-backlog", f"Counting {size}", ("database", "seconds"), backlog),
    ]


async def _all(url: str, folder: Path, rows: int, step: Step) -> Measured:
    key, found = new_master_key(), Measured()
    step("filling")
    async with started_client(url, key, folder) as client:
        for number in range(1, INSTANCES):
            body = {"name": f"Instance {number}", "policyGroupId": 1,
                    "connection": {"providerKey": "echo", "model": "echo"}}  # fmt: skip
            (await client.post("/api/admin/v1/model-instances", json=body)).raise_for_status()
    filled = await _fill(url, rows)
    step("counting")
    async with started_client(url, key, folder) as client:
        begun = time.perf_counter()
        # The server counts by itself; here it is only watched.
        while not await _is_counted(url, filled):  # noqa: ASYNC110 (nobody tells when it is done)
            await anyio.sleep(1)
        found.counted_seconds = time.perf_counter() - begun
        answer = await _asked(client, {"period": "30d"})
        if answer["totals"]["calls"] != 2 * rows or not answer["complete"]:
            raise RuntimeError("not everything was counted, or something twice")
    for name, query in QUERIES.items():
        step(name)
        async with started_client(url, key, folder) as client:
            times = [await _timed(client, query) for _ in range(RUNS + 1)]
        found.first_ms[name], found.median_ms[name] = times[0], statistics.median(times[1:])
    return found


async def _is_counted(url: str, until: datetime) -> bool:
    database = Database(url)
    async with database.read() as session:
        query = text("SELECT count(*) FROM statistics_progress WHERE counted_until >= :until")
        query = query.bindparams(bindparam("until", until, type_=UtcDateTime()))
        counted = await session.scalar(query)
    await database.close()
    return bool(counted == len(("calls", "recordings")))


async def _timed(client: httpx.AsyncClient, query: dict[str, str]) -> float:
    begun = time.perf_counter()
    await _asked(client, query)
    return (time.perf_counter() - begun) * 1000


async def _asked(client: httpx.AsyncClient, query: dict[str, str]) -> dict[str, Any]:
    answer = await client.get(PATH, params=query)
    answer.raise_for_status()
    data: dict[str, Any] = answer.json()["data"]
    return data


async def _fill(url: str, rows: int) -> datetime:
    """Returns when the last row was made."""
    into = await loader(url)
    project = await into.one(
        "SELECT id, user_id, conversation_id FROM projects WHERE uid = 'default'"
    )
    # In the past already when it is counted: nothing is left to be read directly but by the clock.
    now = datetime.now(UTC) - timedelta(minutes=5)
    await _conversations(into, project, now)
    begins = now - timedelta(days=DAYS)
    times = [begins + timedelta(days=DAYS) * (number / rows) for number in range(rows)]
    for table, columns, made in (
        ("calls", _CALLS, _calls(times, random.Random(5))),
        ("recordings", _RECORDINGS, _recordings(times, project[0], random.Random(6))),
    ):
        while some := list(islice(made, PORTION)):
            await into.load(table, columns, some)
    await into.finish()
    return times[-1]


async def _conversations(into: Loader, project: Row, now: datetime) -> None:
    """1001: of the project, with its session 1; 1002: of nobody's project."""
    columns = ("id", "user_id", "space_id", "created_at", "last_used_at")
    held = [(1001, project[1], project[2], now, now), (1002, project[1], None, now, now)]
    await into.load("conversations", columns, held)
    session = (
        "id", "uid", "project_id", "conversation_id", "user_id", "metadata", "created_at",
        "last_recorded_at", "recordings", "input_tokens", "output_tokens", "cost",
    )  # fmt: skip
    row = (1, "statistics", project[0], 1001, project[1], "{}", now, now, 0, 0, 0, 0)
    await into.load("sessions", session, [row])


def _calls(times: list[datetime], draw: random.Random) -> Iterator[Row]:
    for at in times:
        status = draw.choices(("complete", "blocked", "failed"), (95, 3, 2))[0]
        took = int(draw.lognormvariate(7, 0.7))
        code = draw.choice(("provider_error", "provider_timeout")) if status == "failed" else None
        yield (
            UUID(int=draw.getrandbits(128)).hex, draw.choice((1001, 1002)), 1,
            draw.randint(1, INSTANCES), "openai.chat", "openai", draw.choice(MODELS), 0, 1, True,
            status, code, at, at + timedelta(milliseconds=took), took // 4, took,
            draw.randint(100, 500), draw.randint(20, 300), draw.randint(50, 2_000), 500, 1_000,
            1, 1, "benchmark", _manifest(draw), "{}", '{"scanned": {"messages.content": 2}}',
            SEALED,
        )  # fmt: skip


def _recordings(times: list[datetime], project_id: int, draw: random.Random) -> Iterator[Row]:
    for at in times:
        yield (
            str(UUID(int=draw.getrandbits(128))), project_id, 1, "openai", draw.choice(MODELS),
            True, int(draw.lognormvariate(6.5, 0.7)), draw.randint(100, 500),
            draw.randint(20, 300), False, draw.randint(50, 2_000), at, at, 1, 1, "benchmark",
            _manifest(draw), SEALED,
        )  # fmt: skip


def _manifest(draw: random.Random) -> str:
    kinds = ("PERSON", "EMAIL_ADDRESS", "PHONE_NUMBER", "IBAN_CODE", "LOCATION", "CREDIT_CARD")
    found = {kind: {"mask": draw.randint(1, 3)} for kind in draw.sample(kinds, 2)}
    return json.dumps(found)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--rows", type=int, default=ROWS, help="calls, and as many recordings")
    parser.add_argument("--database", choices=DATABASES, help="this one alone")
    options = parser.parse_args()
    databases = [options.database] if options.database else DATABASES
    found = measure(lambda what: print(what, flush=True), options.rows, databases)
    print_json(found) if options.json else print_tables(found)


if __name__ == "__main__":
    main()
