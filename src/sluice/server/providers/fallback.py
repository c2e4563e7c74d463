"""Several connections of one instance: the next one is asked where one fails before it answers."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import Final, Generic, TypeVar

from sluice.server.providers.base import Connection, ProviderError, ProviderRejected

Piece = TypeVar("Piece")

OF_CONNECTION: Final = frozenset({401, 402, 403})
"""Statuses by which a vendor refuses whoever asks: another connection has another key."""


class Fallback(Generic[Piece]):
    """One call that may be made over each of several connections, in their order.

    `attempt` makes the call over one of them: its deltas, its events, or its whole answer as the
    only piece. After a first piece nothing is tried again; a request that a vendor refuses is
    refused, since another vendor's answer to it would hide the fault.
    """

    def __init__(
        self,
        connections: Sequence[Connection],
        attempt: Callable[[Connection], AsyncGenerator[Piece, None]],
    ) -> None:
        if not connections:
            raise ValueError("a call needs a connection")
        self._connections = tuple(connections)
        self._attempt = attempt
        self.answered: Connection | None = None
        """The connection that gave the first piece."""
        self.failures: list[ProviderError] = []
        """Why the connections before it did not, in their order."""

    async def pieces(self) -> AsyncGenerator[Piece, None]:
        """The pieces of the first connection that gives one.

        Raises the last connection's `ProviderError`, or the one before it where a later vendor
        refused what the first one was not able to answer, or its credentials.
        """
        for connection in self._connections:
            try:
                async with aclosing(self._attempt(connection)) as pieces:
                    async for piece in pieces:
                        self.answered = connection
                        yield piece
                self.answered = connection
                return
            except ProviderError as error:
                if self.answered is not None or not may_fall_back(error):
                    self._raise_instead(error)
                    raise
                self.failures.append(error)
        # A key that is refused says less to the caller than what became of the others.
        others = [one for one in self.failures if not isinstance(one, ProviderRejected)]
        raise (others or self.failures)[-1]

    def _raise_instead(self, error: ProviderError) -> None:
        """Raise the failure that led here, where the first connection is not the one that refused.

        Otherwise whoever asked would look for the fault in the request.
        """
        if self.answered is None and self.failures and isinstance(error, ProviderRejected):
            raise self.failures[-1] from None


def may_fall_back(error: ProviderError) -> bool:
    """Whether another connection may do better: for everything but a refused request."""
    return not isinstance(error, ProviderRejected) or error.status in OF_CONNECTION


async def only(answer: Awaitable[Piece]) -> AsyncGenerator[Piece, None]:
    """A whole answer as the only piece, for `Fallback`."""
    yield await answer
