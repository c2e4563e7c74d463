"""The scripted model of `models` on Amazon Bedrock's and Amazon SageMaker's wires."""

from __future__ import annotations

import json
from typing import Any

from tests.peers.aws_answers import framing
from tests.peers.aws_endpoint import EndpointWire
from tests.peers.aws_wire import ConverseWire
from tests.peers.models import Turn, decide
from tests.peers.server import Behaviour, Exchange, Received
from tests.peers.wire import Calls, Says

Json = dict[str, Any]


def bedrock_model(size: int = 3) -> Behaviour:
    """The model on ConverseStream."""
    wire = ConverseWire()

    def make(exchange: Exchange) -> list[bytes]:
        return wire.events(exchange.request, _says(wire, _converse_turn(exchange.request), size))

    return framing(wire, make)


def sagemaker_model(size: int = 3) -> Behaviour:
    """The model in a container behind an endpoint."""
    wire = EndpointWire()

    def make(exchange: Exchange) -> list[bytes]:
        return wire.events(exchange.request, _says(wire, _chat_turn(exchange.request), size))

    return framing(wire, make)


def _says(wire: ConverseWire | EndpointWire, turn: Turn, size: int) -> Says:
    calls = tuple(Calls(call_id, name, _cut(given, size)) for call_id, name, given in turn.calls)
    reason = wire.calling_reason if calls else wire.default_reason
    return Says(_cut(turn.text, size), reason, calls)


def _cut(text: str, size: int) -> tuple[str, ...]:
    return tuple(text[start : start + size] for start in range(0, len(text), size))


def _converse_turn(request: Received) -> Turn:
    body = request.json()
    blocks: list[Json] = body["messages"][-1]["content"]
    results = [_words(block["toolResult"]["content"]) for block in blocks if "toolResult" in block]
    tools = body.get("toolConfig", {}).get("tools", [])
    tool = tools[0]["toolSpec"]["name"] if tools else None
    return decide(_words(blocks), tool, results, as_json=False)


def _chat_turn(request: Received) -> Turn:
    body = json.loads(request.body)
    messages: list[Json] = body["messages"]
    last = max(place for place, message in enumerate(messages) if message["role"] == "user")
    results = [message["content"] for message in messages[last:] if message["role"] == "tool"]
    tools = body.get("tools", [])
    tool = tools[0]["function"]["name"] if tools else None
    return decide(messages[last]["content"], tool, results, as_json=False)


def _words(blocks: list[Json]) -> str:
    return "".join(block.get("text", "") for block in blocks)
