"""Everybody's threads, for those who audit."""

from __future__ import annotations

import pytest
from tests.integration.features.conftest import World

pytestmark = pytest.mark.anyio
THREADS = "/api/admin/v1/threads"
MAIL = "jane.planted@example.org"


async def test_lists_tell_counts_and_times_and_no_text(world: World) -> None:
    instance = await world.instance()
    world.provider.answer = ["Told EMAIL_ADDRESS_0"]
    first = (await world.prompt("submit", f"Mail {MAIL}", instance))["threadId"]
    await world.prompt("submit", "And again", instance, threadId=first)
    second = (await world.prompt("cleanse", MAIL))["threadId"]
    answer = await world.admin.get(THREADS)
    newest, oldest = answer.json()["data"]
    assert MAIL not in answer.text
    assert (newest["id"], oldest["id"]) == (second, first)
    assert (oldest["chats"], oldest["inputTokens"], oldest["outputTokens"]) == (2, 6, 10)
    assert oldest["modelInstanceId"] == instance
    assert oldest["lastChatAt"] >= oldest["createdAt"]
    assert (newest["chats"], newest["lastChatAt"]) == (0, None)
    for query, expected in [
        ({"modelInstanceId": instance}, [first]),
        ({"before": second}, [first]),
        ({"limit": 1}, [second]),
        ({"userId": 4711}, []),
        ({"until": "2026-01-01T00:00:00Z"}, []),
    ]:
        listed = (await world.admin.get(THREADS, params=query)).json()["data"]
        assert [one["id"] for one in listed] == expected, query
    assert (await world.member.get(THREADS)).status_code == 403


async def test_one_is_shown_as_the_model_saw_it_and_that_is_recorded(world: World) -> None:
    instance = await world.instance()
    world.provider.answer = ["Told EMAIL_ADDRESS_0"]
    thread = (await world.prompt("submit", f"Mail {MAIL}", instance))["threadId"]
    answer = await world.admin.get(f"{THREADS}/{thread}")
    assert MAIL not in answer.text
    (chat,) = answer.json()["data"]["exchanges"]
    assert (chat["cleansedInput"], chat["rawOutput"]) == (
        "Mail EMAIL_ADDRESS_0",
        "Told EMAIL_ADDRESS_0",
    )
    (event,) = await world.audit("thread.read")
    assert event["subject"] == f"thread:{thread}"
    assert (await world.member.get(f"{THREADS}/{thread}")).status_code == 403
    assert (await world.admin.get(f"{THREADS}/4711")).status_code == 404
