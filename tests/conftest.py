"""What every test may use: databases of both kinds, migrated and empty."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import anyio
import asyncpg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers
from sqlalchemy.engine import make_url

from sluice.server.kit.database import Database
from sluice.server.migrations.run import upgrade
from tests import browsers, compiled, postgres

TEMPLATE = "sluice_template"
LONGEST = (
    "test_leak_benchmark.py",
    "test_openapi.py",
    "test_pipeline_limits.py",
    "test_declarations.py",
    "test_crash.py",
    "test_import_crash.py",
)
"""Modules that take a minute or more."""
THOROUGH = "thorough"
"""The profile of Hypothesis for nights: more examples, and values from our own modules."""
_REASON = "SLUICE_TEST_NO_POSTGRES"
_OWN: list[postgres.Cluster] = []


# No law is timed: what takes long on a machine that others keep busy is no fault.
settings.register_profile("plain", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(THOROUGH, settings.get_profile("plain"), max_examples=1000)
settings.load_profile("plain")


def pytest_configure(config: pytest.Config) -> None:
    """Start PostgreSQL once, before workers are made; they find it in the environment.

    So they do the folder for compiled patterns, which is not that of whoever runs the tests.
    """
    if config.getoption("hypothesis_profile") != THOROUGH:
        _take_no_values_from_our_modules()
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    compiled.begin()
    os.environ["XDG_CACHE_HOME"] = str(config.cache.mkdir("user")) if config.cache else os.devnull
    cluster = postgres.start()
    if isinstance(cluster, str):
        os.environ[_REASON] = cluster
        return
    _OWN.append(cluster)
    os.environ[postgres.NAMED] = cluster.url
    anyio.run(_make_template, cluster.url)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the modules that take longest: at the end the others would wait for one."""
    items.sort(key=lambda item: item.path.name not in LONGEST)


@pytest.hookimpl(tryfirst=True)
def pytest_collection() -> None:
    """Collect no garbage while tests are: nearly all that they make stays."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Keep the garbage collector from going through all tests again whenever one makes much."""
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:
    """Collect it again, in the process that only hands out the tests too."""
    gc.enable()


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the PostgreSQL that we started; remove what servers shared."""
    if not hasattr(config, "workerinput"):
        compiled.end()
    for cluster in _OWN:
        cluster.stop()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what took part, and what tests measured (`record_property`)."""
    for report in terminalreporter.stats.get("passed", []):
        for name, value in report.user_properties:
            if name == "measured" and report.when == "call":
                terminalreporter.write_line(str(value))
    reason = os.environ.get(_REASON)
    said = f"left out: {reason}" if reason else "took part"
    terminalreporter.write_line(f"PostgreSQL {said}.")
    said = "took part" if browsers.chromium() else "left out: there is none (package chromium)"
    terminalreporter.write_line(f"Chromium {said}.")


def _take_no_values_from_our_modules() -> None:
    """Let Hypothesis draw no constants of the source.

    There are tens of thousands when all tests are loaded, lists of words among them, and each is
    looked at for every set of characters that a test draws from: a law of a second took a hundred.
    """
    providers._get_local_constants = lambda: providers._local_constants


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The server runs on asyncio, and so do the tests."""
    return "asyncio"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy: migrating anew for each test would take longer."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    anyio.run(_migrate, f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(
    request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path
) -> Iterator[str]:
    """The URL of a migrated, empty database, of each kind."""
    if request.param == "sqlite":
        path = tmp_path / "sluice.db"
        shutil.copy(sqlite_template, path)
        yield f"sqlite:///{path}"
        return
    if reason := os.environ.get(_REASON):
        pytest.skip(f"PostgreSQL left out: {reason}")
    server, name = os.environ[postgres.NAMED], f"test_{uuid4().hex}"
    anyio.run(_execute, server, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    anyio.run(_execute, server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A migrated, empty database, of each kind."""
    opened = Database(database_url)
    yield opened
    await opened.close()


async def _make_template(server: str) -> None:
    await _execute(server, f"DROP DATABASE IF EXISTS {TEMPLATE}")
    await _execute(server, f"CREATE DATABASE {TEMPLATE}")
    await _migrate(make_url(server).set(database=TEMPLATE).render_as_string(hide_password=False))


async def _migrate(url: str) -> None:
    database = Database(url)
    await upgrade(database)
    await database.close()


async def _execute(server: str, statement: str) -> None:
    connection = await asyncpg.connect(server)
    await connection.execute(statement)
    await connection.close()
