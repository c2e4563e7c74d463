"""How a peer of Amazon's services answers: properly, or with one of their faults."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from tests.peers.aws_frames import STREAM
from tests.peers.aws_wire import ConverseWire
from tests.peers.behaviours import CANARY, JSON, PIECES
from tests.peers.server import Behaviour, Exchange, Received
from tests.peers.wire import Calls, Says


class AwsWire(Protocol):
    """One of Amazon's services."""

    default_reason: str
    calling_reason: str

    def refusal(self, request: Received) -> tuple[int, str] | None:
        """Status and error type for a request that the service would not take, else None."""
        ...

    def events(self, request: Received, says: Says) -> list[bytes]:
        """The frames of an answer."""
        ...

    def error(self, message: str) -> bytes:
        """The body of an error."""
        ...


def speaking(
    wire: AwsWire,
    pieces: Iterable[str] = PIECES,
    *,
    calls: Iterable[Calls] = (),
    thinking: Iterable[str] = (),
    reason: str | None = None,
) -> Behaviour:
    """A proper answer, or the service's refusal."""
    called = tuple(calls)
    ended = reason or (wire.calling_reason if called else wire.default_reason)
    says = Says(tuple(pieces), ended, called, tuple(thinking))
    return framing(wire, lambda exchange: wire.events(exchange.request, says))


def two_aws_rounds(
    wire: AwsWire, calls: Iterable[Calls], answered: Callable[[Received], bool]
) -> Behaviour:
    """Calls tools, and answers with text once their answers are there."""
    first = Says((), wire.calling_reason, tuple(calls))
    second = Says(PIECES, wire.default_reason)
    return framing(
        wire,
        lambda exchange: wire.events(
            exchange.request, second if answered(exchange.request) else first
        ),
    )


def framing(
    wire: AwsWire, make: Callable[[Exchange], Iterable[bytes]], *, cut: bool = False
) -> Behaviour:
    """Exactly these pieces; with `cut` the connection breaks after the last."""

    async def behave(exchange: Exchange) -> None:
        refusal = wire.refusal(exchange.request)
        if refusal:
            return await _refuse(exchange, wire, *refusal)
        await exchange.head(200, STREAM)
        for piece in make(exchange):
            await exchange.piece(piece)
        if cut:
            return exchange.cut()
        return await exchange.end()

    return behave


def at_once(
    wire: ConverseWire,
    pieces: Iterable[str] = PIECES,
    *,
    calls: Iterable[Calls] = (),
    thinking: Iterable[str] = (),
) -> Behaviour:
    """A proper answer of `Converse`, which is not streamed, or the service's refusal."""
    called = tuple(calls)
    ended = wire.calling_reason if called else wire.default_reason
    says = Says(tuple(pieces), ended, called, tuple(thinking))

    async def behave(exchange: Exchange) -> None:
        refusal = wire.refusal(exchange.request)
        if refusal:
            return await _refuse(exchange, wire, *refusal)
        return await exchange.whole(200, wire.whole(exchange.request, says), JSON)

    return behave


def refusing(wire: AwsWire, status: int, kind: str) -> Behaviour:
    """An error whose message quotes the prompt and the credentials."""
    return lambda exchange: _refuse(exchange, wire, status, kind)


async def _refuse(exchange: Exchange, wire: AwsWire, status: int, kind: str) -> None:
    request = exchange.request
    seen = " ".join((CANARY, request.body.decode(), *request.headers.values()))
    address = "http://internal.amazon.com/coral/com.amazon.bedrock/"
    await exchange.whole(status, wire.error(seen), JSON | {"x-amzn-errortype": f"{kind}:{address}"})
