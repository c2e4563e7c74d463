"""The whole stack in production's order: no planted value leaves it, and no stream is held up."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
from starlette.middleware import Middleware
from tests.unit.server.middleware.calling import Call, Logs

from sluice.server.kit.metrics import Metrics
from sluice.server.middleware.access_log import AccessLog
from sluice.server.middleware.body_limit import BodyLimit
from sluice.server.middleware.last_resort import LastResort
from sluice.server.middleware.rate_limit import RateLimit
from sluice.server.middleware.request_id import RequestId
from sluice.server.middleware.security_headers import SecurityHeaders

pytestmark = pytest.mark.anyio

CANARY = "zq-canary-91b4"
LIMIT = 1000


class Gate:
    """Lets a stream go on only when the test has seen what came so far."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.left = asyncio.Event()


def application(metrics: Metrics, gate: Gate | None = None) -> FastAPI:
    app = FastAPI(
        middleware=[
            Middleware(RequestId),
            Middleware(AccessLog, metrics=metrics),
            Middleware(SecurityHeaders),
            Middleware(LastResort),
            Middleware(RateLimit, rate=1000, burst=1000),
            Middleware(BodyLimit, limit=LIMIT),
        ]
    )

    @app.post("/fail/{name}")
    async def fail(name: str, request: Request) -> None:
        text = await request.body()
        raise RuntimeError(f"{name} {text!r} {request.headers} {request.url}")

    @app.post("/cut/{name}")
    async def cut(name: str) -> StreamingResponse:
        async def pieces() -> AsyncIterator[bytes]:
            yield b"begun"
            raise RuntimeError(name)

        return StreamingResponse(pieces())

    @app.get("/gated")
    async def gated() -> StreamingResponse:
        assert gate is not None
        return StreamingResponse(pieces_of(gate))

    return app


async def pieces_of(gate: Gate) -> AsyncIterator[bytes]:
    try:
        yield b"first"
        await gate.open.wait()
        yield b"second"
    finally:
        gate.left.set()


class _Server(uvicorn.Server):
    """Says when it takes connections."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[str]:
    """A real uvicorn on a free port of the loopback address."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off")
        server = _Server(config)
        task = asyncio.create_task(server.serve(sockets=[listening]))
        await server.ready.wait()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task


def values_of(logs: Logs, metrics: Metrics) -> str:
    return str(logs.text) + metrics.exposition()[0].decode()


@pytest.mark.parametrize("path", ["/fail/", "/cut/", "/nowhere/"])
async def test_planted_values_are_in_no_log_no_metric_and_no_answer(
    path: str, call: Call, logs: Logs
) -> None:
    metrics = Metrics()
    answer = await call(
        application(metrics),
        f"{path}{CANARY}",
        method="POST",
        query=f"q={CANARY}",
        headers=[
            ("authorization", f"Bearer {CANARY}"),
            ("cookie", f"session={CANARY}"),
            ("x-anything", CANARY),
            ("user-agent", CANARY),
            ("content-type", f"text/{CANARY}"),
        ],
        chunks=[CANARY.encode()],
    )
    assert logs.named("request")
    assert CANARY not in values_of(logs, metrics)
    assert CANARY.encode() not in answer.body
    assert CANARY not in str(answer.headers)


async def test_planted_values_are_in_no_log_of_a_real_server(logs: Logs) -> None:
    metrics = Metrics()
    headers = {"authorization": f"Bearer {CANARY}", "upgrade": "websocket", "connection": "upgrade"}
    async with served(application(metrics)) as base, httpx.AsyncClient() as client:
        for path in ("fail", "nowhere"):
            await client.post(f"{base}/{path}/{CANARY}?q={CANARY}", content=CANARY, headers=headers)
        with pytest.raises(httpx.RemoteProtocolError):
            await client.post(f"{base}/cut/{CANARY}?q={CANARY}")
    assert len(logs.named("request")) == 3
    assert CANARY not in values_of(logs, metrics)


async def test_refusals_carry_the_security_headers_and_the_request_id(
    call: Call, logs: Logs
) -> None:
    answer = await call(
        application(Metrics()), "/fail/x", method="POST", headers=[("content-length", "1001")]
    )
    assert answer.status == 413
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-request-id"] == answer.json()["requestId"]


async def test_a_stream_reaches_its_caller_piece_by_piece(logs: Logs) -> None:
    """The second piece is only made once the first has arrived: buffering would hang."""
    gate = Gate()
    async with (
        served(application(Metrics(), gate)) as base,
        httpx.AsyncClient(timeout=20) as client,
        client.stream("GET", f"{base}/gated") as answer,
    ):
        pieces = answer.aiter_raw()
        assert await anext(pieces) == b"first"
        gate.open.set()
        assert await anext(pieces) == b"second"
    assert logs.named("request")[0]["outcome"] == "completed"


async def test_a_stream_ends_when_its_caller_leaves(logs: Logs) -> None:
    gate = Gate()
    async with served(application(Metrics(), gate)) as base, httpx.AsyncClient() as client:
        async with client.stream("GET", f"{base}/gated") as answer:
            assert await anext(answer.aiter_raw()) == b"first"
        await asyncio.wait_for(gate.left.wait(), timeout=20)
    [line] = logs.named("request")
    assert (line["status"], line["outcome"], line["bytes_out"]) == (200, "client_left", 5)


async def test_a_chunked_body_over_the_limit_gets_its_413_over_a_real_socket(logs: Logs) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(200):
            yield b"x" * 100

    async with served(application(Metrics())) as base, httpx.AsyncClient() as client:
        answer = await client.post(f"{base}/fail/x", content=chunks())
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        again = await client.get(f"{base}/nowhere")
        assert again.status_code == 404
