"""What every wire is: how to read a request, rewrite an answer, and rewrite a stream.

Requests are cleansed in the caller's own wire, before anything else is done with them. Answers come
back in that same wire, from the vendor itself or from a translation, with placeholders in them, and
are rewritten for the caller text by text. So everything that a wire knows stands in one file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from sluice.engine.errors import Problem
from sluice.engine.types import CleansedText
from sluice.server.features.proxy.wires.reading import Body, Reading
from sluice.server.providers.base import FinishReason, Usage
from sluice.server.providers.sse import Event


class Channel(Protocol):
    """One text of a streamed answer: originals are put back, new sensitive data is taken out."""

    @property
    def held(self) -> int:
        """How many code points are held back now."""
        ...

    def feed(self, text: str) -> str:
        """The next piece; returns what may be sent on. Raises `AnswerBlocked`."""
        ...

    def finish(self) -> str:
        """The text has ended; returns the rest. Raises `AnswerBlocked`."""
        ...


class Restorer(Protocol):
    """Restores the texts of one answer, and remembers them for the record."""

    def channel(self, path: str, *, json_string: bool = False) -> Channel:
        """A new text that comes in pieces; with `json_string` it is JSON, as a tool's arguments."""
        ...

    def text(self, text: str, path: str, *, json_string: bool = False) -> str:
        """A whole text at once. Raises `AnswerBlocked`."""
        ...

    def values(self, value: object, path: str) -> object:
        """Any JSON value with each string in it restored."""
        ...


class AnswerBlocked(Exception):
    """The answer policy refuses the answer; `counts` says how often which entity type was found."""

    def __init__(self, counts: dict[str, int]) -> None:
        super().__init__("The answer policy refuses the model's answer.")
        self.counts = counts


@dataclass(frozen=True, slots=True)
class Call:
    """What a request asks for, as far as every wire can say it."""

    model: str
    """As the caller names it: an instance, `instance/model`, or a vendor's model."""
    stream: bool = False
    conversation: str | None = field(default=None, repr=False)
    """The caller's own id of the conversation, where the wire has a place for one."""
    follows: str | None = field(default=None, repr=False)
    """The id of the answer that this request goes on from (`Outcome.answer_id` of that one)."""
    end_user: str | None = field(default=None, repr=False)
    """The caller's own id of the person behind it, where the wire has a place for one."""


@dataclass(slots=True)
class Outcome:
    """What a whole answer told besides its text."""

    finish: FinishReason | None = None
    usage: Usage | None = None
    model: str | None = None
    answer_id: str | None = None
    """The vendor's id of the answer, where later requests may refer to it."""


class StreamRewriter(Protocol):
    """A streamed answer on its way to the caller, event by event (pure).

    Events that hold no text pass. Text that is held back is sent as soon as it is decided, at the
    latest before the event that ends it (a finished choice, block or item).
    """

    outcome: Outcome
    done: bool
    """Whether the wire's end marker was read; later events are ignored."""

    def feed(self, event: Event) -> list[Event]:
        """What of this event goes to the caller. Raises `ProviderError`, `AnswerBlocked`."""
        ...

    def finish(self) -> list[Event]:
        """The vendor's stream has ended. Raises `ProviderProtocolError` if it was cut off."""
        ...


class Wire(Protocol):
    """One call of one wire."""

    name: str
    """`openai.chat`, `openai.responses`, `anthropic.messages`, …: for records and metrics."""
    path: str
    """Under a vendor's base address: `chat/completions`."""

    def read(self, body: Body, reading: Reading) -> Call:
        """Tell `reading` of every value of the body what it is."""
        ...

    def choose_model(self, body: Body, model: str) -> None:
        """Write the vendor's model into the body."""
        ...

    def instruct(self, body: Body, instructions: CleansedText) -> None:
        """Put the instance's instructions before everything that the caller says."""
        ...

    def rewrite(self, answer: Body, restorer: Restorer) -> Outcome:
        """Restore the texts of a whole answer, in place; what is no text of the answer stays."""
        ...

    def rewriter(self, restorer: Restorer, provider: str) -> StreamRewriter:
        """For a streamed answer; `provider` is named in errors."""
        ...

    def joined(self, events: list[Event]) -> list[Event]:
        """A vendor's events that came together; pieces of one text may be one event by now."""
        ...

    def frame(self, event: Event) -> bytes:
        """An event as bytes of this wire's stream."""
        ...

    def error(self, status: int, code: str, message: str, problems: tuple[Problem, ...]) -> Body:
        """The body of an error answer in the wire's own shape."""
        ...

    def error_events(
        self, status: int, code: str, message: str, problems: tuple[Problem, ...]
    ) -> list[Event]:
        """How a stream that already runs tells of an error."""
        ...
