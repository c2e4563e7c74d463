"""A tiny ASGI caller, captured logs, and the whole stack in production's order."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator, Sequence

import pytest
import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from tests.unit.server.middleware.calling import Answer, Call, Logs

from sluice.server.kit.logs import configure_logging


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def scope_of(
    method: str, path: str, headers: Sequence[tuple[str, str]], query: str, **more: object
) -> Scope:
    return {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": [(k.lower().encode(), v.encode("latin-1")) for k, v in headers],
        "scheme": "http",
        "client": ("192.0.2.1", 1234),
        **more,
    }


@pytest.fixture
def call() -> Call:
    async def call(
        app: ASGIApp,
        path: str = "/",
        *,
        method: str = "GET",
        headers: Sequence[tuple[str, str]] = (),
        query: str = "",
        chunks: Sequence[bytes] = (b"",),
        leaves: bool = False,
        **more: object,
    ) -> Answer:
        """Send one request; after its chunks the caller waits, or `leaves`."""
        answer = Answer()
        waiting = [
            {"type": "http.request", "body": chunk, "more_body": leaves or i + 1 < len(chunks)}
            for i, chunk in enumerate(chunks)
        ]

        async def receive() -> Message:
            return waiting.pop(0) if waiting else {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            answer.messages.append(message)

        await app(scope_of(method, path, headers, query, **more), receive, send)
        return answer

    return call


@pytest.fixture
def hello() -> ASGIApp:
    """Reads the whole body and answers with two pieces."""

    async def hello(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"hel", "more_body": True})
        await send({"type": "http.response.body", "body": b"lo", "more_body": False})

    return hello


@pytest.fixture
def logs() -> Iterator[Logs]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    stream = io.StringIO()
    configure_logging("DEBUG", "json", stream)
    yield Logs(stream)
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)
