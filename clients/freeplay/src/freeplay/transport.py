"""Perform the steps of a call: with blocking sockets, or in an event loop."""

from __future__ import annotations

import asyncio
import json
import os
import re
import time
import weakref
from collections.abc import AsyncGenerator, Generator
from typing import Any, Final, NamedTuple, TypeVar
from urllib.parse import urlsplit

import httpx

from freeplay.calls import ModelCall
from freeplay.errors import (
    APIKeyMissingError,
    ArgumentError,
    ConnectionFailedError,
    InvalidResponseError,
    RequestError,
    RequestTimeoutError,
)
from freeplay.flavors import ChatFlavor
from freeplay.wire import Answer, Ask, Request, Send, Step

T = TypeVar("T")
_KEEP_IDLE_SECONDS: Final = 4.0
"""Shorter than the 5 seconds after which many servers close an idle connection."""
_KEY: Final = re.compile(r"[\x21-\x7e]+")
_NOT_CONNECTED: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class Address(NamedTuple):
    """Where the server is, and the key for it; `timeout` is in seconds."""

    base: str
    key: str
    timeout: float


def checked_address(api_base: str, key: str, timeout: float) -> Address:
    """Return the address. Raises `ArgumentError`, or `APIKeyMissingError`; quotes neither."""
    if not key:
        raise APIKeyMissingError("Freeplay API key not set. It must be set to the Freeplay API.")
    if not _KEY.fullmatch(key):
        raise ArgumentError(
            "The Freeplay API key has a character that no key has (a line break, perhaps)"
        )
    if not _is_address(api_base):
        raise ArgumentError("api_base must be an address that begins with http:// or https://")
    return Address(api_base.rstrip("/"), key, timeout)


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


class Transport:
    """Blocking. May be used by many threads, and after a fork."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._open: tuple[int, httpx.Client] | None = None

    def run(self, steps: Generator[Step, Any, T]) -> T:
        """Perform step after step; return or raise what comes of them."""
        try:
            step = next(steps)
            while True:
                step = steps.send(self._perform(step))
        except StopIteration as done:
            result: T = done.value
            return result
        finally:
            steps.close()

    def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        if self._open and self._open[0] == os.getpid():
            self._open[1].close()
        self._open = None

    def _perform(self, step: Step) -> object:
        if isinstance(step, Send):
            return self._sent(step.request)
        if isinstance(step, Ask):
            return asked(step.call)
        time.sleep(step.seconds)
        return None

    def _sent(self, request: Request) -> Answer | RequestError:
        try:
            response = self._client().request(**_arguments(request, self._address))
        except (httpx.HTTPError, httpx.InvalidURL, OSError, RuntimeError) as error:
            return _unanswered(error, request)
        return _answer(response)

    def _client(self) -> httpx.Client:
        """This process's client: connections of before a fork are the parent's."""
        if self._open is None or self._open[0] != os.getpid():
            client = httpx.Client(limits=_limits(), timeout=self._address.timeout)
            self._open = (os.getpid(), client)
            # At the end of the program `close_all` does it: recordings go out first.
            weakref.finalize(self, client.close).atexit = False
            _TRANSPORTS.add(self)
        return self._open[1]


_TRANSPORTS: Final[weakref.WeakSet[Transport]] = weakref.WeakSet()


def close_all() -> None:
    """Close what is still open."""
    for transport in tuple(_TRANSPORTS):
        transport.close()


class _InLoop(NamedTuple):
    client: httpx.AsyncClient
    keeper: AsyncGenerator[None, None]
    loop: asyncio.AbstractEventLoop


class AsyncTransport:
    """For one event loop at a time; connections that are left open end with their loop."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._open: _InLoop | None = None

    async def run(self, steps: Generator[Step, Any, T]) -> T:
        """Perform step after step; return or raise what comes of them."""
        try:
            step = next(steps)
            while True:
                step = steps.send(await self._perform(step))
        except StopIteration as done:
            result: T = done.value
            return result
        finally:
            steps.close()

    async def aclose(self) -> None:
        """Close the connections; the next call opens new ones."""
        was, self._open = self._open, None
        if was and was.loop is asyncio.get_running_loop():
            await was.keeper.aclose()

    async def _perform(self, step: Step) -> object:
        if isinstance(step, Send):
            return await self._sent(step.request)
        if isinstance(step, Ask):
            return await asked_async(step.call)
        await asyncio.sleep(step.seconds)
        return None

    async def _sent(self, request: Request) -> Answer | RequestError:
        client = await self._client()
        try:
            response = await client.request(**_arguments(request, self._address))
        except (httpx.HTTPError, httpx.InvalidURL, OSError, RuntimeError) as error:
            return _unanswered(error, request)
        return _answer(response)

    async def _client(self) -> httpx.AsyncClient:
        loop = asyncio.get_running_loop()
        if self._open is None or self._open.loop is not loop:
            client = httpx.AsyncClient(limits=_limits(), timeout=self._address.timeout)
            keeper = _close_with_loop(client)
            self._open = _InLoop(client, keeper, loop)
            await anext(keeper)
        return self._open.client


async def _close_with_loop(client: httpx.AsyncClient) -> AsyncGenerator[None, None]:
    """Close `client` when this is closed: `asyncio.run` does so with every async generator."""
    try:
        yield
    finally:
        await client.aclose()


def asked(call: ModelCall) -> object:
    """Ask a model; what it raises is a result too, for the recording."""
    try:
        if isinstance(call.flavor, ChatFlavor) and call.messages is not None:
            return call.flavor.continue_chat(list(call.messages), call.params)
        return call.flavor.call_service(call.prompt, call.params)
    except Exception as error:  # any vendor's
        return error


async def asked_async(call: ModelCall) -> object:
    """The same, in an event loop."""
    try:
        if isinstance(call.flavor, ChatFlavor) and call.messages is not None:
            return await call.flavor.continue_chat_async(list(call.messages), call.params)
        return await call.flavor.call_service_async(call.prompt, call.params)
    except Exception as error:  # any vendor's
        return error


def _limits() -> httpx.Limits:
    return httpx.Limits(
        max_connections=100, max_keepalive_connections=20, keepalive_expiry=_KEEP_IDLE_SECONDS
    )


def _arguments(request: Request, address: Address) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {address.key}", **request.headers}
    content = None
    if request.body is not None:
        content = json.dumps(request.body).encode()
        headers["Content-Type"] = "application/json"
    return {
        "method": request.method,
        "url": address.base + request.path,
        "headers": headers,
        "content": content,
        "timeout": address.timeout if request.timeout is None else request.timeout,
        "follow_redirects": False,
    }


def _answer(response: httpx.Response) -> Answer:
    return Answer(response.status_code, dict(response.headers), response.content)


def _unanswered(error: Exception, request: Request) -> RequestError:
    """Return our error for one of httpx, whose own may quote a header or an address's password."""
    where = f"The Freeplay server did not answer {request.path}"
    if isinstance(error, _NOT_CONNECTED):
        message = f"{where}: no connection to it (is it running, is api_base right?)"
        return ConnectionFailedError(message, path=request.path, code="not_connected")
    if isinstance(error, httpx.TimeoutException):
        message = f"{where} within its time-out"
        return RequestTimeoutError(message, path=request.path, code="timeout")
    if isinstance(error, httpx.DecodingError):
        message = f"{where} in an encoding that can be read"
        return InvalidResponseError(message, path=request.path, code="invalid_response")
    message = f"{where}: the connection broke ({type(error).__name__})"
    return ConnectionFailedError(message, path=request.path, code="connection_failed")
