"""Many prompts at once: placeholders stay one-to-one, nothing is lost, nothing is locked."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import anyio
import httpx
import pytest
from tests.live import Json, LiveServer, connection_to, empty_database, prompt
from tests.peers import FAULTS, OpenAIWire, Peer
from tests.waiting import HANGS

from sluice.server.kit.sealing import new_master_key
from sluice.server.kit.tokens import new_token

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


async def test_two_hundred_prompts_to_one_thread_at_once(shared: LiveServer) -> None:
    async with client_of(shared) as client:
        body = {"name": "crowd", "modelInstanceId": 1, "source": "sdk"}
        thread = (await client.post("/api/v1/threads", json=body)).json()["data"]["id"]
        answers = await submit_all([client], thread)
        assert len({a["chatId"] for a in answers}) == PROMPTS
        await check_thread(client, thread)
    assert "locked" not in shared.log.read_text()


async def test_two_hundred_prompts_each_open_a_thread_of_their_own(shared: LiveServer) -> None:
    async with client_of(shared) as client:
        before = len((await client.get("/api/v1/threads")).json()["data"])
        answers = await submit_all([client], None)
        assert len({a["threadId"] for a in answers}) == PROMPTS
        after = (await client.get("/api/v1/threads")).json()["data"]
        assert len(after) == before + PROMPTS
    assert "locked" not in shared.log.read_text()


async def test_a_late_answer_of_a_deleted_thread_touches_no_other_thread(
    shared: LiveServer,
) -> None:
    # SQLite gives the ids of deleted rows to new ones.
    async with client_of(shared) as client, Peer([FAULTS["hang-mid-stream"](OpenAIWire())]) as peer:
        instance = await anyio.to_thread.run_sync(shared.instance, connection_to(peer))
        opened = {"name": "doomed", "modelInstanceId": instance, "source": "sdk"}
        doomed = (await client.post("/api/v1/threads", json=opened)).json()["data"]["id"]
        asked = prompt(instance, "late@example.com", threadId=doomed, isStreaming=True)
        async with client.stream("POST", "/api/v1/prompts/submit", json=asked) as answer:
            assert answer.status_code == 200
            await client.delete(f"/api/v1/threads/{doomed}")
            kept = (await client.post("/api/v1/prompts/submit", json=prompt(1, "Hello"))).json()
        with anyio.fail_after(HANGS):
            await peer.caller_left.wait()
        # A write of its own comes after the record of the answer that was cut.
        await client.post("/api/v1/prompts/submit", json=prompt(1, "Hello"))
        read = await client.get(f"/api/v1/threads/{kept['data']['threadId']}")
        assert [c["hydratedOutput"] for c in read.json()["data"]["chats"]] == [
            "The model saw: Hello"
        ]


async def test_threads_may_be_deleted_while_they_are_used(shared: LiveServer) -> None:
    outcomes: Counter[int] = Counter()

    async def use(client: httpx.AsyncClient, thread: int, number: int) -> None:
        text = f"n{number}@example.com"
        body = prompt(1, text, threadId=thread, isStreaming=number % 2 == 0)
        answer = await client.post("/api/v1/prompts/submit", json=body)
        outcomes[answer.status_code] += 1
        if answer.status_code == 200 and number % 2:
            assert answer.json()["data"]["reidentifiedLLMResponseText"].endswith(text)

    async with client_of(shared) as client:
        body = {"name": "doomed", "modelInstanceId": 1, "source": "sdk"}
        made = [(await client.post("/api/v1/threads", json=body)).json() for _ in range(8)]
        threads = [m["data"]["id"] for m in made]
        async with anyio.create_task_group() as group:
            for number in range(80):
                group.start_soon(use, client, threads[number % 8], number)
                if number % 10 == 9:
                    doomed = f"/api/v1/threads/{threads[number // 10]}"
                    group.start_soon(client.delete, doomed)
        left = [(await client.get(f"/api/v1/threads/{t}")).status_code for t in threads]
    assert left == [404] * 8
    assert set(outcomes) <= {200, 404}
    assert outcomes.total() == 80


@pytest.fixture
def url() -> Iterator[str]:
    """An empty database of PostgreSQL."""
    with empty_database("postgresql") as found:
        assert found is not None
        yield found


async def test_replicas_that_start_at_once_serve_one_thread(tmp_path: Path, url: str) -> None:
    settings, token = {"SLUICE_MASTER_KEY": new_master_key()}, new_token()
    replicas = [LiveServer(tmp_path / name, url, settings, token) for name in ("one", "two")]
    with ExitStack() as stack:
        for replica in replicas:
            replica.launch()
            stack.callback(replica.stop)
        for replica in replicas:
            await anyio.to_thread.run_sync(replica.wait_until_ready)
        async with client_of(replicas[0]) as one, client_of(replicas[1]) as other:
            listed = (await one.get("/api/v1/model-instances")).json()["data"]
            assert [i["name"] for i in listed] == ["Echo"]
            body = {"name": "shared", "modelInstanceId": 1, "source": "sdk"}
            thread = (await one.post("/api/v1/threads", json=body)).json()["data"]["id"]
            await submit_all([one, other], thread)
            await check_thread(other, thread)
