"""What a translation is: one inbound wire against what every provider takes and gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sluice.server.features.proxy.wires.reading import Body
from sluice.server.providers.base import Asked, Delta, Message
from sluice.server.providers.sse import Event


@dataclass(frozen=True, slots=True)
class Translated:
    """A cleansed request as providers take it."""

    messages: tuple[Message, ...]
    asked: Asked


class Renderer(Protocol):
    """Makes the events of a wire's stream out of deltas (pure)."""

    def feed(self, delta: Delta) -> list[Event]:
        """The events of one delta."""
        ...

    def finish(self) -> list[Event]:
        """The wire's last events, its end marker included."""
        ...


class Translation(Protocol):
    """One wire's translation."""

    def request(self, body: Body) -> Translated:
        """The cleansed body's conversation and wishes.

        Raises `Unprocessable` with every path at once that no other vendor could be told: what
        changes the answer is never dropped silently.
        """
        ...

    def renderer(self, body: Body, model: str) -> Renderer:
        """For a streamed answer to this request."""
        ...

    def answer(self, body: Body, model: str, deltas: Sequence[Delta]) -> Body:
        """The whole answer's body, from all deltas of it."""
        ...
