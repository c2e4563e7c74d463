"""A scripted HTTP/1.1 server on a real socket: full control over packets, pauses and cuts."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from clients.liminal.tests.wire_data import USER

Pause = float


@dataclass(kw_only=True)
class Reply:
    """What the peer answers. `stream` is sent chunked, a float in it is a pause in seconds."""

    status: int = 200
    body: object = field(default_factory=lambda: {"data": {}})
    raw: bytes | None = None
    """The body as bytes, instead of `body` as JSON."""
    wire: bytes | None = None
    """Everything that is sent, headers too; then the connection is closed."""
    stream: Sequence[bytes | Pause] | None = None
    cut: bool = False
    """Close the connection before the answer is complete."""
    hang: bool = False
    """Never answer."""
    headers: Sequence[tuple[str, str]] = ()

    @classmethod
    def session(cls, session_id: str) -> Reply:
        """A successful sign-in that sets the session cookie."""
        cookie = ("Set-Cookie", f"session={session_id}; Path=/; HttpOnly; SameSite=lax")
        return cls(body={"data": USER}, headers=[cookie])


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A request that came in."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401 - whatever JSON holds
        return json.loads(self.body)

    @property
    def cookies(self) -> dict[str, str]:
        pairs = [p.split("=", 1) for p in self.headers.get("cookie", "").split("; ") if p]
        return {pair[0]: pair[1] for pair in pairs}


class Peer:
    """Answers each (method, path) with the replies given for it, the last one again and again."""

    def __init__(self) -> None:
        self.requests: list[Seen] = []
        self.connections = 0
        self.asked = asyncio.Event()
        """Set once a request has come."""
        self.gone = asyncio.Event()
        """Set when a client closed its connection while an answer was on its way."""
        self._replies: defaultdict[tuple[str, str], list[Reply]] = defaultdict(list)
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def on(self, method: str, path: str, *replies: Reply) -> None:
        self._replies[method, path] = list(replies)

    async def idle(self) -> None:
        """Wait until no connection is open any more."""
        while self._tasks:
            await asyncio.wait(self._tasks, timeout=5, return_when=asyncio.FIRST_COMPLETED)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (request := await _read(reader)) is not None:
                self.requests.append(request)
                self.asked.set()
                if not await self._answer(self._next(request), reader, writer):
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            self.gone.set()
        finally:
            writer.close()

    def _next(self, request: Seen) -> Reply:
        replies = self._replies[request.method, request.path]
        if not replies:
            return Reply(status=404, body={"message": "No such path", "code": "not_found"})
        return replies.pop(0) if len(replies) > 1 else replies[0]

    async def _answer(
        self, reply: Reply, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Send a reply; return whether the connection may be used again."""
        if reply.hang:
            await reader.read()
            self.gone.set()
            return False
        if reply.wire is not None:
            writer.write(reply.wire)
            await writer.drain()
            return False
        if reply.stream is not None:
            await self._send_stream(reply, writer)
        else:
            _send_body(reply, writer)
        await writer.drain()
        return not reply.cut

    async def _send_stream(self, reply: Reply, writer: asyncio.StreamWriter) -> None:
        framing = ("Transfer-Encoding", "chunked"), ("Content-Type", "application/x-ndjson")
        writer.write(_head(reply.status, [*reply.headers, *framing]))
        for part in reply.stream or ():
            if isinstance(part, float):
                await asyncio.sleep(part)
                continue
            writer.write(b"%x\r\n%b\r\n" % (len(part), part))
            await writer.drain()
        if not reply.cut:
            writer.write(b"0\r\n\r\n")


def _send_body(reply: Reply, writer: asyncio.StreamWriter) -> None:
    body = json.dumps(reply.body).encode() if reply.raw is None else reply.raw
    length = len(body) + (10 if reply.cut else 0)
    writer.write(_head(reply.status, [*reply.headers, ("Content-Length", str(length))]) + body)


def _head(status: int, headers: Sequence[tuple[str, str]]) -> bytes:
    lines = [f"HTTP/1.1 {status} Scripted", *(f"{name}: {value}" for name, value in headers)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


async def _read(reader: asyncio.StreamReader) -> Seen | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.strip().split("\r\n")
    method, target, _ = first.split(" ")
    headers = {n.lower(): v.strip() for n, v in (line.split(":", 1) for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    parts = urlsplit(target)
    query = dict(parse_qsl(parts.query))
    return Seen(method=method, path=parts.path, query=query, headers=headers, body=body)
