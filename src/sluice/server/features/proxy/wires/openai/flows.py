"""One text of a streamed answer on its way to the caller."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sluice.server.features.proxy.wires.wire import Channel
from sluice.server.providers.answer import SurrogateJoiner
from sluice.server.providers.base import ProviderProtocolError


@dataclass(slots=True)
class Flow:
    """A channel, and where its text stands in the events."""

    channel: Channel = field(repr=False)
    steps: tuple[Any, ...] = ()
    """Lead to it: names of members, and for items of a list the object that an item needs."""
    place: tuple[Any, Any] | None = field(default=None, repr=False)
    """Holder and key of the piece in the event that is looked at now."""
    event: dict[str, Any] = field(default_factory=dict, repr=False)
    """The last event with a piece of it, for wires whose events have a text each."""
    finished: bool = False
    _sent: list[str] = field(default_factory=list, repr=False)
    _joiner: SurrogateJoiner = field(default_factory=SurrogateJoiner, repr=False)

    def feed(self, piece: str) -> str:
        """What may be sent on now."""
        return self._note(self._passed(self._joiner.feed(piece)))

    def finish(self) -> str:
        """The text has ended: its rest."""
        self.finished = True
        held = self._passed(self._joiner.finish())
        return self._note(held + self.channel.finish())

    @property
    def sent(self) -> str:
        """Everything that was sent of it."""
        return "".join(self._sent)

    def alone(self, text: str) -> dict[str, Any]:
        """The smallest piece that holds a text at this place."""
        value: Any = text
        for step in reversed(self.steps):
            if isinstance(step, str):
                value = {step: value}
            else:
                value = [{**step, **value} if isinstance(value, dict) else value]
        return dict(value)

    def _passed(self, text: str) -> str:
        return self.channel.feed(text) if text else ""

    def _note(self, text: str) -> str:
        if text:
            self._sent.append(text)
        return text


def too_late(provider: str) -> ProviderProtocolError:
    """The error for text behind the end of its text: it could not be looked at as one."""
    text = f"{provider} sent text behind the end of an answer."
    return ProviderProtocolError(provider, text, status=200)
