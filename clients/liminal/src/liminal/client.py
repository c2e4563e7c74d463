"""The client: signs in, keeps the session, and holds the endpoints."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from time import perf_counter
from types import TracebackType
from typing import Any, Final, NamedTuple, NoReturn, Self, Unpack, overload

import httpx

from liminal.arguments import checked_timeout, checked_url, provider_and_url, shown_url
from liminal.auth import AuthProvider
from liminal.const import LOGGER
from liminal.decoding import decode
from liminal.endpoints.llm import LLMEndpoint
from liminal.endpoints.prompt import PromptEndpoint
from liminal.endpoints.thread import ThreadEndpoint
from liminal.errors import AuthError, InvalidResponseError, RequestError
from liminal.exchange import (
    SESSION_COOKIE,
    Call,
    build,
    close_with_loop,
    new_httpx_client,
    send,
    session_of,
)
from liminal.failures import mapped, refused, timed_out
from liminal.helpers.typing import Options, Parts, ValidatedResponseT
from liminal.lines import LineStream

DEFAULT_REQUEST_TIMEOUT: Final[int] = 60
"""Seconds."""

_OAUTH_LOGIN: Final = "/api/v1/auth/login/oauth/access-token"
_SESSION_LOGIN: Final = "/api/v1/users/me"
_TOKEN_LOGIN: Final = "/api/v1/auth/test-automation/login"  # noqa: S105 - a path


class _Own(NamedTuple):
    """Connections that a client opened itself, what closes them, and their event loop."""

    httpx_client: httpx.AsyncClient
    keeper: AsyncGenerator[None, None]
    loop: asyncio.AbstractEventLoop


class Client:
    """A signed-in connection to a server that speaks the Liminal wire.

    One client holds one session and one set of pooled connections; it may be used by many tasks
    of one event loop at a time. Close it with `aclose()` or `async with`; a client that is left
    open is closed when its event loop shuts down. An `httpx_client` that was passed in is used
    as it is, never closed here, and never given our cookies to keep.

    `timeout` is in seconds (infinity: none): for a call from its beginning to the end of its
    answer, for a stream the longest wait for the next piece. Nothing is retried: a prompt that
    was submitted twice would be answered twice.
    """

    @overload
    def __init__(
        self,
        api_server_url: str,
        *,
        httpx_client: httpx.AsyncClient | None = None,
        timeout: float = DEFAULT_REQUEST_TIMEOUT,
    ) -> None: ...
    @overload
    def __init__(
        self,
        auth_provider: AuthProvider,
        api_server_url: str,
        *,
        httpx_client: httpx.AsyncClient | None = None,
        timeout: float = DEFAULT_REQUEST_TIMEOUT,
    ) -> None: ...
    def __init__(
        self,
        *args: Any,
        auth_provider: AuthProvider | None = None,
        api_server_url: str | None = None,
        httpx_client: httpx.AsyncClient | None = None,
        timeout: float = DEFAULT_REQUEST_TIMEOUT,
    ) -> None:
        """With an `auth_provider`, sign in at the first call; without, use a class method."""
        self._auth_provider, url = provider_and_url(args, auth_provider, api_server_url)
        self._api_server_url = checked_url(url)
        self._timeout = checked_timeout(timeout)
        self._httpx_client = httpx_client
        self._own: _Own | None = None
        self._closed = False
        self._session_id: str | None = None
        self._session_id_callbacks: list[Callable[[str], object]] = []
        self._signing_in: asyncio.Task[None] | None = None
        self.llm = LLMEndpoint(self._validated)
        self.prompt = PromptEndpoint(self._validated, self._streamed)
        self.thread = ThreadEndpoint(self._validated)

    @classmethod
    async def authenticate_from_auth_provider(
        cls,
        api_server_url: str,
        auth_provider: AuthProvider,
        *,
        httpx_client: httpx.AsyncClient | None = None,
        timeout: float = DEFAULT_REQUEST_TIMEOUT,
    ) -> Self:
        """Sign in with an identity provider's access token. Raises `AuthError` if it is refused."""
        client = cls(api_server_url, httpx_client=httpx_client, timeout=timeout)
        return await client._signed_in(client._sign_in_from(auth_provider))

    @classmethod
    async def authenticate_from_session_id(
        cls,
        api_server_url: str,
        session_id: str,
        *,
        httpx_client: httpx.AsyncClient | None = None,
        timeout: float = DEFAULT_REQUEST_TIMEOUT,
    ) -> Self:
        """Go on with a session. The server may give it a new id: see `session_id`."""
        client = cls(api_server_url, httpx_client=httpx_client, timeout=timeout)
        cookies = {SESSION_COOKIE: session_id}
        return await client._signed_in(client._sign_in("GET", _SESSION_LOGIN, cookies=cookies))

    @classmethod
    async def authenticate_from_token(
        cls,
        api_server_url: str,
        token: str,
        *,
        httpx_client: httpx.AsyncClient | None = None,
        timeout: float = DEFAULT_REQUEST_TIMEOUT,
    ) -> Self:
        """Sign in with an environment token."""
        client = cls(api_server_url, httpx_client=httpx_client, timeout=timeout)
        headers = {"x-test-automation-api-key": token}
        return await client._signed_in(client._sign_in("POST", _TOKEN_LOGIN, headers=headers))

    @property
    def session_id(self) -> str | None:
        """The session's id, None before signing in. Whoever has it can act as you: keep it safe."""
        return self._session_id

    def add_session_id_callback(self, callback: Callable[[str], object]) -> Callable[[], None]:
        """Have `callback(session_id)` called for each session id that the server sets.

        Returns a function that ends it. What a callback raises is logged by its class and does
        not disturb the call.
        """
        self._session_id_callbacks.append(callback)
        active = [callback]

        def cancel() -> None:
            if active:
                self._session_id_callbacks.remove(active.pop())

        return cancel

    async def aclose(self) -> None:
        """End a sign-in that is under way and close the connections that this client opened."""
        self._closed = True
        if self._signing_in is not None:
            self._signing_in.cancel()
        if self._own is not None:
            own, self._own = self._own, None
            await own.keeper.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        state = "closed" if self._closed else "signed in" if self._session_id else "not signed in"
        return f"<liminal.Client {shown_url(self._api_server_url)} {state}>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        """Refuse to be copied or pickled: the session would travel with it."""
        raise TypeError("A liminal.Client cannot be copied or pickled; sign in again instead")

    # Signing in

    async def _signed_in(self, sign_in: Awaitable[None]) -> Self:
        """Wait for a sign-in; leave nothing open if it fails."""
        try:
            await sign_in
        except BaseException:
            await self.aclose()
            raise
        return self

    async def _sign_in(self, method: str, endpoint: str, **credential: Unpack[Options]) -> None:
        response = await self._request(method, endpoint, **credential)
        self._save_session_id_from_auth_response(response)

    async def _sign_in_from(self, auth_provider: AuthProvider) -> None:
        token = await auth_provider.get_access_token()
        await self._sign_in("GET", _OAUTH_LOGIN, headers={"Authorization": f"Bearer {token}"})

    async def _ensure_session(self) -> None:
        """Sign in if that is still to be done; calls that come meanwhile wait for the same."""
        if self._auth_provider is None or self._session_id is not None:
            return
        if self._signing_in is None:
            self._signing_in = asyncio.create_task(self._sign_in_from(self._auth_provider))
            self._signing_in.add_done_callback(self._sign_in_ended)
        await _of_others(self._signing_in)

    def _sign_in_ended(self, task: asyncio.Task[None]) -> None:
        self._signing_in = None
        if not task.cancelled():
            task.exception()  # taken, so that asyncio does not report it where nobody waits

    def _save_session_id_from_auth_response(self, auth_response: httpx.Response) -> None:
        """Take the session id of a sign-in. Raises `AuthError` where the server set none."""
        session_id = session_of(auth_response)
        if session_id is None:
            raise AuthError(
                "The server answered the sign-in without a session cookie",
                status=auth_response.status_code,
                code="no_session",
            )
        if session_id != self._session_id:
            self._set_session_id(session_id)

    def _set_session_id(self, session_id: str) -> None:
        self._session_id = session_id
        for callback in tuple(self._session_id_callbacks):
            try:
                callback(session_id)
            except Exception as err:  # a broken callback must not lose the answer it came with
                LOGGER.warning("A session id callback raised %s", type(err).__name__)

    # Requests

    async def _request(
        self,
        method: str,
        endpoint: str,
        *,
        headers: Mapping[str, str] | None = None,
        cookies: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        json: object = None,
        timeout: float | None = None,
    ) -> httpx.Response:
        """Make a request and return its response, read to the end; raise unless it is a 2xx."""
        if endpoint != _OAUTH_LOGIN:
            await self._ensure_session()
        call = self._call(
            method, endpoint, timeout, headers=headers, cookies=cookies, params=params, json=json
        )
        try:
            async with asyncio.timeout(None if math.isinf(call.timeout) else call.timeout):
                response = await self._send(call)
                await self._read(response, endpoint)
        except TimeoutError as err:
            if isinstance(err, RequestError):
                raise
            raise timed_out(self._shown(endpoint), endpoint, call.timeout) from None
        return response

    async def _request_and_validate(
        self,
        method: str,
        endpoint: str,
        expected_response_type: type[ValidatedResponseT],
        **options: Unpack[Options],
    ) -> ValidatedResponseT:
        """Make a request (options as for `_request`) and decode its body as the expected type."""
        response = await self._request(method, endpoint, **options)
        try:
            return decode(response.content, expected_response_type)
        except InvalidResponseError as err:
            err.url = endpoint
            err.status = response.status_code
            raise

    def _stream(
        self,
        method: str,
        endpoint: str,
        *,
        headers: Mapping[str, str] | None = None,
        cookies: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        json: object = None,
        timeout: float | None = None,
    ) -> LineStream:
        """Make a request when the first line is asked for; yield its lines as they come."""
        parts: Parts = {"headers": headers, "cookies": cookies, "params": params, "json": json}

        async def ask() -> httpx.Response:
            await self._ensure_session()
            return await self._send(self._call(method, endpoint, timeout, **parts))

        return LineStream(ask, endpoint)

    async def _read(self, response: httpx.Response, endpoint: str) -> None:
        """Read a response to its end and close it."""
        with mapped(self._shown(endpoint), endpoint):
            try:
                await response.aread()
            finally:
                await response.aclose()

    def _call(
        self, method: str, endpoint: str, timeout: float | None, **options: Unpack[Parts]
    ) -> Call:
        """Put a call together; the dictionaries of the caller stay as they are."""
        session = {} if self._session_id is None else {SESSION_COOKIE: self._session_id}
        return Call(
            method=method,
            endpoint=endpoint,
            headers=options["headers"],
            cookies={**(options["cookies"] or {}), **session},
            params=options["params"],
            json=options["json"],
            timeout=self._timeout if timeout is None else checked_timeout(timeout),
        )

    async def _send(self, call: Call) -> httpx.Response:
        """Send a call; take the session id that its answer sets; raise unless it is a 2xx.

        The response is open, for the caller to close.
        """
        started = perf_counter()
        shown = self._shown(call.endpoint)
        with mapped(shown, call.endpoint):
            client = await self._connections()
            response = await send(client, build(client, self._api_server_url, call))
            try:
                self._log(call, response.status_code, perf_counter() - started)
                if session_id := session_of(response):
                    self._set_session_id(session_id)
                if not response.is_success:
                    await response.aread()
                    raise refused(response, shown, call.endpoint)
            except BaseException:
                await response.aclose()
                raise
        return response

    def _log(self, call: Call, status: int, seconds: float) -> None:
        LOGGER.debug("%s %s: %d in %.3f s", call.method, call.endpoint, status, seconds)

    def _shown(self, endpoint: str) -> str:
        return f"{shown_url(self._api_server_url)}{endpoint}"

    async def _connections(self) -> httpx.AsyncClient:
        """Return the caller's httpx client, or the one opened here for the running event loop."""
        if self._closed:
            raise _closed_error()
        if self._httpx_client is not None:
            return self._open_httpx_client(self._httpx_client)
        loop = asyncio.get_running_loop()
        if self._own is None or self._own.loop is not loop or self._own.httpx_client.is_closed:
            client = new_httpx_client()
            self._own = _Own(client, close_with_loop(client), loop)
            await anext(self._own.keeper)
        return self._own.httpx_client

    @staticmethod
    def _open_httpx_client(client: httpx.AsyncClient) -> httpx.AsyncClient:
        if client.is_closed:
            # Not replaced by one of ours: it may carry a proxy or certificates on purpose.
            raise RequestError(
                "The httpx_client of this Client has been closed; keep it open while it is used",
                code="client_closed",
            )
        return client

    async def _validated(
        self,
        method: str,
        endpoint: str,
        expected_response_type: type[ValidatedResponseT],
        **options: Unpack[Options],
    ) -> ValidatedResponseT:
        """Call `_request_and_validate` as it is now, so that replacing it takes effect."""
        return await self._request_and_validate(method, endpoint, expected_response_type, **options)

    def _streamed(
        self, method: str, endpoint: str, **options: Unpack[Options]
    ) -> AsyncIterator[str]:
        """Call `_stream` as it is now, so that replacing it takes effect."""
        return self._stream(method, endpoint, **options)


async def _of_others(task: asyncio.Task[None]) -> None:
    """Wait for a task that others wait for too: it goes on when this waiter is cancelled."""
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        waiter = asyncio.current_task()
        if task.cancelled() and waiter is not None and not waiter.cancelling():
            raise _closed_error() from None
        raise


def _closed_error() -> RequestError:
    return RequestError("This Client has been closed", code="client_closed")
