"""Every page of the dashboard in a company with a million recordings, a million calls and a million
audit events: `python -m benchmarks.pages [--json] [--rows N] [--database KIND] [--keep FOLDER]`.

What is timed is a whole request over a socket by somebody who is signed in. The addresses are those
that links lead to, from the first page on (some of each kind), and filters of the long lists. Warm
is the median of several requests. Cold is the first request for a page to a process that was
started some seconds ago, when the system has dropped its cache of files (as root, on Linux) and
PostgreSQL was started anew; it is measured for the pages that are slowest when warm.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import anyio
import httpx
from sqlalchemy import func, select
from sqlalchemy.engine import make_url
from tests import postgres
from tests.live import LiveServer, execute

from benchmarks import company_database
from benchmarks.company import Size
from benchmarks.crawling import crawl, kind_of
from benchmarks.report import Sheet, Step, ms, print_json, print_tables
from benchmarks.searching import DATABASES
from sluice.server.features.statistics.tables import StatisticsProgress
from sluice.server.kit.database import Database, utc_now
from sluice.server.kit.sealing import new_master_key

ROWS: Final = 1_000_000
FEWEST: Final = 20_000
"""With fewer, lists would begin with copies, which cannot be opened."""
RUNS: Final = 5
COLD: Final = 30
"""Pages that are measured cold."""
SETTLED: Final = 6.0
"""Seconds after a start when nothing is made ready any more."""
TOKEN: Final = "administrator-token-of-the-benchmark"
DEMO: Final = "/dashboard/projects/demo"
MANY: Final = tuple(
    f"{DEMO}/{name}" for name in ("prompts", "sessions", "recordings", "runs", "playlists", "calls")
)
FILTERED: Final = (
    *(f"/dashboard/calls?{asked}" for asked in (
        "status=failed", "status=interrupted", "instance=5", "instance=99999", "user=17",
        "instance=5&status=blocked", "since={old}&until={late}",
        "since=2020-01-01&until=2020-02-01",
    )),
    *(f"{DEMO}/calls?{asked}" for asked in (
        "status=failed", "status=interrupted", "instance=5", "user=17", "since={old}&until={late}",
        "since=2020-01-01&until=2020-02-01",
    )),
    *(f"/dashboard/threads?{asked}" for asked in (
        "user=17", "instance=5", "since={old}&until={late}",
    )),
    *(f"/dashboard/audit?{asked}" for asked in (
        "event=prompt", "event=keys", "event=nothing", "subject=thread", "subject=key",
        "subject=nothing", "event=prompt.blocked&subject=key", "actor=17&event=keys",
        "since={old}&until={late}", "event=prompt&since={old}&until={late}",
    )),
    *(f"{DEMO}/recordings?{asked}" for asked in (
        "type=CREDIT_CARD", "type=URL", "complete=false", "order=slowest", "order=costliest",
        "since={old}&until={late}",
    )),
    f"{DEMO}/sessions?type=CREDIT_CARD",
    f"{DEMO}/prompts?search=prompt-2",
    "/dashboard/people?role=auditor&state=disabled",
    "/dashboard/overview?period=30d&instance=2",
    "/dashboard/overview?period=30d&project=demo",
)  # fmt: skip
"""Days in the middle of the month stand for `{old}` and `{late}`."""
STEPS: Final = 2 * 11


@dataclass(slots=True)
class Company:
    """A database that was filled, and who looks at it."""

    folder: Path
    url: str | None
    key: str
    cookies: dict[str, str]
    cluster: postgres.Cluster | None = None

    def server(self) -> LiveServer:
        """A server on it, which nobody is held back by."""
        more = {"SLUICE_MASTER_KEY": self.key, "SLUICE_LOG_LEVEL": "warning",
                "SLUICE_RATE_LIMIT": "1000000"}  # fmt: skip
        return LiveServer(self.folder, self.url, more, TOKEN)

    @property
    def database_url(self) -> str:
        """For who reads it directly."""
        return self.url or f"sqlite:///{self.folder}/data/sluice.db"

    def client(self, server: LiveServer) -> httpx.Client:
        """Somebody who is signed in."""
        client = httpx.Client(base_url=server.url, timeout=300)
        for name, value in self.cookies.items():
            # As if the server had set it, so that another one takes its place.
            client.cookies.set(name, value, domain="127.0.0.1")
        return client

    def remember(self, client: httpx.Client) -> None:
        """The present id of the session, and what else there is for another time."""
        self.cookies = dict(client.cookies)
        told = {"url": self.url, "key": self.key, "cookies": self.cookies}
        (self.folder / "company.json").write_text(json.dumps(told))


@dataclass(slots=True)
class Measured:
    """Milliseconds by address."""

    warm: dict[str, float] = field(default_factory=dict)
    cold: dict[str, float] = field(default_factory=dict)


def measure(
    step: Step, rows: int = ROWS, databases: Sequence[str] = DATABASES, keep: Path | None = None
) -> list[Sheet]:
    """Every page on each database, which is made for it or was kept."""
    found: dict[str, Measured] = {}
    with tempfile.TemporaryDirectory(prefix="sluice-pages-") as folder:
        for kind in databases:
            # A cluster of PostgreSQL ends with the program.
            parent = keep if keep and kind == "SQLite" else Path(folder)
            with _company(kind, parent, Size.of(rows), step) as company:
                found[kind] = _all(company, step)
    return sheets(found, rows)


def sheets(found: dict[str, Measured], rows: int) -> list[Sheet]:
    """The slowest address of each kind, the slowest kind first."""
    kinds: dict[str, list[str]] = {}
    for one in found.values():
        for address in one.warm:
            kinds.setdefault(kind_of(address), []).append(address)
    table = [
        (kind, *(cell for one in found.values() for cell in _cells(one, addresses)))
        for kind, addresses in kinds.items()
    ]
    slowest = {
        kind: max(one.warm.get(a, 0.0) for one in found.values() for a in addresses)
        for kind, addresses in kinds.items()
    }
    table.sort(key=lambda row: -slowest[row[0]])
    columns = [f"{kind}: {what}" for kind in found for what in ("warm, ms", "cold, ms")]
    return [Sheet("pages", f"Pages ({rows:,} recordings)", ("page", *columns), table)]


def _cells(one: Measured, addresses: Sequence[str]) -> Iterator[str]:
    for times in (one.warm, one.cold):
        known = [times[address] for address in addresses if address in times]
        yield ms(max(known)) if known else ""


@contextmanager
def _company(kind: str, parent: Path, size: Size, step: Step) -> Iterator[Company]:
    folder = parent / kind.lower()
    if (folder / "company.json").exists():
        yield Company(folder, **json.loads((folder / "company.json").read_text()))
        return
    folder.mkdir(parents=True, exist_ok=True)
    if kind == "SQLite":
        yield _made(Company(folder, None, new_master_key(), {}), size, step)
        return
    cluster = postgres.start(parent)
    if isinstance(cluster, str):
        raise RuntimeError(f"PostgreSQL is needed: {cluster}")
    try:
        name = f"pages_{uuid4().hex}"
        anyio.run(execute, cluster.url, f"CREATE DATABASE {name}")
        url = make_url(cluster.url).set(database=name).render_as_string(hide_password=False)
        yield _made(Company(folder, url, new_master_key(), {}, cluster), size, step)
    finally:
        cluster.stop()


def _made(company: Company, size: Size, step: Step) -> Company:
    step("begin")
    files = Company(company.folder, None, company.key, {})
    with files.server() as server:
        company.cookies = begin(server)
    busy = anyio.run(company_database.fill, files.database_url, company.key, size, step)
    if company.url is not None:
        with company.server():
            pass  # a first start makes the tables
        source = f"{company.folder}/data/sluice.db"
        anyio.run(company_database.move, source, company.url)
    anyio.run(company_database.multiply, company.database_url, size, busy, step)
    return company


def begin(server: LiveServer) -> dict[str, str]:
    """What rows are copied from; returns the cookies of the administrator."""
    done = server.command("demo", "--json", "--url", server.url, "--token", server.token)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    session = json.loads(done.stdout)["sessions"][0]
    view = {"name": "Prod", "target": "sessions", "shared": True,
            "filter": {"field": "environment", "op": "eq", "value": "prod"}}  # fmt: skip
    trace = {"input": "Where is my order?", "output": "On its way.", "agent_name": "helper"}
    with server.client() as client:
        wanted: dict[str, Any] = {
            "/api/v1/projects/demo/views": view,
            f"/v2/projects/demo/sessions/{session}/traces/id/{uuid4()}": trace,
        }
        for path, body in wanted.items():
            client.post(path, json=body).raise_for_status()
    with httpx.Client(base_url=server.url) as client:
        told = {"token": server.token}
        client.post("/dashboard/sign-in", data=told, headers={"Origin": server.url})
        return dict(client.cookies)


def _all(company: Company, step: Step) -> Measured:
    found = Measured()
    with company.server() as server, company.client(server) as client:
        step("counting")
        anyio.run(_counted, company.database_url)
        client.get("/dashboard/account").raise_for_status()
        company.remember(client)
        step("following links")
        for address in _addresses(client):
            found.warm[address] = statistics.median(_timed(client, address) for _ in range(RUNS))
    step("cold")
    for address in _slowest(found.warm):
        found.cold[address] = _cold(company, address)
    return found


async def _counted(url: str) -> None:
    """Until statistics know every call and every recording."""
    begun, database = utc_now(), Database(url)
    waiting = True
    while waiting:
        async with database.read() as session:
            earliest = await session.scalar(select(func.min(StatisticsProgress.counted_until)))
        waiting = earliest is None or (begun - earliest).total_seconds() > 7200
        await anyio.sleep(2 if waiting else 0)
    await database.close()


def _addresses(client: httpx.Client) -> list[str]:
    crawled = crawl(client, *MANY)
    if crawled.failed:
        raise RuntimeError(f"pages that could not be shown: {crawled.failed}")
    now = time.time()
    days = {
        name: time.strftime("%Y-%m-%d", time.gmtime(now - back * 86_400))
        for name, back in (("old", 20), ("late", 19))
    }
    linked = [one for alike in crawled.kinds.values() for one in alike]
    return list(dict.fromkeys([*linked, *(one.format(**days) for one in FILTERED)]))


def _timed(client: httpx.Client, address: str) -> float:
    begun = time.perf_counter()
    client.get(address, follow_redirects=True).raise_for_status()
    return (time.perf_counter() - begun) * 1000


def _slowest(warm: dict[str, float]) -> list[str]:
    """One address of each of the slowest kinds."""
    kinds = {kind_of(a): a for a in sorted(warm, key=warm.__getitem__)}
    return sorted(kinds.values(), key=lambda address: -warm[address])[:COLD]


def _cold(company: Company, address: str) -> float:
    if company.cluster is not None:
        company.cluster.restart()
    with company.server() as server, company.client(server) as client:
        time.sleep(SETTLED)
        _drop_caches()
        taken = _timed(client, address)
        company.remember(client)
        return taken


def _drop_caches() -> None:
    """What the system keeps of files goes, where it lets us."""
    with suppress(OSError):
        Path("/proc/sys/vm/drop_caches").write_text("3")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--rows", type=int, default=ROWS, help="recordings, calls and events each")
    parser.add_argument("--database", choices=DATABASES, help="this one alone")
    parser.add_argument("--keep", type=Path, help="where an SQLite database stays for another time")
    options = parser.parse_args()
    if options.rows < FEWEST:
        parser.error(f"--rows: at least {FEWEST}")
    databases = [options.database] if options.database else DATABASES
    found = measure(lambda what: print(what, flush=True), options.rows, databases, options.keep)
    print_json(found) if options.json else print_tables(found)


if __name__ == "__main__":
    main()
