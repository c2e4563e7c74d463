"""Earlier turns reach a model only as the policy in force lets them."""

from __future__ import annotations

import pytest
from tests.integration.features.conftest import World

pytestmark = pytest.mark.anyio
MAIL = "jane@example.com"
CARD = "4111 1111 1111 1111"


async def _asked_again(world: World, thread: int, instance: int) -> str:
    """What the model sees of a thread in its next turn."""
    world.provider.asked.clear()
    await world.prompt("submit", "Go on.", instance, threadId=thread)
    return world.provider.saw()


@pytest.mark.parametrize("action", ["mask", "redact", "replace", "block"])
async def test_a_thread_that_goes_on_with_another_instance_obeys_its_policy(
    world: World, action: str
) -> None:
    lax = await world.instance(await world.policy(default={"action": "allow"}))
    strict = await world.instance(await world.policy(default={"action": action}))
    world.provider.answer = [f"So it is {MAIL}."]
    first = await world.prompt("submit", f"I am {MAIL}, card {CARD}", lax)
    world.provider.answer = ["ok"]
    saw = await _asked_again(world, first["threadId"], strict)
    assert (MAIL in saw, CARD in saw) == (False, False)
    assert "Go on." in saw


async def test_a_stricter_version_counts_for_earlier_turns_too(world: World) -> None:
    policy = await world.policy(default={"action": "allow"})
    instance = await world.instance(policy)
    first = await world.prompt("submit", f"I am {MAIL}", instance)
    assert MAIL in world.provider.saw()
    body = {"name": "Stricter", "policy": {"default": {"action": "mask"}}}
    await world.admin.put(f"/api/admin/v1/policy-groups/{policy}", json=body)
    assert MAIL not in await _asked_again(world, first["threadId"], instance)
    world.provider.answer = ["Hello EMAIL_ADDRESS_0"]
    last = await world.prompt("submit", "Who am I?", instance, threadId=first["threadId"])
    assert last["reidentifiedLLMResponseText"] == f"Hello {MAIL}"


async def test_released_findings_are_kept_back_where_nobody_may_release(world: World) -> None:
    open_ = await world.policy(default={"action": "mask", "userMayRelease": True})
    instance = await world.instance(open_)
    first = await world.prompt("submit", f"I am {MAIL}", instance, findings=[])
    assert MAIL in world.provider.saw()
    assert MAIL not in await _asked_again(world, first["threadId"], await world.instance())


@pytest.mark.parametrize("action", ["mask", "replace"])
async def test_what_stands_for_an_original_stays_and_is_restored(world: World, action: str) -> None:
    before = await world.instance(await world.policy(default={"action": action}))
    after = await world.instance(await world.policy(default={"action": "mask"}))
    first = await world.prompt("submit", f"I am {MAIL}", before)
    placed = first["deidentifiedInputTextData"]["items"][0]["entityType"]
    saw = await _asked_again(world, first["threadId"], after)
    assert f"I am {placed}" in saw
    world.provider.answer = [placed]
    last = await world.prompt("submit", "Who?", after, threadId=first["threadId"])
    assert last["reidentifiedLLMResponseText"] == MAIL


async def test_long_threads_are_read_from_their_end_only(world: World) -> None:
    """Chats that cannot fit into what a model is sent are not even read from the database."""
    from sluice.server.features.threads.repository import ThreadRepository

    instance = await world.instance()
    thread = (await world.prompt("submit", "oldest " + "é" * 500, instance))["threadId"]
    for number in range(3):
        await world.prompt("submit", f"turn {number}", instance, threadId=thread)
    async with world.app.state.services.database.read() as session:
        threads = ThreadRepository(session)
        few = await threads.complete_chats(thread, limit=1000, max_bytes=600)
        every = await threads.complete_chats(thread, limit=1000, max_bytes=10_000)
        none = await threads.complete_chats(thread, limit=1000, max_bytes=5)
    assert (len(few), len(every), none) == (3, 4, [])
    assert [c.uid for c in few] == [c.uid for c in every][1:]
