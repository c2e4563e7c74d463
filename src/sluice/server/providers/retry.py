"""When a failed call is made again: a rule without I/O, and the thin shell that drives it."""

from __future__ import annotations

import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import TypeVar

from sluice.server.providers.base import ProviderError

Piece = TypeVar("Piece")
Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """How often and how patiently a call is repeated; all times in seconds."""

    attempts: int = 3
    """Calls in all, the first one included."""
    first_wait: float = 0.5
    longest_wait: float = 8.0
    longest_retry_after: float = 20.0
    """A vendor that asks for more than this is not waited for; the caller gets its wish instead."""

    def wait(self, attempt: int, error: ProviderError, spread: float) -> float | None:
        """Seconds before the next attempt, or None if there is none.

        `attempt` counts from 1; `spread` (0 to 1) is the jitter. Without a wish of the vendor the
        wait doubles from `first_wait` up to `longest_wait`, and half of it is spread.
        """
        if attempt >= self.attempts or not error.retryable:
            return None
        asked: float | None = getattr(error, "retry_after", None)
        if asked is not None and asked > self.longest_retry_after:
            return None
        grown = min(self.longest_wait, self.first_wait * 2.0 ** (attempt - 1))
        return max(asked or 0.0, grown * (0.5 + spread / 2))


async def retrying(
    attempt: Callable[[], AsyncGenerator[Piece, None]], retries: Retries, sleep: Sleep
) -> AsyncGenerator[Piece, None]:
    """The pieces of the first attempt that gives one; after a first piece nothing is repeated."""
    number = 0
    while True:
        number += 1
        try:
            # Checked at the handler: once a piece is out, every error is the caller's.
            begun = False
            async with aclosing(attempt()) as pieces:
                async for piece in pieces:
                    begun = True
                    yield piece
            return
        except ProviderError as error:
            # Jitter only spreads load; it protects no secret.
            wait = None if begun else retries.wait(number, error, random.random())  # noqa: S311
            if wait is None:
                raise
        await sleep(wait)
