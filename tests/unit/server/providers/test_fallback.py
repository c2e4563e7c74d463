"""The next connection is asked where one fails before it answers, and only then."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

import pytest

from sluice.server.providers.base import (
    Connection,
    ProviderError,
    ProviderProtocolError,
    ProviderRateLimited,
    ProviderRejected,
    ProviderTimeout,
    ProviderUnreachable,
)
from sluice.server.providers.fallback import Fallback, only

pytestmark = pytest.mark.anyio
FIRST, SECOND, THIRD = (Connection("openai", name) for name in ("first", "second", "third"))
Script = dict[str, list[str | ProviderError]]


class Vendors:
    """Connections that give these pieces or fail; knows which were asked and closed."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.asked: list[str] = []
        self.closed: list[str] = []

    async def attempt(self, connection: Connection) -> AsyncGenerator[str, None]:
        """The pieces of one connection."""
        self.asked.append(connection.model)
        try:
            for piece in self.script[connection.model]:
                if isinstance(piece, ProviderError):
                    raise piece
                yield piece
        finally:
            self.closed.append(connection.model)


def failure(kind: type[ProviderError], **more: bool) -> ProviderError:
    """An error of this kind."""
    return kind("openai", "failed", **more)


async def taken(fallback: Fallback[str]) -> list[str]:
    """All pieces."""
    return [piece async for piece in fallback.pieces()]


PASSING: list[Callable[[], ProviderError]] = [
    lambda: failure(ProviderUnreachable, retryable=True),
    lambda: failure(ProviderTimeout),
    lambda: failure(ProviderRateLimited, retryable=True),
    lambda: failure(ProviderRateLimited),
    lambda: failure(ProviderError, retryable=True),
    lambda: failure(ProviderProtocolError),
    *(
        lambda status=status: ProviderRejected("openai", "failed", status=status)
        for status in (401, 402, 403)
    ),
]


@pytest.mark.parametrize("error", PASSING, ids=range(len(PASSING)))
async def test_a_failure_before_the_first_piece_leads_on(
    error: Callable[[], ProviderError],
) -> None:
    """The caller sees the second connection's answer alone, and can be told which it was."""
    vendors = Vendors({"first": [error()], "second": ["a", "b"]})
    fallback = Fallback((FIRST, SECOND), vendors.attempt)
    assert await taken(fallback) == ["a", "b"]
    assert (fallback.answered, len(fallback.failures)) == (SECOND, 1)
    assert vendors.closed == ["first", "second"]


async def test_the_first_connection_is_enough() -> None:
    """Where it answers, no other is asked."""
    vendors = Vendors({"first": ["a"], "second": ["b"]})
    fallback = Fallback((FIRST, SECOND), vendors.attempt)
    assert await taken(fallback) == ["a"]
    assert (fallback.answered, vendors.asked) == (FIRST, ["first"])


async def test_an_answer_of_nothing_is_an_answer() -> None:
    """A vendor that ends without a piece has not failed."""
    vendors = Vendors({"first": [], "second": ["b"]})
    fallback = Fallback((FIRST, SECOND), vendors.attempt)
    assert await taken(fallback) == []
    assert fallback.answered == FIRST


async def test_a_refused_request_is_refused() -> None:
    """Another vendor's answer would hide the fault of the request."""
    vendors = Vendors({"first": [failure(ProviderRejected)], "second": ["b"]})
    with pytest.raises(ProviderRejected):
        await taken(Fallback((FIRST, SECOND), vendors.attempt))
    assert vendors.asked == ["first"]


async def test_nothing_is_tried_again_after_a_piece() -> None:
    """A broken answer stays broken: two halves of two answers are none."""
    vendors = Vendors({"first": ["a", failure(ProviderTimeout)], "second": ["b"]})
    fallback = Fallback((FIRST, SECOND), vendors.attempt)
    pieces = fallback.pieces()
    assert await anext(pieces) == "a"
    with pytest.raises(ProviderTimeout):
        await anext(pieces)
    assert (vendors.asked, fallback.answered) == (["first"], FIRST)


async def test_where_all_fail_the_last_failure_is_told() -> None:
    """The others are kept for the record."""
    script: Script = {
        "first": [failure(ProviderTimeout)],
        "second": [failure(ProviderUnreachable)],
        "third": [failure(ProviderRateLimited)],
    }
    fallback = Fallback((FIRST, SECOND, THIRD), Vendors(script).attempt)
    with pytest.raises(ProviderRateLimited):
        await taken(fallback)
    assert [type(error) for error in fallback.failures] == [
        ProviderTimeout,
        ProviderUnreachable,
        ProviderRateLimited,
    ]


async def test_a_second_vendors_refusal_does_not_blame_the_request() -> None:
    """What led there is told: the first connection's vendor might well have answered."""
    script: Script = {
        "first": [failure(ProviderTimeout)],
        "second": [failure(ProviderRejected)],
    }
    with pytest.raises(ProviderTimeout):
        await taken(Fallback((FIRST, SECOND), Vendors(script).attempt))


async def test_closing_closes_the_call() -> None:
    """When the caller leaves, the open call is closed before `aclose` returns."""
    vendors = Vendors({"first": [failure(ProviderTimeout)], "second": ["a", "b"]})
    async with aclosing(Fallback((FIRST, SECOND), vendors.attempt).pieces()) as pieces:
        assert await anext(pieces) == "a"
        assert vendors.closed == ["first"]
    assert vendors.closed == ["first", "second"]


async def test_a_whole_answer_is_one_piece() -> None:
    """So that calls without a stream fall back in the same way."""

    async def ask(connection: Connection) -> str:
        if connection is FIRST:
            raise failure(ProviderUnreachable)
        return connection.model

    fallback = Fallback((FIRST, SECOND), lambda connection: only(ask(connection)))
    assert await taken(fallback) == ["second"]


def test_a_call_needs_a_connection() -> None:
    """None at all is a mistake of the program."""
    with pytest.raises(ValueError, match="connection"):
        Fallback((), Vendors({}).attempt)


async def test_a_key_that_is_refused_does_not_hide_why_the_others_failed() -> None:
    """The caller can wait for a vendor that is busy, and do nothing about a key."""
    refused = ProviderRejected("openai", "failed", status=401)
    vendors = Vendors({"first": [failure(ProviderRateLimited)], "second": [refused]})
    with pytest.raises(ProviderRateLimited):
        await taken(Fallback((FIRST, SECOND), vendors.attempt))
    vendors = Vendors({"first": [refused]})
    with pytest.raises(ProviderRejected):
        await taken(Fallback((FIRST,), vendors.attempt))
