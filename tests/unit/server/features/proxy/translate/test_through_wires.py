"""What a renderer makes goes through its wire's rewriter, which restores originals in it."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.server.features.proxy.translate.answers import (
    BODIES,
    USAGE,
    WIRES,
    Said,
    call,
    last,
    said_in_stream,
    said_in_whole,
    say,
    streamed,
    think,
    whole,
)
from tests.unit.server.features.proxy.wires.restoring import Restoring, mapping_of

from sluice.server.features.proxy.wires.anthropic.complete import AnthropicComplete
from sluice.server.features.proxy.wires.anthropic.messages import AnthropicMessages
from sluice.server.features.proxy.wires.openai.chat import ChatWire
from sluice.server.features.proxy.wires.openai.completions import CompletionsWire
from sluice.server.features.proxy.wires.openai.responses import ResponsesWire
from sluice.server.features.proxy.wires.reading import Reading
from sluice.server.features.proxy.wires.wire import Wire
from sluice.server.providers.base import Delta
from sluice.server.providers.sse import Event

_WIRES: dict[str, type[Wire]] = {
    "openai.chat": ChatWire,
    "openai.completions": CompletionsWire,
    "openai.responses": ResponsesWire,
    "anthropic.messages": AnthropicMessages,
    "anthropic.complete": AnthropicComplete,
}
_TEXT = "Dear PERSON_0, or PERSON_0."
_ARGUMENTS = json.dumps({"to": "PERSON_0", "cc": ["x"]})


def _wire(name: str) -> Wire:
    wire = _WIRES[name]()
    wire.read(json.loads(json.dumps(BODIES[name])), Reading())
    return wire


def _restoring() -> Restoring:
    return Restoring(mapping_of(PERSON='Jane "J" Roe'))


def _pieces(text: str, cuts: list[int]) -> list[str]:
    places = sorted({cut % len(text) for cut in cuts} | {0, len(text)})
    return [text[a:b] for a, b in pairwise(places)]


def _deltas(wire: str, cuts: list[int]) -> list[Delta]:
    words = [say(piece) for piece in _pieces(_TEXT, cuts)]
    if wire in ("openai.completions", "anthropic.complete"):
        return [*words, last()]
    calls = [call(0, piece, "send", "call_1") for piece in _pieces(_ARGUMENTS, cuts)]
    return [think("hm", "U0lH"), *words, *calls, last()]


def _check(wire: str, said: Said) -> None:
    assert said.text == 'Dear Jane "J" Roe, or Jane "J" Roe.'
    expected = {"to": 'Jane "J" Roe', "cc": ["x"]}
    called = [("call_1", "send", expected)] if len(_deltas(wire, [])) > 2 else []
    assert said.calls == called


@pytest.mark.parametrize("name", WIRES)
@settings(max_examples=25, deadline=None)
@given(cuts=st.lists(st.integers(0, 40), max_size=6))
def test_a_stream_is_restored_however_it_was_cut(name: str, cuts: list[int]) -> None:
    rewriter = _wire(name).rewriter(_restoring(), "provider")

    events: list[Event] = []
    for event in streamed(name, _deltas(name, cuts)):
        events += rewriter.feed(event)
    events += rewriter.finish()

    assert rewriter.done
    _check(name, said_in_stream(name, events))


@pytest.mark.parametrize("name", WIRES)
def test_a_whole_answer_is_restored(name: str) -> None:
    answer: dict[str, Any] = whole(name, _deltas(name, []))

    outcome = _wire(name).rewrite(answer, _restoring())

    _check(name, said_in_whole(name, answer))
    assert outcome.model == "m"
    if name != "anthropic.complete":
        assert outcome.usage == USAGE
