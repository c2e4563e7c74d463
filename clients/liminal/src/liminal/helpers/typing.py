"""Types that several modules share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Protocol, TypedDict, TypeVar, Unpack

ValidatedResponseT = TypeVar("ValidatedResponseT")


class Limit(TypedDict, total=False):
    """How long a call may take, in seconds; absent for the client's own time-out."""

    timeout: float


class Parts(TypedDict, total=False):
    """What a request may carry besides its method and endpoint."""

    headers: Mapping[str, str] | None
    cookies: Mapping[str, str] | None
    params: Mapping[str, str] | None
    json: object


class Options(Parts, Limit, total=False):
    """Everything that may be said about a request besides its method and endpoint."""


class RequestAndValidate(Protocol):
    """Make a request and decode its body as `expected_response_type`."""

    async def __call__(
        self,
        method: str,
        endpoint: str,
        expected_response_type: type[ValidatedResponseT],
        **options: Unpack[Options],
    ) -> ValidatedResponseT: ...


class Stream(Protocol):
    """Make a request and yield the lines of its answer."""

    def __call__(
        self, method: str, endpoint: str, **options: Unpack[Options]
    ) -> AsyncIterator[str]: ...


def limit(timeout: float | None) -> Limit:
    """Return `timeout` as an option, or nothing where the client's own is to be used."""
    return {} if timeout is None else {"timeout": timeout}
