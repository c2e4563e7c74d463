"""Sessions go when they are older than their project keeps them, and not before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from tests.integration.features.conftest import World
from tests.integration.features.sessions.wire import completion, count, recorded

from sluice.server.features.sessions import retention as module
from sluice.server.features.sessions.retention import Retention
from sluice.server.features.sessions.tables import Recording, Session
from sluice.server.kit.database import utc_now
from sluice.server.vault.tables import SealedOriginal

pytestmark = pytest.mark.anyio


async def _keep(world: World, days: int | None) -> None:
    changed = await world.admin.patch("/api/v1/projects/default", json={"retentionDays": days})
    assert changed.status_code == 200, changed.text


def _retention(world: World, days_later: float) -> Retention:
    later = timedelta(days=days_later)
    retention = world.app.state.services.workbench.search.retention
    return replace(retention, clock=lambda: utc_now() + later)


async def _rows(world: World) -> tuple[int, int, int]:
    """Sessions, recordings and originals."""
    async with world.app.state.services.database.read() as session:
        counts = [
            await session.scalar(select(func.count()).select_from(table))
            for table in (Session, Recording, SealedOriginal)
        ]
    return int(counts[0] or 0), int(counts[1] or 0), int(counts[2] or 0)


async def test_sessions_stay_as_long_as_they_are_wanted_and_go_with_everything(
    world: World,
) -> None:
    await recorded(world.admin, str(uuid4()), completion("I am jane@example.org"))
    await count(world.app)
    assert await _rows(world) == (1, 1, 1)
    await _retention(world, days_later=400).work()
    assert await _rows(world) == (1, 1, 1), "no project asked for it"
    await _keep(world, 30)
    await _retention(world, days_later=29.9).work()
    assert await _rows(world) == (1, 1, 1)
    assert await _retention(world, days_later=30.1).work() is False
    assert await _rows(world) == (0, 0, 0)
    (event,) = await world.audit("sessions.expired")
    assert event["details"] == {"sessions": 1, "days": 30}


async def test_a_session_is_as_old_as_what_was_recorded_in_it_last(world: World) -> None:
    """A recording that is not counted yet keeps its session too."""
    uid = str(uuid4())
    await recorded(world.admin, uid, completion("first"))
    async with world.app.state.services.database.write() as session:
        old = utc_now() - timedelta(days=100)
        row = (await session.scalars(select(Session))).one()
        row.created_at = row.last_recorded_at = old
    await _keep(world, 30)
    await _retention(world, days_later=0).work()
    assert (await _rows(world))[0] == 1


async def test_more_than_a_portion_goes_in_several(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PORTION", 2)
    for _ in range(5):
        await recorded(world.admin, str(uuid4()), completion("I am jane@example.org"))
    await count(world.app)
    await _keep(world, 1)
    retention, portions = _retention(world, days_later=2), 1
    while await retention.work():
        portions += 1
    assert (portions, await _rows(world)) == (3, (0, 0, 0))
