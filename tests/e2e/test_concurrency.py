"""Many prompts at once: placeholders stay one-to-one, nothing is lost, nothing is locked."""

from __future__ import annotations

import json
from pathlib import Path

import anyio
import httpx
import pytest
from tests.live import Json, LiveServer, prompt

pytestmark = pytest.mark.anyio
PROMPTS = 200


def client_of(server: LiveServer) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {server.token}"}
    limits = httpx.Limits(max_connections=PROMPTS)
    return httpx.AsyncClient(base_url=server.url, headers=headers, timeout=120, limits=limits)


async def submit_all(clients: list[httpx.AsyncClient], thread: int | None) -> list[Json]:
    """Two hundred prompts at once: half of the originals are new, half are shared."""
    answers: list[Json] = []

    async def one(number: int) -> None:
        text = f"n{number}@example.com and shared{number % 10}@example.com"
        client = clients[number % len(clients)]
        body = prompt(1, text, threadId=thread)
        if number % 4 == 0:
            streamed = await client.post(
                "/api/v1/prompts/submit", json=body | {"isStreaming": True}
            )
            last = json.loads(streamed.text.splitlines()[-1])
            assert last["finishReason"] == "stop", last
            answers.append(last)
            return
        answer = await client.post("/api/v1/prompts/submit", json=body)
        assert answer.status_code == 200, answer.text
        data = answer.json()["data"]
        assert data["reidentifiedLLMResponseText"] == f"The model saw: {text}"
        answers.append(data)

    async with anyio.create_task_group() as group:
        for number in range(PROMPTS):
            group.start_soon(one, number)
    return answers


async def check_thread(client: httpx.AsyncClient, thread: int) -> None:
    """Each original has one placeholder and each placeholder one original."""
    chats = (await client.get(f"/api/v1/threads/{thread}")).json()["data"]["chats"]
    assert [c["status"] for c in chats] == ["complete"] * PROMPTS
    pairs = {
        pair
        for chat in chats
        for pair in zip(
            chat["rawInput"].split(" and "), chat["cleansedInput"].split(" and "), strict=True
        )
    }
    originals, placeholders = {o for o, _ in pairs}, {p for _, p in pairs}
    assert len(pairs) == len(originals) == len(placeholders) == PROMPTS + 10
    numbers = sorted(int(p.rsplit("_", 1)[1]) for p in placeholders)
    assert numbers == list(range(PROMPTS + 10))


async def test_two_hundred_prompts_to_one_thread_at_once(live: LiveServer) -> None:
    async with client_of(live) as client:
        body = {"name": "crowd", "modelInstanceId": 1, "source": "sdk"}
        thread = (await client.post("/api/v1/threads", json=body)).json()["data"]["id"]
        answers = await submit_all([client], thread)
        assert len({a["chatId"] for a in answers}) == PROMPTS
        await check_thread(client, thread)
    assert "locked" not in live.log.read_text()


async def test_two_hundred_prompts_each_open_a_thread_of_their_own(live: LiveServer) -> None:
    async with client_of(live) as client:
        answers = await submit_all([client], None)
    assert len({a["threadId"] for a in answers}) == PROMPTS


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_two_replicas_serve_one_thread(live: LiveServer, tmp_path: Path) -> None:
    key = (live.data / "master.key").read_text()
    replica = LiveServer(
        tmp_path / "replica", live.database_url, {"SLUICE_MASTER_KEY": key.strip()}, live.token
    )
    with replica:
        async with client_of(live) as one, client_of(replica) as other:
            body = {"name": "shared", "modelInstanceId": 1, "source": "sdk"}
            thread = (await one.post("/api/v1/threads", json=body)).json()["data"]["id"]
            await submit_all([one, other], thread)
            await check_thread(other, thread)
