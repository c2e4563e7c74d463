"""The official OpenAI SDK, unmodified, against the gateway: only address and key are changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import anyio
import openai
import pytest
from openai.types.chat import ChatCompletionMessageParam, ChatCompletionToolParam
from tests.live import LiveServer, connection_to, peer_beside
from tests.peers import Peer
from tests.peers.models import anthropic_model, openai_model

MAIL = "jane.roe@example.com"
CARD = "4539 5787 6362 1486"
SAID = f"Write to {MAIL} about {CARD} please"
TOOL: ChatCompletionToolParam = {
    "type": "function",
    "function": {
        "name": "send_mail",
        "description": f"Sends a letter; the owner is {MAIL}.",
        "parameters": {"type": "object", "properties": {"to": {"type": "string"}}},
    },
}
Wire = tuple[LiveServer, Peer]


@pytest.fixture(scope="module", params=["openai", "anthropic"])
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
def client(gateway: Wire) -> Iterator[openai.OpenAI]:
    """The SDK with our address and key."""
    server, peer = gateway
    peer.requests.clear()
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key=server.token, max_retries=0) as made:
        yield made


def _nothing_raw_left(peer: Peer) -> None:
    assert peer.requests
    for request in peer.requests:
        for secret in (MAIL, CARD, "jane.roe"):
            assert secret not in request.body.decode()


def test_a_chat_comes_back_with_its_originals(client: openai.OpenAI, gateway: Wire) -> None:
    done = client.chat.completions.create(
        model="gpt-x", messages=[{"role": "user", "content": SAID}]
    )
    assert done.choices[0].message.content == f"You said: {SAID}"
    assert done.choices[0].finish_reason == "stop"
    assert done.usage is not None
    assert (done.usage.prompt_tokens, done.usage.completion_tokens) == (17, 5)
    _nothing_raw_left(gateway[1])
    assert gateway[1].requests[0].json()["model"] == "gpt-x"


def test_a_stream_comes_back_with_its_originals(client: openai.OpenAI, gateway: Wire) -> None:
    stream = client.chat.completions.create(
        model="gpt-x",
        messages=[{"role": "user", "content": SAID}],
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = list(stream)
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert text == f"You said: {SAID}"
    assert chunks[-1].usage is not None
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop"
    _nothing_raw_left(gateway[1])


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_two_rounds_with_a_tool_run_on_originals(
    client: openai.OpenAI, gateway: Wire, stream: bool
) -> None:
    messages: list[ChatCompletionMessageParam] = [
        {"role": "system", "content": f"You serve {MAIL}."},
        {"role": "user", "content": SAID},
    ]
    call = _tool_calls(client, messages, stream=stream)[0]
    assert call["name"] == "send_mail"
    assert json.loads(call["arguments"]) == {"to": SAID, "deep": {"list": [SAID]}}
    function = {"name": call["name"], "arguments": call["arguments"]}
    messages += [
        {
            "role": "assistant",
            "tool_calls": [{"id": call["id"], "type": "function", "function": function}],  # type: ignore[typeddict-item]
        },
        {"role": "tool", "tool_call_id": call["id"], "content": json.dumps({"sent": [MAIL, CARD]})},
    ]
    done = client.chat.completions.create(model="gpt-x", messages=messages, tools=[TOOL])
    said = done.choices[0].message.content or ""
    assert json.loads(said.removeprefix("The tool said: ")) == {"sent": [MAIL, CARD]}
    _nothing_raw_left(gateway[1])


def test_parallel_tool_calls_keep_apart(client: openai.OpenAI, gateway: Wire) -> None:
    said = f"twice to {MAIL}"
    calls = _tool_calls(client, [{"role": "user", "content": said}], stream=True)
    assert [json.loads(call["arguments"])["to"] for call in calls] == [said, said]
    assert len({call["id"] for call in calls}) == 2
    _nothing_raw_left(gateway[1])


def _tool_calls(
    client: openai.OpenAI, messages: list[ChatCompletionMessageParam], *, stream: bool
) -> list[dict[str, str]]:
    asked: dict[str, Any] = {"model": "gpt-x", "messages": messages, "tools": [TOOL]}
    if not stream:
        done = client.chat.completions.create(**asked)
        calls = done.choices[0].message.tool_calls or []
        return [{"id": c.id, **c.function.model_dump(include={"name", "arguments"})} for c in calls]
    with client.chat.completions.stream(**asked) as events:
        final = events.get_final_completion()
    calls = final.choices[0].message.tool_calls or []
    return [{"id": c.id, **c.function.model_dump(include={"name", "arguments"})} for c in calls]


def test_a_json_answer_stays_json(client: openai.OpenAI, gateway: Wire) -> None:
    said = f'{MAIL} said "hello" \\ and left'
    done = client.chat.completions.create(
        model="gpt-x",
        messages=[{"role": "user", "content": said}],
        response_format={"type": "json_object"},
    )
    # Anthropic's wire has no such mode: there the object is the argument of a tool.
    assert said in json.loads(done.choices[0].message.content or "").values()
    _nothing_raw_left(gateway[1])


@pytest.mark.anyio
async def test_the_asynchronous_client_streams_many_at_once(gateway: Wire) -> None:
    server, _ = gateway
    texts: dict[int, str] = {}
    async with openai.AsyncOpenAI(
        base_url=f"{server.url}/v1", api_key=server.token, max_retries=0
    ) as client:

        async def ask(number: int) -> None:
            stream = await client.chat.completions.create(
                model="gpt-x",
                messages=[{"role": "user", "content": f"I am person{number}@example.com"}],
                stream=True,
            )
            pieces = [c.choices[0].delta.content or "" async for c in stream if c.choices]
            texts[number] = "".join(pieces)

        async with anyio.create_task_group() as group:
            for number in range(12):
                group.start_soon(ask, number)
    assert texts == {n: f"You said: I am person{n}@example.com" for n in range(12)}


def test_the_models_are_the_instances(client: openai.OpenAI, gateway: Wire) -> None:
    names = [model.id for model in client.models.list()]
    assert "Echo" in names
    assert client.models.retrieve("Echo").id == "Echo"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("Nothing")


def test_an_instance_is_asked_by_its_name(client: openai.OpenAI, gateway: Wire) -> None:
    done = client.chat.completions.create(
        model="Echo", messages=[{"role": "user", "content": SAID}]
    )
    assert done.choices[0].message.content == f"The model saw: {SAID}"
    assert gateway[1].requests == []


def test_a_wrong_key_is_an_authentication_error(gateway: Wire) -> None:
    with (
        openai.OpenAI(base_url=f"{gateway[0].url}/v1", api_key="wrong", max_retries=0) as client,
        pytest.raises(openai.AuthenticationError),
    ):
        client.models.list()


def test_a_shape_that_is_not_understood_is_refused_with_its_path(
    client: openai.OpenAI, gateway: Wire
) -> None:
    odd: Any = [{"role": "user", "content": [{"type": "hologram", "text": SAID}]}]
    with pytest.raises(openai.UnprocessableEntityError) as refused:
        client.chat.completions.create(model="gpt-x", messages=odd)
    assert "messages[0].content[0]" in str(refused.value)
    assert MAIL not in str(refused.value)
    assert gateway[1].requests == []


def test_the_same_original_has_the_same_placeholder_in_every_turn(
    client: openai.OpenAI, gateway: Wire
) -> None:
    first: ChatCompletionMessageParam = {"role": "user", "content": SAID}
    client.chat.completions.create(model="gpt-x", messages=[first])
    later: list[ChatCompletionMessageParam] = [
        first,
        {"role": "assistant", "content": f"You said: {SAID}"},
        {"role": "user", "content": f"And bob@example.org, {MAIL}?"},
    ]
    client.chat.completions.create(model="gpt-x", messages=later)
    one, two = (request.json()["messages"] for request in gateway[1].requests)
    assert _text(one[0]) == _text(two[0])
    name = _text(one[0]).split()[2]
    assert name.startswith("EMAIL_ADDRESS_")
    assert name in _text(two[2])


def _text(message: dict[str, Any]) -> str:
    content = message["content"]
    return content if isinstance(content, str) else "".join(part["text"] for part in content)
