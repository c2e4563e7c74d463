"""Amazon's services answer over real sockets: signed in, streamed, with tools and thinking."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import pytest
from tests.integration.providers.asking import said
from tests.integration.providers.aws_rows import (
    BEARER,
    BEDROCK,
    IDENTITY,
    QUESTION,
    SERVICES,
    TEMPORARY,
    ask,
    calls,
)
from tests.integration.providers.test_aws_peers import MODELS, converse
from tests.peers import Calls, Exchange, Peer
from tests.peers.aws_answers import at_once, framing, refusing, speaking, two_aws_rounds
from tests.peers.aws_frames import exception, in_parts
from tests.peers.aws_signin import SESSION_TOKEN
from tests.peers.aws_wire import ConverseWire
from tests.peers.behaviours import PIECES
from tests.peers.history import SIGNATURE
from tests.peers.server import Received
from tests.peers.tools import CLOCK, WEATHER
from tests.peers.wire import Says
from tests.unit.server.providers.wishes import (
    CALL,
    CLOSED,
    FAR_IMAGE,
    IMAGE,
    NAMED,
    PDF,
    TOOLS,
    result,
    text,
    turn,
)
from tests.waiting import comes_within

from sluice.engine.types import CleansedText
from sluice.server.providers.base import (
    Asked,
    Delta,
    Message,
    ProviderRejected,
    Thinking,
    Usage,
)
from sluice.server.providers.registry import Providers
from sluice.server.providers.transport import Transport

pytestmark = pytest.mark.anyio
TEXT = "".join(PIECES)
CREDENTIALS = {"an identity": IDENTITY, "a temporary one": TEMPORARY, "an API key": BEARER}


@pytest.mark.parametrize("kind", CREDENTIALS)
async def test_every_kind_of_credentials_signs_in(transport: Transport, kind: str) -> None:
    """The peer computes signatures anew; a temporary identity's token is signed too."""
    async with Peer([speaking(BEDROCK.wire)]) as peer:
        deltas = await ask(transport, BEDROCK.connection(peer, CREDENTIALS[kind]))
    assert said(deltas) == TEXT
    headers = peer.requests[0].headers
    assert headers.get("x-amz-security-token") == (
        SESSION_TOKEN if kind == "a temporary one" else None
    )


@pytest.mark.parametrize("model", MODELS)
async def test_a_models_id_is_sent_and_signed_as_the_sdk_does(
    transport: Transport, model: str
) -> None:
    """Colons and slashes are escaped in the address that goes out, and the signature is of it."""
    async with Peer([speaking(BEDROCK.wire)]) as peer:
        deltas = await ask(transport, BEDROCK.connection(peer, model=model))
        await converse(peer, model)
    assert said(deltas) == TEXT
    ours, sdks = peer.requests
    assert ours.target == sdks.target
    assert "%3A" in ours.target


@pytest.mark.parametrize("key", SERVICES)
async def test_an_answer_comes_in_its_pieces(transport: Transport, key: str) -> None:
    """The pieces as the vendor made them, why it ended and what it cost."""
    service = SERVICES[key]
    async with Peer([speaking(service.wire)]) as peer:
        deltas = await ask(transport, service.connection(peer))
    assert [delta.text for delta in deltas if delta.text] == list(PIECES)
    assert deltas[-1].finish_reason == "stop"
    assert deltas[-1].usage == Usage(4, len(TEXT.split()))


@pytest.mark.parametrize("key", SERVICES)
async def test_two_rounds_with_tools(transport: Transport, key: str) -> None:
    """Two calls at once, each answered, then text: the service takes what it is sent."""
    service = SERVICES[key]

    def answered(request: Received) -> bool:
        return b'"toolResult"' in request.body or b'"role": "tool"' in request.body

    async with Peer([two_aws_rounds(service.wire, (WEATHER, CLOCK), answered)]) as peer:
        connection = service.connection(peer)
        first = await ask(transport, connection, asked=TOOLS)
        made = calls(first)
        answers = tuple(result(call.id, text(f"answer {call.name}")) for call in made)
        messages = (*QUESTION, turn("assistant", *made), turn("tool", *answers))
        second = await ask(transport, connection, messages, TOOLS)
    given = [(call.name, json.loads(call.arguments or "{}")) for call in made]
    assert given == [("weather", {"city": "PERSON_0"}), ("clock", {})]
    assert [d.finish_reason for d in first if d.finish_reason] == ["tool_calls"]
    assert (said(second), second[-1].finish_reason) == (TEXT, "stop")


async def test_thinking_goes_back_with_its_signature(transport: Transport) -> None:
    """Words, thoughts and a call in one answer; the next turn is taken with all three."""
    behaviour = speaking(BEDROCK.wire, ("I look.",), calls=(WEATHER,), thinking=("Let ", "me."))
    async with Peer([behaviour]) as peer:
        connection = BEDROCK.connection(peer)
        deltas = await ask(transport, connection, asked=TOOLS)
        thoughts = [delta.thinking for delta in deltas if delta.thinking]
        words = CleansedText("".join(thought.text for thought in thoughts))
        signed = Thinking(words, "".join(thought.signature for thought in thoughts))
        made = calls(deltas)
        back = turn("assistant", signed, text(said(deltas)), *made)
        answer = turn("tool", *(result(call.id, text("rain")) for call in made))
        await ask(transport, connection, (*QUESTION, back, answer), TOOLS)
    assert signed == Thinking(CleansedText("Let me."), SIGNATURE)
    assert said(deltas) == "I look."


async def test_a_model_that_calls_no_tools_in_streams_answers_at_once(
    transport: Transport,
) -> None:
    """By an option: words, thoughts and calls come as from a stream, and go back as from one."""
    behaviour = at_once(
        ConverseWire(), ("I ", "look."), calls=(WEATHER, CLOCK), thinking=("Let me.",)
    )
    async with Peer([behaviour]) as peer:
        connection = BEDROCK.connection(peer, streaming=False)
        deltas = await ask(transport, connection, asked=TOOLS)
        (thought,) = (delta.thinking for delta in deltas if delta.thinking)
        made = calls(deltas)
        back = turn("assistant", thought, text(said(deltas)), *made)
        answer = turn("tool", *(result(call.id, text("rain")) for call in made))
        await ask(transport, connection, (*QUESTION, back, answer), TOOLS)
    assert said(deltas) == "I look."
    assert [(call.name, call.arguments) for call in made] == [
        ("weather", '{"city": "PERSON_0"}'),
        ("clock", "{}"),
    ]
    assert deltas[-1].finish_reason == "tool_calls"
    assert deltas[-1].usage == Usage(4, 2)
    assert peer.requests[0].path.endswith("/converse")


WISHES: dict[str, Asked] = {
    "nothing": Asked(),
    "sampling": Asked(temperature=1.5, top_p=0.5, top_k=9, max_tokens=7, seed=1),
    "stops": Asked(stop=(CleansedText("END"), CleansedText("\n"))),
    "tools": TOOLS,
    "a named tool": Asked(tools=TOOLS.tools, tool_choice=NAMED, parallel_tool_calls=False),
    "a schema": Asked(json_schema=CLOSED, json_schema_name="weather"),
    "JSON": Asked(json_mode=True),
    "thinking": Asked(thinking_tokens=2000, reasoning_effort="high"),
}
OTHERS = ("global.anthropic.claude-opus-4-7", "amazon.nova-pro-v1:0", "openai.gpt-oss-120b-1:0")


@pytest.mark.parametrize("wish", WISHES)
@pytest.mark.parametrize("model", [*MODELS, *OTHERS])
async def test_the_services_model_takes_every_wish(
    transport: Transport, model: str, wish: str
) -> None:
    """No field that the service does not know, none of another type than it says."""
    async with Peer([speaking(BEDROCK.wire)]) as peer:
        connection = BEDROCK.connection(peer, model=model)
        assert said(await ask(transport, connection, asked=WISHES[wish])) == TEXT


CALLED = (*QUESTION, turn("assistant", CALL))
CONVERSATIONS: dict[str, tuple[Message, ...]] = {
    "media": (turn("user", text("See."), IMAGE, PDF, PDF),),
    "an image in a result": (*CALLED, turn("tool", result("call_1", text("see"), IMAGE))),
    "a failed call": (*CALLED, turn("tool", result("call_1", text("no"), is_error=True))),
    "a result of nothing": (*CALLED, turn("tool", result("call_1", text("")))),
    "thinking of another vendor": (
        *QUESTION,
        turn("assistant", Thinking(CleansedText("hm")), text("a")),
        turn("user", text("b")),
    ),
    "a turn of thoughts alone": (
        *QUESTION,
        turn("assistant", Thinking(CleansedText("hm"), SIGNATURE)),
        turn("user", text("b")),
    ),
    "turns of one role": (*QUESTION, turn("user", text(" "), text("a")), turn("user", text("b"))),
}


@pytest.mark.parametrize("case", CONVERSATIONS)
async def test_the_services_model_takes_every_conversation(transport: Transport, case: str) -> None:
    """Whatever the gateway lets through comes as the service wants it."""
    async with Peer([speaking(BEDROCK.wire)]) as peer:
        connection = BEDROCK.connection(peer)
        assert said(await ask(transport, connection, CONVERSATIONS[case])) == TEXT


async def test_media_at_an_address_are_refused_before_anything_is_sent(
    transport: Transport,
) -> None:
    """The service would have to fetch it, and cannot."""
    async with Peer([speaking(BEDROCK.wire)]) as peer:
        with pytest.raises(ProviderRejected, match="an address"):
            await ask(transport, BEDROCK.connection(peer), (turn("user", FAR_IMAGE),))
    assert peer.requests == []


async def test_json_is_text(transport: Transport) -> None:
    """The call that stands for the answer is passed on as the answer."""
    call = Calls("tooluse_1", "json", ('{"city": ', '"CITY_0"}'))
    async with Peer([speaking(BEDROCK.wire, (), calls=(call,))]) as peer:
        deltas = await ask(transport, BEDROCK.connection(peer), asked=Asked(json_mode=True))
    assert json.loads(said(deltas)) == {"city": "CITY_0"}
    assert (calls(deltas), deltas[-1].finish_reason) == ((), "stop")


@pytest.mark.parametrize("size", [1, 7, 4096])
@pytest.mark.parametrize("key", SERVICES)
async def test_frames_may_be_cut_anywhere(transport: Transport, key: str, size: int) -> None:
    """Pieces of the HTTP message have nothing to do with frames."""
    wire = SERVICES[key].wire

    def make(exchange: Exchange) -> list[bytes]:
        says = Says(PIECES, wire.default_reason)
        return list(in_parts(b"".join(wire.events(exchange.request, says)), size))

    async with Peer([framing(wire, make)]) as peer:
        deltas = await ask(transport, SERVICES[key].connection(peer))
    assert [delta.text for delta in deltas if delta.text] == list(PIECES)


FAILED: dict[str, Callable[[Exchange], list[bytes]]] = {
    "throttled": lambda _: [exception("throttlingException", "slow")],
    "failed": lambda _: [exception("internalServerException", "no")],
}


@pytest.mark.parametrize("case", FAILED)
@pytest.mark.parametrize("key", SERVICES)
async def test_an_exception_before_the_first_delta_is_repeated(
    patient: Transport, key: str, case: str
) -> None:
    """Signed anew, and answered."""
    service = SERVICES[key]
    async with Peer([framing(service.wire, FAILED[case]), speaking(service.wire)]) as peer:
        assert said(await ask(patient, service.connection(peer))) == TEXT
    assert len(peer.requests) == 2


async def test_throttling_with_status_400_is_repeated(patient: Transport) -> None:
    """SageMaker's throttling comes with the status of a refusal."""
    service = SERVICES["aws_sagemaker"]
    first = refusing(service.wire, 400, "ThrottlingException")
    async with Peer([first, speaking(service.wire)]) as peer:
        assert said(await ask(patient, service.connection(peer))) == TEXT


@pytest.mark.parametrize("key", SERVICES)
async def test_a_caller_that_leaves_ends_the_call(transport: Transport, key: str) -> None:
    """Closing the generator closes the connection, so that the vendor stops."""
    service = SERVICES[key]

    async def behave(exchange: Exchange) -> None:
        says = Says(PIECES, service.wire.default_reason)
        begun = service.wire.events(exchange.request, says)[:-3]
        await framing(service.wire, lambda _: begun, cut=True)(exchange)
        await asyncio.Event().wait()

    async with Peer([behave]) as peer:
        connection = service.connection(peer)
        stream = Providers(transport)[key].stream(connection, QUESTION)
        first: Delta = await anext(stream)
        await stream.aclose()
        await comes_within(peer.caller_left, 5)
    assert first.text


@pytest.mark.parametrize("key", SERVICES)
async def test_a_connection_is_used_again(transport: Transport, key: str) -> None:
    """An answer is read to the end of its message, so that the next call needs no new one."""
    service = SERVICES[key]
    async with Peer([speaking(service.wire)]) as peer:
        for _ in range(3):
            await ask(transport, service.connection(peer))
    assert (len(peer.requests), peer.connections) == (3, 1)
