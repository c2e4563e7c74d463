"""A run that is deleted leaves nothing behind, whatever was under way."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import text
from tests.integration.features.conftest import World
from tests.integration.features.testruns.running.bench import PROJECT, RUNS, Bench, Desk

pytestmark = pytest.mark.anyio

TABLES = (
    "originals",
    "test_runs",
    "test_case_results",
    "recordings",
    "sessions",
    "placeholder_uses",
)
MAIL = "reply.planted@example.com"


async def counted(world: World) -> dict[str, int]:
    """How many rows there are."""
    found: dict[str, Any] = {}
    async with world.app.state.services.database.read() as session:
        for table in TABLES:
            found[table] = (await session.execute(text(f"SELECT count(*) FROM {table}"))).scalar()
    return found


async def test_nothing_of_a_deleted_run_is_left(bench: Bench, running: World, desk: Desk) -> None:
    before = await counted(running)
    desk.answer = lambda _: f"Write to {MAIL}."
    uid = await bench.start(name=f"For {MAIL}")
    await bench.ended(uid)
    assert (await counted(running))["originals"] > before["originals"]
    assert (await bench.http.delete(f"{RUNS}/{uid}")).status_code == 204
    assert (await bench.http.delete(f"{RUNS}/{uid}")).status_code == 404
    assert await counted(running) == before
    assert (await bench.http.get(f"{PROJECT}/sessions/{uid}")).status_code == 404
    assert len(await running.audit("test_run.deleted")) == 1


async def test_what_another_run_needs_stays(bench: Bench, running: World, desk: Desk) -> None:
    desk.answer = lambda _: f"Write to {MAIL}."
    first, second = await bench.start(), await bench.start()
    for uid in (first, second):
        await bench.ended(uid)
    before = await counted(running)
    await bench.http.delete(f"{RUNS}/{first}")
    assert (await counted(running))["originals"] == before["originals"]
    assert "EMAIL_ADDRESS_0" in (await bench.results(second))[0]["output"]


async def test_a_run_that_is_deleted_under_way_stores_nothing_more(
    bench: Bench, running: World, desk: Desk
) -> None:
    before = await counted(running)
    desk.answer = lambda _: f"Write to {MAIL}."
    desk.gate.clear()
    uid = await bench.start()
    await bench.until(uid, lambda _: desk.at_once == 3)
    assert (await bench.http.delete(f"{RUNS}/{uid}")).status_code == 204
    desk.gate.set()
    async with asyncio.timeout(30):
        while desk.at_once:  # noqa: ASYNC110 (the calls are the server's)
            await asyncio.sleep(0.02)
    await asyncio.sleep(0.5)
    assert await counted(running) == before


async def test_a_stranger_deletes_no_run(bench: Bench, running: World) -> None:
    uid = await bench.start()
    await bench.ended(uid)
    assert (await running.member.delete(f"{RUNS}/{uid}")).status_code == 404
    assert (await bench.run(uid))["status"] == "complete"
