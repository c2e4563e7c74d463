"""Test runs that the server makes keep to the limits of the model instances that they ask."""

from __future__ import annotations

import pytest
from tests.integration.dashboard.conftest import BASE, signed_in
from tests.integration.features.conftest import ADMIN_TOKEN, World
from tests.integration.features.testruns.running.bench import RUNS, Bench, Desk

from sluice.server.features.testruns.running.spending import MOST_WAITS

pytestmark = pytest.mark.anyio


async def _limit(running: World, bench: Bench, **limits: int) -> str:
    path = f"/api/admin/v1/model-instances/{bench.instance}/limits"
    answer = await running.admin.put(path, json={"limits": limits})
    assert answer.status_code == 200, answer.text
    return path


async def test_calls_of_a_run_count_for_their_instance(bench: Bench, running: World) -> None:
    path = await _limit(running, bench, requestsPerMinute=3, concurrentStreams=0)
    run = await bench.ended(await bench.start())
    assert run["summary"]["complete"] == 3
    told = (await running.admin.get(path)).json()["data"]
    assert (told["lately"]["requests"], told["monthTokens"]) == (3, 30)


async def test_a_run_of_somebody_without_a_token_counts_too(bench: Bench, running: World) -> None:
    path = await _limit(running, bench, requestsPerMinute=3)
    browser = await signed_in(running.app, ADMIN_TOKEN)
    started = await browser.post(RUNS, json=bench.asked(), headers={"Origin": BASE})
    await browser.aclose()
    assert started.status_code == 201, started.text
    run = await bench.ended(started.json()["data"]["id"])
    assert run["summary"]["complete"] == 3
    told = (await running.admin.get(path)).json()["data"]
    assert (told["lately"]["requests"], told["monthTokens"]) == (3, 30)


async def test_a_run_waits_for_its_turn_and_then_says_which_limit_was_met(
    bench: Bench, running: World, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    calls = running.app.state.services.workbench.server_runs.runner._tools.calls
    monkeypatch.setattr(calls._spending, "_sleep", sleep)
    await _limit(running, bench, requestsPerMinute=2)
    run = await bench.ended(await bench.start(concurrency=1))
    assert (run["status"], run["errorCode"]) == ("failed", "instance_requests_per_minute")
    assert (run["summary"]["complete"], len(desk.seen)) == (2, 2)
    assert len(waited) == MOST_WAITS
    assert all(1 <= seconds <= 60 for seconds in waited)


async def test_a_run_does_not_wait_for_an_instance_that_is_closed(
    bench: Bench, running: World, desk: Desk
) -> None:
    await _limit(running, bench, requestsPerMinute=0)
    run = await bench.ended(await bench.start())
    assert (run["status"], run["errorCode"]) == ("failed", "instance_requests_per_minute")
    assert desk.seen == []
