"""Anthropic's streamed messages on their way to the caller."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.server.features.proxy.wires.restoring import Restoring, Streamed, mapping_of

from sluice.server.features.proxy.wires.anthropic.messages import AnthropicMessages
from sluice.server.features.proxy.wires.wire import AnswerBlocked
from sluice.server.providers.base import ProviderProtocolError, ProviderRateLimited, Usage
from sluice.server.providers.sse import Event, EventParser

WIRE = AnthropicMessages()
NAME = 'Jane "JD" Döe'
MAIL = "jane@example.com"
START = {"type": "message_start", "message": {
    "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-x", "content": [],
    "stop_reason": None, "stop_sequence": None,
    "usage": {"input_tokens": 3, "cache_read_input_tokens": 20, "output_tokens": 1}}}  # fmt: skip
END = {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None},
       "usage": {"output_tokens": 15}}  # fmt: skip
STOP = {"type": "message_stop"}


def restoring() -> Restoring:
    """Knows PERSON_0 and EMAIL_ADDRESS_0."""
    return Restoring(mapping_of(PERSON=NAME, EMAIL_ADDRESS=MAIL))


def event(data: dict[str, Any]) -> Event:
    """An event as the vendor sends it."""
    return Event(data["type"], json.dumps(data))


def block(index: int, begun: dict[str, Any], *deltas: dict[str, Any]) -> list[dict[str, Any]]:
    """The events of one content block."""
    return [
        {"type": "content_block_start", "index": index, "content_block": begun},
        *({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": index},
    ]


def text_block(index: int, *pieces: str) -> list[dict[str, Any]]:
    """A text in pieces."""
    deltas = ({"type": "text_delta", "text": piece} for piece in pieces)
    return block(index, {"type": "text", "text": ""}, *deltas)


def tool_block(index: int, *pieces: str) -> list[dict[str, Any]]:
    """A tool's input in pieces."""
    begun = {"type": "tool_use", "id": f"toolu_{index}", "name": "PERSON_0", "input": {}}
    deltas = ({"type": "input_json_delta", "partial_json": piece} for piece in pieces)
    return block(index, begun, *deltas)


def rewritten(*blocks: Iterable[dict[str, Any]], restorer: Restoring | None = None) -> list[Any]:
    """What the caller gets of a whole stream with these blocks, as JSON."""
    rewriter = WIRE.rewriter(restorer or restoring(), "anthropic")
    events: list[dict[str, Any]] = [START, *(data for each in blocks for data in each), END, STOP]
    out = [made for data in events for made in rewriter.feed(event(data))]
    assert rewriter.done
    assert rewriter.finish() == []
    assert all(made.event == json.loads(made.data)["type"] for made in out)
    return [json.loads(made.data) for made in out]


def joined(events: Sequence[Any], index: int = 0, field: str = "text") -> str:
    """The text of one block as the caller reads it."""
    deltas = [e["delta"] for e in events if e.get("index") == index and "delta" in e]
    return "".join(delta.get(field, "") for delta in deltas)


def test_an_official_stream_comes_through_event_by_event() -> None:
    """Events without placeholders keep their order, their types and their data."""
    ping = {"type": "ping"}
    events: list[dict[str, Any]] = [
        START,
        ping,
        *text_block(0, "Hel", "lo"),
        *tool_block(1, "", '{"a": 1}'),
        END,
        STOP,
    ]
    rewriter = WIRE.rewriter(Restoring(), "anthropic")
    out = [json.loads(made.data) for data in events for made in rewriter.feed(event(data))]
    assert out == events


def test_the_outcome_is_told_by_start_and_end() -> None:
    """Counts are cumulative: the last ones count, those not repeated stay."""
    rewriter = WIRE.rewriter(restoring(), "anthropic")
    for data in (START, *text_block(0, "Hi"), END, STOP):
        rewriter.feed(event(data))
    assert rewriter.outcome.usage == Usage(23, 15, cache_read_tokens=20)
    assert (rewriter.outcome.model, rewriter.outcome.answer_id) == ("claude-x", "msg_1")
    assert rewriter.outcome.finish == "stop"


def test_a_placeholder_over_deltas_is_restored_before_its_block_ends() -> None:
    """Held text goes out as a further delta before the block's end; emptied deltas go."""
    events = rewritten(text_block(0, "Hi ", "PER", "SON", "_0"))
    kinds = [e["type"] for e in events]
    assert joined(events) == f"Hi {NAME}"
    assert kinds == ["message_start", "content_block_start", "content_block_delta",
                     "content_block_delta", "content_block_stop", "message_delta",
                     "message_stop"]  # fmt: skip


def test_blocks_side_by_side_have_texts_of_their_own() -> None:
    """Deltas of two open blocks may alternate."""
    first, second = text_block(0, "PERS", "ON_0 a"), text_block(1, "EMAIL_", "ADDRESS_0 b")
    mixed = [data for pair in zip(first, second, strict=True) for data in pair]
    events = rewritten(mixed)
    assert (joined(events, 0), joined(events, 1)) == (f"{NAME} a", f"{MAIL} b")


def test_a_text_that_begins_in_its_blocks_start_is_one_text() -> None:
    """Some servers put the first words into `content_block_start`."""
    events = rewritten(
        block(0, {"type": "text", "text": "PERS"}, {"type": "text_delta", "text": "ON_0!"})
    )
    assert events[1]["content_block"]["text"] + joined(events) == f"{NAME}!"


def test_a_tools_input_stays_json() -> None:
    """An original with quotation marks is escaped; the tool's name stays."""
    events = rewritten(tool_block(0, "", '{"who": "PER', 'SON_0"', "}"))
    assert json.loads(joined(events, field="partial_json")) == {"who": NAME}
    assert events[1]["content_block"]["name"] == "PERSON_0"


def test_a_delta_that_came_empty_passes() -> None:
    """Anthropic begins a tool's input with an empty delta."""
    events = rewritten(tool_block(0, ""))
    assert [e["delta"]["partial_json"] for e in events if e["type"] == "content_block_delta"] == [
        ""
    ]


def test_thinking_passes_untouched_and_unseen() -> None:
    """Signed thinking goes through byte for byte, also where it holds placeholders."""
    restorer = restoring()
    deltas = [
        {"type": "thinking_delta", "thinking": "PERSON_0 \ud83d"},
        {"type": "signature_delta", "signature": "PERSON_0"},
    ]
    rewriter = WIRE.rewriter(restorer, "anthropic")
    rewriter.feed(event(START))
    events = [event(d) for d in block(0, {"type": "thinking", "thinking": "", "signature": ""},
                                      *deltas)]  # fmt: skip
    out = [made for each in events for made in rewriter.feed(each)]
    assert [made for made in out if "delta" in made.event] == events[1:3]
    assert "PERSON" not in restorer.all_seen


def test_a_citation_is_restored_as_a_whole() -> None:
    """Citations come in one delta each."""
    citation = {"type": "page_location", "cited_text": "PERSON_0", "document_title": "PERSON_0"}
    events = rewritten(block(0, {"type": "text", "text": "", "citations": []},
                             {"type": "citations_delta", "citation": citation}))  # fmt: skip
    delta = events[2]["delta"]
    assert delta["citation"] == {**citation, "cited_text": NAME, "document_title": NAME}


def test_a_result_that_comes_with_its_start_is_restored() -> None:
    """A server tool's result stands whole in `content_block_start`."""
    page = {"type": "web_search_result", "title": "PERSON_0", "url": "u", "encrypted_content": "E"}
    begun = {"type": "web_search_tool_result", "tool_use_id": "s", "content": [page]}
    events = rewritten(block(0, begun))
    assert events[1]["content_block"]["content"] == [{**page, "title": NAME}]


def test_what_is_not_known_is_restored_value_by_value() -> None:
    """An event, a block and a field of tomorrow hold no text that is not looked at."""
    tomorrow = {"type": "tomorrow", "index": 4, "notes": [{"of": "PERSON_0"}]}
    begun = {"type": "hologram", "words": "PERSON_0"}
    events = rewritten([tomorrow], block(0, begun))
    assert events[1] == {"type": "tomorrow", "index": 4, "notes": [{"of": NAME}]}
    assert events[2]["content_block"] == {"type": "hologram", "words": NAME}


def test_a_stop_sequence_is_restored_at_the_end() -> None:
    """It is the caller's own."""
    rewriter = WIRE.rewriter(restoring(), "anthropic")
    rewriter.feed(event(START))
    ended = {**END, "delta": {"stop_reason": "stop_sequence", "stop_sequence": "PERSON_0:"}}
    (made,) = rewriter.feed(event(ended))
    assert json.loads(made.data)["delta"]["stop_sequence"] == f"{NAME}:"


def test_what_is_held_goes_out_before_a_block_that_never_ends() -> None:
    """A server that forgets `content_block_stop` loses no text."""
    rewriter = WIRE.rewriter(restoring(), "anthropic")
    events: list[dict[str, Any]] = [START, *text_block(0, "to PERSON_0")[:-1], END, STOP]
    out = [json.loads(made.data) for data in events for made in rewriter.feed(event(data))]
    assert joined(out) == f"to {NAME}"
    assert [e["type"] for e in out][-2:] == ["message_delta", "message_stop"]


def test_nothing_after_the_end_marker_reaches_the_caller() -> None:
    """A repeated `message_stop`, `[DONE]` and whatever else follows are ignored."""
    rewriter = WIRE.rewriter(restoring(), "anthropic")
    for data in (START, END, STOP):
        rewriter.feed(event(data))
    later = [event(STOP), Event("message", "[DONE]"), *map(event, text_block(0, "more"))]
    assert [made for each in later for made in rewriter.feed(each)] == []


def test_the_end_of_a_block_that_is_repeated_is_ignored() -> None:
    """One start, one stop."""
    events = rewritten([*text_block(0, "Hi"), {"type": "content_block_stop", "index": 0}])
    assert [e["type"] for e in events].count("content_block_stop") == 1


@pytest.mark.parametrize(
    "events",
    [[], [START], [START, *text_block(0, "Hi")], [START, END]],
    ids=["empty", "start", "block", "no_stop"],
)
def test_a_stream_without_its_end_marker_is_cut_off(events: list[dict[str, Any]]) -> None:
    """Only `message_stop` makes an answer whole."""
    rewriter = WIRE.rewriter(restoring(), "anthropic")
    for data in events:
        rewriter.feed(event(data))
    with pytest.raises(ProviderProtocolError):
        rewriter.finish()


WRONG: dict[str, list[Event]] = {
    "no_json": [Event("ping", "PERSON_0 {")],
    "no_object": [Event("ping", "[1]")],
    "done_before_the_end": [Event("message", "[DONE]")],
    "type_with_a_line_break": [Event("ping", json.dumps({"type": "a\nevent: b"}))],
    "type_that_is_a_number": [Event("ping", json.dumps({"type": 7}))],
    "start_without_message": [event({"type": "message_start"})],
    "delta_of_no_block": [event(text_block(0, "Hi")[1])],
    "stop_of_no_block": [event(text_block(0)[-1])],
    "block_twice": [event(text_block(0)[0]), event(text_block(0)[0])],
    "block_again": [*map(event, text_block(0)), event(text_block(0)[0])],
    "block_without_index": [event({"type": "content_block_start", "content_block": {}})],
    "block_that_is_no_object": [
        event({"type": "content_block_start", "index": 0, "content_block": "x"})
    ],
    "unknown_delta": [*map(event, block(0, {"type": "text", "text": ""},
                                        {"type": "smell_delta", "smell": "PERSON_0"})[:2])],
    "delta_without_text": [*map(event, block(0, {"type": "text", "text": ""},
                                             {"type": "text_delta", "text": 7})[:2])],
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG, ids=str)
def test_what_is_not_the_wire_is_an_error_that_quotes_nothing(case: str) -> None:
    """A stream that cannot be understood is never guessed at."""
    rewriter = WIRE.rewriter(restoring(), "acme")
    with pytest.raises(ProviderProtocolError) as caught:
        [rewriter.feed(each) for each in WRONG[case]]
    assert caught.value.provider == "acme"
    assert "PERSON_0" not in str(caught.value)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


def test_a_vendors_error_in_the_stream_is_raised() -> None:
    """Its type is kept; its message, which may quote, is not."""
    rewriter = WIRE.rewriter(restoring(), "anthropic")
    rewriter.feed(event(START))
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "of PERSON_0"}}
    with pytest.raises(ProviderRateLimited) as caught:
        rewriter.feed(event(error))
    assert "overloaded_error" in str(caught.value)
    assert "PERSON_0" not in str(caught.value)


def test_a_blocked_answer_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer policy's refusal goes through to whoever drives the stream."""

    def refuse(_: Streamed, text: str) -> str:
        raise AnswerBlocked({"PERSON": len(text)})

    monkeypatch.setattr(Streamed, "feed", refuse)
    with pytest.raises(AnswerBlocked):
        rewritten(text_block(0, "Hi"))


def test_a_character_split_into_halves_is_one_again() -> None:
    """JSON escapes may split a character over two deltas; half of one becomes U+FFFD."""
    halves = [json.loads('"\\ud83d"'), json.loads('"\\ude00 \\ud83d"')]
    assert joined(rewritten(text_block(0, *halves))) == "\U0001f600 \ufffd"


def test_an_event_is_framed_with_name_and_data() -> None:
    """What the vendor's clients read: `event:`, `data:`, an empty line."""
    (made,) = WIRE.rewriter(restoring(), "anthropic").feed(event({"type": "ping"}))
    assert WIRE.frame(made) == b'event: ping\ndata: {"type":"ping"}\n\n'
    assert EventParser().feed(WIRE.frame(made)) == [made]


ANSWERS = st.lists(
    st.sampled_from(
        ["PERSON_0", "EMAIL_ADDRESS_0", "person_0", "PERSON_1", "PERSON_", "<PERSON_0>", " ",
         "a", "_", "0", ".", "\n", '"', "\\", "{", "}", "é", "\U0001f600"]
    ),
    max_size=12,
).map("".join)  # fmt: skip
CUTS = st.lists(st.integers(0, 80), max_size=8)


def cut(text: str, cuts: list[int]) -> list[str]:
    """The text in pieces, some of them empty."""
    places = [0, *sorted(min(place, len(text)) for place in cuts), len(text)]
    return [text[a:b] for a, b in pairwise(places)]


@given(ANSWERS, CUTS)
@settings(max_examples=150, deadline=None)
def test_however_a_text_is_split_the_caller_reads_the_same(text: str, cuts: list[int]) -> None:
    """Every split gives what the whole answer gives."""
    whole = {"content": [{"type": "text", "text": text}]}
    WIRE.rewrite(whole, restoring())
    events = rewritten(text_block(0, *cut(text, cuts)))
    assert joined(events) == whole["content"][0]["text"]


@given(st.dictionaries(st.sampled_from("abc"), st.lists(ANSWERS, max_size=3)), CUTS)
@settings(max_examples=150, deadline=None)
def test_however_an_input_is_split_the_caller_reads_the_same(
    value: dict[str, list[str]], cuts: list[int]
) -> None:
    """A tool's input is the same JSON value in pieces and as a whole."""
    whole = {"content": [{"type": "tool_use", "id": "t", "name": "n", "input": value}]}
    WIRE.rewrite(whole, restoring())
    events = rewritten(tool_block(0, *cut(json.dumps(value), cuts)))
    assert json.loads(joined(events, field="partial_json")) == whole["content"][0]["input"]
