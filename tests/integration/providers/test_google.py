"""Google's providers against their peers: answers, tools, thoughts, and whatever goes wrong."""

from __future__ import annotations

import json
import logging
from dataclasses import replace

import pytest
from tests.integration.providers.asking import KEY, MESSAGES, said
from tests.integration.providers.test_faults import EXPECTED, assert_silent
from tests.integration.providers.test_tools import calls, thoughts
from tests.peers import FAULTS, Peer
from tests.peers.behaviours import CANARY, JSON, PIECES, VARIANTS, events_of, streaming, whole
from tests.peers.google_wire import (
    UNSIGNED,
    GoogleWire,
    google_answering,
    google_says,
    google_two_rounds,
)
from tests.peers.history import SIGNATURE
from tests.peers.tools import CLOCK, WEATHER
from tests.peers.wire import Says
from tests.unit.server.providers.wishes import TOOLS, result, text, turn
from tests.unit.server.providers.wishes import said as say

from sluice.server.providers.base import (
    NOTHING_MORE,
    Asked,
    Connection,
    Delta,
    Message,
    ProviderError,
    ProviderRateLimited,
    Usage,
)
from sluice.server.providers.google_body import MARK
from sluice.server.providers.registry import Providers
from sluice.server.providers.transport import Transport

pytestmark = pytest.mark.anyio
WIRE = GoogleWire()
KEYS = ("google", "google_vertex_ai")
QUESTION = (say("system", "Be brief."), say("user", "Weather for PERSON_0?"))
UNMARKED = {"end marker missing"}
"""The wire has no end marker; without its last chunk the answer was cut."""


def wire(key: str) -> GoogleWire:
    """The wire of this key's peer."""
    return GoogleWire(vertex=key != "google")


def connection(key: str, peer: Peer, model: str = "gemini-3.5-flash") -> Connection:
    """A connection to the peer."""
    if key == "google":
        return Connection(key, model, peer.url, {"api_key": KEY})
    options = {"project": "project-1", "location": "eu"}
    return Connection(key, model, peer.url, {"access_token": KEY}, options)


async def ask(
    transport: Transport,
    key: str,
    peer: Peer,
    messages: tuple[Message, ...] = MESSAGES,
    asked: Asked = NOTHING_MORE,
    model: str = "gemini-3.5-flash",
) -> list[Delta]:
    """All deltas of an answer."""
    provider = Providers(transport)[key]
    return [d async for d in provider.stream(connection(key, peer, model), messages, asked)]


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("google", "/v1beta/models/gemini-3.5-flash:streamGenerateContent?alt=sse"),
        (
            "google_vertex_ai",
            "/v1beta1/projects/project-1/locations/eu/publishers/google/models/gemini-3.5-flash"
            ":streamGenerateContent?alt=sse",
        ),
    ],
)
async def test_a_question_is_answered(transport: Transport, key: str, path: str) -> None:
    """Each at its address with its sign-in; the pieces, the end, the model, the tokens come."""
    async with Peer([google_answering(wire(key))]) as peer:
        deltas = await ask(transport, key, peer)
    assert [delta.text for delta in deltas] == [*PIECES, ""]
    assert (deltas[-1].finish_reason, deltas[-1].model) == ("stop", "gemini-3.5-flash")
    assert deltas[-1].usage == Usage(4, len("".join(PIECES).split()), 1)
    (request,) = peer.requests
    assert request.target == path
    bearer = request.headers.get("authorization")
    assert (request.headers.get("x-goog-api-key"), bearer) == (
        (KEY, None) if key == "google" else (None, f"Bearer {KEY}")
    )


@pytest.mark.parametrize("gives_ids", [True, False], ids=["ids", "no ids"])
@pytest.mark.parametrize("model", ["gemini-3.5-flash", "gemini-2.5-pro"])
@pytest.mark.parametrize("key", KEYS)
async def test_two_rounds_with_tools(
    transport: Transport, key: str, model: str, gives_ids: bool
) -> None:
    """Two calls at once, each answered, then text: the vendor finds ids, names and signature."""
    speaks = GoogleWire(vertex=key != "google", gives_ids=gives_ids)
    async with Peer([google_two_rounds(speaks, (WEATHER, CLOCK))]) as peer:
        first = await ask(transport, key, peer, QUESTION, TOOLS, model)
        made = calls(first)
        answers = tuple(result(call.id, text(f"answer {call.name}")) for call in made)
        back = turn("assistant", *thoughts(first), *made)
        messages = (*QUESTION, back, turn("tool", *answers), say("user", "Well?"))
        second = await ask(transport, key, peer, messages[:-1], TOOLS, model)
        await ask(transport, key, peer, messages, TOOLS, model)
    assert [(call.name, json.loads(call.arguments)) for call in made] == [
        ("weather", {"city": "PERSON_0"}),
        ("clock", {}),
    ]
    assert first[-1].finish_reason == "tool_calls"
    assert said(second) == "".join(PIECES)
    parts = peer.requests[1].json()["contents"][1]["parts"]
    assert [part.get("thoughtSignature") for part in parts] == [SIGNATURE, None]


async def test_a_lost_signature_does_not_end_a_conversation(transport: Transport) -> None:
    """Callers whose wire has no place for it lose it; the vendor has a word for that."""
    async with Peer([google_two_rounds(WIRE, (WEATHER,))]) as peer:
        made = calls(await ask(transport, "google", peer, QUESTION, TOOLS))
        back = (*QUESTION, turn("assistant", *made), turn("tool", result(made[0].id, text("a"))))
        assert said(await ask(transport, "google", peer, back, TOOLS)) == "".join(PIECES)
    part = peer.requests[1].json()["contents"][1]["parts"][0]
    assert part["thoughtSignature"] == UNSIGNED


async def test_thoughts_are_no_text_and_are_output(transport: Transport) -> None:
    """They come as thinking; the signature of a call comes right before it, marked as Google's."""
    says = Says(("I ", "look."), "STOP", (WEATHER,), ("Let me ", "see."))
    async with Peer([google_says(WIRE, says)]) as peer:
        deltas = await ask(transport, "google", peer, QUESTION, TOOLS)
    assert said(deltas) == "I look."
    found = [delta.thinking for delta in deltas if delta.thinking]
    assert [(t.text, t.signature) for t in found] == [
        ("Let me ", ""),
        ("see.", ""),
        ("", MARK + SIGNATURE),
    ]
    assert deltas[-1].usage == Usage(3, 2 + 2, 1)


async def test_one_call_at_a_time_is_kept_to(transport: Transport) -> None:
    """The wire cannot be asked for it, so what comes after the first call stays here."""
    asked = replace(TOOLS, parallel_tool_calls=False)
    async with Peer([google_two_rounds(WIRE, (WEATHER, CLOCK))]) as peer:
        deltas = await ask(transport, "google", peer, QUESTION, asked)
    assert [call.name for call in calls(deltas)] == ["weather"]


async def test_a_blocked_prompt_is_an_answer_of_nothing(transport: Transport) -> None:
    """No candidate comes, only why; that is an end and no cut."""
    blocked = b'data: {"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": %b}\n\n'
    event = blocked % b'{"promptTokenCount": 3}'
    async with Peer([streaming(lambda _: [event])]) as peer:
        (last,) = await ask(transport, "google", peer)
    assert (last.text, last.finish_reason, last.usage) == ("", "content_filter", Usage(3, 0))


@pytest.mark.parametrize("variant", sorted(set(VARIANTS) - UNMARKED))
async def test_every_form_of_a_stream_is_the_same_answer(
    transport: Transport, variant: str
) -> None:
    """Line endings, comments, split data, cut characters: the same pieces come out."""
    behaviour = streaming(lambda ex: VARIANTS[variant](events_of(WIRE, ex)))
    async with Peer([behaviour]) as peer:
        deltas = await ask(transport, "google", peer)
    assert [delta.text for delta in deltas] == [*PIECES, ""]


@pytest.mark.parametrize("fault", EXPECTED)
@pytest.mark.parametrize("key", KEYS)
async def test_a_fault_becomes_one_clear_error(
    transport: Transport, hasty: Transport, caplog: pytest.LogCaptureFixture, key: str, fault: str
) -> None:
    """The right class, and neither prompt nor key nor the vendor's words anywhere with it."""
    caplog.set_level(logging.DEBUG)
    async with Peer([FAULTS[fault](wire(key))]) as peer:
        with pytest.raises(ProviderError) as caught:
            await ask(hasty if "hang" in fault else transport, key, peer)
    assert type(caught.value) is EXPECTED[fault]
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    assert_silent(caught.value, caplog)


async def test_a_missing_end_is_an_error(transport: Transport) -> None:
    """A stream that ends without having said why it finished was cut."""
    behaviour = streaming(lambda ex: events_of(WIRE, ex)[:-1])
    async with Peer([behaviour]) as peer:
        with pytest.raises(ProviderError, match="before the end marker"):
            await ask(transport, "google", peer)


async def test_the_wish_to_wait_stands_in_the_error(transport: Transport) -> None:
    """Google tells it in the body, with a type that somebody can look up."""
    error = json.loads(WIRE.error(429, "RESOURCE_EXHAUSTED", CANARY))
    kind = "type.googleapis.com/google.rpc.RetryInfo"
    error["error"]["details"] = [{"@type": kind, "retryDelay": "34.5s"}]
    async with Peer([whole(429, json.dumps(error).encode(), JSON)]) as peer:
        with pytest.raises(ProviderRateLimited, match=r"429 \(RESOURCE_EXHAUSTED\)") as caught:
            await ask(transport, "google", peer)
    assert caught.value.retry_after == 34.5


async def test_an_error_inside_a_stream_is_raised(transport: Transport) -> None:
    """An error object after the first delta is an error with its type, and nothing else of it."""
    event = WIRE.error_event("UNAVAILABLE", CANARY)
    async with Peer([streaming(lambda ex: [*events_of(WIRE, ex)[:3], event])]) as peer:
        with pytest.raises(ProviderError, match=r"503 \(UNAVAILABLE\)") as caught:
            await ask(transport, "google", peer)
    assert CANARY not in str(caught.value)
