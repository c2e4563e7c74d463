"""A PostgreSQL that goes away and comes back: refused clearly, nothing lost, well again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import anyio
import httpx
import pytest
from sqlalchemy.engine import make_url
from tests.live import LiveServer, connection_to, empty_database, execute, prompt
from tests.peers import Exchange, OpenAIWire, Peer
from tests.peers.behaviours import SSE, events_of

pytestmark = pytest.mark.anyio
MAIL = "gone.database@example.com"
SUBMIT = "/api/v1/prompts/submit"


class Relay:
    """Passes bytes on to a database on the loopback, until it is cut."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.port = 0

    async def mend(self) -> None:
        """Listen (again, at the same port)."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Refuse new connections and break those that there are."""
        if self._server is not None:
            self._server.close()
        for writer in tuple(self._writers):
            writer.transport.abort()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._target)
        self._writers |= {writer, back}
        await asyncio.gather(_pump(reader, back), _pump(there, writer))
        self._writers -= {writer, back}


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    except ConnectionError:
        return
    finally:
        writer.close()


@dataclass
class Relayed:
    """A server that reaches its database through a relay."""

    server: LiveServer
    relay: Relay
    client: httpx.AsyncClient
    direct_url: str


@pytest.fixture(scope="module")
def direct_url() -> Iterator[str]:
    """An empty database of PostgreSQL."""
    with empty_database("postgresql") as url:
        assert url is not None
        yield url


@pytest.fixture(scope="module")
async def relayed(
    direct_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Relayed]:
    """One for all tests of this module: each leaves the relay mended."""
    url = make_url(direct_url)
    relay = Relay(url.port or 5432)
    await relay.mend()
    through = url.set(port=relay.port).render_as_string(hide_password=False)
    server = LiveServer(tmp_path_factory.mktemp("relayed") / "server", through)
    await anyio.to_thread.run_sync(server.start)
    headers = {"Authorization": f"Bearer {server.token}"}
    async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=60) as client:
        yield Relayed(server, relay, client, direct_url)
    await anyio.to_thread.run_sync(server.stop)
    await relay.cut()


async def test_without_its_database_the_server_says_so_and_recovers_by_itself(
    relayed: Relayed,
) -> None:
    server, relay, client = relayed.server, relayed.relay, relayed.client
    kept = (await client.post(SUBMIT, json=prompt(1, MAIL))).json()["data"]["threadId"]
    await relay.cut()
    refused = [
        await client.post(SUBMIT, json=prompt(1, MAIL, threadId=kept)),
        await client.post(SUBMIT, json=prompt(1, MAIL, isStreaming=True)),
        await client.get(f"/api/v1/threads/{kept}"),
        await client.get("/readyz"),
        await client.post(
            "/api/v1/auth/test-automation/login",
            headers={"x-test-automation-api-key": server.token},
        ),
    ]
    assert [(a.status_code, a.json()["code"]) for a in refused] == [(503, "database_down")] * 5
    assert (await client.get("/healthz")).status_code == 200
    assert (await client.get("/metrics")).status_code == 200
    await relay.mend()
    assert (await client.get("/readyz")).status_code == 200
    again = await client.post(SUBMIT, json=prompt(1, MAIL, threadId=kept))
    assert again.status_code == 200
    chats = (await client.get(f"/api/v1/threads/{kept}")).json()["data"]["chats"]
    assert [c["status"] for c in chats] == ["complete", "complete"]
    log = server.log.read_text()
    assert MAIL not in log
    assert "Traceback" not in log


async def test_a_database_that_takes_no_connections_is_down_too(relayed: Relayed) -> None:
    url, client = make_url(relayed.direct_url), relayed.client
    name, other = url.database, url.set(database="postgres")
    maintenance = other.render_as_string(hide_password=False)
    closing = f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS"
    ending = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    await execute(maintenance, f"{closing} false")
    await execute(maintenance, ending)
    refused = await client.post(SUBMIT, json=prompt(1, MAIL))
    assert (refused.status_code, refused.json()["code"]) == (503, "database_down")
    await execute(maintenance, f"{closing} true")
    assert (await client.post(SUBMIT, json=prompt(1, MAIL))).status_code == 200


@pytest.mark.parametrize("streaming", [False, True], ids=["submit", "stream"])
async def test_an_answer_that_cannot_be_recorded_is_never_told_to_be_complete(
    relayed: Relayed, streaming: bool
) -> None:
    begun, go_on = anyio.Event(), anyio.Event()

    async def waiting(exchange: Exchange) -> None:
        *events, last, end = events_of(OpenAIWire(), exchange)
        await exchange.head(200, SSE)
        for event in events:
            await exchange.piece(event)
        begun.set()
        await go_on.wait()
        await exchange.piece(last + end)
        await exchange.end()

    server, relay, client = relayed.server, relayed.relay, relayed.client
    async with Peer([waiting]) as peer:
        instance = await anyio.to_thread.run_sync(server.instance, connection_to(peer))
        answers: list[httpx.Response] = []

        async def call() -> None:
            body = prompt(instance, MAIL, isStreaming=streaming)
            answers.append(await client.post(SUBMIT, json=body))

        async with anyio.create_task_group() as group:
            group.start_soon(call)
            await begun.wait()
            await relay.cut()
            go_on.set()
        (answer,) = answers
        last = json.loads(answer.text.splitlines()[-1])
        assert last["code"] == "database_down"
        assert (answer.status_code, last.get("finishReason")) == (
            (200, "error") if streaming else (503, None)
        )
        await relay.mend()
        newest = (await client.get("/api/v1/threads")).json()["data"][0]["id"]
        chats = (await client.get(f"/api/v1/threads/{newest}")).json()["data"]["chats"]
        assert [c["status"] for c in chats] == ["pending"]
