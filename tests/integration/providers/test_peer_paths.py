"""The peers' tools and other paths are the vendors' own: their SDKs understand them."""

from __future__ import annotations

import json
from typing import Any

import anthropic
import openai
import pytest
from tests.peers import Calls, Peer, Wire, two_rounds
from tests.peers.anthropic_paths import AnthropicPaths
from tests.peers.anthropic_wire import AnthropicWire
from tests.peers.behaviours import PIECES, answering
from tests.peers.openai_paths import OpenAIPaths
from tests.peers.openai_wire import OpenAIWire
from tests.peers.tools import CLOCK, WEATHER, calling

pytestmark = pytest.mark.anyio
TEXT = "".join(PIECES)
CITY = {"city": "PERSON_0"}
PARAMETERS: dict[str, object] = {"type": "object", "properties": {"city": {"type": "string"}}}
FUNCTIONS: list[Any] = [
    {"type": "function", "function": {"name": name, "parameters": PARAMETERS}}
    for name in ("weather", "clock")
]
TOOLS: list[Any] = [{"name": name, "input_schema": PARAMETERS} for name in ("weather", "clock")]


def openai_sdk(peer: Peer) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url=f"{peer.url}/v1", api_key="k", max_retries=0)


def anthropic_sdk(peer: Peer) -> anthropic.AsyncAnthropic:
    return anthropic.AsyncAnthropic(base_url=peer.url, api_key="k", max_retries=0)


async def test_openais_sdk_goes_two_rounds_with_tools() -> None:
    """Two calls in one answer, each answered, then text; whole."""
    messages: list[Any] = [{"role": "user", "content": "Weather?"}]
    async with Peer([two_rounds(OpenAIWire(), (WEATHER, CLOCK))]) as peer, openai_sdk(peer) as sdk:
        first = await sdk.chat.completions.create(model="m", messages=messages, tools=FUNCTIONS)
        message = first.choices[0].message
        messages.append(message.to_dict())
        ids = [call.id for call in message.tool_calls or []]
        messages += [{"role": "tool", "tool_call_id": i, "content": "rain"} for i in ids]
        second = await sdk.chat.completions.create(model="m", messages=messages, tools=FUNCTIONS)
    assert first.choices[0].finish_reason == "tool_calls"
    assert len(message.tool_calls or []) == 2
    assert second.choices[0].message.content == TEXT


async def test_openais_sdk_gathers_streamed_calls() -> None:
    """Its own accumulator gets both calls together."""
    behaviour = calling(OpenAIWire(), (WEATHER, Calls("call_2", "clock", ("{", "}"))))
    async with (
        Peer([behaviour]) as peer,
        openai_sdk(peer) as sdk,
        sdk.chat.completions.stream(
            model="m", messages=[{"role": "user", "content": "a"}], tools=FUNCTIONS
        ) as stream,
    ):
        done = await stream.get_final_completion()
    made = [call.function for call in done.choices[0].message.tool_calls or []]
    assert [(f.name, json.loads(f.arguments)) for f in made] == [("weather", CITY), ("clock", {})]


async def test_anthropics_sdk_goes_two_rounds_with_tools() -> None:
    """Streamed through its own accumulator, thinking and signature included."""
    messages: list[Any] = [{"role": "user", "content": "Weather?"}]
    wire = AnthropicWire()
    behaviours = [calling(wire, (WEATHER, CLOCK), thinking=("hm",)), two_rounds(wire)]
    async with Peer(behaviours) as peer, anthropic_sdk(peer) as sdk:
        async with sdk.messages.stream(
            model="m", max_tokens=99, messages=messages, tools=TOOLS
        ) as stream:
            first = await stream.get_final_message()
        messages.append({"role": "assistant", "content": first.content})
        used = [block for block in first.content if block.type == "tool_use"]
        results: list[Any] = [
            {"type": "tool_result", "tool_use_id": block.id, "content": "rain"} for block in used
        ]
        messages.append({"role": "user", "content": results})
        second = await sdk.messages.create(model="m", max_tokens=99, messages=messages, tools=TOOLS)
    assert first.stop_reason == "tool_use"
    assert [(block.name, block.input) for block in used] == [("weather", CITY), ("clock", {})]
    assert [block.text for block in second.content if block.type == "text"] == [TEXT]


HISTORIES: dict[str, tuple[Wire, list[Any]]] = {
    "OpenAI, an answer without its call": (
        OpenAIWire(),
        [{"role": "user", "content": "a"}, {"role": "tool", "tool_call_id": "x", "content": "a"}],
    ),
    "Anthropic, a result without its call": (
        AnthropicWire(),
        [{"role": "user", "content": [{"type": "tool_result", "tool_use_id": "x"}]}],
    ),
    "Anthropic, thinking that it never signed": (
        AnthropicWire(),
        [
            {"role": "user", "content": "a"},
            {
                "role": "assistant",
                "content": [{"type": "thinking", "thinking": "x", "signature": "made up"}],
            },
            {"role": "user", "content": "b"},
        ],
    ),
}


@pytest.mark.parametrize("case", HISTORIES)
async def test_a_history_that_a_vendor_refuses_is_refused(case: str) -> None:
    """Otherwise a provider that writes such a one would pass its tests."""
    wire, messages = HISTORIES[case]
    async with Peer([answering(wire)]) as peer:
        if isinstance(wire, AnthropicWire):
            async with anthropic_sdk(peer) as claude:
                with pytest.raises(anthropic.BadRequestError):
                    await claude.messages.create(model="m", max_tokens=9, messages=messages)
        else:
            async with openai_sdk(peer) as sdk:
                with pytest.raises(openai.BadRequestError):
                    await sdk.chat.completions.create(model="m", messages=messages)


async def test_openais_sdk_reads_responses() -> None:
    """Whole: text and a function call; the SDK's `output_text` finds the text."""
    behaviour = calling(OpenAIPaths(), pieces=PIECES)
    async with Peer([behaviour]) as peer, openai_sdk(peer) as sdk:
        done = await sdk.responses.create(model="m", input="one two")
    assert (done.status, done.output_text) == ("completed", TEXT)
    made = [item for item in done.output if item.type == "function_call"]
    assert [(item.name, json.loads(item.arguments)) for item in made] == [("weather", CITY)]
    assert done.usage is not None
    assert done.usage.input_tokens == 2


async def test_openais_sdk_gathers_a_streamed_response() -> None:
    """Its own accumulator accepts the events' order and gets the response together."""
    behaviour = calling(OpenAIPaths(), pieces=PIECES)
    async with (
        Peer([behaviour]) as peer,
        openai_sdk(peer) as sdk,
        sdk.responses.stream(model="m", input="one two") as stream,
    ):
        pieces = [e.delta async for e in stream if e.type == "response.output_text.delta"]
        done = await stream.get_final_response()
    assert ("".join(pieces), done.output_text) == (TEXT, TEXT)
    assert [item.type for item in done.output] == ["message", "function_call"]


@pytest.mark.parametrize("streamed", [True, False])
async def test_openais_sdk_reads_completions(streamed: bool) -> None:
    """The legacy wire, whole and streamed."""
    async with Peer([answering(OpenAIPaths())]) as peer, openai_sdk(peer) as sdk:
        if streamed:
            stream = await sdk.completions.create(model="m", prompt="one two", stream=True)
            choices = [choice async for chunk in stream for choice in chunk.choices]
        else:
            choices = list((await sdk.completions.create(model="m", prompt="one two")).choices)
    assert "".join(choice.text for choice in choices) == TEXT
    assert choices[-1].finish_reason == "stop"


async def test_openais_sdk_reads_embeddings() -> None:
    """One for each input, in their order."""
    async with Peer([answering(OpenAIPaths())]) as peer, openai_sdk(peer) as sdk:
        done = await sdk.embeddings.create(
            model="m", input=["one", "three"], encoding_format="float"
        )
    assert [item.embedding[0] for item in done.data] == [3.0, 5.0]


async def test_anthropics_sdk_counts_tokens() -> None:
    """At the path of its own."""
    async with Peer([answering(AnthropicPaths())]) as peer, anthropic_sdk(peer) as sdk:
        done = await sdk.messages.count_tokens(
            model="m", messages=[{"role": "user", "content": "one two"}]
        )
    assert done.input_tokens > 0
