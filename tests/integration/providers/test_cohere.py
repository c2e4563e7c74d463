"""Cohere's provider against its peer: answers, tools, thinking, and whatever goes wrong."""

from __future__ import annotations

import json
import logging

import pytest
from tests.integration.providers.asking import MESSAGES, Row, said
from tests.integration.providers.asking import ask as ask_plainly
from tests.integration.providers.test_faults import EXPECTED, assert_silent
from tests.integration.providers.test_tools import ask, calls, thoughts
from tests.peers import FAULTS, Peer, calling, two_rounds
from tests.peers.behaviours import CANARY, PIECES, VARIANTS, answering, events_of, streaming
from tests.peers.cohere_wire import CohereWire, citation
from tests.peers.tools import CLOCK, WEATHER
from tests.unit.server.providers.wishes import TOOLS, result, text, turn
from tests.unit.server.providers.wishes import said as say

from sluice.server.providers.base import Asked, ProviderError, ProviderTimeout, Thinking, Usage
from sluice.server.providers.transport import Transport

pytestmark = pytest.mark.anyio
WIRE = CohereWire()
ROW = Row("cohere", WIRE)
QUESTION = (say("system", "Be brief."), say("user", "Weather for PERSON_0?"))


async def test_a_question_is_answered(transport: Transport) -> None:
    """The conversation goes out with the key; the pieces, the end and the billed tokens come."""
    async with Peer([answering(WIRE)]) as peer:
        deltas = await ask_plainly(transport, ROW, peer)
    assert [delta.text for delta in deltas] == [*PIECES, ""]
    assert deltas[-1].finish_reason == "stop"
    assert deltas[-1].usage == Usage(4, len("".join(PIECES).split()), 1)
    (request,) = peer.requests
    assert (request.path, request.headers["accept"]) == ("/v2/chat", "text/event-stream")
    assert [m["role"] for m in request.json()["messages"]] == [
        "system", "user", "assistant", "user",
    ]  # fmt: skip


async def test_the_version_may_stand_in_the_address(transport: Transport) -> None:
    """An address with or without it is the same."""
    async with Peer([answering(WIRE)]) as peer:
        assert said(await ask_plainly(transport, Row("cohere", WIRE, "/v2"), peer))
    assert peer.requests[0].path == "/v2/chat"


async def test_two_rounds_with_tools(transport: Transport) -> None:
    """Two calls at once with a plan, each answered, then text: the vendor accepts it all."""
    async with Peer([two_rounds(WIRE, (WEATHER, CLOCK))]) as peer:
        first = await ask(transport, ROW, peer, asked=TOOLS)
        made = calls(first)
        answers = tuple(result(call.id, text(f"answer {call.name}")) for call in made)
        back = (*QUESTION, turn("assistant", *made), turn("tool", *answers))
        second = await ask(transport, ROW, peer, back, TOOLS)
    assert [(call.name, json.loads(call.arguments)) for call in made] == [
        ("weather", {"city": "PERSON_0"}),
        ("clock", {}),
    ]
    assert first[-1].finish_reason == "tool_calls"
    assert said(second) == "".join(PIECES)


async def test_a_plan_comes_as_thinking_and_goes_back_as_a_plan(transport: Transport) -> None:
    """Beside calls, what the model thought is its plan."""
    behaviour = calling(WIRE, thinking=("Let me ", "see."))
    async with Peer([behaviour]) as peer:
        deltas = await ask(transport, ROW, peer, asked=TOOLS)
        made = calls(deltas)
        back = turn("assistant", *thoughts(deltas), *made)
        answers = tuple(result(call.id, text("rain")) for call in made)
        await ask(transport, ROW, peer, (*QUESTION, back, turn("tool", *answers)), TOOLS)
    assert said(deltas) == ""
    assert peer.requests[1].json()["messages"][2]["tool_plan"] == "Let me see."


async def test_one_call_at_a_time_is_kept_to(transport: Transport) -> None:
    """The wire cannot be asked for it, so what comes after the first call stays here."""
    asked = Asked(tools=TOOLS.tools, parallel_tool_calls=False)
    async with Peer([two_rounds(WIRE, (WEATHER, CLOCK))]) as peer:
        deltas = await ask(transport, ROW, peer, asked=asked)
    assert [call.name for call in calls(deltas)] == ["weather"]


async def test_thinking_and_citations_are_no_text(transport: Transport) -> None:
    """Thinking comes as thinking; a citation is passed over."""

    def events(exchange: object) -> list[bytes]:
        found = events_of(WIRE, exchange)  # type: ignore[arg-type]
        thought = b'{"type":"content-delta","delta":{"message":{"content":{"thinking":"hm"}}}}'
        return [found[0], b"data: %b\n\n" % thought, *found[1:3], citation("x"), *found[3:]]

    async with Peer([streaming(events)]) as peer:
        deltas = await ask_plainly(transport, ROW, peer)
    assert said(deltas) == "".join(PIECES)
    assert [d.thinking.text for d in deltas if d.thinking] == ["hm"]
    assert isinstance(thoughts(deltas)[0], Thinking)


@pytest.mark.parametrize("variant", sorted(set(VARIANTS) - {"end marker missing"}))
async def test_every_form_of_a_stream_is_the_same_answer(
    transport: Transport, variant: str
) -> None:
    """Only the end cannot be missing: it says why the answer ended."""
    behaviour = streaming(lambda ex: VARIANTS[variant](events_of(WIRE, ex)))
    async with Peer([behaviour]) as peer:
        deltas = await ask_plainly(transport, ROW, peer)
    assert [delta.text for delta in deltas] == [*PIECES, ""]


@pytest.mark.parametrize("fault", EXPECTED)
async def test_a_fault_becomes_one_clear_error(
    transport: Transport, hasty: Transport, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    """The right class, and neither prompt nor key nor the vendor's words anywhere with it."""
    caplog.set_level(logging.DEBUG)
    async with Peer([FAULTS[fault](WIRE)]) as peer:
        with pytest.raises(ProviderError) as caught:
            await ask_plainly(hasty if "hang" in fault else transport, ROW, peer)
    assert type(caught.value) is EXPECTED[fault]
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    assert_silent(caught.value, caplog)


@pytest.mark.parametrize(
    ("reason", "kind", "attempts"),
    [("ERROR", ProviderError, 2), ("TIMEOUT", ProviderTimeout, 2)],
)
async def test_a_failed_end_is_an_error(
    patient: Transport, reason: str, kind: type[ProviderError], attempts: int
) -> None:
    """Before the first piece it is repeated, after one it is raised; its words stay unsaid."""
    end = json.dumps({"type": "message-end", "delta": {"finish_reason": reason, "error": CANARY}})
    failed = b"data: %b\n\n" % end.encode()
    async with Peer([streaming(lambda _: [failed]), answering(WIRE)]) as peer:
        assert said(await ask_plainly(patient, ROW, peer)) == "".join(PIECES)
    assert len(peer.requests) == attempts
    broken = streaming(lambda ex: [*events_of(WIRE, ex)[:4], failed])
    async with Peer([broken, answering(WIRE)]) as peer:
        with pytest.raises(kind, match=reason) as caught:
            await ask_plainly(patient, ROW, peer, MESSAGES)
    assert CANARY not in str(caught.value)
    assert len(peer.requests) == 1
