"""What templates were used for lately."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text
from tests.integration.features.conftest import World
from tests.integration.features.templates.wire import Json, Templates

from sluice.server.kit.database import Database, utc_now

pytestmark = pytest.mark.anyio


async def record(world: World, template: Json, session: str, seconds: float) -> None:
    """One call of the newest version of a template, as SDK 0.6.1 records it."""
    body = {
        "messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ho"}],
        "inputs": {},
        "prompt_info": {
            "environment": "prod",
            "prompt_template_version_id": template["latest"]["versionId"],
        },
        "call_info": {
            "start_time": 1_700_000_000.0,
            "end_time": 1_700_000_000.0 + seconds,
            "model": "gpt-4o-mini",
            "provider": "openai",
            "usage": {"prompt_tokens": 1_000_000, "completion_tokens": 0},
        },
    }
    path = f"/v2/projects/default/sessions/{session}/completions"
    answer = await world.admin.post(path, json=body)
    assert answer.status_code == 201, answer.text


async def move_back(database: Database, seconds_of_call: float, days: int) -> None:
    """Let recordings of calls that took so long be older than they are."""
    async with database.write() as session:
        at = utc_now() - timedelta(days=days)
        is_postgresql = session.get_bind().dialect.name == "postgresql"
        await session.execute(
            text("UPDATE recordings SET created_at = :at WHERE duration_ms = :took"),
            {"at": at if is_postgresql else str(at), "took": round(seconds_of_call * 1000)},
        )


async def test_calls_cost_and_median_time_of_the_last_days_are_told(world: World) -> None:
    templates = Templates(world.admin)
    used = await templates.versions("a", "one")
    unused = await templates.versions("b", "one")
    assert {one["calls"] for one in await templates.get("/templates/numbers")} == {0}
    for seconds in (9, 9, 1, 2, 4):
        await record(world, used, "one-session", seconds)
    services = world.app.state.services
    await services.workbench.sessions.counting.count_some()
    await move_back(services.database, 9, days=8)
    found = {one["name"]: one for one in await templates.get("/templates/numbers")}
    assert (found["a"]["calls"], found["a"]["medianMs"]) == (3, 2000)
    assert found["a"]["cost"] == 3 * 150_000
    assert found["b"] == {
        "id": unused["id"],
        "name": "b",
        "calls": 0,
        "cost": None,
        "medianMs": None,
    }
    longer = await templates.get("/templates/numbers", days=30, name="a")
    assert [(one["calls"], one["medianMs"]) for one in longer] == [(5, 4000)]
    assert [one["name"] for one in await templates.get("/templates/numbers", after="a")] == ["b"]
