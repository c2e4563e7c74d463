"""Streams of chat completions and completions."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.server.features.proxy.wires.openai_samples import (
    Steps,
    shown_steps,
    strings,
    with_value,
)
from tests.unit.server.features.proxy.wires.openai_streams import (
    DONE,
    chunk,
    cut,
    event,
    joined,
    sent,
)
from tests.unit.server.features.proxy.wires.restoring import Restoring, mapping_of

from sluice.server.features.proxy.wires.openai.chat import ChatWire
from sluice.server.features.proxy.wires.openai.chunks import ChunkRewriter
from sluice.server.features.proxy.wires.openai.completions import CompletionsWire
from sluice.server.features.proxy.wires.wire import AnswerBlocked
from sluice.server.providers.base import ProviderError, ProviderProtocolError, Usage
from sluice.server.providers.sse import Event

NAME = "EMAIL_ADDRESS_0"
ORIGINAL = '"j"@x.example'
PLAIN = "jane@x.example"
CUTS = st.lists(st.integers(0, 200), max_size=6)
CHUNK = {
    "id": "chatcmpl-1",
    "object": "chat.completion.chunk",
    "created": 1,
    "model": "vendor-1",
    "system_fingerprint": "fp_1",
    "provider": "Some Vendor",
    "obfuscation": "aBcD",
    "x_groq": {"id": "req_1"},
    "choices": [
        {
            "index": 0,
            "logprobs": None,
            "finish_reason": "stop",
            "content_filter_results": {"hate": {"filtered": False, "severity": "safe"}},
            "delta": {
                "role": "assistant",
                "content": "a",
                "refusal": "b",
                "reasoning": "c",
                "reasoning_details": [
                    {"type": "reasoning.text", "text": "d", "signature": "QUI=", "index": 0}
                ],
                "tool_calls": [
                    {
                        "index": 0,
                        "id": "call_1",
                        "type": "function",
                        "function": {"name": "find", "arguments": "e"},
                    }
                ],
                "function_call": {"name": "old", "arguments": "f"},
                "annotations": [{"type": "url_citation", "url_citation": {"title": "g"}}],
                "record_field": "h",
                "nested": {"deep": [{"er": "i"}, "j"]},
            },
        }
    ],
}


def rewriter(original: str = PLAIN, sent_bytes: bytes = b"") -> ChunkRewriter:
    """For a chat in which one address was taken out of the request."""
    restoring = Restoring(mapping_of(EMAIL_ADDRESS=original))
    return ChatWire().rewriter(restoring, "vendor", sent_bytes)


def completions() -> ChunkRewriter:
    """The same for completions."""
    restoring = Restoring(mapping_of(EMAIL_ADDRESS=PLAIN))
    return CompletionsWire().rewriter(restoring, "vendor")


TEXTS: dict[str, tuple[dict[str, Any], str]] = {
    "content": ({"content": "$"}, ".content"),
    "refusal": ({"refusal": "$"}, ".refusal"),
    "reasoning": ({"reasoning_content": "$"}, ".reasoning_content"),
    "a part": ({"content": [{"type": "text", "text": "$"}]}, ".content[0].text"),
    "arguments": (
        {"tool_calls": [{"index": 1, "function": {"arguments": "$"}}]},
        ".tool_calls[1].function.arguments",
    ),
    "input of a custom tool": (
        {"tool_calls": [{"index": 0, "custom": {"input": "$"}}]},
        ".tool_calls[0].custom.input",
    ),
    "an old call": ({"function_call": {"arguments": "$"}}, ".function_call.arguments"),
    "an unknown member": ({"content": "", "record_field": "$"}, ".record_field"),
    "deep inside": ({"a": {"b": [{"c": "$"}]}}, ".a.b[0].c"),
    "an item": ({"a": ["$"]}, ".a[0]"),
}


def pieces_of(case: str, pieces: list[str]) -> list[Event]:
    """A stream with one piece a chunk."""
    shape = json.dumps(TEXTS[case][0])
    deltas = [json.loads(shape.replace('"$"', json.dumps(piece))) for piece in pieces]
    return [chunk({"role": "assistant"}), *map(chunk, deltas), chunk({}, "stop"), event(DONE)]


def whole(case: str, text: str) -> str:
    """The same text on the way of whole answers."""
    delta = json.loads(json.dumps(TEXTS[case][0]).replace('"$"', json.dumps(text)))
    body = {"choices": [{"index": 0, "message": delta}]}
    ChatWire().rewrite(body, Restoring(mapping_of(EMAIL_ADDRESS=ORIGINAL)))
    message: Any = body["choices"][0]["message"]
    places = [steps for steps in strings(message) if steps[-1] != "type"]
    for step in places[-1]:
        message = message[step]
    return str(message)


@settings(max_examples=25, deadline=None)
@given(cuts=CUTS)
@pytest.mark.parametrize("case", TEXTS)
def test_every_split_gives_the_same_text(case: str, cuts: list[int]) -> None:
    """However the vendor splits a text, the caller gets the same, that of the whole answer."""
    text = f'{{"who": "{NAME}", "or": "{NAME}x {NAME}"}} 🙂 {NAME}'
    out = sent(rewriter(ORIGINAL), pieces_of(case, cut(text, cuts)))
    assert joined(out)[0, TEXTS[case][1]] == whole(case, text)
    assert out[-1] == DONE


@pytest.mark.parametrize("case", TEXTS)
def test_no_chunk_shows_a_piece_of_a_placeholder(case: str) -> None:
    """One character a chunk: nothing of a placeholder goes out, and no chunk is empty."""
    out = sent(rewriter(), pieces_of(case, list(f"ask {NAME} now")))
    assert joined(out)[0, TEXTS[case][1]] == f"ask {PLAIN} now"
    assert "EMAIL" not in json.dumps(out)
    texts = [joined([one])[0, TEXTS[case][1]] for one in out[1:-2]]
    assert all(texts)


@pytest.mark.parametrize("steps", list(strings(CHUNK)), ids=shown_steps)
def test_every_text_of_a_chunk_is_restored(steps: Steps) -> None:
    """Wherever a placeholder stands, in whatever JSON value, the caller does not see it."""
    said = f"ask {NAME} now"
    for value in (said, {"deep": said}, [said]):
        body = with_value(CHUNK, steps, value)
        out = sent(rewriter(), [event(body), event(DONE)])
        assert NAME not in json.dumps(out)
        assert PLAIN in json.dumps(out)


def test_a_chunk_of_known_members_passes() -> None:
    """Ids, words, role, usage and filters' results are not changed."""
    out = sent(rewriter(), [event(CHUNK), event(DONE)])
    assert out == [CHUNK, DONE]


def test_what_every_chunk_repeats_is_looked_at_once() -> None:
    """Members beside the pieces that stay the same are restored once and are right each time."""
    restoring = Restoring(mapping_of(EMAIL_ADDRESS=PLAIN))
    one = ChatWire().rewriter(restoring, "vendor")
    events = [chunk({"content": "a"}, sources=[f"by {NAME}"]) for _ in range(3)]
    out = sent(one, [*events, chunk({}, "stop", sources=["by none"])])
    assert [body["sources"] for body in out[:-1]] == [[f"by {PLAIN}"]] * 3 + [["by none"]]
    assert restoring.seen["sources[0]"] == f"by {NAME}by none"


def test_held_text_goes_out_before_its_choice_finishes() -> None:
    """The rest comes in a chunk of its own, with the answer's id, before the finish reason."""
    out = sent(rewriter(), [chunk({"content": "ask EMAIL"}), chunk({}, "stop"), event(DONE)])
    assert [one["choices"][0]["delta"] for one in out[:-1]] == [
        {"content": "ask "},
        {"content": "EMAIL"},
        {},
    ]
    assert [one["choices"][0]["finish_reason"] for one in out[:-1]] == [None, None, "stop"]
    assert {one["id"] for one in out[:-1]} == {"chatcmpl-1"}


def test_text_in_the_last_chunk_is_whole() -> None:
    """A finish reason beside text: what would be held comes in the same chunk."""
    out = sent(rewriter(), [chunk({"content": "ask "}), chunk({"content": NAME}, "stop")])
    assert [one["choices"][0]["delta"] for one in out[:-1]] == [
        {"content": "ask "},
        {"content": PLAIN},
    ]


def test_choices_are_texts_for_themselves() -> None:
    """Several choices interleaved are neither joined nor mixed."""
    events = [
        chunk({"content": "a EMAIL_"}),
        chunk({"content": "b EMAIL_ADD"}, index=1),
        chunk({"content": "ADDRESS_0"}),
        chunk({"content": "RESS_0"}, index=1),
        chunk({}, "stop"),
        chunk({}, "length", index=1),
    ]
    one = rewriter()
    out = sent(one, events)
    assert joined(out) == {(0, ".content"): f"a {PLAIN}", (1, ".content"): f"b {PLAIN}"}
    assert one.outcome.finish == "stop"


def test_parallel_calls_are_texts_for_themselves() -> None:
    """The arguments of each call are followed by the call's index, and stay JSON."""

    def call(index: int, arguments: str, **head: str) -> Event:
        function = {"arguments": arguments, **({"name": "f"} if head else {})}
        return chunk({"tool_calls": [{"index": index, **head, "function": function}]})

    events = [
        call(0, "", id="call_1"),
        call(1, "", id="call_2"),
        call(0, '{"a": "EMAIL_'),
        call(1, '{"b": "EMAIL'),
        call(0, 'ADDRESS_0"}'),
        call(1, '_ADDRESS_0"}'),
        chunk({}, "tool_calls"),
    ]
    one = rewriter(ORIGINAL)
    texts = joined(sent(one, events))
    assert json.loads(texts[0, ".tool_calls[0].function.arguments"]) == {"a": ORIGINAL}
    assert json.loads(texts[0, ".tool_calls[1].function.arguments"]) == {"b": ORIGINAL}
    assert texts[0, ".tool_calls[1].id"] == "call_2"
    assert one.outcome.finish == "tool_calls"


def test_a_string_and_its_parts_are_one_text() -> None:
    """A vendor that changes from strings to parts cannot split a placeholder over them."""
    parts = {"content": [{"type": "text", "text": "ADDRESS_0."}]}
    out = sent(rewriter(), [chunk({"content": "EMAIL_"}), chunk(parts), event(DONE)])
    assert "".join(joined(out).values()).replace("text", "") == f"{PLAIN}."


@pytest.mark.parametrize("after", [[], [DONE], [DONE, DONE], [" [DONE]\n"]])
def test_there_is_one_end_marker(after: list[str]) -> None:
    """A finished answer ends with one marker, whether the vendor sent none, one or two."""
    out = sent(rewriter(), [chunk({"content": "hi"}), chunk({}, "stop"), *map(event, after)])
    assert out.count(DONE) == 1
    assert out[-1] == DONE


def test_what_comes_behind_the_end_marker_is_ignored() -> None:
    """Nothing after the marker is looked at."""
    out = sent(rewriter(), [chunk({}, "stop"), event(DONE), chunk({"content": NAME}), event("{")])
    assert out[-1] == DONE


@pytest.mark.parametrize(
    "events",
    [
        [],
        [chunk({"content": "hi"})],
        [chunk({"content": "hi"}), chunk({"content": "x"}, index=1), chunk({}, "stop")],
    ],
    ids=["nothing", "without an end", "one of two choices"],
)
def test_a_cut_stream_is_an_error(events: list[Event]) -> None:
    """Neither a finish reason nor the marker: the answer is not whole."""
    with pytest.raises(ProviderProtocolError, match="before the end marker"):
        sent(rewriter(), events)


def test_an_end_marker_alone_ends_an_answer() -> None:
    """Text that was held comes out before the marker, also where no reason was given."""
    body = {"choices": [{"delta": {"content": "", "record_field": "EMAIL"}}]}
    out = sent(rewriter(), [event(body), event(DONE)])
    assert out[0]["choices"][0]["delta"] == {"record_field": "EMAIL"}
    assert out[-1] == DONE


def test_text_behind_its_end_is_an_error() -> None:
    """It could not be looked at together with what it belongs to; repeated ends are fine."""
    one = rewriter()
    for fed in (chunk({"content": "a"}), chunk({}, "stop"), chunk({"content": ""}, "stop")):
        one.feed(fed)
    with pytest.raises(ProviderProtocolError, match="behind the end"):
        one.feed(chunk({"content": "b"}))


ODD: dict[str, Event] = {
    "no JSON": Event("message", "{"),
    "a list": Event("message", "[]"),
    "a choice that is no object": event({"choices": ["x"]}),
    "a delta that is no object": event({"choices": [{"delta": "x"}]}),
    "a choice's number as a word": event({"choices": [{"index": "0", "delta": {}}]}),
    "a member that is no name": event({"choices": [{"delta": {"a b": "x"}}]}),
}


@pytest.mark.parametrize("case", ODD)
def test_what_is_no_chunk_is_an_error(case: str) -> None:
    """And the error quotes nothing of it."""
    with pytest.raises(ProviderProtocolError) as caught:
        rewriter().feed(ODD[case])
    assert "x" not in str(caught.value).replace("expected", "")
    assert caught.value.__context__ is None


def test_an_error_in_the_stream_is_the_vendors() -> None:
    """Its type is told; its message, and a word that was sent to it, are not."""
    body = {"error": {"type": "server_error", "code": "secret", "message": "secret words"}}
    with pytest.raises(ProviderError) as caught:
        rewriter(sent_bytes=b"a secret").feed(event(body))
    assert "server_error" in str(caught.value)
    assert "secret" not in str(caught.value)


USAGE = {"prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 4}}


def usage_stream() -> list[Event]:
    """A stream with a chunk of usage at its end."""
    last = {"id": "chatcmpl-1", "choices": [], "usage": USAGE}
    return [chunk({"content": "hi"}, usage=None), chunk({}, "stop"), event(last), event(DONE)]


def test_usage_passes_and_is_noted() -> None:
    """The caller who asked for usage gets it; the outcome has it."""
    one = rewriter()
    out = sent(one, usage_stream())
    assert out[-2]["usage"] == USAGE
    assert one.outcome.usage == Usage(9, 2, 4)
    assert (one.outcome.model, one.outcome.answer_id) == ("vendor-1", "chatcmpl-1")


@pytest.mark.parametrize("options", [None, {}, {"include_usage": False}, {"include_usage": True}])
def test_usage_that_only_the_gateway_asked_for_is_hidden(options: dict[str, bool] | None) -> None:
    """The gateway may ask for usage; a caller who did not sees none of it."""
    wire, body = ChatWire(), {"model": "m", "stream": True, "stream_options": options}
    asked = bool((options or {}).get("include_usage"))
    wire.ask_usage(body)
    assert body["stream_options"] == {"include_usage": True}
    one = wire.rewriter(Restoring(), "vendor")
    out = sent(one, usage_stream())
    assert ("usage" in json.dumps(out)) is asked
    assert len(out) == (4 if asked else 3)
    assert one.outcome.usage == Usage(9, 2, 4)


def test_groqs_usage_is_found() -> None:
    """Groq has a place of its own for usage."""
    one = rewriter()
    sent(one, [chunk({}, "stop", x_groq={"id": "req_1", "usage": USAGE})])
    assert one.outcome.usage == Usage(9, 2, 4)


def test_log_probabilities_are_taken_out() -> None:
    """They would show the answer token by token."""
    body = copy.deepcopy(CHUNK)
    body["choices"][0]["logprobs"] = {"content": [{"token": "EMAIL"}]}  # type: ignore[index]
    out = sent(rewriter(), [event(body), event(DONE)])
    assert out[0]["choices"][0]["logprobs"] is None


def test_sound_that_was_not_asked_for_is_blocked() -> None:
    """A transcript is a text like others; sound is not heard by anybody here."""
    out = sent(rewriter(), [chunk({"audio": {"id": "a_1", "transcript": NAME}}, "stop")])
    assert PLAIN in json.dumps(out)
    with pytest.raises(AnswerBlocked):
        rewriter().feed(chunk({"audio": {"data": "QUJD"}}))


def test_a_character_in_two_halves_is_joined() -> None:
    """JSON escapes may split a character over two deltas; a half that stays alone is mended."""
    halves = [{"content": "\ud83d"}, {"content": "\ude42"}, {"content": "\ud83d"}]
    out = sent(rewriter(), [*map(chunk, halves), chunk({}, "stop")])
    assert joined(out)[0, ".content"] == "🙂\ufffd"


@settings(max_examples=25, deadline=None)
@given(cuts=CUTS)
def test_completions_split_alike(cuts: list[int]) -> None:
    """The legacy wire: every split gives the text of the whole answer, and the rest comes first."""
    text = f"ask {NAME}, or EMAIL"
    bodies = [
        {"id": "cmpl-1", "choices": [{"index": 0, "text": piece, "finish_reason": None}]}
        for piece in cut(text, cuts)
    ]
    last = {"id": "cmpl-1", "choices": [{"index": 0, "text": "", "finish_reason": "stop"}]}
    out = sent(completions(), [*map(event, bodies), event(last), event(DONE)])
    assert "".join(one["choices"][0]["text"] for one in out[:-1]) == f"ask {PLAIN}, or EMAIL"
    assert [one["choices"][0]["finish_reason"] for one in out[:-1]][-1] == "stop"
