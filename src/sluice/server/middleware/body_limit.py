"""Refuses request bodies that are too large, before and while they are read."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sluice.server.errors import TooLarge
from sluice.server.middleware.answer import send_error


class BodyLimit:
    """Answers 413 to bodies of more than `limit` bytes, whether announced or chunked.

    An announced length is refused before the application runs. Otherwise reading stops at the
    limit, and whatever the application makes of that is replaced by the 413.
    """

    def __init__(self, app: ASGIApp, *, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif _announced(scope) > self._limit:
            await send_error(scope, send, too_large(self._limit))
        else:
            await _Reading(self._limit, receive, send).run(self._app, scope)


def too_large(limit: int) -> TooLarge:
    """The error; `limit` in bytes."""
    return TooLarge(f"The request's body is larger than {limit} bytes; send less at once.")


class _LimitPassed(Exception):
    """Ends the application's reading; never leaves this file unless an answer had begun."""


class _Reading:
    """One request while its body is read."""

    def __init__(self, limit: int, receive: Receive, send: Send) -> None:
        self._limit = limit
        self._receive = receive
        self._send = send
        self._read = 0
        self._passed = False
        self._answering = False

    async def run(self, app: ASGIApp, scope: Scope) -> None:
        try:
            await app(scope, self.receive, self.send)
        except Exception:
            # The application may have wrapped _LimitPassed in an exception of its own.
            if not self._passed or self._answering:
                raise
        if self._passed and not self._answering:
            await send_error(scope, self._send, too_large(self._limit))

    async def receive(self) -> Message:
        if self._passed:
            raise _LimitPassed
        message = await self._receive()
        self._read += len(message.get("body", b""))
        if self._read > self._limit:
            self._passed = True
            raise _LimitPassed
        return message

    async def send(self, message: Message) -> None:
        if self._passed and not self._answering:
            return
        self._answering = True
        await self._send(message)


def _announced(scope: Scope) -> int:
    """Content-Length in bytes; 0 without one or where it is no number (the server checks that)."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0
