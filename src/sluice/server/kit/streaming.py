"""Answers that end when the caller leaves, and streams that are closed however they end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Final, TypeVar

import anyio
from fastapi import Request, Response
from pydantic import BaseModel
from starlette.types import Receive, Scope, Send

Result = TypeVar("Result")


class CallerLeft(Exception):
    """The caller closed the connection before the answer was ready."""


async def until_caller_leaves(request: Request, work: Callable[[], Awaitable[Result]]) -> Result:
    """The result of `work`, which is cancelled when the caller leaves (`CallerLeft` then)."""
    results: list[Result] = []

    async def collect() -> None:
        results.append(await work())

    await _while_connected(request.receive, collect)
    if not results:
        raise CallerLeft
    return results[0]


LINES: Final = "application/x-ndjson"


class LineStream(Response):
    """Newline-delimited JSON, each line sent on its own; closed when the caller leaves."""

    media_type = LINES

    def __init__(self, lines: AsyncGenerator[bytes, None]) -> None:
        super().__init__()
        del self.headers["content-length"]
        # Proxies that buffer answers would spoil the stream.
        self.headers["x-accel-buffering"] = "no"
        self._lines = lines

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send every line; the generator is closed in any case."""
        async with aclosing(self._lines):
            await _while_connected(receive, lambda: self._send_lines(send))

    async def _send_lines(self, send: Send) -> None:
        await send(
            {
                "type": "http.response.start",
                "status": self.status_code,
                "headers": self.raw_headers,
            }
        )
        async for line in self._lines:
            await send({"type": "http.response.body", "body": line, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def lines_of(
    first: BaseModel, rest: AsyncGenerator[BaseModel, None]
) -> AsyncGenerator[bytes, None]:
    """Steps of some work as lines; the first was waited for already."""
    async with aclosing(rest):
        yield first.model_dump_json(by_alias=True).encode() + b"\n"
        async for told in rest:
            yield told.model_dump_json(by_alias=True).encode() + b"\n"


class EventStream(LineStream):
    """Server-Sent Events; closed when the caller leaves."""

    media_type = "text/event-stream"


async def _while_connected(receive: Receive, work: Callable[[], Awaitable[None]]) -> None:
    """Do `work`, cancelled when the caller leaves; its own exceptions come through as they are."""
    # A task group for two would cost five times as much.
    scope = anyio.CancelScope()

    async def watch() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        scope.cancel()

    watching = asyncio.create_task(watch())
    try:
        with scope:
            await work()
    finally:
        watching.cancel()
    if watching.done():
        watching.result()
