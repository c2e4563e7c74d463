"""The official Anthropic SDK, unmodified, against the gateway: only address and key are changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import anthropic
import pytest
from anthropic.types import MessageParam, ToolParam
from tests.live import LiveServer, connection_to, peer_beside
from tests.peers import Peer
from tests.peers.models import anthropic_model, openai_model

MAIL = "jane.roe@example.com"
CARD = "4539 5787 6362 1486"
SAID = f"Write to {MAIL} about {CARD} please"
TOOL: ToolParam = {
    "name": "send_mail",
    "description": f"Sends a letter; the owner is {MAIL}.",
    "input_schema": {"type": "object", "properties": {"to": {"type": "string"}}},
}
Wire = tuple[LiveServer, Peer]


@pytest.fixture(scope="module", params=["anthropic", "openai"])
def gateway(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Wire]:
    """A server whose default instance is on a scripted vendor of each wire."""
    model = openai_model() if request.param == "openai" else anthropic_model()
    with peer_beside(model) as peer:
        folder = tmp_path_factory.mktemp(request.param) / "server"
        with LiveServer(folder) as server:
            server.instance(connection_to(peer, request.param))
            yield server, peer


@pytest.fixture
def client(gateway: Wire) -> Iterator[anthropic.Anthropic]:
    """The SDK with our address and key."""
    server, peer = gateway
    peer.requests.clear()
    with anthropic.Anthropic(base_url=server.url, api_key=server.token, max_retries=0) as made:
        yield made


def _nothing_raw_left(peer: Peer) -> None:
    assert peer.requests
    for request in peer.requests:
        for secret in (MAIL, CARD, "jane.roe"):
            assert secret not in request.body.decode()


def test_a_message_comes_back_with_its_originals(
    client: anthropic.Anthropic, gateway: Wire
) -> None:
    done = client.messages.create(
        model="claude-x",
        max_tokens=100,
        system=f"You serve {MAIL}.",
        messages=[{"role": "user", "content": SAID}],
    )
    (block,) = done.content
    assert block.type == "text"
    assert block.text == f"You said: {SAID}"
    assert done.stop_reason == "end_turn"
    assert (done.usage.input_tokens, done.usage.output_tokens) == (17, 5)
    _nothing_raw_left(gateway[1])
    assert gateway[1].requests[0].json()["model"] == "claude-x"


def test_a_stream_comes_back_with_its_originals(client: anthropic.Anthropic, gateway: Wire) -> None:
    with client.messages.stream(
        model="claude-x", max_tokens=100, messages=[{"role": "user", "content": SAID}]
    ) as stream:
        pieces = list(stream.text_stream)
        final = stream.get_final_message()
    assert "".join(pieces) == f"You said: {SAID}"
    assert len(pieces) > 1
    assert final.stop_reason == "end_turn"
    assert final.usage.output_tokens == 5
    _nothing_raw_left(gateway[1])


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_two_rounds_with_a_tool_run_on_originals(
    client: anthropic.Anthropic, gateway: Wire, stream: bool
) -> None:
    messages: list[MessageParam] = [{"role": "user", "content": SAID}]
    asked: dict[str, Any] = {"model": "claude-x", "max_tokens": 100, "tools": [TOOL]}
    done = _answer(client, asked | {"messages": messages}, stream=stream)
    (call,) = done.content
    assert call.type == "tool_use"
    assert call.input == {"to": SAID, "deep": {"list": [SAID]}}
    assert done.stop_reason == "tool_use"
    result = json.dumps({"sent": [MAIL, CARD]})
    messages += [
        {"role": "assistant", "content": done.content},
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": call.id, "content": result}],
        },
    ]
    done = _answer(client, asked | {"messages": messages}, stream=stream)
    (block,) = done.content
    assert block.type == "text"
    assert json.loads(block.text.removeprefix("The tool said: ")) == {"sent": [MAIL, CARD]}
    _nothing_raw_left(gateway[1])


def _answer(
    client: anthropic.Anthropic, asked: dict[str, Any], *, stream: bool
) -> anthropic.types.Message:
    if not stream:
        done: anthropic.types.Message = client.messages.create(**asked)
        return done
    with client.messages.stream(**asked) as events:
        return events.get_final_message()


def test_signed_thinking_passes_byte_for_byte(client: anthropic.Anthropic, gateway: Wire) -> None:
    asked: dict[str, Any] = {
        "model": "claude-x",
        "max_tokens": 4000,
        "thinking": {"type": "enabled", "budget_tokens": 1024},
        "messages": [{"role": "user", "content": SAID}],
    }
    done = _answer(client, asked, stream=True)
    if done.content[0].type != "thinking":
        pytest.skip("the other vendor's wire has no signed thinking")
    thought = done.content[0]
    assert thought.signature == "c2lnbmVk" * 4
    asked["messages"] += [
        {"role": "assistant", "content": done.content},
        {"role": "user", "content": "Go on"},
    ]
    _answer(client, asked, stream=False)
    sent = gateway[1].requests[-1].json()["messages"][1]["content"][0]
    assert (sent["thinking"], sent["signature"]) == (thought.thinking, thought.signature)
    _nothing_raw_left(gateway[1])


def test_an_instance_is_asked_by_its_name(client: anthropic.Anthropic, gateway: Wire) -> None:
    done = client.messages.create(
        model="Echo", max_tokens=10, messages=[{"role": "user", "content": SAID}]
    )
    assert done.content[0].type == "text"
    assert done.content[0].text == f"The model saw: {SAID}"
    assert gateway[1].requests == []


def test_the_models_are_the_instances(client: anthropic.Anthropic) -> None:
    assert "Echo" in [model.id for model in client.models.list()]


def test_a_wrong_key_is_an_authentication_error(gateway: Wire) -> None:
    with (
        anthropic.Anthropic(base_url=gateway[0].url, api_key="wrong", max_retries=0) as client,
        pytest.raises(anthropic.AuthenticationError),
    ):
        client.messages.create(
            model="Echo", max_tokens=10, messages=[{"role": "user", "content": "a"}]
        )


def test_a_block_that_is_not_understood_is_refused_with_its_path(
    client: anthropic.Anthropic, gateway: Wire
) -> None:
    odd: Any = [{"role": "user", "content": [{"type": "hologram", "text": SAID}]}]
    with pytest.raises(anthropic.APIStatusError) as refused:
        client.messages.create(model="claude-x", max_tokens=10, messages=odd)
    assert refused.value.status_code == 422
    assert "messages[0].content[0]" in str(refused.value)
    assert MAIL not in str(refused.value)
    assert gateway[1].requests == []
