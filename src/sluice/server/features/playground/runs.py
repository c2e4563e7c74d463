"""A prompt on its way through a model, step by step, whichever service sends it.

First what is sent, then the answer in pieces, as the model writes it and as the caller gets it, and
at the end what it came to. Recording, policy and limits are those of the service that sends it.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field

from sluice.server.features.playground.marks import Mark
from sluice.server.features.proxy.calls.prices import Prices
from sluice.server.providers.base import Connection, Usage


@dataclass(frozen=True, slots=True)
class Turn:
    """One message, with what stands in it for originals."""

    role: str
    text: str = field(repr=False)
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Begun:
    """What is sent to the model."""

    instance: str
    model: str
    """That is asked."""
    policy_group_id: int
    policy_version: int
    wrote: tuple[Turn, ...]
    """As the caller wrote it; without earlier turns."""
    sees: tuple[Turn, ...]
    """As the model sees it; the instance's instructions as people may see them."""
    thread_id: int | None = None
    chat_id: int | None = None
    call_id: int | None = None
    """Of the gateway, for a call in a project."""
    template: str | None = None
    template_version: int | None = None
    """Its number; None for one that is not saved."""


@dataclass(frozen=True, slots=True)
class Said:
    """A piece of the answer; either text may be empty."""

    raw: str = field(repr=False)
    """As the model wrote it, with placeholders."""
    text: str = field(repr=False)
    """As the caller gets it."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What an answer came to."""

    finish_reason: str
    model: str
    """That answered."""
    raw_marks: tuple[Mark, ...]
    text_marks: tuple[Mark, ...]
    input_tokens: int | None
    output_tokens: int | None
    cost: int | None
    """Millionths of a US dollar; None where it is not known."""
    first_token_ms: int | None
    duration_ms: int


Step = Said | Ended


@dataclass(slots=True)
class Run:
    """A recorded prompt that is to be sent now; `answer` or `give_up` it."""

    begun: Begun
    _answer: Callable[[Clock], AsyncGenerator[Step, None]]
    _abandon: Callable[[], Awaitable[None]]
    _asked: bool = False

    async def answer(self) -> AsyncGenerator[Step, None]:
        """The answer as it comes; the last step is `Ended`. Raises `SluiceError`."""
        self._asked = True
        async with aclosing(self._answer(Clock())) as steps:
            async for step in steps:
                yield step

    async def give_up(self) -> None:
        """Record that nobody waits for the answer; nothing where the model was asked already."""
        if not self._asked:
            self._asked = True
            await self._abandon()


class Clock:
    """Milliseconds from now on."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self.first_token: int | None = None

    def now(self) -> int:
        """So many are over."""
        return round((time.monotonic() - self._started) * 1000)

    def said(self, said: Said) -> Said:
        """The same; the first one is noted."""
        if self.first_token is None and (said.raw or said.text):
            self.first_token = self.now()
        return said


@dataclass(frozen=True, slots=True)
class Finished:
    """An answer as a whole."""

    raw: str = field(repr=False)
    text: str = field(repr=False)
    ended: Ended


async def finished(run: Run) -> Finished:
    """The whole answer. Raises `SluiceError`."""
    raw, text, ended = [], [], None
    async with aclosing(run.answer()) as steps:
        async for step in steps:
            if isinstance(step, Ended):
                ended = step
            else:
                raw.append(step.raw)
                text.append(step.text)
    if ended is None:
        raise RuntimeError("A run must say how it ended.")
    return Finished("".join(raw), "".join(text), ended)


def cost_of(prices: Prices, connection: Connection, model: str, usage: Usage | None) -> int | None:
    """By the price of the model that answered, else of the one that was asked."""
    cost = prices.cost(connection.provider_key, model, usage)
    if cost is None:
        return prices.cost(connection.provider_key, connection.model, usage)
    return cost
