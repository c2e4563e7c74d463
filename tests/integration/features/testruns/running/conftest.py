"""Applications with a playlist and a template, ready to run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import count
from pathlib import Path
from typing import cast

import pytest
from tests.integration.features.conftest import (
    ADMIN_TOKEN,
    ScriptedProvider,
    World,
    client,
    started,
)
from tests.integration.features.projects.team import person, token_of
from tests.integration.features.testruns.running.bench import Bench, Desk, words

from sluice.server.features.testruns.running import calling
from sluice.server.kit.sealing import new_master_key
from sluice.server.providers.retry import Retries

Open = Callable[[Desk], AbstractAsyncContextManager[World]]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits of a moment."""
    monkeypatch.setattr(calling, "PATIENCE", Retries(attempts=6, first_wait=0.001))


@pytest.fixture
def replica(database_url: str, tmp_path: Path) -> Open:
    """Starts applications on one database; each call is one more."""
    master_key = new_master_key()

    names = count()

    @asynccontextmanager
    async def opened(desk: Desk) -> AsyncIterator[World]:
        provider = cast("ScriptedProvider", desk)
        async with (
            started(database_url, tmp_path, provider, master_key) as app,
            client(app, ADMIN_TOKEN) as admin,
            client(
                app, await token_of(admin, await person(app, f"stranger{next(names)}"))
            ) as member,
        ):
            yield World(app, admin, member, provider)

    return opened


@pytest.fixture
def desk() -> Desk:
    """The provider of the `bench`."""
    return Desk()


@pytest.fixture
async def running(replica: Open, desk: Desk) -> AsyncIterator[World]:
    """A started application."""
    async with replica(desk) as world:
        yield world


@pytest.fixture
async def bench(running: World) -> Bench:
    """The application with a playlist of three words and a template."""
    return await furnished(running)


async def furnished(world: World, cases: int = 3) -> Bench:
    """A playlist `Words` of so many cases, the template `greeting` and a model instance."""
    made = Bench(world.admin, await world.instance())
    await made.playlist(words(cases))
    await made.template()
    return made
