"""Nobody sees more originals than they ask for, and each time stands in the audit log."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from tests.integration.features.conftest import World
from tests.integration.features.sessions.wire import completion, recorded

pytestmark = pytest.mark.anyio
PROJECT = "/api/v1/projects/default"
JANE, BOB = "jane.planted@example.org", "bob.planted@example.org"
REASON = "looking into ticket 4711"
Json = dict[str, Any]


async def _details(world: World) -> list[Json]:
    return [event["details"] for event in await world.audit("originals.revealed")]


async def test_one_placeholder_of_a_recording_is_revealed_alone(world: World) -> None:
    made = await recorded(world.admin, str(uuid4()), completion(f"I am {JANE} or {BOB}"))
    path = f"{PROJECT}/recordings/{made}/reveal"
    wanted = {"reason": REASON, "placeholders": ["EMAIL_ADDRESS_1"]}
    answer = await world.admin.post(path, json=wanted)
    assert answer.json()["data"] == {
        "originals": [
            {"placeholder": "EMAIL_ADDRESS_1", "entityType": "EMAIL_ADDRESS", "original": BOB}
        ],
        "raw": None,
    }
    assert answer.headers["cache-control"] == "no-store"
    assert await _details(world) == [
        {
            "reason": REASON,
            "count": 1,
            "raw": False,
            "entityTypes": "EMAIL_ADDRESS=1",
            "placeholders": "EMAIL_ADDRESS_1",
        }
    ]


async def test_what_does_not_stand_there_is_refused_and_nothing_revealed(world: World) -> None:
    await recorded(world.admin, str(uuid4()), completion(f"I am {JANE}"))
    made = await recorded(world.admin, str(uuid4()), completion(f"I am {BOB}"))
    for wanted in (["EMAIL_ADDRESS_0"], ["EMAIL_ADDRESS_1", JANE], []):
        body = {"reason": REASON, "placeholders": wanted}
        answer = await world.admin.post(f"{PROJECT}/recordings/{made}/reveal", json=body)
        assert answer.status_code == 422
        assert "example.org" not in answer.text
    assert await _details(world) == []


async def test_a_session_is_revealed_at_once(world: World) -> None:
    session = str(uuid4())
    for person in (JANE, BOB):
        await recorded(world.admin, session, completion(f"I am {person}"))
    await recorded(world.admin, str(uuid4()), completion("I am somebody.else@example.org"))
    path = f"{PROJECT}/sessions/{session}/reveal"
    answer = await world.admin.post(path, json={"reason": REASON})
    assert {one["original"] for one in answer.json()["data"]} == {JANE, BOB}
    some = {"reason": REASON, "placeholders": ["EMAIL_ADDRESS_0"]}
    (only,) = (await world.admin.post(path, json=some)).json()["data"]
    assert only["original"] == JANE
    assert [one["count"] for one in await _details(world)] == [1, 2]
    assert (await world.admin.post(path, json={"reason": "short"})).status_code == 422
    assert (await world.member.post(path, json={"reason": REASON})).status_code == 404


async def test_one_placeholder_of_a_thread_or_a_call_is_revealed_alone(world: World) -> None:
    thread = (await world.prompt("cleanse", f"Mail {JANE} and {BOB}"))["threadId"]
    body = {"reason": REASON, "placeholders": ["EMAIL_ADDRESS_0"]}
    answer = await world.admin.post(f"/api/admin/v1/threads/{thread}/reveal", json=body)
    assert [one["original"] for one in answer.json()["data"]] == [JANE]
    said = {"model": "Echo", "messages": [{"role": "user", "content": f"Mail {JANE}, {BOB}"}]}
    assert (await world.admin.post("/v1/chat/completions", json=said)).status_code == 200
    (call,) = (await world.admin.get("/api/admin/v1/calls")).json()["data"]
    answer = await world.admin.post(f"/api/admin/v1/calls/{call['id']}/reveal", json=body)
    assert [one["original"] for one in answer.json()["data"]] == [JANE]
    wrong = {**body, "placeholders": ["EMAIL_ADDRESS_9"]}
    for path in (f"threads/{thread}", f"calls/{call['id']}"):
        refused = await world.admin.post(f"/api/admin/v1/{path}/reveal", json=wrong)
        assert refused.status_code == 422
    assert [one["placeholders"] for one in await _details(world)] == ["EMAIL_ADDRESS_0"] * 2
