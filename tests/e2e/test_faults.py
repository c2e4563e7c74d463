"""A provider that hangs, fails, cuts or babbles, and a caller who leaves: clear and recorded."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import httpx
import pytest
from tests.live import Json, LiveServer, prompt
from tests.peers import FAULTS, AnthropicWire, OpenAIWire, Peer, Wire

pytestmark = pytest.mark.anyio
MAIL = "jane@example.com"
QUICK = {
    "SLUICE_PROVIDER_FIRST_BYTE_SECONDS": "0.5",
    "SLUICE_PROVIDER_IDLE_SECONDS": "0.5",
    "SLUICE_PROVIDER_RETRIES": "0",
}
WIRES: dict[str, type[Wire]] = {"openai": OpenAIWire, "anthropic": AnthropicWire}


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> object:
    """A server that loses patience soon."""
    with LiveServer(tmp_path_factory.mktemp("faults") / "server", environment=QUICK) as server:
        yield server


@asynccontextmanager
async def asking(
    server: LiveServer, vendor: str, fault: str
) -> AsyncIterator[tuple[httpx.AsyncClient, int, Peer]]:
    """A client, an instance that is connected to a failing peer, and the peer."""
    wire = WIRES[vendor]()
    headers = {"Authorization": f"Bearer {server.token}"}
    async with Peer([FAULTS[fault](wire)]) as peer:
        base = f"{peer.url}/v1" if vendor == "openai" else peer.url
        connection: Json = {
            "providerKey": vendor,
            "model": "peer",
            "baseUrl": base,
            "credentials": {"api_key": "sk-tests-0123456789"},
        }
        instance = await anyio.to_thread.run_sync(server.instance, connection)
        async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=30) as client:
            yield client, instance, peer


async def statuses(client: httpx.AsyncClient) -> list[str]:
    """The statuses of the newest thread's chats."""
    newest = (await client.get("/api/v1/threads")).json()["data"][0]["id"]
    chats = (await client.get(f"/api/v1/threads/{newest}")).json()["data"]["chats"]
    return [chat["status"] for chat in chats]


@pytest.mark.parametrize("vendor", WIRES)
@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("hang", 504, "provider_timeout"),
        ("429", 429, "provider_rate_limited"),
        ("500", 502, "provider_error"),
        ("529", None, None),
        ("401", 502, "provider_error"),
        ("no-json", 502, "provider_error"),
        ("no-http", 502, "provider_error"),
        ("close", 502, "provider_error"),
        ("hang-mid-stream", 504, "provider_timeout"),
        ("cut", 502, "provider_error"),
    ],
)
async def test_each_fault_has_its_answer_and_the_chat_is_recorded_as_failed(
    quick: LiveServer, vendor: str, fault: str, status: int | None, code: str | None
) -> None:
    async with asking(quick, vendor, fault) as (client, instance, _):
        answer = await client.post("/api/v1/prompts/submit", json=prompt(instance, MAIL))
        assert answer.status_code == (status or answer.status_code)
        assert answer.json()["code"] == (code or answer.json()["code"])
        assert answer.status_code in (429, 502, 504)
        assert ("retry-after" in answer.headers) >= (fault == "429")
        assert await statuses(client) == ["failed"]


@pytest.mark.parametrize("vendor", WIRES)
@pytest.mark.parametrize("fault", ["hang-mid-stream", "cut"])
async def test_a_stream_that_breaks_ends_with_an_error_line(
    quick: LiveServer, vendor: str, fault: str
) -> None:
    async with asking(quick, vendor, fault) as (client, instance, _):
        body = prompt(instance, MAIL, isStreaming=True)
        answer = await client.post("/api/v1/prompts/submit", json=body)
        lines = [json.loads(line) for line in answer.text.splitlines()]
        assert answer.status_code == 200
        assert lines[-1]["finishReason"] == "error"
        assert {"message", "code", "requestId"} <= lines[-1].keys()
        assert [line["finishReason"] for line in lines[:-1]] == [None] * (len(lines) - 1)
        assert await statuses(client) == ["failed"]


@pytest.mark.parametrize("streaming", [True, False], ids=["stream", "submit"])
async def test_when_the_caller_leaves_the_upstream_call_ends_within_a_second(
    live_sqlite: LiveServer, streaming: bool
) -> None:
    async with asking(live_sqlite, "openai", "hang-mid-stream") as (client, instance, peer):
        body = prompt(instance, MAIL, isStreaming=streaming)

        async def call() -> None:
            async with client.stream("POST", "/api/v1/prompts/submit", json=body) as answer:
                async for _ in answer.aiter_bytes():
                    pass

        async with anyio.create_task_group() as group:
            group.start_soon(call)
            with anyio.fail_after(10):
                await peer.called.wait()
                await anyio.sleep(0.5)
            left = time.monotonic()
            group.cancel_scope.cancel()
        with anyio.fail_after(5):
            await peer.caller_left.wait()
        assert time.monotonic() - left < 1
        for _ in range(100):
            if await statuses(client) == ["abandoned"]:
                break
            await anyio.sleep(0.05)
        assert await statuses(client) == ["abandoned"]


async def test_a_server_that_stops_cuts_long_answers_and_records_them(
    live_sqlite: LiveServer,
) -> None:
    async with asking(live_sqlite, "openai", "hang-mid-stream") as (client, instance, peer):

        async def call() -> None:
            body = prompt(instance, MAIL, isStreaming=True)
            with contextlib.suppress(httpx.RemoteProtocolError):
                await client.post("/api/v1/prompts/submit", json=body)

        async with anyio.create_task_group() as group:
            group.start_soon(call)
            with anyio.fail_after(10):
                await peer.called.wait()
            assert await anyio.to_thread.run_sync(live_sqlite.stop) == 0
    await anyio.to_thread.run_sync(live_sqlite.start)
    headers = {"Authorization": f"Bearer {live_sqlite.token}"}
    async with httpx.AsyncClient(base_url=live_sqlite.url, headers=headers) as client:
        assert await statuses(client) == ["abandoned"]
