"""Requests that are refused because they are not understood are counted by path, without a text."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.integration.features.conftest import World
from tests.integration.features.recording import everything

from sluice.engine.errors import Problem
from sluice.server.features.proxy.calls.refused import RefusedPaths
from sluice.server.kit.database import utc_now

pytestmark = pytest.mark.anyio

PLANTED = "planted.person@refused-paths.example"
COVERAGE = "/api/admin/v1/coverage"
Json = dict[str, Any]


async def coverage(world: World, **wanted: str) -> Json:
    answer = await world.admin.get(COVERAGE, params=wanted)
    assert answer.status_code == 200, answer.text
    data: Json = answer.json()["data"]
    return data


async def test_every_path_is_counted_once_for_a_request(world: World) -> None:
    part = {"type": PLANTED, PLANTED: PLANTED}
    said = [{"role": "user", "content": [part, part]}, {"role": PLANTED, "content": "x"}]
    for _ in range(3):
        answer = await world.admin.post(
            "/v1/chat/completions", json={"model": "Echo", "messages": said}
        )
        assert answer.status_code == 422, answer.text
    answer = await world.admin.post("/v1/messages", json={"model": "Echo", "max_tokens": 5})
    assert answer.status_code == 422
    told = await coverage(world)
    assert told["refusedRequests"] == 4
    found = {(one["wire"], one["path"], one["reason"], one["requests"]) for one in told["refused"]}
    assert found == {
        ("openai.chat", "messages[].content[].type", "not_understood", 3),
        ("openai.chat", "messages[].role", "not_understood", 3),
        ("anthropic.messages", "messages", "missing", 1),
    }
    assert told["calls"] == 0
    assert PLANTED not in await everything(world.app.state.services.database)


async def test_what_a_policy_refuses_and_what_is_answered_is_no_such_request(world: World) -> None:
    said = [{"role": "user", "content": "Hello"}]
    answer = await world.admin.post(
        "/v1/chat/completions", json={"model": "Echo", "messages": said}
    )
    assert answer.status_code == 200
    told = await coverage(world)
    assert (told["refusedRequests"], told["refused"]) == (0, [])


async def test_counts_add_up_over_processes_and_days_and_old_days_go(world: World) -> None:
    services, now = world.app.state.services, utc_now()
    for age in (0, 0, 3, 95):
        paths = RefusedPaths(services.writer, clock=lambda age=age: now - timedelta(days=age))
        paths.note("openai.chat", [Problem("messages", "is missing")])
        await paths.flush()
        await paths.flush()
    assert (await coverage(world))["refusedRequests"] == 3
    since = (now - timedelta(days=1)).isoformat()
    assert (await coverage(world, since=since))["refusedRequests"] == 2
    since = (now - timedelta(days=200)).isoformat()
    assert (await coverage(world, since=since))["refusedRequests"] == 4
    later = RefusedPaths(services.writer, clock=lambda: now + timedelta(days=1))
    await later.tidy()
    assert (await coverage(world, since=since))["refusedRequests"] == 3
