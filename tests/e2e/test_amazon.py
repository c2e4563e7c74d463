"""The official SDKs of OpenAI and Anthropic against models on Amazon's services."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import anthropic
import openai
import pytest
from tests.live import LiveServer, peer_beside
from tests.peers import Peer
from tests.peers.aws_models import bedrock_model, sagemaker_model
from tests.peers.aws_signin import ACCESS_KEY_ID, REGION, SECRET_ACCESS_KEY

MAIL = "jane.roe@example.com"
CARD = "4539 5787 6362 1486"
SAID = f"Write to {MAIL} about {CARD} please"
PARAMETERS = {"type": "object", "properties": {"to": {"type": "string"}}}
SERVICES = {
    "aws_bedrock": (bedrock_model, "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"),
    "aws_sagemaker": (sagemaker_model, "chat-1"),
}
STREAMED = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
Wire = tuple[LiveServer, Peer]


@pytest.fixture(scope="module", params=SERVICES)
def gateway(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Wire]:
    """A server whose default instance is on one of Amazon's services."""
    model, name = SERVICES[request.param]
    with peer_beside(model()) as peer:
        folder = tmp_path_factory.mktemp(request.param) / "server"
        with LiveServer(folder) as server:
            credentials = {"access_key_id": ACCESS_KEY_ID, "secret_access_key": SECRET_ACCESS_KEY}
            connection = {
                "providerKey": request.param,
                "model": name,
                "baseUrl": peer.url,
                "options": {"region": REGION},
                "credentials": credentials,
            }
            server.instance(connection)
            yield server, peer


@pytest.fixture(autouse=True)
def nothing_raw(gateway: Wire) -> Iterator[None]:
    """No test may let an original through to the service, or a secret into a log."""
    server, peer = gateway
    peer.requests.clear()
    yield
    assert peer.requests
    for request in peer.requests:
        for original in (MAIL, CARD, "jane.roe"):
            assert original not in request.body.decode()
    assert SECRET_ACCESS_KEY not in server.log.read_text()


def openai_turn(server: LiveServer, messages: list[Any], *, stream: bool, **more: Any) -> Any:  # noqa: ANN401 - as the SDK has it
    """One answer's message."""
    address = f"{server.url}/v1"
    with openai.OpenAI(base_url=address, api_key=server.token, max_retries=0) as client:
        chats = client.chat.completions
        if not stream:
            done = chats.create(model="any", messages=messages, **more)
            return done.choices[0].message
        with chats.stream(model="any", messages=messages, **more) as events:
            return events.get_final_completion().choices[0].message


@STREAMED
def test_openais_sdk_talks_and_calls_tools(gateway: Wire, stream: bool) -> None:
    """Originals come back in words and in a call's arguments."""
    server, _ = gateway
    messages: list[Any] = [{"role": "user", "content": SAID}]
    assert openai_turn(server, messages, stream=stream).content == f"You said: {SAID}"
    tool = {"type": "function", "function": {"name": "send_mail", "parameters": PARAMETERS}}
    asked = openai_turn(server, messages, stream=stream, tools=[tool])
    (call,) = asked.tool_calls
    assert json.loads(call.function.arguments) == {"to": SAID, "deep": {"list": [SAID]}}
    answer = {"role": "tool", "tool_call_id": call.id, "content": f"sent to {MAIL}"}
    history = [*messages, asked.model_dump(exclude_none=True, exclude={"parsed"}), answer]
    for made in history[1]["tool_calls"]:
        made["function"].pop("parsed_arguments", None)
    told = openai_turn(server, history, stream=stream, tools=[tool])
    assert told.content == f"The tool said: sent to {MAIL}"


def anthropic_turn(server: LiveServer, messages: list[Any], *, stream: bool, **more: Any) -> Any:  # noqa: ANN401 - as the SDK has it
    """One answer's message."""
    asked = {"model": "any", "max_tokens": 100, "messages": messages, **more}
    with anthropic.Anthropic(base_url=server.url, api_key=server.token, max_retries=0) as client:
        if not stream:
            return client.messages.create(**asked)
        with client.messages.stream(**asked) as events:
            return events.get_final_message()


@STREAMED
def test_anthropics_sdk_talks_and_calls_tools(gateway: Wire, stream: bool) -> None:
    """The same on the other wire."""
    server, _ = gateway
    messages: list[Any] = [{"role": "user", "content": SAID}]
    said = anthropic_turn(server, messages, stream=stream)
    assert [block.text for block in said.content] == [f"You said: {SAID}"]
    assert said.usage.output_tokens > 0
    tool = {"name": "send_mail", "input_schema": PARAMETERS}
    asked = anthropic_turn(server, messages, stream=stream, tools=[tool])
    (call,) = asked.content
    assert call.input == {"to": SAID, "deep": {"list": [SAID]}}
    result = {"type": "tool_result", "tool_use_id": call.id, "content": f"sent to {MAIL}"}
    history = [
        *messages,
        {"role": "assistant", "content": asked.content},
        {"role": "user", "content": [result]},
    ]
    told = anthropic_turn(server, history, stream=stream, tools=[tool])
    assert [block.text for block in told.content] == [f"The tool said: sent to {MAIL}"]
