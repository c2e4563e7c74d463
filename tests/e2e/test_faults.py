"""A provider that hangs, fails, cuts or babbles, and a caller who leaves: clear and recorded."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import httpx
import pytest
from tests.live import LiveServer, connection_to, prompt
from tests.peers import FAULTS, AnthropicWire, OpenAIWire, Peer, Wire
from tests.peers.behaviours import answering, dripping
from tests.peers.server import Behaviour
from tests.waiting import HANGS

pytestmark = pytest.mark.anyio
MAIL = "jane@example.com"
SUBMIT = "/api/v1/prompts/submit"
ONCE = {"SLUICE_PROVIDER_RETRIES": "0"}
IDLE_SECONDS = 3.0
SLOW_SECONDS = 0.03
"""Between a few bytes of a slow answer and the next."""
PATIENCE: dict[str | None, dict[str, str]] = {
    None: ONCE,
    "hang": {"SLUICE_PROVIDER_FIRST_BYTE_SECONDS": "0.5", **ONCE},
    "hang-mid-stream": {"SLUICE_PROVIDER_IDLE_SECONDS": "0.5", **ONCE},
    "slow": {"SLUICE_PROVIDER_IDLE_SECONDS": str(IDLE_SECONDS), **ONCE},
}
WIRES: dict[str, type[Wire]] = {"openai": OpenAIWire, "anthropic": AnthropicWire}


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str | None, LiveServer]]:
    """By what a vendor does: with a vendor that hangs a server loses patience soon."""
    folder = tmp_path_factory.mktemp("faults")
    with contextlib.ExitStack() as stack:
        yield {
            fault: stack.enter_context(LiveServer(folder / str(fault), environment=environment))
            for fault, environment in PATIENCE.items()
        }


@pytest.fixture
def server(request: pytest.FixtureRequest, servers: dict[str | None, LiveServer]) -> LiveServer:
    """The one for the fault of a test that has one."""
    called = getattr(request.node, "callspec", None)
    fault = called.params.get("fault") if called else None
    return servers.get(fault, servers[None])


@asynccontextmanager
async def asking(
    server: LiveServer, vendor: str, fault: str | Behaviour
) -> AsyncIterator[tuple[httpx.AsyncClient, int, Peer]]:
    """A client, an instance that is connected to a failing peer, and the peer."""
    behaviour = FAULTS[fault](WIRES[vendor]()) if isinstance(fault, str) else fault
    headers = {"Authorization": f"Bearer {server.token}"}
    async with Peer([behaviour]) as peer:
        connection = connection_to(peer, vendor)
        instance = await anyio.to_thread.run_sync(server.instance, connection)
        async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=60) as client:
            yield client, instance, peer


async def statuses(client: httpx.AsyncClient) -> list[str]:
    """The statuses of the newest thread's chats."""
    newest = (await client.get("/api/v1/threads")).json()["data"][0]["id"]
    chats = (await client.get(f"/api/v1/threads/{newest}")).json()["data"]["chats"]
    assert [chat["rawInput"] for chat in chats] == [MAIL] * len(chats)
    return [chat["status"] for chat in chats]


async def become(client: httpx.AsyncClient, wanted: list[str]) -> None:
    """Wait until the newest thread's chats have these statuses."""
    with anyio.fail_after(HANGS):
        while await statuses(client) != wanted:  # noqa: ASYNC110 (nobody tells us)
            await anyio.sleep(0.02)


@pytest.mark.parametrize("streaming", [False, True], ids=["submit", "stream"])
@pytest.mark.parametrize("vendor", WIRES)
@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("hang", 504, "provider_timeout"),
        ("429", 429, "provider_rate_limited"),
        ("500", 502, "provider_error"),
        ("503", 502, "provider_error"),
        ("401", 502, "provider_error"),
        ("no-json", 502, "provider_error"),
        ("no-utf8", 502, "provider_error"),
        ("no-http", 502, "provider_error"),
        ("wrong-content-type", 502, "provider_error"),
        ("redirect", 502, "provider_error"),
        ("close", 502, "provider_error"),
    ],
)
async def test_each_fault_before_the_answer_has_its_status_and_the_chat_is_recorded_as_failed(
    server: LiveServer, vendor: str, fault: str, status: int, code: str, streaming: bool
) -> None:
    async with asking(server, vendor, fault) as (client, instance, _):
        body = prompt(instance, MAIL, isStreaming=streaming)
        answer = await client.post(SUBMIT, json=body)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.headers["content-type"] == "application/json"
        assert {"message", "code", "requestId"} == answer.json().keys()
        assert answer.headers.get("retry-after") == ("1" if fault == "429" else None)
        assert await statuses(client) == ["failed"]


@pytest.mark.parametrize("streaming", [False, True], ids=["submit", "stream"])
@pytest.mark.parametrize("vendor", WIRES)
@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("hang-mid-stream", 504, "provider_timeout"),
        ("cut", 502, "provider_error"),
        ("cut-clean", 502, "provider_error"),
    ],
)
async def test_an_answer_that_breaks_is_an_error_or_a_stream_that_ends_with_one(
    server: LiveServer, vendor: str, fault: str, status: int, code: str, streaming: bool
) -> None:
    async with asking(server, vendor, fault) as (client, instance, _):
        body = prompt(instance, MAIL, isStreaming=streaming)
        answer = await client.post(SUBMIT, json=body)
        if streaming:
            assert answer.status_code == 200
            *pieces, last = [json.loads(line) for line in answer.text.splitlines()]
            assert [piece["finishReason"] for piece in pieces] == [None] * len(pieces)
            assert last["finishReason"] == "error"
        else:
            last = answer.json()
            assert answer.status_code == status
        assert last["code"] == code
        assert {"message", "requestId"} <= last.keys()
        assert await statuses(client) == ["failed"]


@pytest.mark.parametrize("vendor", WIRES)
async def test_a_slow_provider_is_waited_for_as_long_as_it_goes_on(
    servers: dict[str | None, LiveServer], vendor: str
) -> None:
    # All of it takes longer than the idle time, no pause in it does.
    slow = dripping(WIRES[vendor](), SLOW_SECONDS)
    async with asking(servers["slow"], vendor, slow) as (client, instance, _):
        began = time.monotonic()
        answer = await client.post(SUBMIT, json=prompt(instance, MAIL))
        assert answer.status_code == 200
        assert time.monotonic() - began > IDLE_SECONDS
        assert await statuses(client) == ["complete"]


async def test_a_failed_chat_is_no_part_of_the_conversation(server: LiveServer) -> None:
    async with asking(server, "openai", "500") as (client, instance, peer):
        made = await client.post(
            "/api/v1/threads", json={"name": "t", "modelInstanceId": instance, "source": "sdk"}
        )
        body = prompt(instance, MAIL, threadId=made.json()["data"]["id"])
        assert (await client.post(SUBMIT, json=body)).status_code == 502
        peer.script = [FAULTS["echo"](OpenAIWire())]
        done = await client.post(SUBMIT, json=body)
        assert done.json()["data"]["reidentifiedLLMResponseText"] == MAIL
        contents = [m["content"] for m in peer.requests[-1].json()["messages"]]
        assert contents == ["EMAIL_ADDRESS_0"]
        assert await statuses(client) == ["failed", "complete"]


@pytest.mark.parametrize("fault", ["hang", "hang-mid-stream"])
@pytest.mark.parametrize("streaming", [True, False], ids=["stream", "submit"])
async def test_when_the_caller_leaves_the_upstream_call_ends_within_a_second(
    shared: LiveServer, streaming: bool, fault: str
) -> None:
    took: list[float] = []
    # A busy machine may hold one of them up, not all.
    while len(took) < 3 and min(took, default=1.0) >= 1:
        took.append(await until_it_ends(shared, streaming, fault))
    assert min(took) < 1


async def until_it_ends(server: LiveServer, streaming: bool, fault: str) -> float:
    """Seconds between a caller's leaving and the end of the vendor's call."""
    async with asking(server, "openai", fault) as (client, instance, peer):
        body = prompt(instance, MAIL, isStreaming=streaming)

        async def call() -> None:
            async with client.stream("POST", SUBMIT, json=body) as answer:
                async for _ in answer.aiter_bytes():
                    pass

        async with anyio.create_task_group() as group:
            group.start_soon(call)
            with anyio.fail_after(HANGS):
                await peer.called.wait()
            await become(client, ["pending"])
            await anyio.sleep(0.2)  # what the peer has sent is on its way
            left = time.monotonic()
            group.cancel_scope.cancel()
        with anyio.fail_after(HANGS):
            await peer.caller_left.wait()
        ended = time.monotonic()
        await become(client, ["abandoned"])
    return ended - left


async def test_a_caller_who_stops_reading_holds_nobody_else_up(shared: LiveServer) -> None:
    long = answering(OpenAIWire(), pieces=["word " * 20_000] * 40)
    async with asking(shared, "openai", long) as (client, instance, _):
        body = prompt(instance, MAIL, isStreaming=True)
        async with client.stream("POST", SUBMIT, json=body) as unread:
            assert unread.status_code == 200
            with anyio.fail_after(HANGS):
                other = await client.post(SUBMIT, json=prompt(1, MAIL))
            assert other.status_code == 200
            text = [json.loads(line)["content"] async for line in unread.aiter_lines()]
        assert len("".join(text)) == 4_000_000


async def test_a_server_that_stops_cuts_long_answers_and_records_them(tmp_path: Path) -> None:
    server = LiveServer(tmp_path / "server", arguments=["--shutdown-seconds", "1"]).start()
    async with asking(server, "openai", "hang-mid-stream") as (client, instance, peer):

        async def call() -> None:
            body = prompt(instance, MAIL, isStreaming=True)
            with contextlib.suppress(httpx.RemoteProtocolError):
                await client.post(SUBMIT, json=body)

        async with anyio.create_task_group() as group:
            group.start_soon(call)
            with anyio.fail_after(HANGS):
                await peer.called.wait()
            assert await anyio.to_thread.run_sync(server.stop) == 0
    with server.start():
        headers = {"Authorization": f"Bearer {server.token}"}
        async with httpx.AsyncClient(base_url=server.url, headers=headers) as client:
            assert await statuses(client) == ["abandoned"]
