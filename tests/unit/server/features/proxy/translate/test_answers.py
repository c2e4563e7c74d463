"""What every translation makes of an answer, streamed and whole."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.server.features.proxy.translate.answers import (
    ANSWER,
    BODIES,
    WIRES,
    call,
    data,
    last,
    said_in_stream,
    said_in_whole,
    say,
    streamed,
    think,
    whole,
)

from sluice.server.providers.base import (
    Delta,
    FinishReason,
    ProviderProtocolError,
    Usage,
)

TOOLS = ("openai.chat", "openai.responses", "anthropic.messages")
USAGE_CHUNK = {"stream_options": {"include_usage": True}}

_TEXTS = st.text(max_size=12)
_VALUES = st.dictionaries(st.text(max_size=4), st.text(max_size=6), max_size=2)


def _cut(text: str, cuts: Sequence[int]) -> list[str]:
    places = sorted({min(cut, len(text)) for cut in cuts} | {0, len(text)})
    return [text[a:b] for a, b in pairwise(places)] or [text]


@st.composite
def _answers(draw: st.DrawFn) -> tuple[list[Delta], list[Delta]]:
    """The same answer twice: in whole blocks, and cut anywhere."""
    blocks: list[Delta] = []
    pieces: list[Delta] = []
    calls = 0
    for kind in draw(st.lists(st.sampled_from(("text", "call", "thinking")), max_size=5)):
        cuts = draw(st.lists(st.integers(0, 12), max_size=4))
        if kind == "call":
            arguments = json.dumps(draw(_VALUES), ensure_ascii=False)
            named = f"tool_{calls}", f"call_{calls}"
            blocks.append(call(calls, arguments, *named))
            pieces.append(call(calls, "", *named))
            pieces += [call(calls, piece) for piece in _cut(arguments, cuts)]
            calls += 1
            continue
        text = draw(_TEXTS)
        blocks.append(say(text) if kind == "text" else think(text, "c2ln"))
        if kind == "text":
            pieces += [say(piece) for piece in _cut(text, cuts)]
        else:
            pieces += [think(piece) for piece in _cut(text, cuts)] + [think("", "c2ln")]
    end = last(draw(st.sampled_from(("stop", "tool_calls", "content_filter"))))
    return [*blocks, end], [*pieces, end]


@pytest.mark.parametrize("wire", WIRES)
@settings(max_examples=60, deadline=None)
@given(answers=_answers())
def test_however_deltas_are_cut_a_stream_says_what_the_whole_answer_says(
    wire: str, answers: tuple[list[Delta], list[Delta]]
) -> None:
    blocks, pieces = answers
    body = BODIES[wire] | (USAGE_CHUNK if wire.startswith("openai") else {})

    expected = said_in_whole(wire, whole(wire, blocks, body))

    assert said_in_stream(wire, streamed(wire, pieces, body)) == expected
    assert said_in_stream(wire, streamed(wire, blocks, body)) == expected
    assert said_in_whole(wire, whole(wire, pieces, body)) == expected


@pytest.mark.parametrize("wire", WIRES)
def test_words_and_calls_arrive(wire: str) -> None:
    said = said_in_stream(wire, streamed(wire, ANSWER))

    assert said.text == "hello"
    if wire in TOOLS:
        assert said.calls == [
            ("call_1", "weather", {"city": "Oslo"}),
            ("call_2", "clock", {}),
        ]


@pytest.mark.parametrize("wire", WIRES)
def test_an_answer_of_nothing_is_still_an_answer(wire: str) -> None:
    in_stream = said_in_stream(wire, streamed(wire, [last()]))
    in_whole = said_in_whole(wire, whole(wire, [last()]))

    assert (in_stream.text, in_stream.calls) == ("", [])
    assert (in_whole.text, in_whole.calls) == ("", [])
    assert in_stream.finish == in_whole.finish


FINISHES: dict[str, dict[FinishReason, object]] = {
    "openai.chat": {"stop": "stop", "length": "length", "content_filter": "content_filter"},
    "openai.completions": {"stop": "stop", "length": "length", "content_filter": "content_filter"},
    "openai.responses": {
        "stop": ("completed", None),
        "length": ("incomplete", {"reason": "max_output_tokens"}),
        "content_filter": ("incomplete", {"reason": "content_filter"}),
    },
    "anthropic.messages": {
        "stop": "end_turn",
        "length": "max_tokens",
        "content_filter": "refusal",
    },
    "anthropic.complete": {
        "stop": "stop_sequence",
        "length": "max_tokens",
        "content_filter": "refusal",
    },
}


@pytest.mark.parametrize(
    ("wire", "finish", "word"),
    [(wire, finish, word) for wire, words in FINISHES.items() for finish, word in words.items()],
)
def test_why_an_answer_ended_is_told_in_the_wires_word(
    wire: str, finish: FinishReason, word: object
) -> None:
    deltas = [say("a"), last(finish)]

    assert said_in_stream(wire, streamed(wire, deltas)).finish == word
    assert said_in_whole(wire, whole(wire, deltas)).finish == word


@pytest.mark.parametrize("finish", ["stop", "tool_calls"])
@pytest.mark.parametrize(
    ("wire", "word"),
    [("openai.chat", "tool_calls"), ("anthropic.messages", "tool_use")],
)
def test_an_answer_with_calls_ends_with_them_whatever_word_the_vendor_used(
    wire: str, word: str, finish: FinishReason
) -> None:
    deltas = [call(0, "{}", "clock", "call_1"), last(finish)]

    assert said_in_stream(wire, streamed(wire, deltas)).finish == word
    assert said_in_whole(wire, whole(wire, deltas)).finish == word


@pytest.mark.parametrize("wire", WIRES)
def test_an_answer_that_ended_for_an_unknown_reason_is_an_error(wire: str) -> None:
    deltas = [say("half"), last("error")]

    with pytest.raises(ProviderProtocolError, match="unknown reason"):
        streamed(wire, deltas)
    with pytest.raises(ProviderProtocolError, match="unknown reason"):
        whole(wire, deltas)


@pytest.mark.parametrize("wire", WIRES)
def test_an_answer_without_an_end_is_an_error(wire: str) -> None:
    with pytest.raises(ProviderProtocolError, match="without a reason"):
        streamed(wire, [say("half")])
    with pytest.raises(ProviderProtocolError, match="without a reason"):
        whole(wire, [say("half")])


def test_calls_that_are_mixed_with_each_other_are_told_where_the_wire_can() -> None:
    deltas = [
        call(0, '{"a"', "first", "call_1"),
        call(1, '{"b"', "second", "call_2"),
        call(0, ":1}"),
        call(1, ":2}"),
        last(),
    ]
    expected = [("call_1", "first", {"a": 1}), ("call_2", "second", {"b": 2})]

    assert said_in_stream("openai.chat", streamed("openai.chat", deltas)).calls == expected
    for wire in TOOLS:
        assert said_in_whole(wire, whole(wire, deltas)).calls == expected
    for wire in ("openai.responses", "anthropic.messages"):
        with pytest.raises(ProviderProtocolError, match="mixed"):
            streamed(wire, deltas)


@pytest.mark.parametrize("wire", TOOLS)
def test_a_call_without_a_name_is_an_error(wire: str) -> None:
    with pytest.raises(ProviderProtocolError, match="without a name"):
        streamed(wire, [call(0, "{}"), last()])


@pytest.mark.parametrize("wire", TOOLS)
def test_a_call_without_an_id_is_given_one(wire: str) -> None:
    [(call_id, _, _)] = said_in_stream(wire, streamed(wire, [call(0, "{}", "clock"), last()])).calls

    assert len(call_id) > 10


def test_a_call_that_was_cut_off_is_no_block_of_a_whole_message() -> None:
    deltas = [say("a"), call(0, '{"a', "clock", "call_1"), last("length")]

    answer = whole("anthropic.messages", deltas)

    assert [block["type"] for block in answer["content"]] == ["text"]
    assert answer["stop_reason"] == "max_tokens"


def test_a_call_with_arguments_that_are_no_object_is_an_error_of_a_whole_message() -> None:
    with pytest.raises(ProviderProtocolError, match="no JSON object"):
        whole("anthropic.messages", [call(0, "[1]", "clock", "call_1"), last()])


@pytest.mark.parametrize("wire", WIRES)
def test_the_exact_model_is_told_where_the_first_delta_names_it(wire: str) -> None:
    named = Delta(say("a").text, model="vendor-model-1")

    events = data(streamed(wire, [named, last()]))
    first = events[0]
    holder = first.get("response") or first.get("message") or first

    assert holder["model"] == "vendor-model-1"
    assert whole(wire, [named, last()])["model"] == "vendor-model-1"
    assert whole(wire, [say("a"), last()])["model"] == "m"


USAGES = {
    "openai.chat": {
        "prompt_tokens": 15,
        "completion_tokens": 6,
        "total_tokens": 21,
        "prompt_tokens_details": {"cached_tokens": 2, "cache_write_tokens": 3},
    },
    "openai.responses": {
        "input_tokens": 15,
        "input_tokens_details": {"cached_tokens": 2, "cache_write_tokens": 3},
        "output_tokens": 6,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 21,
    },
    "anthropic.messages": {
        "input_tokens": 10,
        "cache_creation_input_tokens": 3,
        "cache_read_input_tokens": 2,
        "output_tokens": 6,
    },
}


@pytest.mark.parametrize("wire", sorted(USAGES))
def test_tokens_are_told_in_the_wires_words(wire: str) -> None:
    deltas = [say("a"), last(usage=Usage(15, 6, 2, 3))]
    body = BODIES[wire] | (USAGE_CHUNK if wire == "openai.chat" else {})

    assert said_in_whole(wire, whole(wire, deltas)).usage == USAGES[wire]
    assert said_in_stream(wire, streamed(wire, deltas, body)).usage == USAGES[wire]


@pytest.mark.parametrize("wire", ["openai.chat", "openai.completions"])
def test_a_stream_tells_tokens_only_where_it_was_asked_to(wire: str) -> None:
    deltas = [say("a"), last()]

    asked = data(streamed(wire, deltas, BODIES[wire] | USAGE_CHUNK))
    unasked = data(streamed(wire, deltas))

    assert [chunk["usage"] is None for chunk in asked] == [True] * (len(asked) - 1) + [False]
    assert asked[-1]["choices"] == []
    assert all("usage" not in chunk for chunk in unasked)


@pytest.mark.parametrize("wire", WIRES)
def test_every_answer_has_an_id_of_its_own(wire: str) -> None:
    ids = {whole(wire, [last()])["id"] for _ in range(3)}

    assert len(ids) == 3
