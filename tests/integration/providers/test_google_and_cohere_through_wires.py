"""A tool's round on each caller's wire, with Google and Cohere behind it: what the caller gives
back as it came is what the vendor takes.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.integration.providers.test_google import connection
from tests.peers import Calls, Peer, two_rounds
from tests.peers.behaviours import PIECES
from tests.peers.cohere_wire import CohereWire
from tests.peers.google_wire import UNSIGNED, GoogleWire, google_two_rounds
from tests.peers.history import SIGNATURE
from tests.peers.server import Behaviour

from sluice.server.features.proxy.translate.translations import TRANSLATIONS
from sluice.server.providers.base import Connection
from sluice.server.providers.registry import Providers
from sluice.server.providers.transport import Transport

pytestmark = pytest.mark.anyio
Json = dict[str, Any]
CALLS = (Calls("call_1", "weather", ('{"city": "CITY_0"}',)), Calls("call_2", "clock", ()))
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
NAMES = ("weather", "clock")
TEXT = "".join(PIECES)
KEYS = ("google", "google_vertex_ai", "cohere")


def behaviour(key: str) -> Behaviour:
    """Calls two tools, and says something once they are answered."""
    if key == "cohere":
        return two_rounds(CohereWire(), CALLS)
    return google_two_rounds(GoogleWire(vertex=key != "google"), CALLS)


def connected(key: str, peer: Peer) -> Connection:
    """A connection to the peer."""
    return (
        Connection(key, "m", peer.url, {"api_key": "k"})
        if key == "cohere"
        else connection(key, peer)
    )


def chat() -> Json:
    """A question on OpenAI's chat wire."""
    functions = [{"name": name, "parameters": SCHEMA} for name in NAMES]
    tools = [{"type": "function", "function": function} for function in functions]
    return {"model": "m", "messages": [{"role": "user", "content": "Hello"}], "tools": tools}


def chat_again(body: Json, answer: Json) -> Json:
    """The next request: what was answered, and what the tools said."""
    message = answer["choices"][0]["message"]
    results = [
        {"role": "tool", "tool_call_id": call["id"], "content": "rain"}
        for call in message["tool_calls"]
    ]
    return body | {"messages": [*body["messages"], message, *results]}


def responses() -> Json:
    """A question on OpenAI's Responses wire."""
    tools = [
        {"type": "function", "name": name, "parameters": SCHEMA, "strict": False} for name in NAMES
    ]
    asked = [{"type": "message", "role": "user", "content": "Hello"}]
    more = {"store": False, "include": ["reasoning.encrypted_content"]}
    return {"model": "m", "input": asked, "tools": tools, **more}


def responses_again(body: Json, answer: Json) -> Json:
    results = [
        {"type": "function_call_output", "call_id": item["call_id"], "output": "rain"}
        for item in answer["output"]
        if item["type"] == "function_call"
    ]
    return body | {"input": [*body["input"], *answer["output"], *results]}


def messages() -> Json:
    """A question on Anthropic's wire, with thinking."""
    tools = [{"name": name, "input_schema": SCHEMA} for name in NAMES]
    thinking = {"type": "enabled", "budget_tokens": 2048}
    asked = [{"role": "user", "content": "Hello"}]
    return {"model": "m", "max_tokens": 4096, "messages": asked, "tools": tools,
            "thinking": thinking}  # fmt: skip


def messages_again(body: Json, answer: Json) -> Json:
    results = [
        {"type": "tool_result", "tool_use_id": block["id"], "content": "rain"}
        for block in answer["content"]
        if block["type"] == "tool_use"
    ]
    said = {"role": "assistant", "content": answer["content"]}
    return body | {"messages": [*body["messages"], said, {"role": "user", "content": results}]}


WIRES = {
    "openai.chat": (chat, chat_again),
    "openai.responses": (responses, responses_again),
    "anthropic.messages": (messages, messages_again),
}


async def answered(transport: Transport, key: str, peer: Peer, wire: str, body: Json) -> Json:
    """The whole answer to a body of this wire."""
    translation = TRANSLATIONS[wire]
    translated = translation.request(json.loads(json.dumps(body)))
    provider = Providers(transport)[key]
    stream = provider.stream(connected(key, peer), translated.messages, translated.asked)
    deltas = [delta async for delta in stream]
    return json.loads(json.dumps(translation.answer(body, "m", deltas)))  # type: ignore[no-any-return]


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("key", KEYS)
async def test_a_tools_round_goes_through(transport: Transport, key: str, wire: str) -> None:
    """Ids, names and, where the wire has a place for it, the signature come back to the vendor."""
    ask, again = WIRES[wire]
    async with Peer([behaviour(key)]) as peer:
        first = ask()
        second = again(first, await answered(transport, key, peer, wire, first))
        last = await answered(transport, key, peer, wire, second)
    assert TEXT in json.dumps(last, ensure_ascii=False)
    if key != "cohere":
        part = peer.requests[1].json()["contents"][1]["parts"][0]
        assert part["thoughtSignature"] == (UNSIGNED if wire == "openai.chat" else SIGNATURE)
