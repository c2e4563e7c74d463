"""Types that several modules share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Protocol, TypeVar

ValidatedResponseT = TypeVar("ValidatedResponseT")


class RequestAndValidate(Protocol):
    """Make a request and decode its body as `expected_response_type`."""

    async def __call__(
        self,
        method: str,
        endpoint: str,
        expected_response_type: type[ValidatedResponseT],
        **options: Any,
    ) -> ValidatedResponseT: ...


class Stream(Protocol):
    """Make a request and yield the lines of its answer."""

    def __call__(self, method: str, endpoint: str, **options: Any) -> AsyncIterator[str]: ...


def limit(timeout: float | None) -> dict[str, float]:
    """Return `timeout` as an option, or nothing where the client's own is to be used."""
    return {} if timeout is None else {"timeout": timeout}
