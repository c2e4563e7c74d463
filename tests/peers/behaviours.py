"""How a peer answers: properly, or with one of the faults that vendors show."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from tests.peers.server import Behaviour, Exchange
from tests.peers.wire import Says, Wire

SSE = {"content-type": "text/event-stream; charset=utf-8"}
JSON = {"content-type": "application/json"}
CANARY = "canary-Zq81-jane@example.org"
"""Stands in every vendor error body; it must never come back out of a provider."""
PIECES = ("Hello ", "PERS", "ON_0", ", grüße 👋", "!")


def answering(
    wire: Wire,
    *,
    pieces: Iterable[str] | None = PIECES,
    reason: str | None = None,
    delay: float = 0.0,
    between: float = 0.0,
) -> Behaviour:
    """A proper answer, streamed where asked for.

    `pieces=None` repeats the question in pieces of four characters. `delay` is waited before
    the answer's head, `between` before each event, both in seconds.
    """
    fixed = tuple(pieces) if pieces is not None else None

    async def behave(exchange: Exchange) -> None:
        refusal = wire.refusal(exchange.request)
        if refusal:
            return await exchange.whole(refusal[0], refusal[1], JSON)
        await asyncio.sleep(delay)
        says = Says(fixed or _echo(wire.asked(exchange.request)), reason or wire.default_reason)
        if not exchange.request.json().get("stream"):
            return await exchange.whole(200, wire.whole(exchange.request, says), JSON)
        return await _stream(exchange, wire.events(exchange.request, says), between)

    return behave


def _echo(text: str) -> tuple[str, ...]:
    return tuple(text[start : start + 4] for start in range(0, len(text), 4))


async def _stream(exchange: Exchange, pieces: Iterable[bytes], between: float = 0.0) -> None:
    await exchange.head(200, SSE)
    for piece in pieces:
        if between:
            await asyncio.sleep(between)
        await exchange.piece(piece)
    await exchange.end()


def streaming(make: Callable[[Exchange], Iterable[bytes]], *, cut: bool = False) -> Behaviour:
    """A stream of exactly these pieces; with `cut` the connection breaks after the last."""

    async def behave(exchange: Exchange) -> None:
        await exchange.head(200, SSE)
        for piece in make(exchange):
            await exchange.piece(piece)
        if cut:
            return exchange.cut()
        return await exchange.end()

    return behave


def events_of(wire: Wire, exchange: Exchange, pieces: Iterable[str] = PIECES) -> list[bytes]:
    """The events of a proper answer, to be spoilt."""
    return wire.events(exchange.request, Says(tuple(pieces), wire.default_reason))


def failing(
    wire: Wire, status: int, kind: str, headers: Mapping[str, str] | None = None
) -> Behaviour:
    """An error in the vendor's shape, whose message quotes the prompt and the credentials."""

    async def behave(exchange: Exchange) -> None:
        seen = " ".join(
            (CANARY, exchange.request.body.decode(), *exchange.request.headers.values())
        )
        await exchange.whole(status, wire.error(status, kind, seen), JSON | dict(headers or {}))

    return behave


def slow_down(wire: Wire, seconds: float, *, as_date: bool = False) -> Behaviour:
    """429 with `Retry-After`, in seconds or as an HTTP date."""

    async def behave(exchange: Exchange) -> None:
        moment = datetime.now(UTC) + timedelta(seconds=seconds)
        value = format_datetime(moment, usegmt=True) if as_date else str(seconds)
        await failing(wire, 429, "rate_limit_error", {"Retry-After": value})(exchange)

    return behave


def hanging(wire: Wire, events: int | None = None) -> Behaviour:
    """No head at all, or so many events and then nothing more."""

    async def behave(exchange: Exchange) -> None:
        if events is not None:
            await exchange.head(200, SSE)
            for event in events_of(wire, exchange)[:events]:
                await exchange.piece(event)
        await asyncio.Event().wait()

    return behave


def dripping(wire: Wire, seconds: float) -> Behaviour:
    """A proper stream, a few bytes at a time."""

    async def behave(exchange: Exchange) -> None:
        joined = b"".join(events_of(wire, exchange))
        await _stream(exchange, (joined[i : i + 5] for i in range(0, len(joined), 5)), seconds)

    return behave


def commenting(seconds: float) -> Behaviour:
    """Keep-alive comments for ever and never an answer."""

    async def behave(exchange: Exchange) -> None:
        await exchange.head(200, SSE)
        while True:
            await exchange.piece(b": keep-alive\n\n")
            await asyncio.sleep(seconds)

    return behave


def raw(data: bytes) -> Behaviour:
    """These bytes instead of an HTTP answer, then the end of the connection."""

    async def behave(exchange: Exchange) -> None:
        await exchange.raw(data)
        exchange.cut()

    return behave


def whole(status: int, body: bytes, headers: Mapping[str, str]) -> Behaviour:
    """This very answer."""

    async def behave(exchange: Exchange) -> None:
        await exchange.whole(status, body, headers)

    return behave


def closing() -> Behaviour:
    """Close without a byte."""
    return raw(b"")


def _cut_event(events: list[bytes]) -> list[bytes]:
    """The events up to the middle of the last piece of text."""
    middle = len(events) // 2
    return [*events[:middle], events[middle][: len(events[middle]) // 2]]


def _split_data(event: bytes) -> bytes:
    """The same event with its data on several lines: broken between two JSON tokens."""
    return event.replace(b'":', b'":\ndata: ', 1) if b"{" in event else event


def _every_byte(events: list[bytes]) -> list[bytes]:
    return [bytes((byte,)) for byte in b"".join(events)]


Spoil = Callable[[list[bytes]], list[bytes]]

VARIANTS: dict[str, Spoil] = {
    "plain": lambda events: events,
    "CRLF": lambda events: [event.replace(b"\n", b"\r\n") for event in events],
    "CR": lambda events: [event.replace(b"\n", b"\r") for event in events],
    "data on several lines": lambda events: [_split_data(event) for event in events],
    "every byte on its own": _every_byte,
    "all in one piece": lambda events: [b"".join(events)],
    "comments in between": lambda events: [p for e in events for p in (b": keep-alive\n\n", e)],
    "a byte order mark": lambda events: [b"\xef\xbb\xbf", *events],
    "end marker twice": lambda events: [*events, events[-1]],
    "end marker missing": lambda events: events[:-1],
    "no space after the colon": lambda events: [e.replace(b"data: ", b"data:") for e in events],
}
"""Streams that are all the same answer."""

FAULTS: dict[str, Callable[[Wire], Behaviour]] = {
    "answer": answering,
    "echo": lambda wire: answering(wire, pieces=None),
    "hang": hanging,
    "hang-mid-stream": lambda wire: hanging(wire, 4),
    "429": lambda wire: slow_down(wire, 1),
    "429-date": lambda wire: slow_down(wire, 2, as_date=True),
    "500": lambda wire: failing(wire, 500, "api_error"),
    "503": lambda wire: failing(wire, 503, "service_unavailable"),
    "529": lambda wire: failing(wire, 529, "overloaded_error"),
    "400": lambda wire: failing(wire, 400, "invalid_request_error"),
    "401": lambda wire: failing(wire, 401, "authentication_error"),
    "404": lambda wire: failing(wire, 404, "not_found_error"),
    "cut": lambda wire: streaming(lambda ex: _cut_event(events_of(wire, ex)), cut=True),
    "cut-clean": lambda wire: streaming(lambda ex: _cut_event(events_of(wire, ex))),
    "no-json": lambda _: streaming(lambda _: [b"data: {%b\n\n" % CANARY.encode()]),
    "no-object": lambda _: streaming(lambda _: [b"data: [1, 2]\n\n"]),
    "no-utf8": lambda _: streaming(lambda _: [b"data: \xff\xfe%b\n\n" % CANARY.encode()]),
    "wrong-content-type": lambda _: whole(200, CANARY.encode(), {"content-type": "text/html"}),
    "huge-line": lambda _: streaming(lambda _: [b"data: ", *([b"x" * 65536] * 40)]),
    "huge-event": lambda _: streaming(lambda _: [b"data: %b\n" % (b"x" * 65536)] * 40),
    "drip": lambda wire: dripping(wire, 0.05),
    "redirect": lambda _: whole(307, b"", {"location": "http://127.0.0.1:9/elsewhere"}),
    "no-content": lambda _: whole(204, b"", {}),
    "no-http": lambda _: raw(CANARY.encode() + b" \r\n\r\n"),
    "compressed": lambda _: whole(200, b"\x1f\x8b", SSE | {"content-encoding": "gzip"}),
    "close": lambda _: closing(),
}
"""Behaviours by name, for the command line and for tables of tests."""
