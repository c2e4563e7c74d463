"""Test runs of the server keep to the limits and budgets of the API token that started them."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from sqlalchemy import select
from tests.integration.features.conftest import World, client
from tests.integration.features.testruns.running.bench import RUNS, Bench, Desk

from sluice.server.features.proxy.calls.tables import Call
from sluice.server.features.testruns.running import spending
from sluice.server.providers.base import ProviderError

pytestmark = pytest.mark.anyio
CHAT = "/v1/chat/completions"


async def limited(world: World, **limits: int) -> httpx.AsyncClient:
    """A client of an API token with limits."""
    made = await world.admin.post("/api/admin/v1/api-tokens", json={"name": "Runs"})
    token = made.json()["data"]
    path = f"/api/admin/v1/api-tokens/{token['id']}/settings"
    limiting = await world.admin.put(path, json={"limits": limits})
    assert limiting.status_code == 200, limiting.text
    return client(world.app, token["token"])


async def calls(world: World) -> list[Call]:
    async with world.app.state.services.database.read() as session:
        return list((await session.scalars(select(Call).order_by(Call.id))).all())


async def test_a_run_counts_for_its_token_and_keeps_no_text_among_calls(
    running: World, bench: Bench
) -> None:
    async with await limited(running, monthlyTokens=1_000) as http:
        mine = Bench(http, bench.instance)
        run = await mine.ended(await mine.start(concurrency=1))
    assert (run["status"], run["summary"]["complete"]) == ("complete", run["cases"])
    found = await calls(running)
    assert len(found) == run["cases"]
    assert {(one.wire, one.status, one.counted_tokens) for one in found} == {
        ("test_run", "complete", 10)
    }
    assert {one.request_sealed or one.raw_answer_sealed for one in found} == {None}
    assert {(one.model, one.model_answered) for one in found} == {("scripted", "scripted-1")}
    listed = await running.admin.get("/api/admin/v1/calls")
    assert listed.json()["data"] == []


async def test_a_run_stops_when_the_months_tokens_are_used_up_and_can_be_resumed(
    running: World, bench: Bench
) -> None:
    """Cases that were answered stay; nothing more is asked, nor through the gateway."""
    async with await limited(running, monthlyTokens=15) as http:
        mine = Bench(http, bench.instance)
        uid = await mine.start(concurrency=1)
        run = await mine.ended(uid)
        assert (run["status"], run["errorCode"]) == ("failed", "monthly_tokens")
        assert 0 < run["summary"]["complete"] < run["cases"]
        assert run["summary"]["failed"] == 0
        body = {"model": "Echo", "messages": [{"role": "user", "content": "Hello"}]}
        refused = await http.post(CHAT, json=body)
        assert (refused.status_code, refused.json()["error"]["code"]) == (429, "monthly_tokens")
    # Whoever resumes it pays.
    resumed = await running.admin.post(f"{RUNS}/{uid}/resume", json={})
    assert resumed.status_code == 200, resumed.text
    done = await bench.ended(uid)
    assert (done["status"], done["summary"]["complete"]) == ("complete", done["cases"])


async def test_what_is_under_way_when_a_budget_is_used_up_is_waited_for_and_kept(
    running: World, bench: Bench, desk: Desk
) -> None:
    desk.gate.clear()
    runner = running.app.state.services.workbench.server_runs.runner
    async with await limited(running, monthlyTokens=20) as http:
        mine = Bench(http, bench.instance)
        uid = await mine.start(concurrency=3)

        def is_over(_: object) -> bool:
            return any(one._ending for one in runner._executing.values() if one is not None)

        await mine.until(uid, is_over)
        assert desk.at_once == 1
        desk.gate.set()
        run = await mine.ended(uid)
    assert (run["status"], run["errorCode"]) == ("failed", "monthly_tokens")
    assert (run["summary"]["complete"], run["summary"]["failed"]) == (1, 0)
    assert [one.counted_tokens for one in await calls(running)] == [10]


async def test_a_run_waits_for_a_limit_by_the_minute_and_says_so(
    running: World, bench: Bench, desk: Desk
) -> None:
    slept: list[float] = []
    runs = running.app.state.services.workbench.server_runs
    waiting = runs.runner._tools.calls._spending
    seen: list[str | None] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        (execution,) = runs.runner._executing.values()
        seen.append(execution._spender.waiting_for)
        async with running.app.state.services.database.write() as session:
            for one in (await session.scalars(select(Call))).all():
                one.created_at = one.created_at.replace(year=2020)

    waiting._sleep = sleep
    async with await limited(running, requestsPerMinute=1) as http:
        mine = Bench(http, bench.instance)
        run = await mine.ended(await mine.start(concurrency=1))
    assert (run["status"], run["summary"]["complete"]) == ("complete", run["cases"])
    assert len(slept) == run["cases"] - 1
    assert seen == ["requests_per_minute"] * len(slept)
    assert all(0 < seconds <= 60 for seconds in slept)


async def test_a_token_that_may_ask_nothing_ends_its_run(
    running: World, bench: Bench, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spending, "MOST_WAITS", 2)
    monkeypatch.setattr(spending, "LONGEST_WAIT", 0.0)
    async with await limited(running, requestsPerMinute=0) as http:
        mine = Bench(http, bench.instance)
        run = await mine.ended(await mine.start())
    assert (run["status"], run["errorCode"]) == ("failed", "requests_per_minute")
    assert desk.seen == []


async def test_a_budget_with_a_model_without_a_price_ends_the_run(
    running: World, bench: Bench, desk: Desk
) -> None:
    async with await limited(running, monthlyBudgetMicrodollars=5_000_000) as http:
        mine = Bench(http, bench.instance)
        run = await mine.ended(await mine.start())
    assert (run["status"], run["errorCode"]) == ("failed", "price_unknown")
    assert desk.seen == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_a_run_was_answered_counts_once_in_statistics(
    running: World, bench: Bench, desk: Desk
) -> None:
    """As a recording; a call that failed has none, and counts as a call."""
    async with await limited(running, monthlyTokens=1_000) as http:
        mine = Bench(http, bench.instance)
        run = await mine.ended(await mine.start(concurrency=1))
        desk.answer = lambda _: ProviderError("scripted", "broken")
        broken = await mine.ended(await mine.start(concurrency=1))
    assert broken["summary"]["failed"] == broken["cases"]
    # Recordings are told to statistics a moment after they are stored.
    wanted = {
        "recordings": (run["cases"], 0),
        "calls": (broken["cases"], broken["cases"]),
    }
    async with asyncio.timeout(60):
        while await counted(running) != wanted:  # noqa: ASYNC110 (only asking tells)
            await asyncio.sleep(0.05)


async def counted(world: World) -> dict[str, tuple[int, int]]:
    """Calls, and failed ones, by source."""
    told = (await world.admin.get("/api/admin/v1/statistics")).json()["data"]
    return {one["source"]: (one["calls"], one["failed"]) for one in told["bySource"]}
