"""From a call to the deltas of its answer: what all vendors' wires have in common.

A vendor's wire is an `AnswerReader`, a small machine without I/O; `answer` drives it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import aclosing
from typing import Any, Final, Protocol

from sluice.engine.types import CleansedText
from sluice.server.providers.base import (
    Delta,
    ProviderError,
    ProviderProtocolError,
    ProviderRejected,
)
from sluice.server.providers.retry import retrying
from sluice.server.providers.sse import Event, EventParser, MalformedStream
from sluice.server.providers.transport import Call, Transport

SETTLE_SECONDS: Final = 0.25
"""How long the end of the HTTP message is awaited after the wire's end marker.

Only a message read to its end leaves a connection that can be used again.
"""


class AnswerReader(Protocol):
    """One vendor's stream: events in, deltas out."""

    done: bool
    """Whether the wire's end marker was read; nothing after it is looked at."""

    def read(self, event: Event) -> Iterable[Delta]:
        """The deltas of one event, none of them the last. Raises `ProviderError`."""
        ...

    def finish(self) -> Delta:
        """The last delta. Raises `ProviderProtocolError` where the answer was cut off."""
        ...


def answer(
    transport: Transport,
    call: Call,
    new_reader: Callable[[], AnswerReader],
    events: Callable[[Transport, Call], AsyncGenerator[Event, None]] | None = None,
) -> AsyncGenerator[Delta, None]:
    """The deltas of an answer, with repeated attempts as long as none was passed on.

    `events` makes the call and reads its answer's events where they are no Server-Sent Events; it
    is asked anew for each attempt.
    """
    read = events or _events

    def attempt() -> AsyncGenerator[Delta, None]:
        return _attempt(read(transport, call), new_reader())

    return retrying(attempt, transport.retries, transport.sleep)


async def _attempt(
    read: AsyncGenerator[Event, None], reader: AnswerReader
) -> AsyncGenerator[Delta, None]:
    async with aclosing(read) as events:
        async for event in events:
            for delta in reader.read(event):
                yield delta
            if reader.done:
                await settle(events)
                break
    yield reader.finish()


async def _events(transport: Transport, call: Call) -> AsyncGenerator[Event, None]:
    parser = EventParser()
    async with aclosing(transport.post(call)) as pieces:
        async for piece in pieces:
            for event in feed(parser, call, piece):
                yield event


def feed(parser: EventParser, call: Call, piece: bytes) -> list[Event]:
    """The events that end in these bytes. Raises `ProviderProtocolError`."""
    try:
        return parser.feed(piece)
    except MalformedStream as error:
        problem = str(error)
    raise ProviderProtocolError(
        call.provider, f"{call.provider} sent a malformed stream: {problem}.", status=200
    )


async def settle(rest: AsyncGenerator[object, None]) -> None:
    """Read on to the end of the message; the answer is complete, so nothing can fail any more."""
    try:
        async with asyncio.timeout(SETTLE_SECONDS):
            async for _ in rest:
                continue
    except (TimeoutError, ProviderError):
        return


def json_object(provider: str, event: Event) -> dict[str, Any]:
    """An event's data as a JSON object. Raises `ProviderProtocolError`."""
    try:
        value = json.loads(event.data)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        # Outside of the handler: the decoder's error carries the whole text.
        raise ProviderProtocolError(
            provider, f"{provider} sent an event that is no JSON object.", status=200
        )
    return value


def encode_body(provider: str, body: Mapping[str, Any]) -> bytes:
    """A request's JSON in UTF-8. Raises `ProviderRejected` for what has no such form."""
    try:
        return json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    except ValueError as error:
        kind = type(error).__name__
    # Outside of the handler: the encoder's error carries the whole text.
    raise ProviderRejected(provider, f"The request to {provider} has no JSON form ({kind}).")


def cut_off(provider: str) -> ProviderProtocolError:
    """The error for a stream that ended before its end marker."""
    text = f"{provider} ended its answer before the end marker."
    return ProviderProtocolError(provider, text, status=200)


class SurrogateJoiner:
    """Joins a character that JSON escapes split over two deltas; mends what stays half.

    A lone surrogate has no UTF-8 form, so it would break everything behind the provider.
    """

    def __init__(self) -> None:
        self._held = ""

    def feed(self, text: str) -> CleansedText:
        """The text, without a high surrogate at its end, which waits for its other half."""
        text, self._held = self._held + text, ""
        if text and "\ud800" <= text[-1] <= "\udbff":
            text, self._held = text[:-1], text[-1]
        return CleansedText(_mend(text))

    def finish(self) -> CleansedText:
        """What is still held, as U+FFFD."""
        held, self._held = self._held, ""
        return CleansedText(_mend(held))


def _mend(text: str) -> str:
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
