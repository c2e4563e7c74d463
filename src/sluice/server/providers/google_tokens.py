"""Access tokens for a Google service account: a signed assertion in exchange for a token.

Source: Google Identity, "Using OAuth 2.0 for server to server applications", section "HTTP/REST",
after RFC 7523. The key file is the JSON that Google Cloud gives out for a service account.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

import jwt

from sluice.server.providers.addresses import address_problems
from sluice.server.providers.base import ProviderProtocolError, ProviderRejected
from sluice.server.providers.retry import retrying
from sluice.server.providers.transport import Call, Transport

SERVICE_ACCOUNT: Final = "service_account"
"""The credential that holds a key file."""
SCOPE: Final = "https://www.googleapis.com/auth/cloud-platform"
LIFETIME: Final = 3600
"""Seconds that an assertion asks for, the most that is given."""
MARGIN: Final = 300.0
"""Seconds before its end from which a token is not used any more: an answer may take so long."""

_TOKEN_URI: Final = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
_GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_PATIENCE: Final = 30.0
"""Seconds that an exchange may take to begin its answer."""
_MOST_KEPT: Final = 256
_ANSWER_LIMIT: Final = 64 * 1024
_TEXTS: Final = ("client_email", "private_key")


@dataclass(frozen=True, slots=True)
class Account:
    """What of a key file is used."""

    email: str
    private_key: str = field(repr=False)
    key_id: str | None
    token_uri: str


def account_problems(key_file: str, *, signing: bool = True) -> tuple[str, ...]:
    """What is wrong with a service account's key file; nothing of it is quoted.

    Whether its key can sign is only tried with `signing`: it takes milliseconds.
    """
    content = _content(key_file)
    if content is None:
        return ("give the key file as it is, a JSON object",)
    if content.get("type", "service_account") != "service_account":
        return ("give the key file of a service account, with this type",)
    missing = [name for name in _TEXTS if not _is_text(content.get(name))]
    found = [f"the key file has no {name}" for name in missing]
    uri = content.get("token_uri", _TOKEN_URI)
    found += [f"its token_uri: {a}" for a in address_problems(uri if _is_text(uri) else "")]
    if signing and not found and _assertion(_account(content), 0) is None:
        found.append("its private_key is no RSA key in PEM")
    return tuple(found)


def _content(key_file: str) -> dict[str, Any] | None:
    try:
        value = json.loads(key_file)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _account(content: dict[str, Any]) -> Account:
    key_id = content.get("private_key_id")
    return Account(
        content["client_email"],
        content["private_key"],
        key_id if isinstance(key_id, str) else None,
        content.get("token_uri", _TOKEN_URI),
    )


def _assertion(account: Account, now: int) -> str | None:
    """The signed assertion, or None where the key cannot sign; its error would quote the key."""
    claims = {
        "iss": account.email,
        "scope": SCOPE,
        "aud": account.token_uri,
        "iat": now,
        "exp": now + LIFETIME,
    }
    headers = {"kid": account.key_id} if account.key_id else None
    try:
        return jwt.encode(claims, account.private_key, algorithm="RS256", headers=headers)
    except (ValueError, TypeError, jwt.PyJWTError):
        return None


@dataclass(slots=True)
class _Kept:
    """A token and when it is not used any more, on the monotonic clock in seconds."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    token: str = field(default="", repr=False)
    until: float = 0.0


class Tokens:
    """The tokens of service accounts, each kept until shortly before its end.

    They are in memory only, under a hash of their key file; calls that need one at the same moment
    wait for one exchange. `clock` is monotonic, `wall` the time of day, both in seconds.
    """

    def __init__(
        self,
        transport: Transport,
        provider: str,
        *,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._transport = transport
        self._provider = provider
        self._clock = clock
        self._wall = wall
        self._kept: OrderedDict[bytes, _Kept] = OrderedDict()

    async def of(self, key_file: str) -> str:
        """A token that is good for `MARGIN` at least, unless Google gives shorter ones.

        `key_file` has no `account_problems`. Raises `ProviderError`.
        """
        kept = self._place(key_file)
        async with kept.lock:
            if self._clock() >= kept.until:
                kept.token, seconds = await self._exchange(key_file)
                kept.until = self._clock() + max(0.0, seconds - MARGIN)
            return kept.token

    def forget(self, key_file: str) -> None:
        """Take a new token for the next call; Google did not take the old one."""
        self._kept.pop(_name(key_file), None)

    def _place(self, key_file: str) -> _Kept:
        name = _name(key_file)
        kept = self._kept.setdefault(name, _Kept())
        self._kept.move_to_end(name)
        if len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        return kept

    async def _exchange(self, key_file: str) -> tuple[str, float]:
        """A new token and its seconds."""
        account = _account(_content(key_file) or {})
        assertion = _assertion(account, int(self._wall()))
        if assertion is None:
            text = "The service account's private key cannot sign."
            raise ProviderRejected(self._provider, text)
        form = urlencode({"grant_type": _GRANT, "assertion": assertion}).encode()
        headers = {
            "content-type": "application/x-www-form-urlencoded",
            "accept": "application/json",
        }
        call = Call(self._provider, account.token_uri, headers, form)
        transport = self._transport
        answers = retrying(lambda: _whole(transport, call), transport.retries, transport.sleep)
        async with aclosing(answers):
            try:
                return _read(self._provider, await anext(answers))
            except ProviderRejected as error:
                status = error.status
        text = (
            f"Google refused the service account: status {status}. Check that it and its key are "
            "neither deleted nor disabled."
        )
        raise ProviderRejected(self._provider, text, status=status)


def _name(key_file: str) -> bytes:
    return hashlib.sha256(key_file.encode("utf-8", "surrogatepass")).digest()


async def _whole(transport: Transport, call: Call) -> AsyncGenerator[bytes, None]:
    """The body of an answer, in one piece."""
    data = bytearray()
    answer = transport.post(call, content_type="application/json", first_byte=_PATIENCE)
    async with aclosing(answer) as pieces:
        async for piece in pieces:
            data += piece
            if len(data) > _ANSWER_LIMIT:
                text = f"{call.provider} sent a token of more than {_ANSWER_LIMIT} bytes."
                raise ProviderProtocolError(call.provider, text, status=200)
    yield bytes(data)


def _read(provider: str, body: bytes) -> tuple[str, float]:
    """The token and its seconds. Raises `ProviderProtocolError`, which quotes nothing."""
    content = _content(body.decode("utf-8", "replace")) or {}
    token, seconds = content.get("access_token"), content.get("expires_in", LIFETIME)
    good = isinstance(token, str) and token.isascii() and token.isprintable() and " " not in token
    if not (good and token) or not isinstance(seconds, int | float):
        text = f"{provider} answered the service account with something that is no token."
        raise ProviderProtocolError(provider, text, status=200)
    return str(token), float(seconds)
