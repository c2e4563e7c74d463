"""The transport's engine over aiohttp, whose parser is compiled: a call costs a sixth of the time
that it costs over httpx, whose engine is plain Python.

Redirects, cookies, unpacking and the environment are off. The pool is one for all vendors.
"""

from __future__ import annotations

import asyncio
import io
import ssl
from collections.abc import Mapping
from typing import Final

import aiohttp
from yarl import URL

from sluice.server.providers.base import (
    ProviderError,
    ProviderProtocolError,
    ProviderRejected,
    ProviderTimeout,
    ProviderUnreachable,
)
from sluice.server.providers.engine import Call, Limits, Timeouts, broken, names, too_late

HTTP_ERRORS: Final = (aiohttp.ClientError, OSError, ValueError)
"""The roots of what a request of aiohttp's raises; ValueError is for one that cannot be written."""

_LARGE: Final = 256 * 1024
_NO_CONNECTION: Final = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,
    aiohttp.ClientSSLError,
    aiohttp.ServerFingerprintMismatch,
)


class AiohttpEngine:
    """Pooled HTTP/1.1 connections of aiohttp's, opened at the first call."""

    def __init__(
        self,
        timeouts: Timeouts,
        limits: Limits,
        *,
        proxy: str | None = None,
        ca_file: str | None = None,
    ) -> None:
        self._timeouts = timeouts
        self._limits = limits
        self._proxy = proxy
        self._ca_file = ca_file
        self._opened: aiohttp.ClientSession | None = None

    async def open(self, call: Call, method: str, seconds: float) -> AiohttpAnswer:
        """Send a request and wait for the head of its answer. Raises `ProviderError`."""
        failure: ProviderError
        try:
            async with asyncio.timeout(seconds):
                response = await self._session().request(
                    method,
                    # As it is: one that was signed must not be written in another way.
                    URL(call.url, encoded=True),
                    headers=call.headers,
                    data=_data(call.body) if method == "POST" else None,
                    proxy=self._proxy,
                    allow_redirects=False,
                )
                return AiohttpAnswer(call, response)
        # The library's own time-outs are ours too, and not the one that ran out here.
        except HTTP_ERRORS as error:
            failure = (
                transport_error(call.provider, error, answered=False)
                if not isinstance(error, TimeoutError) or isinstance(error, aiohttp.ClientError)
                else too_late(call.provider, "the beginning of an answer")
            )
        # Raised here and not in the handler: the library's errors carry the request's address and
        # may quote the vendor's bytes, so that not even a chained traceback may show them.
        raise failure

    def _session(self) -> aiohttp.ClientSession:
        if self._opened is None:
            self._opened = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._limits.connections,
                    keepalive_timeout=self._limits.idle_seconds,
                    ssl=ssl.create_default_context(cafile=self._ca_file) if self._ca_file else True,
                ),
                timeout=aiohttp.ClientTimeout(
                    total=None,
                    connect=self._timeouts.free_connection + self._timeouts.connect,
                    sock_connect=self._timeouts.connect,
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                skip_auto_headers=("User-Agent", "Accept-Encoding"),
                trust_env=False,
            )
        return self._opened

    async def aclose(self) -> None:
        """Close every pooled connection."""
        if self._opened is not None:
            await self._opened.close()


def _data(body: bytes) -> bytes | io.BytesIO:
    """A body as the library wants it: a large one in pieces, so that others get their turn."""
    return body if len(body) < _LARGE else io.BytesIO(body)


class AiohttpAnswer:
    """An answer whose body comes piece by piece."""

    def __init__(self, call: Call, response: aiohttp.ClientResponse) -> None:
        self.status = response.status
        self._call = call
        self._response = response
        self._content = response.content
        self._loop = asyncio.get_running_loop()
        self._expired = False

    @property
    def headers(self) -> Mapping[str, str]:
        """By name in lower case."""
        return {name.lower(): value for name, value in self._response.headers.items()}

    async def piece(self, seconds: float) -> bytes:
        """The next piece of the body, b"" at its end. Raises `ProviderError`."""
        failure: ProviderError
        # Closing the answer wakes whoever reads it: cheaper than a scope around every wait.
        timer = self._loop.call_later(seconds, self._expire)
        try:
            return await self._content.readany()
        except HTTP_ERRORS as error:
            failure = transport_error(self._call.provider, error, answered=True)
        finally:
            timer.cancel()
        if self._expired:
            failure = too_late(self._call.provider, "more of its answer")
        raise failure  # outside of the handler, as in `open`

    def _expire(self) -> None:
        self._expired = True
        self._response.close()

    async def close(self) -> None:
        """Give the connection back if the body was read to its end, close it if not."""
        self._response.close()


def transport_error(provider: str, error: Exception, *, answered: bool) -> ProviderError:
    """The `ProviderError` for any exception of aiohttp; its text names classes only.

    `answered` says that the head of an answer had come: the same broken connection is then a
    stream that was cut, before it a call that may be repeated.
    """
    kind = names(error)
    if isinstance(error, _NO_CONNECTION):
        text = f"No connection to {provider} could be made ({kind})."
        return ProviderUnreachable(provider, text, retryable=True)
    if isinstance(error, TimeoutError):
        return ProviderTimeout(provider, f"{provider} took longer than allowed ({kind}).")
    if isinstance(error, ValueError):
        text = f"The request to {provider} cannot be sent; check the connection ({kind})."
        return ProviderRejected(provider, text)
    if isinstance(error, aiohttp.ClientError | OSError):
        return broken(provider, kind, answered=answered)
    return ProviderProtocolError(provider, f"The answer of {provider} cannot be read ({kind}).")
