"""Where else a placeholder stands."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from tests.integration.features.conftest import World
from tests.integration.features.sessions.wire import completion, recorded

pytestmark = pytest.mark.anyio
PROJECT = "/api/v1/projects/default"
JANE = "jane.planted@example.org"
Json = dict[str, Any]


async def uses(world: World, placeholder: str) -> Json:
    """Where it stands."""
    answer = await world.admin.post(
        f"{PROJECT}/placeholders/uses", json={"placeholder": placeholder}
    )
    assert answer.status_code == 200, answer.text
    assert JANE not in answer.text
    data: Json = answer.json()["data"]
    return data


async def test_sessions_playlists_and_views_are_told_without_originals(world: World) -> None:
    sessions = [str(uuid4()) for _ in range(3)]
    made = [await recorded(world.admin, uid, completion(f"I am {JANE}")) for uid in sessions[:2]]
    await recorded(world.admin, sessions[2], completion("I am bob@example.org"))
    playlist = await world.admin.post(f"{PROJECT}/playlists", json={"name": "Kept"})
    path = f"{PROJECT}/playlists/{playlist.json()['data']['id']}/from-recordings"
    added = await world.admin.post(path, json={"recordings": made[:1]})
    assert added.status_code < 300, added.text
    leaf = {"field": "text", "op": "contains", "value": JANE}
    body = {"name": "Hers", "target": "recordings", "filter": leaf}
    assert (await world.admin.post(f"{PROJECT}/views", json=body)).status_code == 201
    found = await uses(world, "EMAIL_ADDRESS_0")
    assert (found["entityType"], found["restorable"]) == ("EMAIL_ADDRESS", True)
    assert found["counts"] == {
        "conversations": 2, "playlists": 1, "templates": 0, "testRuns": 0, "testSuites": 0,
        "savedViews": 1,
    }  # fmt: skip
    assert {one["id"] for one in found["sessions"]} == set(sessions[:2])
    assert [one["name"] for one in found["playlists"]] == ["Kept"]
    assert found["calls"] == []
    assert found["complete"] is True


async def test_one_that_nobody_has_is_not_there(world: World) -> None:
    for name in ("EMAIL_ADDRESS_7", JANE):
        answer = await world.admin.post(f"{PROJECT}/placeholders/uses", json={"placeholder": name})
        assert answer.status_code == 404
        assert JANE not in answer.text
