"""Answers that call tools, and conversations that go on with what the tools said."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.peers.behaviours import JSON, PIECES, SSE
from tests.peers.server import Behaviour, Exchange
from tests.peers.wire import Calls, Says, Wire

WEATHER = Calls("call_peer01", "weather", ('{"city": "', "PERS", 'ON_0"', "}"))
CLOCK = Calls("call_peer02", "clock", ())
"""A call without arguments."""


def calling(
    wire: Wire,
    calls: Iterable[Calls] = (WEATHER,),
    *,
    pieces: Iterable[str] = (),
    thinking: Iterable[str] = (),
) -> Behaviour:
    """An answer that calls these tools, streamed where asked for."""
    says = Says(tuple(pieces), wire.calling_reason, tuple(calls), tuple(thinking))
    return lambda exchange: _say(exchange, wire, says)


def two_rounds(
    wire: Wire, calls: Iterable[Calls] = (WEATHER,), pieces: Iterable[str] = PIECES
) -> Behaviour:
    """Calls tools, and answers with text once their answers are there."""
    first = Says((), wire.calling_reason, tuple(calls))
    second = Says(tuple(pieces), wire.default_reason)

    async def behave(exchange: Exchange) -> None:
        answered = holds_results(exchange.request.json()["messages"][-1])
        await _say(exchange, wire, second if answered else first)

    return behave


def holds_results(message: dict[str, Any]) -> bool:
    """Whether a message of OpenAI's or Anthropic's is what tools said."""
    content = message.get("content")
    blocks = content if isinstance(content, list) else []
    kinds = {block.get("type") for block in blocks}
    return message.get("role") == "tool" or "tool_result" in kinds


async def _say(exchange: Exchange, wire: Wire, says: Says) -> None:
    refusal = wire.refusal(exchange.request)
    if refusal:
        return await exchange.whole(refusal[0], refusal[1], JSON)
    if not exchange.request.json().get("stream"):
        return await exchange.whole(200, wire.whole(exchange.request, says), JSON)
    await exchange.head(200, SSE)
    for event in wire.events(exchange.request, says):
        await exchange.piece(event)
    return await exchange.end()
