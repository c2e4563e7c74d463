"""Tools, thinking and JSON through every provider, as the vendors' wires have them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from tests.integration.providers.asking import ROWS, WIRES, Row, said
from tests.peers import Calls, Peer, calling, two_rounds
from tests.peers.behaviours import PIECES
from tests.peers.history import SIGNATURE
from tests.peers.tools import CLOCK, WEATHER
from tests.unit.server.providers.wishes import TOOLS, result, text, turn
from tests.unit.server.providers.wishes import said as say

from sluice.engine.types import CleansedText
from sluice.server.providers.base import (
    NOTHING_MORE,
    Asked,
    Delta,
    Message,
    Part,
    Thinking,
    ToolCall,
    ToolChoice,
)
from sluice.server.providers.registry import Providers
from sluice.server.providers.transport import Transport

pytestmark = pytest.mark.anyio
QUESTION = (say("system", "Be brief."), say("user", "Weather for PERSON_0?"))


async def ask(
    transport: Transport,
    row: Row,
    peer: Peer,
    messages: tuple[Message, ...] = QUESTION,
    asked: Asked = NOTHING_MORE,
) -> list[Delta]:
    """All deltas of an answer."""
    provider = Providers(transport)[row.key]
    return [d async for d in provider.stream(row.connection(peer), messages, asked)]


def calls(deltas: list[Delta]) -> tuple[ToolCall, ...]:
    """The calls that the deltas make."""
    found: dict[int, ToolCall] = {}
    for piece in (delta.tool_call for delta in deltas if delta.tool_call):
        call = found.setdefault(piece.index, ToolCall(piece.id, piece.name, CleansedText("")))
        arguments = CleansedText(call.arguments + piece.arguments)
        found[piece.index] = replace(call, arguments=arguments)
    return tuple(found.values())


def thoughts(deltas: list[Delta]) -> tuple[Part, ...]:
    """The thinking of an answer, as it goes back."""
    found = [delta.thinking for delta in deltas if delta.thinking]
    if not found:
        return ()
    words = "".join(thought.text for thought in found)
    return (Thinking(CleansedText(words), "".join(t.signature for t in found)),)


@pytest.mark.parametrize("key", ROWS)
async def test_two_rounds_with_tools(transport: Transport, key: str) -> None:
    """Two calls at once, each answered, then text: every vendor accepts what it is sent."""
    row = ROWS[key]
    async with Peer([two_rounds(row.wire, (WEATHER, CLOCK))]) as peer:
        first = await ask(transport, row, peer, asked=TOOLS)
        made = calls(first)
        answers = tuple(result(call.id, text(f"answer {call.name}")) for call in made)
        messages = (*QUESTION, turn("assistant", *made), turn("tool", *answers))
        second = await ask(transport, row, peer, messages, TOOLS)
    assert [(call.name, json.loads(call.arguments or "{}")) for call in made] == [
        ("weather", {"city": "PERSON_0"}),
        ("clock", {}),
    ]
    assert [d.finish_reason for d in first if d.finish_reason] == ["tool_calls"]
    assert (said(second), second[-1].finish_reason) == ("".join(PIECES), "stop")


@pytest.mark.parametrize("key", WIRES)
async def test_words_thoughts_and_a_call_in_one_answer(transport: Transport, key: str) -> None:
    """Each comes as what it is, and goes back so that the vendor takes it."""
    row = ROWS[key]
    behaviour = calling(row.wire, pieces=("I ", "look."), thinking=("Let me ", "see."))
    async with Peer([behaviour]) as peer:
        deltas = await ask(transport, row, peer, asked=TOOLS)
        thinking = thoughts(deltas)
        made = calls(deltas)
        answers = tuple(result(call.id, text("rain")) for call in made)
        back = turn("assistant", *thinking, text(said(deltas)), *made)
        await ask(transport, row, peer, (*QUESTION, back, turn("tool", *answers)), TOOLS)
    assert said(deltas) == "I look."
    assert [type(thought) for thought in thinking] == [Thinking]
    if key == "anthropic":
        assert thinking[0] == Thinking(thinking[0].text, SIGNATURE)  # type: ignore[union-attr]
    assert "Let me see." not in said(deltas)
    assert len(peer.requests) == 2


@pytest.mark.parametrize("key", WIRES)
async def test_a_call_is_told_as_it_comes(transport: Transport, key: str) -> None:
    """The name first, then each piece of the arguments on its own, before the vendor is done."""
    row = ROWS[key]
    call = Calls("call_peer03", "weather", ('{"a": ', "1", "}"))
    async with Peer([calling(row.wire, (call,))]) as peer:
        deltas = await ask(transport, row, peer, asked=TOOLS)
    pieces = [delta.tool_call for delta in deltas if delta.tool_call]
    assert (pieces[0].id, pieces[0].name, pieces[0].arguments) == ("call_peer03", "weather", "")
    assert [piece.arguments for piece in pieces[1:]] == list(call.pieces)
    assert {piece.index for piece in pieces} == {0}


@pytest.mark.parametrize("key", sorted(set(ROWS) - {"deepseek"}))
async def test_a_schema_reaches_the_vendor(transport: Transport, key: str) -> None:
    """In the vendor's place for it."""
    row = ROWS[key]
    asked = Asked(json_schema={"type": "object", "properties": {}})
    async with Peer([two_rounds(row.wire)]) as peer:
        await ask(transport, row, peer, asked=asked)
    body = peer.requests[0].json()
    place = body["output_config"]["format"] if key == "anthropic" else body["response_format"]
    assert place["type"] == "json_schema"


async def test_json_from_anthropic_is_text(transport: Transport) -> None:
    """The call that stands for the answer is passed on as the answer."""
    row = ROWS["anthropic"]
    call = Calls("toolu_1", "json", ('{"city": ', '"CITY_0"}'))
    async with Peer([calling(row.wire, (call,))]) as peer:
        deltas = await ask(transport, row, peer, asked=Asked(json_mode=True))
    assert json.loads(said(deltas)) == {"city": "CITY_0"}
    assert (calls(deltas), deltas[-1].finish_reason) == ((), "stop")


@pytest.mark.parametrize("key", ROWS)
async def test_a_choice_is_not_sent_without_tools(transport: Transport, key: str) -> None:
    """Vendors refuse it, and it would have no effect."""
    row = ROWS[key]
    asked = Asked(tool_choice=ToolChoice("auto"), parallel_tool_calls=True)
    async with Peer([two_rounds(row.wire, ())]) as peer:
        deltas = await ask(transport, row, peer, asked=asked)
    assert deltas[-1].finish_reason is not None
