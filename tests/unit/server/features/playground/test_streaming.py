"""Runs as events: sent in order, closed when the caller leaves, and never left pending."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from starlette.types import Message

from sluice.server.errors import ProviderFailed
from sluice.server.features.playground.runs import (
    Begun,
    Clock,
    Ended,
    Run,
    Said,
    Step,
    Turn,
    finished,
)
from sluice.server.features.playground.streaming import RunStream

pytestmark = pytest.mark.anyio
BEGUN = Begun("Echo", "echo", 1, 1, (Turn("user", "hi\u2028"),), (Turn("user", "hi\u2028"),))


@dataclass
class Told:
    """What became of a run."""

    abandoned: int = 0
    closed: bool = False
    sent: list[Message] = field(default_factory=list)
    heard: anyio.Event = field(default_factory=anyio.Event)
    """A piece of the answer was sent."""

    async def answer(self, clock: Clock) -> AsyncGenerator[Step, None]:
        """Two pieces and the end; the second one takes for ever."""
        try:
            yield clock.said(Said("A", "A"))
            await anyio.sleep_forever()
        finally:
            self.closed = True

    async def abandon(self) -> None:
        """Nobody waits."""
        self.abandoned += 1

    async def send(self, message: Message) -> None:
        """What goes to the caller."""
        await anyio.lowlevel.checkpoint()
        self.sent.append(message)
        if "said" in self.events:
            self.heard.set()

    def run(self) -> Run:
        """A run that tells this."""
        return Run(BEGUN, self.answer, self.abandon)

    @property
    def events(self) -> list[str]:
        """The names of the events that were sent."""
        frames = (message.get("body", b"").decode() for message in self.sent)
        return [frame.split("\n")[0].removeprefix("event: ") for frame in frames if frame]


async def leaving() -> Message:
    """The caller is gone already."""
    return {"type": "http.disconnect"}


async def test_who_left_before_anything_was_sent_leaves_an_abandoned_run() -> None:
    told = Told()
    await RunStream(told.run(), "r")({"type": "http"}, leaving, told.send)
    assert (told.abandoned, told.closed) == (1, False)


async def test_who_leaves_in_the_middle_ends_the_call_of_the_model() -> None:
    told = Told()

    async def receive() -> Message:
        await told.heard.wait()
        return await leaving()

    await RunStream(told.run(), "r")({"type": "http"}, receive, told.send)
    assert (told.abandoned, told.closed) == (0, True)
    assert told.events == ["begun", "said"]


async def test_a_failure_is_the_last_event_and_no_line_is_broken_in_two() -> None:
    told = Told()

    async def failing(clock: Clock) -> AsyncGenerator[Step, None]:
        yield clock.said(Said("A\u2028\n\nB", "A"))
        raise ProviderFailed("The provider failed.")

    async def waiting() -> Message:
        await anyio.sleep_forever()
        raise AssertionError("nobody leaves")

    run = Run(BEGUN, failing, told.abandon)
    await RunStream(run, "r-1")({"type": "http"}, waiting, told.send)
    assert told.events == ["begun", "said", "error"]
    frames = [message["body"].decode() for message in told.sent if message.get("body")]
    assert all(len(frame.splitlines()) == 3 for frame in frames)
    last: dict[str, Any] = json.loads(frames[-1].split("data: ")[1])
    assert (last["code"], last["requestId"]) == ("provider_error", "r-1")


async def test_a_run_is_put_together_from_its_pieces() -> None:
    ended = Ended("stop", "echo", (), (), None, None, None, None, 1)

    async def whole(clock: Clock) -> AsyncGenerator[Step, None]:
        yield Said("PERSON", "")
        yield Said("_0", "Ann")
        yield ended

    done = await finished(Run(BEGUN, whole, Told().abandon))
    assert (done.raw, done.text, done.ended) == ("PERSON_0", "Ann", ended)
    assert "Ann" not in repr(done)
