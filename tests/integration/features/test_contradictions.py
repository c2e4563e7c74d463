"""What a database refuses is a clear answer, and never an unexplained 500."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.integration.features.conftest import World

pytestmark = pytest.mark.anyio


async def test_of_several_at_once_with_one_name_one_is_made(world: World) -> None:
    """The others are told of the conflict, wherever the database notices it."""
    body = {"name": "Wanted by all", "policy": {}}
    answers = await asyncio.gather(
        *(world.admin.post("/api/admin/v1/policy-groups", json=body) for _ in range(8))
    )
    assert sorted(a.status_code for a in answers) == [201] + [409] * 7
    assert {a.json().get("code") for a in answers if a.status_code == 409} == {"conflict"}


async def test_changes_of_one_policy_at_once_are_all_kept(world: World) -> None:
    policy = await world.policy()
    path = f"/api/admin/v1/policy-groups/{policy}"
    bodies: list[dict[str, Any]] = [
        {"name": "Changed", "policy": {"default": {"threshold": number / 10}}}
        for number in range(6)
    ]
    changes = [world.admin.put(path, json=body) for body in bodies]
    restores = [world.admin.post(f"{path}/restore", json={"number": 1}) for _ in range(3)]
    answers = await asyncio.gather(*changes, *restores)
    assert {a.status_code for a in answers} <= {200, 409}
    versions = (await world.admin.get(f"{path}/versions")).json()["data"]
    numbers = [v["number"] for v in versions]
    assert numbers == list(range(len(numbers), 0, -1))


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("policy-groups", {"name": "a\0b", "policy": {}}),
        ("policy-groups", {"name": "fine", "note": "a\0b", "policy": {}}),
        ("model-instances", {"name": "a\0b", "policyGroupId": 1}),
        ("api-tokens", {"name": "a\0b"}),
    ],
)
async def test_a_nul_in_a_name_is_refused(world: World, path: str, body: dict[str, Any]) -> None:
    """PostgreSQL cannot hold one, so no database is asked to."""
    answer = await world.admin.post(f"/api/admin/v1/{path}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "unprocessable")
    assert "errors" in answer.json()


async def test_a_nul_in_a_query_finds_nothing_or_is_refused(world: World) -> None:
    answer = await world.admin.get("/api/admin/v1/audit-events", params={"event": "a\0b"})
    assert answer.status_code == 422


async def test_a_nul_in_a_text_or_a_threads_name_is_kept(world: World) -> None:
    data = await world.prompt("submit", "a\0 jane@example.com")
    thread = (await world.admin.get(f"/api/v1/threads/{data['threadId']}")).json()["data"]
    assert thread["chats"][0]["rawInput"] == "a\0 jane@example.com"
    body = {"name": "a\0b", "modelInstanceId": 1}
    named = await world.admin.post("/api/v1/threads", json=body)
    assert named.json()["data"]["name"] == "a\0b"


async def test_a_body_that_cannot_be_read_is_malformed(world: World) -> None:
    path = "/api/v1/prompts/analyze"
    headers = {"Content-Type": "application/json"}
    for content in (b'{"text": ' + b"[" * 200_000, b'{"text": "\xff"}', b'{"text": ' + b"9" * 5000):
        answer = await world.admin.post(path, content=content, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


async def test_json_of_another_content_type_says_what_to_send(world: World) -> None:
    body = b'{"modelInstanceId": 1, "text": "x"}'
    headers = {"Content-Type": "text/plain"}
    answer = await world.admin.post("/api/v1/prompts/analyze", content=body, headers=headers)
    assert answer.status_code == 422
    assert "Content-Type: application/json" in answer.json()["errors"][0]["message"]
