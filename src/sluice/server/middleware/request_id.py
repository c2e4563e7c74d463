"""An id for each request: the caller's own if it is well formed, else a new one."""

from __future__ import annotations

import re
import secrets
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

HEADER: Final = b"x-request-id"
WELL_FORMED: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")
"""Nothing that could break a log line, a header or a URL."""


class RequestId:
    """Puts the id into `scope["state"]["request_id"]`, the log's context and the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        request_id = _given(scope) or secrets.token_hex(16)
        scope.setdefault("state", {})["request_id"] = request_id

        async def send_wrapper(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _with_id(message.get("headers", ()), request_id)
            await send(message)

        with bound_contextvars(request_id=request_id):
            await self._app(scope, receive, send_wrapper)


def request_id_of(scope: Scope) -> str:
    """The id of this request; empty where `RequestId` is not in place."""
    state: dict[str, str] = scope.get("state", {})
    return state.get("request_id", "")


def _given(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == HEADER:
            return value.decode("ascii") if WELL_FORMED.fullmatch(value) else None
    return None


def _with_id(
    headers: list[tuple[bytes, bytes]] | tuple[()], request_id: str
) -> list[tuple[bytes, bytes]]:
    kept = [(name, value) for name, value in headers if name.lower() != HEADER]
    return [*kept, (HEADER, request_id.encode("ascii"))]
