"""The peers of Amazon's services are right: AWS's own SDK is understood by them, and reads them.

The SDK is botocore, which boto3's clients are; its calls block, so each runs in a thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import closing
from typing import Any

import pytest
from botocore.auth import BearerAuth
from botocore.awsrequest import AWSRequest
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import ClientError, EventStreamError
from botocore.session import Session
from botocore.tokens import FrozenAuthToken
from tests.peers import Calls, Exchange, Peer
from tests.peers.aws_answers import at_once, framing, refusing, speaking
from tests.peers.aws_endpoint import EndpointWire
from tests.peers.aws_frames import exception, in_parts
from tests.peers.aws_signin import (
    ACCESS_KEY_ID,
    API_KEY,
    REGION,
    SECRET_ACCESS_KEY,
    SESSION_TOKEN,
    problem,
)
from tests.peers.aws_wire import ConverseWire
from tests.peers.behaviours import PIECES
from tests.peers.history import SIGNATURE
from tests.peers.server import Received
from tests.peers.wire import Says

pytestmark = pytest.mark.anyio
TEXT = "".join(PIECES)
ASK = [{"role": "user", "content": [{"text": "one two"}]}]
MODELS = (
    "anthropic.claude-sonnet-4-5-20250929-v1:0",
    "global.amazon.nova-2-lite-v1:0",
    "arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.anthropic.claude-x-v1:0",
)


def sdk(peer: Peer, service: str = "bedrock-runtime", **identity: str) -> BaseClient:
    """A client of one of Amazon's services."""
    keys = {"aws_access_key_id": ACCESS_KEY_ID, "aws_secret_access_key": SECRET_ACCESS_KEY}
    return Session().create_client(
        service,
        region_name=REGION,
        endpoint_url=peer.url,
        config=Config(retries={"total_max_attempts": 1}),
        **{**keys, **identity},
    )


async def converse(peer: Peer, model: str = MODELS[0], **more: object) -> list[dict[str, Any]]:
    """All events of an answer."""

    def call() -> list[dict[str, Any]]:
        with closing(sdk(peer, aws_session_token=SESSION_TOKEN)) as client:
            answer = client.converse_stream(modelId=model, messages=ASK, **more)
            with closing(answer["stream"]) as stream:
                return list(stream)

    return await asyncio.to_thread(call)


def pieces(events: list[dict[str, Any]], kind: str) -> list[Any]:
    """The deltas of a kind."""
    deltas = (event.get("contentBlockDelta", {}).get("delta", {}) for event in events)
    return [delta[kind] for delta in deltas if kind in delta]


@pytest.mark.parametrize("model", MODELS)
async def test_the_sdk_is_let_in_and_reads_an_answer(model: str) -> None:
    """Its signature is right for every kind of model id, and every event is one it knows."""
    async with Peer([speaking(ConverseWire())]) as peer:
        events = await converse(peer, model)
    assert "".join(pieces(events, "text")) == TEXT
    assert events[0] == {"messageStart": {"role": "assistant"}}
    assert events[-2]["messageStop"]["stopReason"] == "end_turn"
    assert events[-1]["metadata"]["usage"]["inputTokens"] == 2


async def test_the_sdk_reads_an_answer_that_comes_at_once() -> None:
    """The same service without a stream."""
    call = Calls("call_peer01", "weather", ('{"a": ', "1}"))

    def ask_at_once(peer: Peer) -> dict[str, Any]:
        with closing(sdk(peer)) as client:
            answer: dict[str, Any] = client.converse(modelId=MODELS[0], messages=ASK)
            return answer

    behaviour = at_once(ConverseWire(), ("I look.",), calls=(call,), thinking=("hm",))
    async with Peer([behaviour]) as peer:
        answer = await asyncio.to_thread(ask_at_once, peer)
    thought, said, made = answer["output"]["message"]["content"]
    assert thought["reasoningContent"]["reasoningText"]["signature"] == SIGNATURE
    assert (said["text"], made["toolUse"]["input"]) == ("I look.", {"a": 1})
    assert answer["stopReason"] == "tool_use"


async def test_the_sdk_reads_thinking_and_calls() -> None:
    """Blocks of each kind, with signature, id, name and input."""
    call = Calls("call_peer01", "weather", ('{"a": ', "1}"))
    behaviour = speaking(ConverseWire(), ("I look.",), calls=(call,), thinking=("h", "m"))
    async with Peer([behaviour]) as peer:
        events = await converse(peer)
    assert pieces(events, "reasoningContent") == [
        {"text": "h"},
        {"text": "m"},
        {"signature": SIGNATURE},
    ]
    starts = [event["contentBlockStart"] for event in events if "contentBlockStart" in event]
    assert starts[0]["start"]["toolUse"] == {"toolUseId": "call_peer01", "name": "weather"}
    assert "".join(piece["input"] for piece in pieces(events, "toolUse")) == call.arguments
    assert events[-2]["messageStop"]["stopReason"] == "tool_use"


async def test_an_api_key_goes_as_the_sdk_sends_it() -> None:
    """As a bearer token, which the SDK gives away over TLS only."""
    request = AWSRequest("POST", "https://bedrock.example.com/")
    BearerAuth(FrozenAuthToken(API_KEY)).add_auth(request)
    come = Received("POST", "/", {"authorization": request.headers["Authorization"]}, b"", 1)
    assert problem(come, "bedrock", takes_api_key=True) is None
    assert problem(come, "sagemaker") == "MissingAuthenticationTokenException"


async def test_the_sdk_recognises_errors() -> None:
    """Before the stream by their header, in the stream by their frame."""
    async with Peer([refusing(ConverseWire(), 429, "ThrottlingException")]) as peer:
        with pytest.raises(ClientError) as refused:
            await converse(peer)
    assert refused.value.response["Error"]["Code"] == "ThrottlingException"
    failing = framing(ConverseWire(), lambda _: [exception("modelStreamErrorException", "no")])
    async with Peer([failing]) as peer:
        with pytest.raises(EventStreamError, match="modelStreamErrorException"):
            await converse(peer)


BAD = {
    "a wrong secret": {"aws_secret_access_key": "wrong"},
    "an unknown identity": {"aws_access_key_id": "AKIA" + "X" * 16},
}


def ask(peer: Peer, messages: list[Any], identity: dict[str, str], **more: object) -> None:
    """A call whose answer nobody reads."""
    with closing(sdk(peer, **identity)) as client:
        client.converse_stream(modelId=MODELS[0], messages=messages, **more)["stream"].close()


@pytest.mark.parametrize("case", BAD)
async def test_the_peer_lets_nobody_else_in(case: str) -> None:
    """A signature with another secret, and one of another identity, is refused."""
    async with Peer([speaking(ConverseWire())]) as peer:
        with pytest.raises(ClientError) as refused:
            await asyncio.to_thread(ask, peer, ASK, BAD[case])
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


async def test_the_peer_refuses_what_the_service_refuses() -> None:
    """Blank text, calls without tools, calls that nobody answered."""
    call = {"toolUse": {"toolUseId": "a", "name": "b", "input": {}}}
    tools = {"tools": [{"toolSpec": {"name": "b", "inputSchema": {"json": {}}}}]}
    for content, more in (([{"text": " "}], {}), ([call], {}), ([call], {"toolConfig": tools})):
        async with Peer([speaking(ConverseWire())]) as peer:
            messages = [{"role": "user", "content": content}]
            with pytest.raises(ClientError, match="ValidationException"):
                await asyncio.to_thread(ask, peer, messages, {}, **more)


async def test_the_sdk_reads_an_endpoints_parts() -> None:
    """What a container of SageMaker's streams comes through byte by byte."""
    wire = EndpointWire(7)
    body = b'{"messages":[{"role":"user","content":"one"}],"stream":true}'

    def call(peer: Peer) -> bytes:
        with closing(sdk(peer, "sagemaker-runtime")) as client:
            answer = client.invoke_endpoint_with_response_stream(
                EndpointName="chat-1", Body=body, ContentType="application/json"
            )
            with closing(answer["Body"]) as stream:
                return b"".join(event["PayloadPart"]["Bytes"] for event in stream)

    async with Peer([speaking(wire, ("Hello",))]) as peer:
        found = await asyncio.to_thread(call, peer)
    assert found.startswith(b'data: {"id"')
    assert found.endswith(b"data: [DONE]\n\n")


async def test_the_sdk_reads_frames_however_they_are_cut() -> None:
    """Pieces of the HTTP message have nothing to do with frames."""
    wire = ConverseWire()

    def make(exchange: Exchange) -> Iterable[bytes]:
        return in_parts(b"".join(wire.events(exchange.request, Says(PIECES, "end_turn"))), 5)

    async with Peer([framing(wire, make)]) as peer:
        events = await converse(peer)
    assert "".join(pieces(events, "text")) == TEXT
