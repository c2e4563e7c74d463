"""A run goes on after a crash, on whichever replica, and no case is done twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text, update
from tests.integration.features.conftest import World
from tests.integration.features.testruns.running.bench import RUNS, Bench, Desk, said
from tests.integration.features.testruns.running.conftest import Open, furnished

from sluice.server.features.testruns.running.executing import Execution
from sluice.server.features.testruns.tables import TestRun
from sluice.server.kit.database import Database, utc_now
from sluice.server.providers.base import ProviderRateLimited

pytestmark = pytest.mark.anyio

CASES = 50


def now_and_then(desk: Desk) -> Any:  # noqa: ANN401 (an answer of the bench)
    """Every seventh call is refused for the moment."""
    failure = ProviderRateLimited("scripted", "slow", status=429, retryable=True)
    return lambda prompt: failure if len(desk.seen) % 7 == 3 else said(prompt)


async def rows(world: World, table: str) -> list[Any]:
    async with world.app.state.services.database.read() as session:
        return list(await session.execute(text(f"SELECT * FROM {table}")))


async def test_a_run_that_was_killed_in_the_middle_finishes_with_each_case_once(
    replica: Open, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a killed process does, the first application leaves its lease behind, until it ends."""
    first, second = Desk(), Desk()
    first.answer, second.answer = now_and_then(first), now_and_then(second)
    with monkeypatch.context() as killed:

        async def leave(_: Execution) -> None:
            return

        killed.setattr(Execution, "give_up", leave)
        async with replica(first) as world:
            bench = await furnished(world, CASES)
            uid = await bench.start(concurrency=5)
            await bench.until(uid, lambda run: run["summary"]["complete"] >= CASES // 3)
            (run,) = await rows(world, "test_runs")
        assert run.lease_until is not None
        database = Database(database_url)
        async with database.write() as session:
            await session.execute(update(TestRun).values(lease_until=utc_now()))
        await database.close()
    async with replica(second) as world:
        bench = Bench(world.admin, bench.instance)
        run = await bench.ended(uid)
        results = await bench.results(uid)
        recordings = await rows(world, "recordings")
    assert (run["status"], run["summary"]["complete"]) == ("complete", CASES)
    assert [result["output"] for result in results] == [f"word{n}" for n in range(CASES)]
    assert len({result["testCaseId"] for result in results}) == len(recordings) == CASES
    asked = Counter(said(prompt) for prompt in first.seen)
    assert 0 < len(asked) < CASES
    assert len(second.seen) < CASES + 30


async def test_a_run_goes_on_after_an_orderly_restart(replica: Open) -> None:
    first, second = Desk(), Desk()

    def answer(prompt: str) -> str:
        if len(first.seen) > 9:
            first.gate.clear()
        return said(prompt)

    first.answer = answer
    async with replica(first) as world:
        bench = await furnished(world, 20)
        uid = await bench.start(concurrency=2)
        await bench.until(uid, lambda run: run["summary"]["complete"] >= 8)
    async with replica(second) as world:
        run = await Bench(world.admin, bench.instance).ended(uid)
    assert (run["status"], run["summary"]["complete"]) == ("complete", 20)
    assert len(second.seen) <= 12


@pytest.mark.parametrize("turns", range(3))
async def test_the_application_ends_although_something_comes_for_a_run_just_before(
    replica: Open, turns: int
) -> None:
    desk = Desk()
    desk.gate.clear()
    async with asyncio.timeout(60), replica(desk) as world:
        bench = await furnished(world)
        uid = await bench.start()
        await bench.until(uid, lambda _: bool(desk.seen))
        runner = world.app.state.services.workbench.server_runs.runner
        runner.wake()
        for _ in range(turns):
            await asyncio.sleep(0)
        await runner.periodic.close()
        leases = [row.lease_until for row in await rows(world, "test_runs")]
    assert leases == [None]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_several_replicas_share_runs_and_do_no_case_twice(
    replica: Open,
) -> None:
    desks = [Desk(), Desk()]
    async with replica(desks[0]) as world, replica(desks[1]):
        bench = await furnished(world, 12)
        uids = await asyncio.gather(*(bench.start() for _ in range(6)))
        for uid in uids:
            assert (await bench.ended(uid))["summary"]["complete"] == 12
        results = await rows(world, "test_case_results")
    assert len(results) == 6 * 12 == sum(len(desk.seen) for desk in desks)


async def test_who_has_lost_the_lease_stores_nothing_more(
    bench: Bench, running: World, desk: Desk
) -> None:
    desk.gate.clear()
    uid = await bench.start(concurrency=1)
    await bench.until(uid, lambda _: bool(desk.seen))
    async with running.app.state.services.database.write() as session:
        lost = update(TestRun).values(
            lease_holder="another", lease_until=utc_now() + timedelta(days=1)
        )
        await session.execute(lost)
    desk.gate.set()
    await asyncio.sleep(1)
    assert await bench.results(uid) == []
    assert (await bench.run(uid))["status"] == "running"


async def test_many_runs_are_executed_a_few_at_a_time(bench: Bench, desk: Desk) -> None:
    desk.gate.clear()
    uids = [await bench.start(concurrency=1) for _ in range(6)]
    await bench.until(uids[0], lambda _: desk.at_once == 4)
    assert (await bench.run(uids[5]))["status"] == "pending"
    desk.gate.set()
    assert {(await bench.ended(uid))["status"] for uid in uids} == {"complete"}
    assert len(desk.seen) == 18


async def test_a_run_that_is_resumed_at_once_is_executed_once(
    bench: Bench, desk: Desk, running: World
) -> None:
    """Whoever executed it before the cancellation has lost it, though it is the same process."""
    desk.gate.clear()
    uid = await bench.start(concurrency=3)
    for _ in range(3):
        await bench.until(uid, lambda _: desk.at_once > 0)
        assert (await bench.http.post(f"{RUNS}/{uid}/cancel")).status_code == 200
        assert (await bench.http.post(f"{RUNS}/{uid}/resume", json={})).status_code == 200
    desk.gate.set()
    run = await bench.ended(uid)
    assert (run["status"], run["summary"]["complete"]) == ("complete", 3)
    assert len(await rows(running, "test_case_results")) == 3
    uid = await bench.start()
    assert (await bench.ended(uid))["status"] == "complete"
