"""The device authorization grant (RFC 8628) with any OpenID Connect provider."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from liminal.auth import AuthProvider
from liminal.const import LOGGER
from liminal.errors import ArgumentError, AuthError

DEFAULT_AUTH_CHALLENGE_TIMEOUT: Final[int] = 60
"""Seconds."""
DEFAULT_SCOPES: Final[tuple[str, ...]] = ("openid", "profile", "email")

_GRANT_TYPE: Final = "urn:ietf:params:oauth:grant-type:device_code"
_DEFAULT_INTERVAL: Final = 5.0
"""Seconds between two polls where the provider does not say (RFC 8628, 3.2)."""
_SLOW_DOWN: Final = 5.0
"""Seconds that `slow_down` adds to the interval (RFC 8628, 3.5)."""
_EARLY: Final = 30.0
"""A token is taken as expired this many seconds before it is."""
_DETAIL_LIMIT: Final = 500
"""How many code points of the provider's own explanation a message quotes."""
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, kw_only=True)
class Endpoints:
    """What the flow needs of a discovery document."""

    device_authorization: str
    token: str


@dataclass(frozen=True, kw_only=True)
class Challenge:
    """What the person must do, and how the provider wants to be polled (seconds)."""

    device_code: str = field(repr=False)
    user_code: str
    verification_uri: str
    interval: float


@dataclass(frozen=True, kw_only=True)
class Token:
    """An access token, and until when (of the monotonic clock) it is used."""

    value: str = field(repr=False)
    good_until: float


class DeviceCodeFlowProvider(AuthProvider):
    """Get an access token by a code that a person enters in a web browser.

    `issuer` is the provider's address: its discovery document must name the same. Addresses are
    `https`, or `http` on this machine only. The message that says where and which code goes to the
    logger `liminal` at INFO. `auth_challenge_timeout` is how many seconds the person has.
    `resource` (RFC 8707) asks for a token that is meant for that audience. A token is kept in
    memory until it expires; it is not refreshed.
    """

    def __init__(
        self,
        issuer: str,
        client_id: str,
        *,
        scopes: Sequence[str] = DEFAULT_SCOPES,
        resource: str | None = None,
        auth_challenge_timeout: float = DEFAULT_AUTH_CHALLENGE_TIMEOUT,
        httpx_client: httpx.AsyncClient | None = None,
    ) -> None:
        if not _is_safe(issuer):
            raise ArgumentError("The issuer must be an https address (http on this machine only)")
        self._issuer = issuer.rstrip("/")
        self._client_id = client_id
        self._scope = " ".join(scopes)
        self._audience = {} if resource is None else {"resource": resource}
        self._auth_challenge_timeout = auth_challenge_timeout
        self._httpx_client = httpx_client
        self._token: Token | None = None
        self._lock = asyncio.Lock()

    async def get_access_token(self) -> str:
        """Return a token, the last one while it is good. Raises `AuthError`."""
        async with self._lock:  # one challenge at a time
            if self._token is None or self._token.good_until <= monotonic():
                self._token = await self._new_token()
            return self._token.value

    async def _new_token(self) -> Token:
        async with self._connections() as http:
            endpoints = await self._discover(http)
            challenge = await self._challenge(http, endpoints)
            LOGGER.info(
                "To sign in, open %s in a web browser and enter the code %s.",
                challenge.verification_uri,
                challenge.user_code,
            )
            try:
                async with asyncio.timeout(self._auth_challenge_timeout):
                    return await self._poll(http, endpoints, challenge)
            except TimeoutError as err:
                raise AuthError(
                    "Timed out waiting for authentication challenge", code="challenge_timeout"
                ) from err

    @asynccontextmanager
    async def _connections(self) -> AsyncIterator[httpx.AsyncClient]:
        """Lend the caller's httpx client, or one that is closed afterwards."""
        if self._httpx_client is not None:
            yield self._httpx_client
            return
        async with httpx.AsyncClient(timeout=self._auth_challenge_timeout) as client:
            yield client

    async def _discover(self, http: httpx.AsyncClient) -> Endpoints:
        document = await self._json(
            http, "GET", f"{self._issuer}/.well-known/openid-configuration", "discovery document"
        )
        if str(document.get("issuer", "")).rstrip("/") != self._issuer:
            raise AuthError("The discovery document names another issuer", code="wrong_issuer")
        return Endpoints(
            device_authorization=_endpoint(document, "device_authorization_endpoint"),
            token=_endpoint(document, "token_endpoint"),
        )

    async def _challenge(self, http: httpx.AsyncClient, endpoints: Endpoints) -> Challenge:
        form = {"client_id": self._client_id, "scope": self._scope, **self._audience}
        answer = await self._json(
            http, "POST", endpoints.device_authorization, "device authorization", form
        )
        if "error" in answer:
            raise _refused(answer)
        return Challenge(
            device_code=_text(answer, "device_code"),
            user_code=_text(answer, "user_code"),
            verification_uri=_text(answer, "verification_uri"),
            interval=_seconds(answer, "interval", _DEFAULT_INTERVAL),
        )

    async def _poll(
        self, http: httpx.AsyncClient, endpoints: Endpoints, challenge: Challenge
    ) -> Token:
        """Ask for the token until the person has decided (RFC 8628, 3.5)."""
        form = {
            "client_id": self._client_id,
            "grant_type": _GRANT_TYPE,
            "device_code": challenge.device_code,
            **self._audience,  # RFC 8707, 2.2: said again where the token is asked for
        }
        interval = challenge.interval
        while True:
            await asyncio.sleep(interval)
            try:
                answer = await self._json(http, "POST", endpoints.token, "token", form)
            except AuthError as err:
                if err.code != "provider_unreachable":
                    raise
                interval *= 2  # RFC 8628, 3.5: back off when the connection fails
                continue
            if answer.get("error") not in {"authorization_pending", "slow_down"}:
                return _granted(answer)
            interval = next_interval(interval, answer["error"])

    async def _json(
        self,
        http: httpx.AsyncClient,
        method: str,
        url: str,
        what: str,
        form: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Return the JSON object that the provider answers; its errors are objects too."""
        try:
            response = await http.request(method, url, data=form, follow_redirects=False)
            answer = response.json()
        except (httpx.HTTPError, httpx.InvalidURL) as err:
            raise AuthError(
                f"The identity provider did not answer ({what}): {type(err).__name__}",
                code="provider_unreachable",
            ) from err
        except (ValueError, RecursionError):
            answer = None
        if isinstance(answer, dict) and (response.is_success or "error" in answer):
            return answer
        raise AuthError(
            f"The identity provider's {what} is not what was asked for "
            f"(status {response.status_code})",
            status=response.status_code,
            code="sign_in_failed",
        )


def next_interval(interval: float, error: str) -> float:
    """Return how many seconds to wait before the next poll (RFC 8628, 3.5)."""
    return interval + _SLOW_DOWN if error == "slow_down" else interval


def _granted(answer: Mapping[str, Any]) -> Token:
    if "error" in answer:
        raise _refused(answer)
    lifetime = _seconds(answer, "expires_in", 0.0)
    return Token(value=_text(answer, "access_token"), good_until=monotonic() + lifetime - _EARLY)


def _refused(answer: Mapping[str, Any]) -> AuthError:
    code = str(answer["error"])[:_DETAIL_LIMIT]
    detail = str(answer.get("error_description", ""))[:_DETAIL_LIMIT]
    message = f"The identity provider refused the sign-in: {code}: {detail}"
    return AuthError(message.rstrip(": "), code=code)


def _endpoint(document: Mapping[str, Any], name: str) -> str:
    address = _text(document, name)
    if not _is_safe(address):
        raise AuthError(f"The provider's {name} is no https address", code="sign_in_failed")
    return address


def _is_safe(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    )


def _text(answer: Mapping[str, Any], key: str) -> str:
    """Return a text that may stand in a log line; say which is missing or malformed."""
    value = answer.get(key)
    if not isinstance(value, str) or not value.isprintable() or not value:
        raise AuthError(
            f"The identity provider's {key} is missing or malformed", code="sign_in_failed"
        )
    return value


def _seconds(answer: Mapping[str, Any], key: str, default: float) -> float:
    value = answer.get(key, default)
    return float(value) if isinstance(value, int | float) and value >= 0 else default
