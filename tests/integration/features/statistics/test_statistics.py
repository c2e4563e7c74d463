"""What was called, asked and recorded is counted once, at once, and stays when it is deleted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import func, select
from tests.integration.features.conftest import World
from tests.integration.features.sessions.wire import V2, completion, count, recorded

from sluice.server.features.proxy.calls.ended import EndedCalls
from sluice.server.features.proxy.calls.prices import Prices
from sluice.server.features.sessions.ended import EndedRecordings
from sluice.server.features.statistics.chats import Chats
from sluice.server.features.statistics.counting import CountingStatistics
from sluice.server.features.statistics.ended import Source
from sluice.server.features.statistics.tables import EndedChat, StatisticsSum
from sluice.server.kit.database import utc_now
from sluice.server.providers.base import ProviderRejected

pytestmark = pytest.mark.anyio

PATH = "/api/admin/v1/statistics"
Json = dict[str, Any]


def _sources(world: World) -> tuple[Source, ...]:
    projects = world.app.state.services.workbench.projects
    return EndedCalls(), Chats(Prices()), EndedRecordings(projects)


def _counting(world: World, later: timedelta = timedelta(minutes=6)) -> CountingStatistics:
    database = world.app.state.services.database
    return CountingStatistics(database, _sources(world), lambda: utc_now() + later)


async def _read(client: httpx.AsyncClient, **query: str | int) -> Json:
    answer = await client.get(PATH, params=query)
    assert answer.status_code == 200, answer.text
    data: Json = answer.json()["data"]
    return data


async def _fill(world: World) -> int:
    """Four chats (one failed, one blocked), two calls and a recording; the instance's id."""
    group = await world.policy(rules={"CREDIT_CARD": {"action": "block", "threshold": 0.5}})
    instance = await world.instance(group)
    await world.prompt("submit", "Mail jane@example.org and joe@example.org", instance)
    await world.prompt("submit", "Mail jane@example.org", instance)
    blocked = {"modelInstanceId": instance, "source": "sdk", "text": "4111 1111 1111 1111"}
    assert (await world.admin.post("/api/v1/prompts/submit", json=blocked)).status_code == 403
    world.provider.failure = ProviderRejected("scripted", "no", status=400)
    asked = {"modelInstanceId": instance, "source": "sdk", "text": "hello"}
    assert (await world.admin.post("/api/v1/prompts/submit", json=asked)).status_code == 502
    world.provider.failure = None
    for headers in ({}, {"Sluice-Project": "default"}):
        body = {"model": "Echo", "messages": [{"role": "user", "content": "I am jane@example.org"}]}
        called = await world.admin.post("/v1/chat/completions", json=body, headers=headers)
        assert called.status_code == 200, called.text
    info = {"provider": "openai", "model": "gpt-4o-mini", "usage": {
        "prompt_tokens": 1_000_000, "completion_tokens": 10}}  # fmt: skip
    said = completion("I am joe@example.org", call_info=info)
    await recorded(world.admin, str(uuid4()), said)
    await count(world.app)
    return instance


_OF_THE_MOMENT = {"since", "until", "series", "times", "timesBucket"}


def _told(found: Json) -> Json:
    """Without what depends on the moment."""
    return {key: found[key] for key in found if key not in _OF_THE_MOMENT}


async def test_statistics_tell_the_same_before_and_after_they_are_counted(world: World) -> None:
    await _fill(world)
    before = await _read(world.admin)
    assert await _counting(world).work() is False
    async with world.app.state.services.database.read() as session:
        assert await session.scalar(select(func.count()).select_from(EndedChat)) == 0
        assert (await session.scalar(select(func.count()).select_from(StatisticsSum)) or 0) > 0
    await _counting(world).work()
    after = await _read(world.admin)
    assert _told(after) == _told(before)
    assert _told(await _read(world.admin, period="30d")) == _told(before) | {"bucket": "day"}


async def test_every_source_says_what_happened(world: World) -> None:
    instance = await _fill(world)
    found = await _read(world.admin)
    totals = found["totals"]
    assert (totals["calls"], totals["failed"], totals["blocked"]) == (7, 1, 1)
    assert {one["source"]: one["calls"] for one in found["bySource"]} == {
        "calls": 2, "chats": 4, "recordings": 1,
    }  # fmt: skip
    assert sum(one["calls"] for one in found["series"]) == 7
    assert len(found["series"]) == 25
    emails = next(one for one in found["entities"] if one["entityType"] == "EMAIL_ADDRESS")
    assert emails["actions"] == {"mask": 6}
    card = next(one for one in found["entities"] if one["entityType"] == "CREDIT_CARD")
    assert card["actions"] == {"block": 1}
    assert found["failures"] == [
        {"provider": "scripted", "errorCode": "provider_error", "count": 1}
    ]
    mine = next(one for one in found["byInstance"] if one["modelInstanceId"] == instance)
    assert (mine["calls"], mine["inputTokens"], mine["outputTokens"]) == (4, 6, 10)
    assert found["durationMs"]["measured"] >= 4
    assert found["complete"] is True


async def test_statistics_can_be_of_one_instance_project_or_source(world: World) -> None:
    instance = await _fill(world)
    await _counting(world).work()
    assert (await _read(world.admin, modelInstanceId=instance))["totals"]["calls"] == 4
    assert (await _read(world.admin, source="calls"))["totals"]["calls"] == 2
    of_project = await _read(world.admin, project="default")
    assert {one["source"]: one["calls"] for one in of_project["bySource"]} == {
        "calls": 1, "recordings": 1,
    }  # fmt: skip
    users = await world.admin.get(f"/api/admin/v1/model-instances/{instance}/users")
    (only,) = users.json()["data"]
    assert only["calls"] == 4


async def test_what_is_deleted_stays_counted(world: World) -> None:
    await _fill(world)
    await _counting(world).work()
    before = _told(await _read(world.admin))
    for thread in (await world.admin.get("/api/v1/threads")).json()["data"]:
        await world.admin.delete(f"/api/v1/threads/{thread['id']}")
    for one in (await world.admin.get(f"{V2}/sessions")).json().get("data", []):
        await world.admin.delete(f"{V2}/sessions/{one['session_id']}")
    deleted = await world.admin.delete("/api/v1/projects/default")
    assert deleted.status_code in {200, 204}, deleted.text
    await world.app.state.services.workbench.project_deletion.clear_some()
    assert _told(await _read(world.admin)) == before


async def test_only_who_may_see_usage_reads_statistics(world: World) -> None:
    for path in (PATH, "/api/admin/v1/model-instances/1/users"):
        refused = await world.member.get(path)
        assert (refused.status_code, refused.json()["code"]) == (403, "missing_permission")


async def test_what_cannot_be_told_is_refused(world: World) -> None:
    refused = await world.admin.get(PATH, params={"until": "2026-01-01T00:00:00Z"})
    assert refused.status_code == 422
    assert [one["path"] for one in refused.json()["errors"]] == ["since"]
    backwards = {"since": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"}
    refused = await world.admin.get(PATH, params=backwards)
    assert [one["path"] for one in refused.json()["errors"]] == ["until"]
    assert (await world.admin.get(PATH, params={"project": "nobody"})).status_code == 404
