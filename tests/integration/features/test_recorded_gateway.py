"""What goes through the gateway stands in the record, and within the limits of its token."""

from __future__ import annotations

import pytest
from tests.integration.features.conftest import World

pytestmark = pytest.mark.anyio

MAIL = "jane.doe@example.com"
LONG = "There is a lot more to say about this, but none of it matters to anybody here. " * 3
CHAT = "/v1/chat/completions"


def body(*texts: str, stream: bool = False) -> dict[str, object]:
    messages = [{"role": "user", "content": text} for text in texts]
    return {"model": "Echo", "messages": messages, "stream": stream}


async def test_a_call_is_listed_opened_and_counted(world: World) -> None:
    answer = await world.admin.post(CHAT, json=body(f"Write to {MAIL}. {LONG}"))
    assert answer.status_code == 200, answer.text
    (listed,) = (await world.admin.get("/api/v1/calls")).json()["data"]
    assert (listed["wire"], listed["status"], listed["provider"]) == (
        "openai.chat",
        "complete",
        "echo",
    )
    assert listed["manifest"] == {"EMAIL_ADDRESS": {"mask": 1}}
    assert listed["coverage"]["scanned"]["messages[].content"] == 1
    assert (listed["costMicrodollars"], listed["firstTokenMs"] is None) == (0, False)
    detail = (await world.admin.get(f"/api/v1/calls/{listed['id']}")).json()["data"]
    assert MAIL not in str(detail["request"]) + str(detail["answer"])
    assert MAIL in detail["hydratedRequest"]["messages"][0]["content"]
    assert MAIL in str(detail["hydratedAnswer"])
    (used,) = (await world.admin.get("/api/v1/usage")).json()["data"]
    assert (used["provider"], used["calls"]) == ("echo", 1)


async def test_a_streamed_call_is_recorded_before_its_end_is_sent(world: World) -> None:
    answer = await world.admin.post(CHAT, json=body(f"Mail {MAIL}", stream=True))
    assert "[DONE]" in answer.text
    (listed,) = (await world.admin.get("/api/v1/calls")).json()["data"]
    assert (listed["status"], listed["streamed"]) == ("complete", True)


async def test_a_blocked_prompt_is_recorded_without_its_text(world: World) -> None:
    group = await world.policy(default={"action": "block"})
    instance = await world.instance(group)
    name = (await world.admin.get(f"/api/admin/v1/model-instances/{instance}")).json()["data"]
    blocked = await world.admin.post(CHAT, json={**body(f"Mail {MAIL}"), "model": name["name"]})
    assert blocked.status_code == 403, blocked.text
    (listed,) = (await world.admin.get("/api/v1/calls")).json()["data"]
    assert (listed["status"], listed["manifest"]) == (
        "blocked",
        {"EMAIL_ADDRESS": {"block": 1}},
    )
    detail = (await world.admin.get(f"/api/v1/calls/{listed['id']}")).json()["data"]
    assert detail["request"] is None


async def test_a_token_over_its_limit_is_told_in_the_wires_own_words(world: World) -> None:
    settings = {"limits": {"requestsPerMinute": 1}}
    set_ = await world.admin.put("/api/admin/v1/api-tokens/1/settings", json=settings)
    assert set_.status_code == 200, set_.text
    assert (await world.admin.post(CHAT, json=body("hello"))).status_code == 200
    refused = await world.admin.post(CHAT, json=body("hello"))
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert "requests a minute" in refused.json()["error"]["message"]
    assert (await world.member.post(CHAT, json=body("hello"))).status_code == 200
    assert len((await world.admin.get("/api/v1/calls")).json()["data"]) == 1


async def test_a_deleted_conversation_can_be_gone_on_with_as_a_new_one(world: World) -> None:
    await world.admin.post(CHAT, json=body(f"Mail {MAIL}"))
    (listed,) = (await world.admin.get("/api/v1/calls")).json()["data"]
    url = f"/api/v1/conversations/{listed['conversationId']}"
    assert (await world.admin.delete(url)).status_code == 204
    assert (await world.admin.get("/api/v1/calls")).json()["data"] == []
    again = await world.admin.post(CHAT, json=body(f"Mail {MAIL}"))
    assert MAIL in again.text
    (listed,) = (await world.admin.get("/api/v1/calls")).json()["data"]
    assert listed["conversationId"] != int(url.rpartition("/")[2])
