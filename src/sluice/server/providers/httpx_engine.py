"""The transport's engine over httpx: used where aiohttp is not installed.

Built on httpx's pooled connections (`httpx.AsyncHTTPTransport`) and not on its client, because
the client would add what a gateway must not have: cookies of one user sent along with another's
call, an INFO log of every URL with the vendor's own words in it, redirects, and unpacking of
compressed bodies (so a small answer could become a large one).
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncGenerator, Mapping
from typing import Final, cast

import httpx

from sluice.server.providers.base import (
    ProviderError,
    ProviderProtocolError,
    ProviderRejected,
    ProviderTimeout,
    ProviderUnreachable,
)
from sluice.server.providers.engine import Call, Limits, Timeouts, broken, names, too_late

HTTP_ERRORS: Final = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpx.StreamError,
    httpx.CookieConflict,
)
"""The roots of everything that httpx raises."""


class HttpxEngine:
    """Pooled HTTP/1.1 connections of httpx's; `pool` stands in for them in tests."""

    def __init__(
        self,
        timeouts: Timeouts,
        limits: Limits,
        *,
        proxy: str | None = None,
        ca_file: str | None = None,
        pool: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._timeouts = timeouts
        self._pool = pool or _open_pool(limits, proxy, ca_file)

    async def open(self, call: Call, method: str, seconds: float) -> HttpxAnswer:
        """Send a request and wait for the head of its answer. Raises `ProviderError`."""
        failure: ProviderError
        try:
            request = self._request(call, method)
            async with asyncio.timeout(seconds):
                return HttpxAnswer(call, await self._pool.handle_async_request(request))
        except TimeoutError:
            failure = too_late(call.provider, "the beginning of an answer")
        except HTTP_ERRORS as error:
            failure = transport_error(call.provider, error, answered=False)
        # Raised here and not in the handlers: httpx's errors carry the request and may quote
        # the vendor's bytes, so that not even a chained traceback may show them.
        raise failure

    def _request(self, call: Call, method: str) -> httpx.Request:
        waits = {
            "connect": self._timeouts.connect,
            "write": self._timeouts.send,
            "pool": self._timeouts.free_connection,
        }
        content = call.body if method == "POST" else None
        return httpx.Request(
            method, call.url, headers=call.headers, content=content, extensions={"timeout": waits}
        )

    async def aclose(self) -> None:
        """Close every pooled connection."""
        await self._pool.aclose()


def _open_pool(limits: Limits, proxy: str | None, ca_file: str | None) -> httpx.AsyncHTTPTransport:
    verify = ssl.create_default_context(cafile=ca_file) if ca_file else True
    return httpx.AsyncHTTPTransport(
        verify=verify,
        trust_env=False,
        proxy=proxy,
        limits=httpx.Limits(
            max_connections=limits.connections,
            max_keepalive_connections=limits.idle_connections,
            keepalive_expiry=limits.idle_seconds,
        ),
    )


class HttpxAnswer:
    """An answer whose body comes piece by piece."""

    def __init__(self, call: Call, response: httpx.Response) -> None:
        self.status = response.status_code
        self._call = call
        self._response = response
        stream = cast("httpx.AsyncByteStream", response.stream)
        # httpx's streams are all generators.
        self._body = cast("AsyncGenerator[bytes, None]", aiter(stream))

    @property
    def headers(self) -> Mapping[str, str]:
        """By name in lower case."""
        return {name.lower(): value for name, value in self._response.headers.items()}

    async def piece(self, seconds: float) -> bytes:
        """The next piece of the body, b"" at its end. Raises `ProviderError`."""
        failure: ProviderError
        try:
            async with asyncio.timeout(seconds):
                async for piece in self._body:
                    if piece:
                        return piece
                return b""
        except TimeoutError:
            failure = too_late(self._call.provider, "more of its answer")
        except HTTP_ERRORS as error:
            failure = transport_error(self._call.provider, error, answered=True)
        raise failure  # outside of the handlers, as in `open`

    async def close(self) -> None:
        """Close the answer; that its connection was already broken is no news to anybody."""
        try:
            await self._body.aclose()
            await self._response.aclose()
        except HTTP_ERRORS:
            return


def transport_error(provider: str, error: Exception, *, answered: bool) -> ProviderError:
    """The `ProviderError` for any exception of httpx; its text names classes only.

    `answered` says that the head of an answer had come: the same broken connection is then a
    stream that was cut, before it a call that may be repeated.
    """
    kind = names(error)
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
        return broken(provider, kind, answered=answered)
    return ProviderProtocolError(provider, f"The answer of {provider} cannot be read ({kind}).")
