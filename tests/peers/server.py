"""A small HTTP/1.1 server that writes exactly the bytes that it is told to.

A web framework would tidy up what a peer must be able to do wrong: stop in the middle of an
event, cut a message, hang before the head. So this one is asyncio streams and nothing else.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found"}


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came: header names in lower case, `connection` counts from 1."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    connection: int

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    def json(self) -> dict[str, Any]:
        """The body as a JSON object, or an empty one."""
        value = json.loads(self.body) if self.body else {}
        return value if isinstance(value, dict) else {}


class Exchange:
    """One request and the means to answer it, well or badly."""

    def __init__(self, request: Received, writer: asyncio.StreamWriter) -> None:
        self.request = request
        self.keep_open = True
        self._writer = writer
        self._chunked = False

    async def raw(self, data: bytes) -> None:
        """Write these very bytes."""
        self._writer.write(data)
        await self._writer.drain()

    async def head(self, status: int, headers: Mapping[str, str]) -> None:
        """Write a status line and headers; without a content length the body is chunked."""
        self._chunked = not any(name.lower() == "content-length" for name in headers)
        fields = dict(headers) | ({"transfer-encoding": "chunked"} if self._chunked else {})
        lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Status')}"]
        lines += [f"{name}: {value}" for name, value in fields.items()]
        await self.raw("\r\n".join([*lines, "", ""]).encode())

    async def piece(self, data: bytes) -> None:
        """Write a piece of a body, as one chunk where the body is chunked."""
        framed = b"%x\r\n%b\r\n" % (len(data), data) if self._chunked else data
        if data:
            await self.raw(framed)

    async def end(self) -> None:
        """End a chunked body."""
        if self._chunked:
            await self.raw(b"0\r\n\r\n")

    async def whole(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        """A complete answer."""
        await self.head(status, dict(headers) | {"content-length": str(len(body))})
        await self.piece(body)

    def cut(self) -> None:
        """Close the connection after this, whatever was promised."""
        self.keep_open = False


Behaviour = Callable[[Exchange], Awaitable[None]]


@dataclass
class Peer:
    """A server on a free loopback port, for `async with`.

    `script` is used up one behaviour a request; its last one stays. `requests` are recorded as
    they come (`called` is set by the first), `left` counts callers that went away before their
    answer was complete (`caller_left` is set by the first).
    """

    script: list[Behaviour]
    port: int = 0
    tls: ssl.SSLContext | None = None
    requests: list[Received] = field(default_factory=list)
    connections: int = 0
    left: int = 0
    called: asyncio.Event = field(default_factory=asyncio.Event)
    caller_left: asyncio.Event = field(default_factory=asyncio.Event)
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        """The address, without a path."""
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._connected, "127.0.0.1", self.port, ssl=self.tls, limit=32 * 1024 * 1024
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server:
            self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def serve_forever(self) -> None:
        """Serve until cancelled."""
        await asyncio.Event().wait()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self.connections += 1
        try:
            await self._serve(reader, writer, self.connections)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            return
        finally:
            writer.close()

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> None:
        while request := await _read(reader, number):
            self.requests.append(request)
            self.called.set()
            behaviour = self.script.pop(0) if len(self.script) > 1 else self.script[0]
            exchange = Exchange(request, writer)
            if not await self._run(behaviour(exchange), reader) or not exchange.keep_open:
                return

    async def _run(self, answering: Awaitable[None], reader: asyncio.StreamReader) -> bool:
        """Answer, unless the caller leaves first; whether the connection may be used again."""
        answer = asyncio.ensure_future(answering)
        gone = asyncio.ensure_future(reader.read(1))
        try:
            await asyncio.wait({answer, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not answer.done():
                self._note_left()
                return False
            return _finished(answer)
        finally:
            answer.cancel()
            gone.cancel()
            await asyncio.gather(answer, gone, return_exceptions=True)

    def _note_left(self) -> None:
        self.left += 1
        self.caller_left.set()


def _finished(answer: asyncio.Future[None]) -> bool:
    """Whether an answer was written to its end; a caller that went away meanwhile is no fault."""
    error = answer.exception()
    if error is not None and not isinstance(error, ConnectionError):
        raise error
    return error is None


async def _read(reader: asyncio.StreamReader, connection: int) -> Received | None:
    """The next request of a connection, or None where the caller closed it in between."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    method, target, _ = first.split(" ")
    fields = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in fields}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Received(method, target, headers, body, connection)
