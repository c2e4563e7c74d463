"""What the transport asks of an HTTP library: one request out, the pieces of one answer in.

An engine owns the pooled connections. It follows no redirect, keeps no cookie, unpacks nothing,
takes nothing from the environment, and maps every exception of its library to a `ProviderError`
that names classes only: the library's errors may quote the vendor's bytes or the request.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from sluice.server.providers.base import (
    ProviderError,
    ProviderProtocolError,
    ProviderTimeout,
    ProviderUnreachable,
)


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
    whole: float = 600.0
    """In place of `first_byte`, for an answer that comes all at once when it is done."""
    idle: float = 60.0
    """Between two pieces of the answer."""
    total: float = 1800.0
    """For one attempt in all: a vendor that drips for ever ends here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is kept open and taken in."""

    connections: int = 256
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


class Answer(Protocol):
    """An answer whose head has come."""

    @property
    def status(self) -> int:
        """The HTTP status."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """By name in lower case."""
        ...

    async def piece(self, seconds: float) -> bytes:
        """The next piece of the body as it came, b"" at its end. Raises `ProviderError`."""
        ...

    async def close(self) -> None:
        """Give the connection back if the body was read to its end, close it if not."""
        ...


class Engine(Protocol):
    """Pooled connections of one HTTP library."""

    async def open(self, call: Call, method: str, seconds: float) -> Answer:
        """Send a request and wait so long for the head of its answer. Raises `ProviderError`."""
        ...

    async def aclose(self) -> None:
        """Close every connection."""
        ...


def too_late(provider: str, what: str) -> ProviderTimeout:
    """The error for something that did not come in time."""
    return ProviderTimeout(provider, f"{provider} did not send {what} in the time allowed.")


def broken(provider: str, kind: str, *, answered: bool) -> ProviderError:
    """The error for a connection that broke: before the head of an answer, or after it."""
    if answered:
        text = f"{provider} cut its answer off ({kind})."
        return ProviderProtocolError(provider, text, status=200)
    text = f"{provider} closed the connection without an answer ({kind})."
    return ProviderUnreachable(provider, text, retryable=True)


def names(error: BaseException) -> str:
    """The class of an error and of the operating system's one beneath it, if there is one."""
    name = type(error).__name__
    beneath = next((e for e in _beneath(error) if isinstance(e, OSError)), None)
    return f"{name}, {type(beneath).__name__}" if beneath else name


def _beneath(error: BaseException) -> Iterator[BaseException]:
    cause = error.__cause__ or error.__context__
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
