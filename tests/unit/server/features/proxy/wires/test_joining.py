"""Pieces of an answer that came together are one piece, and nothing else is joined."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.server.features.proxy.wires.openai_streams import chunk, event

from sluice.server.features.proxy.wires.anthropic.messages import AnthropicMessages
from sluice.server.features.proxy.wires.openai.chat import ChatWire
from sluice.server.features.proxy.wires.openai.responses import ResponsesWire
from sluice.server.providers.sse import Event

CHAT, MESSAGES = ChatWire(), AnthropicMessages()


def delta(text: str, index: int = 0, **more: object) -> Event:
    """A piece of a message's block."""
    told = {"type": "text_delta", "text": text, **more}
    return event({"type": "content_block_delta", "index": index, "delta": told})


def said(events: list[Event]) -> list[Any]:
    """The texts of chunks."""
    bodies = [json.loads(one.data) for one in events]
    return [body["choices"][0]["delta"]["content"] for body in bodies]


@given(st.lists(st.text(st.characters(), max_size=6), min_size=1, max_size=8), st.booleans())
def test_pieces_of_one_text_become_one(pieces: list[str], ascii_only: bool) -> None:
    """Whatever stands in them, halves of a character too, and however it is escaped."""
    plain = [chunk({"content": piece}) for piece in pieces]
    written = [
        Event(one.event, json.dumps(json.loads(one.data), ensure_ascii=ascii_only)) for one in plain
    ]
    (one,) = CHAT.joined(written)
    assert json.loads(one.data) == json.loads(chunk({"content": "".join(pieces)}).data)
    (other,) = MESSAGES.joined([delta(piece) for piece in pieces])
    assert json.loads(other.data) == json.loads(delta("".join(pieces)).data)


def test_spaces_between_the_members_make_no_difference() -> None:
    """Vendors write JSON with and without them."""
    tight = [
        Event(one.event, json.dumps(json.loads(one.data), separators=(",", ":")))
        for one in (chunk({"content": "a"}, usage=None), chunk({"content": "b"}, usage=None))
    ]
    assert said(CHAT.joined(tight)) == ["ab"]
    padded = [Event("content_block_delta", delta(text).data[:-1] + "     }") for text in "ab"]
    assert len(MESSAGES.joined(padded)) == 1


def test_what_stands_between_pieces_stays_there() -> None:
    """Order is kept; only neighbours are joined."""
    ping = event({"type": "ping"})
    got = MESSAGES.joined([delta("a"), delta("b"), ping, delta("c"), delta("d", 1), delta("e", 1)])
    texts = [json.loads(one.data).get("delta", {}).get("text") for one in got]
    assert texts == ["ab", None, "c", "de"]


A, B = {"content": "a"}, {"content": "b"}
APART = {
    "of two choices": [chunk(A), chunk(B, index=1)],
    "of two answers": [chunk(A), chunk(B, id="chatcmpl-2")],
    "with a last word": [chunk(A), chunk(B, "stop"), chunk(B, "stop")],
    "with something else": [chunk({**A, "refusal": "x"}), chunk({**B, "refusal": "x"})],
    "with usage": [chunk(A, usage={"total_tokens": 1}), chunk(B, usage={"total_tokens": 1})],
    "with probabilities": [chunk(A, logprobs={"a": []}), chunk(B, logprobs={"a": []})],
    "with a broken escape": [
        Event("message", chunk(A).data.replace('"a"', r'"\u00"')),
        Event("message", chunk(A).data.replace('"a"', r'"e9"')),
    ],
    "of a tool": [
        chunk({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}) for piece in "ab"
    ],
    "in no JSON": [Event("message", '"delta":{"content":"a"}'), Event("message", "[DONE]")],
    "beside another choice's": [
        event({"choices": [{"index": n, "delta": {"content": piece}} for n in (0, 1)]})
        for piece in "ab"
    ],
}


@pytest.mark.parametrize("case", APART)
def test_what_differs_in_more_than_a_text_is_not_joined(case: str) -> None:
    """Nor is what is no plain piece."""
    assert CHAT.joined(APART[case]) == APART[case]


@pytest.mark.parametrize("kind", ["thinking_delta", "input_json_delta", "signature_delta"])
def test_only_words_are_joined_in_a_message(kind: str) -> None:
    """Signatures and tools' inputs stay as they came."""
    events = [
        event({"type": "content_block_delta", "index": 0, "delta": {"type": kind, "text": piece}})
        for piece in "ab"
    ]
    assert MESSAGES.joined(events) == events


def test_numbered_events_stay_apart() -> None:
    """Those of the Responses API count what was sent."""
    events = [
        event({"type": "response.output_text.delta", "sequence_number": n, "delta": piece})
        for n, piece in enumerate("ab")
    ]
    assert ResponsesWire().joined(events) == events
