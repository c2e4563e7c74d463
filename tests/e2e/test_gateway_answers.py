"""The answer policy of an instance and answers of several choices, on every wire, by the SDKs."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import anthropic
import openai
import pydantic
import pytest
from tests.live import LiveServer, connection_to, peer_beside
from tests.peers.behaviours import JSON, SSE, answering
from tests.peers.models import openai_model
from tests.peers.openai_paths import OpenAIPaths
from tests.peers.server import Behaviour, Exchange
from tests.peers.wire import dump
from tests.waiting import until

MAIL = "jane.roe@example.com"
OWNER = "owner.of.this@example.net"
CARD = "4111 1111 1111 1111"
NAMES = "The mayor is Angela Merkel; write to EMAIL_ADDRESS_0 about it."
CARDS = f"There are some words first, and then the card {CARD} in the middle of many more words."
Clients = tuple[openai.OpenAI, anthropic.Anthropic]


def _in_pieces(text: str) -> Behaviour:
    pieces = [text[start : start + 5] for start in range(0, len(text), 5)]
    return answering(OpenAIPaths(), pieces=pieces)


def _choices() -> Behaviour:
    """As many choices as are asked for; in a stream their deltas come by turns."""

    async def behave(exchange: Exchange) -> None:
        body = exchange.request.json()
        said = body["messages"][-1]["content"]
        texts = [f"{index}: {said}" for index in range(body.get("n") or 1)]
        frame: dict[str, Any] = {"id": "chatcmpl-n", "created": 1, "model": body["model"]}
        if not body.get("stream"):
            whole = [_choice(index, text, "message") for index, text in enumerate(texts)]
            done = frame | {"object": "chat.completion", "choices": whole}
            return await exchange.whole(200, dump(done), JSON)
        await exchange.head(200, SSE)
        for start in range(0, max(map(len, texts)), 3):
            for index, text in enumerate(texts):
                delta = _choice(index, text[start : start + 3], "delta") | {"finish_reason": None}
                chunk = frame | {"object": "chat.completion.chunk", "choices": [delta]}
                await exchange.piece(b"data: %b\n\n" % dump(chunk))
        last = [_choice(index, "", "delta") for index in range(len(texts))]
        chunk = frame | {"object": "chat.completion.chunk", "choices": last}
        await exchange.piece(b"data: %b\n\ndata: [DONE]\n\n" % dump(chunk))
        return await exchange.end()

    return behave


def _choice(index: int, text: str, name: str) -> dict[str, Any]:
    said = {"role": "assistant", "content": text}
    return {"index": index, name: said, "finish_reason": "stop"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """Instances by what their vendor says, with the policies for it."""
    with (
        peer_beside(_in_pieces(NAMES)) as names,
        peer_beside(_in_pieces(CARDS)) as cards,
        peer_beside(_choices()) as choices,
        peer_beside(openai_model()) as model,
        peer_beside(answering(OpenAIPaths(), pieces=None)) as echo,
        LiveServer(tmp_path_factory.mktemp("answers") / "server") as started,
    ):
        mask = _group(started, {"rules": {"PERSON": {"action": "mask"}}})
        block = _group(
            started,
            {"default": {"action": "allow"}, "rules": {"CREDIT_CARD": {"action": "block"}}},
        )
        started.instance(connection_to(names), name="names", answerPolicyGroupId=mask)
        started.instance(connection_to(names), name="unset")
        started.instance(connection_to(cards), name="cards", answerPolicyGroupId=block)
        started.instance(connection_to(cards), name="cards-unset")
        started.instance(connection_to(choices), name="choices")
        started.instance(connection_to(model), name="model")
        instructions = f"Serve {OWNER}."
        started.instance(connection_to(echo), name="owned", instructions=instructions)
        yield started


def _group(server: LiveServer, policy: dict[str, Any]) -> int:
    with server.client() as admin:
        body = {"name": f"Answers {len(str(policy))}", "policy": policy}
        return int(admin.post("/api/admin/v1/policy-groups", json=body).json()["data"]["id"])


@pytest.fixture
def clients(server: LiveServer) -> Iterator[Clients]:
    """Both SDKs."""
    with (
        openai.OpenAI(base_url=f"{server.url}/v1", api_key=server.token, max_retries=0) as one,
        anthropic.Anthropic(base_url=server.url, api_key=server.token, max_retries=0) as other,
    ):
        yield one, other


def _chat(clients: Clients, model: str, got: list[str]) -> None:
    done = clients[0].chat.completions.create(
        model=model, messages=[{"role": "user", "content": f"I am {MAIL}"}]
    )
    got.append(done.choices[0].message.content or "")


def _chat_stream(clients: Clients, model: str, got: list[str]) -> None:
    for chunk in clients[0].chat.completions.create(
        model=model, messages=[{"role": "user", "content": f"I am {MAIL}"}], stream=True
    ):
        got += [choice.delta.content or "" for choice in chunk.choices]


def _response(clients: Clients, model: str, got: list[str]) -> None:
    got.append(clients[0].responses.create(model=model, input=f"I am {MAIL}").output_text)


def _response_stream(clients: Clients, model: str, got: list[str]) -> None:
    with clients[0].responses.stream(model=model, input=f"I am {MAIL}") as events:
        got += [event.delta for event in events if event.type == "response.output_text.delta"]


def _message(clients: Clients, model: str, got: list[str]) -> None:
    done = clients[1].messages.create(
        model=model, max_tokens=99, messages=[{"role": "user", "content": f"I am {MAIL}"}]
    )
    got += [block.text for block in done.content if block.type == "text"]


def _message_stream(clients: Clients, model: str, got: list[str]) -> None:
    with clients[1].messages.stream(
        model=model, max_tokens=99, messages=[{"role": "user", "content": f"I am {MAIL}"}]
    ) as stream:
        got += stream.text_stream


Ask = Callable[[Clients, str, list[str]], None]
WHOLE = {"chat": _chat, "response": _response, "message": _message}
STREAMED = {"chat": _chat_stream, "response": _response_stream, "message": _message_stream}
ASKED = {f"{name}, whole": ask for name, ask in WHOLE.items()} | {
    f"{name}, streamed": ask for name, ask in STREAMED.items()
}


@pytest.mark.parametrize("how", ASKED)
def test_names_of_an_answer_are_masked_where_the_answer_policy_says_so(
    clients: Clients, how: str
) -> None:
    got: list[str] = []
    ASKED[how](clients, "names", got)
    said = "".join(got)
    assert said.startswith("The mayor is PERSON_")
    assert said.endswith(f"; write to {MAIL} about it.")
    assert "Merkel" not in said


@pytest.mark.parametrize("how", ASKED)
def test_without_an_answer_policy_names_may_be_spoken_of(clients: Clients, how: str) -> None:
    got: list[str] = []
    ASKED[how](clients, "unset", got)
    assert "".join(got) == NAMES.replace("EMAIL_ADDRESS_0", MAIL)


@pytest.mark.parametrize("how", ASKED)
def test_without_an_answer_policy_numbers_of_cards_are_redacted(clients: Clients, how: str) -> None:
    got: list[str] = []
    ASKED[how](clients, "cards-unset", got)
    said = "".join(got)
    assert "CREDIT_CARD_" in said
    assert "1111" not in said


@pytest.mark.parametrize("how", ASKED)
@pytest.mark.parametrize(
    ("model", "taken"), [("names", "Merkel"), ("cards-unset", "1111"), ("cards", "4111")]
)
def test_what_an_answer_policy_took_out_stands_on_no_record(
    server: LiveServer, clients: Clients, model: str, taken: str, how: str
) -> None:
    got: list[str] = []
    with contextlib.suppress(openai.APIError, anthropic.APIError):
        ASKED[how](clients, model, got)
    call = _last_call(server)
    recorded = "".join(text["text"] for text in call["answer"])
    assert taken not in str(call)
    assert recorded.startswith("".join(got).replace(MAIL, "EMAIL_ADDRESS_0"))


def _last_call(server: LiveServer) -> dict[str, Any]:
    """The newest call, once it has ended, as its caller may read it."""
    with server.client() as own:

        def ended() -> dict[str, Any] | None:
            newest: dict[str, Any] = own.get("/api/v1/calls").json()["data"][0]
            return newest if newest["status"] != "pending" else None

        path = f"/api/v1/calls/{until(ended)['id']}"
        call: dict[str, Any] = own.get(path).json()["data"]
        return call


@pytest.mark.parametrize("how", ASKED)
def test_what_the_answer_policy_blocks_ends_the_answer_with_an_error(
    server: LiveServer, clients: Clients, how: str
) -> None:
    got: list[str] = []
    with pytest.raises((openai.APIError, anthropic.APIError)) as blocked:
        ASKED[how](clients, "cards", got)
    assert "policy" in str(blocked.value)
    assert CARDS.startswith("".join(got))
    assert "4111" not in "".join(got) + str(blocked.value)
    call = _last_call(server)
    assert (call["status"], call["errorCode"]) == ("blocked", "policy_blocked")
    assert call["answerManifest"] == {"CREDIT_CARD": {"block": 1}}


@pytest.mark.parametrize("how", WHOLE)
def test_a_whole_answer_that_is_blocked_is_a_403(clients: Clients, how: str) -> None:
    with pytest.raises((openai.PermissionDeniedError, anthropic.PermissionDeniedError)):
        WHOLE[how](clients, "cards", [])


def test_several_choices_are_restored_each_for_itself(clients: Clients) -> None:
    said = f"{MAIL} and {CARD}"
    asked: dict[str, Any] = {"model": "choices", "n": 3}
    asked["messages"] = [{"role": "user", "content": said}]
    done = clients[0].chat.completions.create(**asked)
    expected = [f"{index}: {said}" for index in range(3)]
    assert [choice.message.content for choice in done.choices] == expected
    streamed = ["", "", ""]
    for chunk in clients[0].chat.completions.create(**asked, stream=True):
        for choice in chunk.choices:
            streamed[choice.index] += choice.delta.content or ""
    assert streamed == expected


class Said(pydantic.BaseModel):
    """What the scripted model makes of a question where JSON is asked for."""

    said: str


def test_structured_outputs_are_parsed_with_their_originals(clients: Clients) -> None:
    said = f'{MAIL} said "yes" \\ and left'
    asked: dict[str, Any] = {"model": "model", "response_format": Said}
    asked["messages"] = [{"role": "user", "content": said}]
    whole = clients[0].chat.completions.parse(**asked)
    assert whole.choices[0].message.parsed == Said(said=said)
    with clients[0].chat.completions.stream(**asked) as events:
        final = events.get_final_completion()
    assert final.choices[0].message.parsed == Said(said=said)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_a_response_repeats_the_callers_instructions_and_not_the_instances(
    clients: Clients, stream: bool
) -> None:
    asked: dict[str, Any] = {"model": "owned", "input": "Hello", "instructions": f"Help {MAIL}."}
    if stream:
        with clients[0].responses.stream(**asked) as events:
            told = [event.model_dump_json(warnings=False) for event in events]
            final = events.get_final_response()
    else:
        final = clients[0].responses.create(**asked)
        told = [final.to_json()]
    assert final.instructions == f"Help {MAIL}."
    assert not any("Serve" in event or OWNER in event for event in told)
