"""A token bucket for each caller, in this process's memory.

A caller is its credential, else its address (IPv6 by /64, which is what one customer gets).
A credential that no request has succeeded with yet is also charged to its address: otherwise
whoever guesses credentials would have a full bucket for each guess.
"""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sluice.server.errors import RateLimited
from sluice.server.middleware.answer import send_error

EXEMPT: Final = frozenset({"/healthz", "/readyz", "/metrics"})
"""Paths that machines ask regularly and that cost next to nothing."""

MAX_CALLERS: Final = 20_000
"""Buckets kept of each kind; the one unused longest goes first, and starts full again."""

CREDENTIAL_HEADERS: Final = (
    b"authorization", b"x-test-automation-api-key", b"x-api-key", b"api-key", b"x-goog-api-key",
)  # fmt: skip


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float
    proven: bool = False


class TokenBuckets:
    """Buckets by key that hold `burst` tokens and get `rate` new ones a second."""

    def __init__(self, rate: float, burst: int, max_keys: int = MAX_CALLERS) -> None:
        self._rate = rate
        self._burst = burst
        self._max_keys = max_keys
        self._buckets: OrderedDict[bytes, _Bucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, key: bytes, now: float) -> float:
        """Take one token at `now` (seconds, monotonic); 0.0, or the seconds until there is one."""
        bucket = self._bucket(key, now)
        gained = max(0.0, now - bucket.at) * self._rate
        bucket.tokens = min(float(self._burst), bucket.tokens + gained)
        bucket.at = max(now, bucket.at)
        if bucket.tokens < 1.0:
            return (1.0 - bucket.tokens) / self._rate
        bucket.tokens -= 1.0
        return 0.0

    def is_proven(self, key: bytes) -> bool:
        """Whether a request with this key has succeeded, as far as is remembered."""
        bucket = self._buckets.get(key)
        return bucket is not None and bucket.proven

    def prove(self, key: bytes) -> None:
        """Remember that a request with this key succeeded."""
        if (bucket := self._buckets.get(key)) is not None:
            bucket.proven = True

    def _bucket(self, key: bytes, now: float) -> _Bucket:
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = _Bucket(float(self._burst), now)
            if len(self._buckets) > self._max_keys:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(key)
        return bucket


class RateLimit:
    """Answers 429 with Retry-After to callers whose bucket is empty.

    `rate` is in requests a second, 0 switches it off; `burst` is how many may come at once.
    Each process counts for itself.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        rate: float,
        burst: int,
        cookie: str = "session",
        exempt: Collection[str] = EXEMPT,
        max_callers: int = MAX_CALLERS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._rate = rate
        self._cookie = cookie
        self._exempt = frozenset(exempt)
        self._clock = clock
        # Credentials are remembered only as hashes that mean nothing outside this process.
        self._hash_key = secrets.token_bytes(32)
        self._credentials = TokenBuckets(rate, max(1, burst), max_callers)
        self._addresses = TokenBuckets(rate, max(1, burst), max_callers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._rate <= 0 or scope["path"] in self._exempt:
            await self._app(scope, receive, send)
            return
        credential = self._credential(scope)
        if (wait := self._charge(scope, credential)) > 0:
            await send_error(scope, send, _too_many(wait))
            return

        async def send_wrapper(message: Message) -> None:
            if credential and _is_success(message):
                self._credentials.prove(credential)
            await send(message)

        await self._app(scope, receive, send_wrapper)

    def _charge(self, scope: Scope, credential: bytes | None) -> float:
        """Seconds that the caller must wait; 0.0 if the request may go on."""
        now = self._clock()
        if credential is None:
            return self._addresses.take(_address(scope), now)
        if self._credentials.is_proven(credential):
            return self._credentials.take(credential, now)
        wait = self._addresses.take(_address(scope), now)
        return wait or self._credentials.take(credential, now)

    def _credential(self, scope: Scope) -> bytes | None:
        given = [value for name, value in scope["headers"] if name in CREDENTIAL_HEADERS]
        given += _cookie_values(scope, self._cookie)
        if not given:
            return None
        return hashlib.blake2b(b"\0".join(given), key=self._hash_key, digest_size=16).digest()


def _is_success(message: Message) -> bool:
    return message["type"] == "http.response.start" and message["status"] in range(200, 300)


def _too_many(wait: float) -> RateLimited:
    return RateLimited(
        "Too many requests; wait as long as Retry-After says, then try again.", retry_after=wait
    )


def _cookie_values(scope: Scope, name: str) -> list[bytes]:
    """The value of one cookie, read as Starlette's requests read it."""
    headers = [value.decode("latin-1") for header, value in scope["headers"] if header == b"cookie"]
    found = cookie_parser("; ".join(headers)).get(name)
    return [found.encode("latin-1", "replace")] if found else []


def _address(scope: Scope) -> bytes:
    client = scope.get("client")
    if not client:
        return b"unknown"
    try:
        address = ipaddress.ip_address(client[0])
    except ValueError:
        return b"unknown"
    return address.packed[:8] if address.version == 6 else address.packed
