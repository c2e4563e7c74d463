"""One structured line and the metrics for each request, when its last byte has gone."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import Final

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sluice.server.kit.logs import describe_exception
from sluice.server.kit.metrics import METHODS, Metrics, bounded
from sluice.server.middleware.last_resort import failure_of
from sluice.server.middleware.request_id import request_id_of
from sluice.server.middleware.route_template import route_template

CLIENT_LEFT: Final = 499
"""The status in logs and metrics of a request whose caller left before an answer began: as
nginx counts them; it is never sent."""

QUIET: Final = frozenset({"/healthz", "/readyz", "/metrics"})
"""Routes whose successes are logged at DEBUG only."""

log: structlog.typing.FilteringBoundLogger = structlog.get_logger(__name__)


class AccessLog:
    """Logs method, route template, status, times, sizes and outcome; never path, query, headers.

    `outcome` is `completed`, `client_left` (before the last byte), `failed` (an exception; its
    class name only) or `cut` (the answer was begun and not finished). Times in milliseconds,
    sizes in bytes of bodies.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        metrics: Metrics | None = None,
        quiet: Collection[str] = QUIET,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._quiet = frozenset(quiet)
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(receive, send, self._clock)
        if self._metrics:
            self._metrics.request_started()
        try:
            await self._app(scope, exchange.receive, exchange.send)
        except Exception as error:
            exchange.failure = str(describe_exception(error)["exception"])
            raise
        finally:
            self._report(scope, exchange)

    def _report(self, scope: Scope, exchange: _Exchange) -> None:
        seconds = self._clock() - exchange.began
        exchange.failure = exchange.failure or failure_of(scope)
        method, route = bounded(scope["method"], METHODS), route_template(scope)
        status = exchange.status or exchange.missing_status()
        if self._metrics:
            self._metrics.request_finished(method, route, status, seconds, exchange.first_byte)
        self._level(route, status, failed=exchange.failed)(
            "request",
            request_id=request_id_of(scope),
            method=method,
            route=route,
            status=status,
            duration_ms=_milliseconds(seconds),
            **exchange.details(),
        )

    def _level(self, route: str, status: int, *, failed: bool) -> Callable[..., object]:
        if failed or status >= 500:
            return log.error
        return log.debug if route in self._quiet and status < 400 else log.info


class _Exchange:
    """What is counted while one request is answered."""

    def __init__(self, receive: Receive, send: Send, clock: Callable[[], float]) -> None:
        self._receive = receive
        self._send = send
        self._clock = clock
        self.began = clock()
        self.status = 0
        self.first_byte: float | None = None
        """Seconds until the first byte of the answer's body."""
        self.failure: str | None = None
        self._bytes_in = 0
        self._bytes_out = 0
        self._complete = False
        self._client_left = False

    async def receive(self) -> Message:
        message = await self._receive()
        self._bytes_in += len(message.get("body", b""))
        if message["type"] == "http.disconnect" and not self._complete:
            self._client_left = True
        return message

    async def send(self, message: Message) -> None:
        try:
            await self._send(message)
        except OSError:
            # How ASGI servers since specification 2.4 say that the caller is gone.
            self._client_left = True
            raise
        self._count(message)

    def _count(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif message["type"] == "http.response.body":
            size = len(message.get("body", b""))
            if size and self.first_byte is None:
                self.first_byte = self._clock() - self.began
            self._bytes_out += size
            self._complete = not message.get("more_body", False)

    def missing_status(self) -> int:
        """The status to report where none was sent."""
        return 500 if self.failed else CLIENT_LEFT

    def details(self) -> dict[str, object]:
        """The rest of the line."""
        details: dict[str, object] = {
            "bytes_in": self._bytes_in,
            "bytes_out": self._bytes_out,
            "outcome": self._outcome(),
        }
        if self.first_byte is not None:
            details["first_byte_ms"] = _milliseconds(self.first_byte)
        if self.failure:
            details["exception"] = self.failure
        return details

    @property
    def failed(self) -> bool:
        """An exception ended it, and not because the caller had left."""
        return self.failure is not None and not self._client_left

    def _outcome(self) -> str:
        if self._client_left:
            return "client_left"
        if self.failed:
            return "failed"
        return "completed" if self._complete else "cut"


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 3)
