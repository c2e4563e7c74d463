"""The one seam over the HTTP library: every byte to and from a vendor goes through here.

The library is behind an `engine.Engine`: `aiohttp_engine`, or a test's own. Nothing is taken from
the environment: a proxy variable set for something else must not lead prompts and credentials
elsewhere. A proxy and a certificate bundle are given as arguments.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from types import TracebackType
from typing import Final, Self

from sluice.server.providers.aiohttp_engine import AiohttpEngine
from sluice.server.providers.base import ProviderError, ProviderProtocolError
from sluice.server.providers.engine import Answer, Call, Engine, Limits, Timeouts
from sluice.server.providers.faults import answer_error, parse_fault
from sluice.server.providers.retry import Retries, Sleep

__all__ = ["Call", "Limits", "Timeouts", "Transport"]

ERROR_BODY_LIMIT: Final = 16 * 1024
"""Bytes of an error's body that are read, only to find the vendor's error type."""
ERROR_BODY_SECONDS: Final = 2.0
_COMMON: Final = {"accept-encoding": "identity", "user-agent": "sluice"}
_LIBRARIES: Final = ("aiohttp", "httpx", "httpcore")
"""Ours and those that sign-in uses."""


class Transport:
    """Pooled HTTP/1.1 connections to all vendors; one for the whole server, closed at its end.

    `proxy` is the address of an HTTP proxy, `ca_file` a certificate bundle in place of the
    shipped one. `sleep` waits between attempts (`providers.retry`).
    """

    def __init__(
        self,
        *,
        timeouts: Timeouts | None = None,
        limits: Limits | None = None,
        retries: Retries | None = None,
        proxy: str | None = None,
        ca_file: str | None = None,
        sleep: Sleep = asyncio.sleep,
        engine: Engine | None = None,
    ) -> None:
        self.timeouts = timeouts or Timeouts()
        self.limits = limits or Limits()
        self.retries = retries or Retries()
        self.sleep = sleep
        self._engine = engine or AiohttpEngine(
            self.timeouts, self.limits, proxy=proxy, ca_file=ca_file
        )
        _quieten()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close every pooled connection."""
        await self._engine.aclose()

    async def post(
        self,
        call: Call,
        *,
        content_type: str = "text/event-stream",
        first_byte: float | None = None,
    ) -> AsyncGenerator[bytes, None]:
        """One POST, its answer's bytes as they come; no second attempt is made here.

        `first_byte` are seconds in place of the time-out of this name. Closing the generator closes
        the answer, and with it the connection if the vendor has not finished. Raises
        `ProviderError`: also for any status but 200, another `content_type`, a compressed body, an
        answer over the limit and an exceeded time.
        """
        patience = first_byte or self.timeouts.first_byte
        deadline = _now() + self.timeouts.total
        answer = await self._open(call, "POST", min(patience, self.timeouts.total))
        try:
            await _check(call, answer, content_type)
            taken = 0
            while piece := await answer.piece(max(0.0, min(patience, deadline - _now()))):
                taken += len(piece)
                if taken > self.limits.answer_bytes:
                    raise _too_large(call, self.limits.answer_bytes)
                patience = self.timeouts.idle
                yield piece
        finally:
            await answer.close()

    async def get(self, provider: str, url: str, *, seconds: float, limit: int) -> bytes:
        """The body of one GET, whole, within `seconds` and `limit` bytes.

        Raises `ProviderError`, as `post` does.
        """
        deadline = _now() + seconds
        call = Call(provider, url, {}, b"")
        answer = await self._open(call, "GET", seconds)
        try:
            await _check(call, answer, "application/json")
            body = bytearray()
            while piece := await answer.piece(max(0.0, deadline - _now())):
                body += piece
                if len(body) > limit:
                    raise _too_large(call, limit)
            return bytes(body)
        finally:
            await answer.close()

    async def _open(self, call: Call, method: str, seconds: float) -> Answer:
        sent = Call(call.provider, call.url, {**_COMMON, **call.headers}, call.body)
        return await self._engine.open(sent, method, seconds)


def _now() -> float:
    return asyncio.get_running_loop().time()


def _quieten() -> None:
    """Keep the libraries' own logs to warnings, whatever level the server logs at.

    Below it they name every URL and, in DEBUG, quote what the vendor sent.
    """
    for name in _LIBRARIES:
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.level, logging.WARNING))


async def _check(call: Call, answer: Answer, content_type: str) -> None:
    """Refuse whatever is not a 200 with a plain body of this type."""
    if answer.status != 200:
        body = await _error_body(answer)
        sent = b"".join((call.body, *(v.encode() for v in call.headers.values())))
        fault = parse_fault(body, sent=sent, headers=answer.headers)
        raise answer_error(call.provider, answer.status, answer.headers, fault)
    headers = answer.headers
    if headers.get("content-type", "").partition(";")[0].strip().lower() != content_type:
        text = f"{call.provider} answered with another content type than {content_type}."
        raise ProviderProtocolError(call.provider, text, status=200)
    if headers.get("content-encoding", "identity") != "identity":
        text = f"{call.provider} sent a compressed answer, which was not asked for."
        raise ProviderProtocolError(call.provider, text, status=200)


async def _error_body(answer: Answer) -> bytes:
    """At most `ERROR_BODY_LIMIT` bytes of an error's body; what does not come is not waited for."""
    body = bytearray()
    deadline = _now() + ERROR_BODY_SECONDS
    try:
        while piece := await answer.piece(max(0.0, deadline - _now())):
            body += piece
            if len(body) > ERROR_BODY_LIMIT:
                break
    except ProviderError:
        return b""
    return bytes(body[:ERROR_BODY_LIMIT])


def _too_large(call: Call, limit: int) -> ProviderProtocolError:
    text = f"{call.provider} sent an answer of more than {limit} bytes."
    return ProviderProtocolError(call.provider, text, status=200)
