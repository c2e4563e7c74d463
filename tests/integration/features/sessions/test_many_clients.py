"""Many clients record at once: no lock error, nothing lost, one placeholder for one original."""

from __future__ import annotations

from uuid import uuid4

import anyio
import httpx
import pytest
from tests.integration.features.conftest import World
from tests.integration.features.sessions.wire import (
    V2,
    chat_record,
    completion,
    count,
    new_session,
    recorded,
    recording,
    session,
)

pytestmark = pytest.mark.anyio

CLIENTS, EACH = 50, 4


async def test_fifty_clients_lose_nothing(world: World) -> None:
    answers: dict[str, list[httpx.Response]] = {}

    async def work(number: int) -> None:
        uid = await new_session(world.admin)
        for turn in range(EACH):
            text = f"I am own{number}.{turn}@example.org, tell all@example.org"
            body = chat_record(uid, text, answer=f"Told own{number}.{turn}@example.org")
            answers.setdefault(uid, []).append(await world.admin.post("/v1/record", json=body))

    async with anyio.create_task_group() as group:
        for number in range(CLIENTS):
            group.start_soon(work, number)
    everything = [one for found in answers.values() for one in found]
    assert {one.status_code for one in everything} == {201}
    assert len({one.json()["completion_id"] for one in everything}) == CLIENTS * EACH
    await count(world.app)
    shared = set[str]()
    own = set[str]()
    for uid, found in answers.items():
        assert (await session(world.admin, uid))["recordings"] == EACH
        for one in found[:2]:
            shown = await recording(world.admin, one.json()["completion_id"])
            said = shown["content"]["messages"][0]["content"]
            mine, _, all_of = said.removeprefix("I am ").partition(", tell ")
            assert shown["content"]["answer"]["content"] == f"Told {mine}"
            own.add(mine)
            shared.add(all_of)
    assert len(shared) == 1
    assert len(own) == CLIENTS * 2


async def test_counting_at_once_counts_everything_once(world: World) -> None:
    uid = str(uuid4())
    usage = {"prompt_tokens": 10, "completion_tokens": 5}
    call = {"model": "gpt-4o", "provider": "openai", "usage": usage}
    for number in range(12):
        await recorded(world.admin, uid, completion(f"Hello {number}", call_info=call))
    async with anyio.create_task_group() as group:
        for _ in range(4):
            group.start_soon(count, world.app)
    shown = await session(world.admin, uid)
    sums = (shown["recordings"], shown["inputTokens"], shown["outputTokens"])
    assert sums == (12, 120, 60)
    costs = [one["costMicrodollars"] for one in shown["recorded"]]
    assert shown["costMicrodollars"] == sum(costs) > 0


async def test_a_call_over_the_gateway_and_its_recording_share_placeholders(world: World) -> None:
    uid = await new_session(world.admin)
    asked = {
        "model": "Echo",
        "messages": [{"role": "user", "content": "I am jane@example.org, not bob@example.org"}],
    }
    headers = {"Sluice-Conversation": uid, "Sluice-Project": "default"}
    call = await world.admin.post("/v1/chat/completions", json=asked, headers=headers)
    assert call.status_code == 200, call.text
    answer = call.json()["choices"][0]["message"]["content"]
    body = chat_record(uid, "Tell bob@example.org and jane@example.org", answer=answer)
    made = await world.admin.post("/v1/record", json=body)
    shown = await recording(world.admin, made.json()["completion_id"])
    said = shown["content"]["messages"][0]["content"]
    assert said == "Tell EMAIL_ADDRESS_1 and EMAIL_ADDRESS_0"
    assert "@" not in str(shown["content"]["answer"])


async def test_completions_of_one_session_merge_their_metadata_at_the_same_time(
    world: World,
) -> None:
    uid = str(uuid4())

    async def work(number: int) -> None:
        info = {"custom_metadata": {f"key{number}": number, "last": number}}
        body = completion(f"Hello {number}", session_info=info, eval_results={"good": True})
        await recorded(world.admin, uid, body)

    async with anyio.create_task_group() as group:
        for number in range(16):
            group.start_soon(work, number)
    metadata = (await session(world.admin, uid))["metadata"]
    assert {k: v for k, v in metadata.items() if k != "last"} == {f"key{n}": n for n in range(16)}


async def test_sessions_are_deleted_while_they_are_counted(world: World) -> None:
    uids = [str(uuid4()) for _ in range(8)]
    for uid in uids:
        for number in range(3):
            await recorded(world.admin, uid, completion(f"Hello {number}"))
    answers: list[httpx.Response] = []

    async def delete(uid: str) -> None:
        answers.append(await world.admin.delete(f"{V2}/sessions/{uid}"))

    async with anyio.create_task_group() as group:
        for uid in uids:
            group.start_soon(count, world.app)
            group.start_soon(delete, uid)
    assert {answer.status_code for answer in answers} == {201}


async def test_a_placeholder_that_is_typed_in_a_recording_can_still_be_quoted(
    world: World,
) -> None:
    await world.instance(name="Scripted")
    world.provider.answer = ["EMAIL_ADDRESS_0 has it"]
    headers = {"Sluice-Conversation": await new_session(world.admin), "Sluice-Project": "default"}

    async def answer(*turns: tuple[str, str]) -> str:
        messages = [{"role": role, "content": text} for role, text in turns]
        body = {"model": "Scripted", "messages": messages}
        call = await world.admin.post("/v1/chat/completions", json=body, headers=headers)
        assert call.status_code == 200, call.text
        return str(call.json()["choices"][0]["message"]["content"])

    assert await answer(("user", "I am jane@example.org")) == "jane@example.org has it"
    # As a test run over a playlist records it, whose cases hold placeholders.
    await recorded(world.admin, str(uuid4()), completion("Write to EMAIL_ADDRESS_0"))
    quoted = ("assistant", "I wrote to EMAIL_ADDRESS_0")
    assert await answer(quoted, ("user", "To whom?")) == "jane@example.org has it"
    made = await recorded(world.admin, str(uuid4()), completion("EMAIL_ADDRESS_1, bob@example.org"))
    said = (await recording(world.admin, made))["content"]["messages"][0]["content"]
    assert said == "EMAIL_ADDRESS_1, EMAIL_ADDRESS_2"
