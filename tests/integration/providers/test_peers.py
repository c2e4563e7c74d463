"""The peers speak the vendors' real wires: the vendors' own SDKs understand them."""

from __future__ import annotations

import asyncio
import sys

import anthropic
import openai
import pytest
from tests.peers import AnthropicWire, AzureWire, Exchange, OpenAIWire, Peer
from tests.peers.anthropic_wire import thinking_events
from tests.peers.behaviours import (
    PIECES,
    VARIANTS,
    answering,
    events_of,
    failing,
    slow_down,
    streaming,
)

pytestmark = pytest.mark.anyio
TEXT = "".join(PIECES)
UNREAD = ("CR", "a byte order mark")
"""Forms that the specification allows and the vendor's SDK is not asked to read."""


def openai_sdk(peer: Peer) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url=f"{peer.url}/v1", api_key="k", max_retries=0)


def azure_sdk(peer: Peer) -> openai.AsyncAzureOpenAI:
    return openai.AsyncAzureOpenAI(
        azure_endpoint=peer.url, api_key="k", api_version="2024-10-21", max_retries=0
    )


def anthropic_sdk(peer: Peer) -> anthropic.AsyncAnthropic:
    return anthropic.AsyncAnthropic(base_url=peer.url, api_key="k", max_retries=0)


@pytest.mark.parametrize("azure", [False, True])
async def test_openais_sdk_reads_an_answer(azure: bool) -> None:
    """A chat completion in one piece, from OpenAI's peer and from Azure's."""
    async with (
        Peer([answering(AzureWire() if azure else OpenAIWire())]) as peer,
        azure_sdk(peer) if azure else openai_sdk(peer) as sdk,
    ):
        done = await sdk.chat.completions.create(
            model="gpt-x", messages=[{"role": "user", "content": "one two"}]
        )
    assert done.choices[0].message.content == TEXT
    assert done.choices[0].finish_reason == "stop"
    assert (done.model, done.usage and done.usage.prompt_tokens) == ("gpt-x", 2)


@pytest.mark.parametrize("azure", [False, True])
async def test_openais_sdk_reads_a_stream(azure: bool) -> None:
    """Chunks with the role, the pieces, a finish reason and the usage that was asked for."""
    async with (
        Peer([answering(AzureWire() if azure else OpenAIWire())]) as peer,
        azure_sdk(peer) if azure else openai_sdk(peer) as sdk,
    ):
        stream = await sdk.chat.completions.create(
            model="gpt-x",
            messages=[{"role": "user", "content": "one two"}],
            stream=True,
            stream_options={"include_usage": True},
        )
        chunks = [chunk async for chunk in stream]
    choices = [choice for chunk in chunks for choice in chunk.choices if choice.delta]
    assert "".join(choice.delta.content or "" for choice in choices) == TEXT
    assert [c.finish_reason for c in choices if c.finish_reason] == ["stop"]
    assert [c.usage.total_tokens for c in chunks if c.usage] == [2 + len(TEXT.split())]


async def test_anthropics_sdk_reads_an_answer() -> None:
    """A message in one piece."""
    async with Peer([answering(AnthropicWire())]) as peer, anthropic_sdk(peer) as sdk:
        done = await sdk.messages.create(
            model="c-x", max_tokens=9, messages=[{"role": "user", "content": "one two"}]
        )
    assert [block.text for block in done.content if block.type == "text"] == [TEXT]
    assert (done.stop_reason, done.usage.input_tokens) == ("end_turn", 2)


@pytest.mark.parametrize("thinking", [False, True])
async def test_anthropics_sdk_reads_a_stream(thinking: bool) -> None:
    """The SDK's own accumulator gets the message together, thinking included."""
    wire = AnthropicWire()

    def make(exchange: Exchange) -> list[bytes]:
        start, *rest = events_of(wire, exchange)
        return [start, *rest[:-2], *(thinking_events("hm") if thinking else []), *rest[-2:]]

    async with (
        Peer([streaming(make)]) as peer,
        anthropic_sdk(peer) as sdk,
        sdk.messages.stream(
            model="c-x", max_tokens=9, messages=[{"role": "user", "content": "one two"}]
        ) as stream,
    ):
        text = "".join([piece async for piece in stream.text_stream])
        done = await stream.get_final_message()
    assert text == TEXT
    assert (done.stop_reason, done.usage.output_tokens) == ("end_turn", len(TEXT.split()))


@pytest.mark.parametrize("variant", sorted(set(VARIANTS) - {"CR", "a byte order mark"}))
async def test_openais_sdk_reads_the_variants(variant: str) -> None:
    """Those forms of a stream that the vendor's own SDK accepts are the same answer to it."""
    wire = OpenAIWire()
    behaviour = streaming(lambda exchange: VARIANTS[variant](events_of(wire, exchange)))
    async with Peer([behaviour]) as peer, openai_sdk(peer) as sdk:
        stream = await sdk.chat.completions.create(
            model="gpt-x", messages=[{"role": "user", "content": "a"}], stream=True
        )
        pieces = [c.choices[0].delta.content or "" async for c in stream if c.choices]
    assert "".join(pieces) == TEXT


async def test_the_sdks_recognise_errors() -> None:
    """Errors have the status, the type and the header that the vendors' SDKs look for."""
    refusing = failing(OpenAIWire(), 401, "invalid_request_error")
    async with Peer([refusing]) as peer, openai_sdk(peer) as sdk:
        with pytest.raises(openai.AuthenticationError) as refused:
            await sdk.chat.completions.create(model="m", messages=[])
    assert refused.value.type == "invalid_request_error"
    async with Peer([slow_down(AnthropicWire(), 3)]) as peer, anthropic_sdk(peer) as sdk:
        with pytest.raises(anthropic.RateLimitError) as limited:
            await sdk.messages.create(model="m", max_tokens=1, messages=[])
    assert limited.value.response.headers["retry-after"] == "3"


async def test_the_peers_refuse_what_the_vendors_refuse() -> None:
    """No messages, another path, sampling in the new version: refused as the vendor does."""
    async with Peer([answering(OpenAIWire())]) as peer, openai_sdk(peer) as sdk:
        with pytest.raises(openai.BadRequestError):
            await sdk.chat.completions.create(model="m", messages=[])
        with pytest.raises(openai.NotFoundError):
            await sdk.models.list()
    async with Peer([answering(AnthropicWire())]) as peer, anthropic_sdk(peer) as sdk:
        with pytest.raises(anthropic.BadRequestError, match="removed in this version"):
            await sdk.messages.create(
                model="m",
                max_tokens=1,
                messages=[{"role": "user", "content": "a"}],
                extra_body={"temperature": 1},
            )


async def test_a_peer_runs_from_the_command_line() -> None:
    """`python -m tests.peers` serves until it is stopped and says where."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.peers", "--vendor", "openai", "--answer", "Hello there"),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        line = (await process.stdout.readline()).decode()
        base = f"{line.removeprefix('listening on ').strip()}/v1"
        async with openai.AsyncOpenAI(base_url=base, api_key="k") as sdk:
            done = await sdk.chat.completions.create(
                model="m", messages=[{"role": "user", "content": "a"}]
            )
    finally:
        process.terminate()
        await process.communicate()
    assert done.choices[0].message.content == "Hello there"
