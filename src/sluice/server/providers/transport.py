"""The one seam over the HTTP library: every byte to and from a vendor goes through here.

Built on httpx's pooled connections (`httpx.AsyncHTTPTransport`) and not on its client, because
the client would add what a gateway must not have: cookies of one user sent along with another's
call, an INFO log of every URL with the vendor's own words in it, redirects, and unpacking of
compressed bodies (so a small answer could become a large one).

Nothing is taken from the environment: a proxy variable set for something else must not lead
prompts and credentials elsewhere. A proxy and a certificate bundle are given as arguments.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self, cast

import httpx

from sluice.server.providers.base import (
    ProviderError,
    ProviderProtocolError,
    ProviderRejected,
    ProviderTimeout,
    ProviderUnreachable,
)
from sluice.server.providers.faults import answer_error, parse_fault
from sluice.server.providers.retry import Retries, Sleep

ERROR_BODY_LIMIT: Final = 16 * 1024
"""Bytes of an error's body that are read, only to find the vendor's error type."""
ERROR_BODY_SECONDS: Final = 2.0
HTTP_ERRORS: Final = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpx.StreamError,
    httpx.CookieConflict,
)
"""The roots of everything that httpx raises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """How long a vendor may take, in seconds."""

    connect: float = 5.0
    """To open a connection, each attempt."""
    send: float = 30.0
    """To take a piece of the request."""
    free_connection: float = 10.0
    """For one of our own pooled connections to become free."""
    first_byte: float = 120.0
    """From the call until the answer's head, and again until the first byte of its body."""
    idle: float = 60.0
    """Between two pieces of the answer."""
    total: float = 1800.0
    """For one attempt in all: a vendor that drips for ever ends here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is kept open and taken in."""

    connections: int = 256
    idle_connections: int = 64
    idle_seconds: float = 30.0
    """How long an unused connection stays open; below the usual minute of vendors' front ends."""
    answer_bytes: int = 64 * 1024 * 1024
    """The largest answer, all its events together."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request to a vendor; credentials and text never appear in `repr`."""

    provider: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


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
        pool: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.timeouts = timeouts or Timeouts()
        self.limits = limits or Limits()
        self.retries = retries or Retries()
        self.sleep = sleep
        self._pool = pool or self._open_pool(proxy, ca_file)
        _quieten()

    def _open_pool(self, proxy: str | None, ca_file: str | None) -> httpx.AsyncHTTPTransport:
        verify = ssl.create_default_context(cafile=ca_file) if ca_file else True
        return httpx.AsyncHTTPTransport(
            verify=verify,
            trust_env=False,
            proxy=proxy,
            limits=httpx.Limits(
                max_connections=self.limits.connections,
                max_keepalive_connections=self.limits.idle_connections,
                keepalive_expiry=self.limits.idle_seconds,
            ),
        )

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
        await self._pool.aclose()

    async def post(
        self, call: Call, *, content_type: str = "text/event-stream"
    ) -> AsyncGenerator[bytes, None]:
        """One POST, its answer's bytes as they come; no second attempt is made here.

        Closing the generator closes the answer, and with it the connection if the vendor has not
        finished. Raises `ProviderError`: also for any status but 200, another `content_type`, a
        compressed body, an answer over the limit and an exceeded time.
        """
        deadline = asyncio.get_running_loop().time() + self.timeouts.total
        async with self._opened(call, deadline) as response:
            await self._check(call, response, content_type)
            async with aclosing(self._pieces(call, response, deadline)) as pieces:
                async for piece in pieces:
                    yield piece

    async def get(self, provider: str, url: str, *, seconds: float, limit: int) -> bytes:
        """The body of one GET, whole, within `seconds` and `limit` bytes.

        Raises `ProviderError`, as `post` does.
        """
        deadline = asyncio.get_running_loop().time() + seconds
        call = Call(provider, url, {}, b"")
        async with self._opened(call, deadline, method="GET") as response:
            await self._check(call, response, "application/json")
            async with aclosing(self._pieces(call, response, deadline)) as pieces:
                return await _whole(call, pieces, limit)

    @asynccontextmanager
    async def _opened(
        self, call: Call, deadline: float, method: str = "POST"
    ) -> AsyncIterator[httpx.Response]:
        response = await self._send(call, deadline, method)
        try:
            yield response
        finally:
            await _close(response)

    async def _send(self, call: Call, deadline: float, method: str) -> httpx.Response:
        failure: ProviderError
        try:
            request = self._request(call, method)
            async with asyncio.timeout(self._patience(self.timeouts.first_byte, deadline)):
                return await self._pool.handle_async_request(request)
        except TimeoutError:
            failure = _too_late(call.provider, "the beginning of an answer")
        except HTTP_ERRORS as error:
            failure = transport_error(call.provider, error, answered=False)
        # Raised here and not in the handlers: httpx's errors carry the request and may quote
        # the vendor's bytes, so that not even a chained traceback may show them.
        raise failure

    def _request(self, call: Call, method: str) -> httpx.Request:
        headers = {"accept-encoding": "identity", "user-agent": "sluice", **call.headers}
        waits = {
            "connect": self.timeouts.connect,
            "write": self.timeouts.send,
            "pool": self.timeouts.free_connection,
        }
        content = call.body if method == "POST" else None
        return httpx.Request(
            method, call.url, headers=headers, content=content, extensions={"timeout": waits}
        )

    @staticmethod
    def _patience(seconds: float, deadline: float) -> float:
        return max(0.0, min(seconds, deadline - asyncio.get_running_loop().time()))

    async def _check(self, call: Call, response: httpx.Response, content_type: str) -> None:
        """Refuse whatever is not a 200 with a plain body of this type."""
        if response.status_code != 200:
            body = await _error_body(response)
            sent = b"".join((call.body, *(v.encode() for v in call.headers.values())))
            fault = parse_fault(body, sent=sent)
            headers = {name.lower(): value for name, value in response.headers.items()}
            raise answer_error(call.provider, response.status_code, headers, fault)
        if _media_type(response) != content_type:
            text = f"{call.provider} answered with another content type than {content_type}."
            raise ProviderProtocolError(call.provider, text, status=200)
        if response.headers.get("content-encoding", "identity") != "identity":
            text = f"{call.provider} sent a compressed answer, which was not asked for."
            raise ProviderProtocolError(call.provider, text, status=200)

    async def _pieces(
        self, call: Call, response: httpx.Response, deadline: float
    ) -> AsyncGenerator[bytes, None]:
        patience, taken = self.timeouts.first_byte, 0
        async with aclosing(_body(response)) as body:
            while (
                piece := await self._next(call, body, self._patience(patience, deadline))
            ) is not None:
                taken += len(piece)
                if taken > self.limits.answer_bytes:
                    raise _too_large(call, self.limits.answer_bytes)
                patience = self.timeouts.idle
                yield piece

    async def _next(self, call: Call, pieces: AsyncIterator[bytes], seconds: float) -> bytes | None:
        """The next piece of an answer, or None at its end."""
        failure: ProviderError
        try:
            async with asyncio.timeout(seconds):
                return await anext(pieces, None)
        except TimeoutError:
            failure = _too_late(call.provider, "more of its answer")
        except HTTP_ERRORS as error:
            failure = transport_error(call.provider, error, answered=True)
        raise failure  # outside of the handlers, as in `_send`


def _quieten() -> None:
    """Keep the libraries' own logs to warnings, whatever level the server logs at.

    Below it they name every URL and, in DEBUG, quote what the vendor sent.
    """
    for name in ("httpx", "httpcore"):
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.level, logging.WARNING))


def _body(response: httpx.Response) -> AsyncGenerator[bytes, None]:
    """The bytes as they come off the connection; httpx's streams are all generators."""
    stream = cast("httpx.AsyncByteStream", response.stream)
    return cast("AsyncGenerator[bytes, None]", aiter(stream))


async def _whole(call: Call, pieces: AsyncIterator[bytes], limit: int) -> bytes:
    body = bytearray()
    async for piece in pieces:
        body += piece
        if len(body) > limit:
            raise _too_large(call, limit)
    return bytes(body)


async def _close(response: httpx.Response) -> None:
    """Close an answer; that its connection was already broken is no news to anybody."""
    try:
        await response.aclose()
    except HTTP_ERRORS:
        return


async def _error_body(response: httpx.Response) -> bytes:
    """At most `ERROR_BODY_LIMIT` bytes of an error's body; what does not come is not waited for."""
    body = bytearray()
    try:
        async with asyncio.timeout(ERROR_BODY_SECONDS), aclosing(_body(response)) as pieces:
            async for piece in pieces:
                body += piece
                if len(body) > ERROR_BODY_LIMIT:
                    break
    except (TimeoutError, *HTTP_ERRORS):
        return b""
    return bytes(body[:ERROR_BODY_LIMIT])


def _media_type(response: httpx.Response) -> str:
    value: str = response.headers.get("content-type", "")
    return value.partition(";")[0].strip().lower()


def _too_large(call: Call, limit: int) -> ProviderProtocolError:
    text = f"{call.provider} sent an answer of more than {limit} bytes."
    return ProviderProtocolError(call.provider, text, status=200)


def _too_late(provider: str, what: str) -> ProviderTimeout:
    return ProviderTimeout(provider, f"{provider} did not send {what} in the time allowed.")


def transport_error(provider: str, error: Exception, *, answered: bool) -> ProviderError:
    """The `ProviderError` for any exception of httpx; its text names classes only.

    `answered` says that the head of an answer had come: the same broken connection is then a
    stream that was cut, before it a call that may be repeated.
    """
    kind = _names(error)
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.ProxyError):
        text = f"No connection to {provider} could be made ({kind})."
        return ProviderUnreachable(provider, text, retryable=True)
    if isinstance(error, httpx.PoolTimeout):
        text = f"No connection to {provider} became free in the time allowed ({kind})."
        return ProviderTimeout(provider, text)
    if isinstance(error, httpx.TimeoutException):
        return ProviderTimeout(provider, f"{provider} took longer than allowed ({kind}).")
    if isinstance(error, httpx.UnsupportedProtocol | httpx.LocalProtocolError | httpx.InvalidURL):
        text = f"The request to {provider} cannot be sent; check the connection ({kind})."
        return ProviderRejected(provider, text)
    if isinstance(error, httpx.NetworkError | httpx.RemoteProtocolError):
        return _broken(provider, kind, answered=answered)
    return ProviderProtocolError(provider, f"The answer of {provider} cannot be read ({kind}).")


def _broken(provider: str, kind: str, *, answered: bool) -> ProviderError:
    if answered:
        text = f"{provider} cut its answer off ({kind})."
        return ProviderProtocolError(provider, text, status=200)
    text = f"{provider} closed the connection without an answer ({kind})."
    return ProviderUnreachable(provider, text, retryable=True)


def _names(error: BaseException) -> str:
    """The class of an error and of the operating system's one beneath it, if there is one."""
    name = type(error).__name__
    beneath = next((e for e in _beneath(error) if isinstance(e, OSError)), None)
    return f"{name}, {type(beneath).__name__}" if beneath else name


def _beneath(error: BaseException) -> Iterator[BaseException]:
    cause = error.__cause__ or error.__context__
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
