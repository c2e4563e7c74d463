"""Gemini's streams as a machine without I/O: what each chunk gives, and how it ends."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.server.providers.test_reading_calls import calls, read, thinking

from sluice.server.providers.base import (
    Delta,
    FinishReason,
    ProviderError,
    ProviderProtocolError,
    ProviderRateLimited,
    Usage,
)
from sluice.server.providers.google_answer import ContentReader, read_usage
from sluice.server.providers.google_body import MARK
from sluice.server.providers.sse import Event

Json = dict[str, Any]


def chunk(*parts: object, reason: object = None, **more: object) -> Json:
    """A chunk whose first candidate has these parts."""
    candidate: Json = {"index": 0, "content": {"role": "model", "parts": list(parts)}}
    if reason:
        candidate["finishReason"] = reason
    return {"candidates": [candidate], **more}


def words(text: object, **more: object) -> Json:
    return chunk({"text": text}, **more)


def call(name: str, args: object = None, **more: object) -> Json:
    """A part that is a call."""
    named = {"id": more.pop("id")} if "id" in more else {}
    return {"functionCall": named | {"name": name, "args": args}, **more}


STOP = chunk(reason="STOP")


def said(deltas: list[Delta]) -> str:
    return "".join(delta.text for delta in deltas)


def reader() -> ContentReader:
    return ContentReader("google")


TEXTS: dict[str, tuple[list[Json], str]] = {
    "pieces": ([words("a"), words("b"), STOP], "ab"),
    "several parts in a chunk": ([chunk({"text": "a"}, {"text": "b"}), STOP], "ab"),
    "a reason in every chunk": ([words("a", reason="STOP"), words("b", reason="STOP")], "ab"),
    "usage after the end": ([words("a"), STOP, {"usageMetadata": {"promptTokenCount": 1}}], "a"),
    "no index": ([{"candidates": [{"content": {"parts": [{"text": "a"}]}}]}, STOP], "a"),
    "another candidate": (
        [{"candidates": [{"index": 1, "content": {"parts": [{"text": "x"}]}}]}, words("a"), STOP],
        "a",
    ),
    "a candidate without content": ([words("a"), {"candidates": [{"finishReason": "STOP"}]}], "a"),
    "thoughts": ([chunk({"text": "x", "thought": True}, {"text": "a"}), STOP], "a"),
    "a signature on text": ([chunk({"text": "a", "thoughtSignature": "c2ln"}), STOP], "a"),
    "what the vendor's tools did": (
        [
            chunk({"executableCode": {"code": "x"}}, {"inlineData": {"data": "eA=="}}),
            words("a"),
            STOP,
        ],
        "a",
    ),
    "parts of another type": ([chunk("x", 7, None), words(7), words("a"), STOP], "a"),
    "candidates of another type": ([{"candidates": {"a": 1}}, words("a"), STOP], "a"),
    "halves of a character": ([words("\ud83d"), words("\ude00!"), STOP], "😀!"),
    "half a character at the end": ([words("a\ud83d"), STOP], "a\ufffd"),
}


@pytest.mark.parametrize("case", TEXTS)
def test_an_answer_gives_its_text_and_one_finish(case: str) -> None:
    """Only text of the first candidate is passed on as text, and exactly one delta finishes."""
    events, text = TEXTS[case]
    deltas = read(reader(), *events)
    assert said(deltas) == text
    assert [d.finish_reason for d in deltas] == [None] * (len(deltas) - 1) + ["stop"]


REASONS: list[tuple[str, FinishReason]] = [
    ("STOP", "stop"),
    ("MAX_TOKENS", "length"),
    ("CONTINUATION", "length"),
    ("SAFETY", "content_filter"),
    ("RECITATION", "content_filter"),
    ("PROHIBITED_CONTENT", "content_filter"),
    ("SPII", "content_filter"),
    ("MODEL_ARMOR", "content_filter"),
    ("MALFORMED_FUNCTION_CALL", "error"),
    ("MISSING_THOUGHT_SIGNATURE", "error"),
    ("OTHER", "error"),
    ("SOMETHING_NEW", "error"),
]


@pytest.mark.parametrize(("word", "reason"), REASONS)
def test_a_word_for_the_end_is_ours(word: str, reason: FinishReason) -> None:
    """An unknown one is an error: such an answer must not pass for a whole one."""
    assert read(reader(), words("a"), chunk(reason=word))[-1].finish_reason == reason


def test_a_stream_that_never_said_why_it_ends_is_cut() -> None:
    """The wire has no other sign of an end."""
    with pytest.raises(ProviderProtocolError, match="before the end marker"):
        read(reader(), words("a"), {"usageMetadata": {"promptTokenCount": 1}})


def test_a_blocked_prompt_is_an_end() -> None:
    """It comes without a candidate."""
    (last,) = read(reader(), {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}})
    assert last.finish_reason == "content_filter"


ERRORS: list[tuple[Json, type[ProviderError], str]] = [
    ({"code": 429, "status": "RESOURCE_EXHAUSTED"}, ProviderRateLimited, "RESOURCE_EXHAUSTED"),
    ({"code": 503, "status": "UNAVAILABLE"}, ProviderError, "503 .UNAVAILABLE"),
    ({"message": "canary"}, ProviderError, "status 500"),
]


@pytest.mark.parametrize(("error", "kind", "shown"), ERRORS)
def test_an_error_in_a_stream_is_raised(error: Json, kind: type[ProviderError], shown: str) -> None:
    """With the vendor's type, and without its words."""
    with pytest.raises(kind, match=shown) as caught:
        read(reader(), words("a"), {"error": error | {"message": "canary"}})
    assert "canary" not in str(caught.value)


CALLS: dict[str, tuple[list[Json], list[tuple[str, str, str]]]] = {
    "one": ([chunk(call("f", {"x": "ä"}, id="a"))], [("a", "f", '{"x": "ä"}')]),
    "two in a chunk": (
        [chunk(call("f", {}, id="a"), call("f", {"x": 1}, id="b"))],
        [("a", "f", "{}"), ("b", "f", '{"x": 1}')],
    ),
    "two in a row": (
        [chunk(call("f", {}, id="a")), chunk(call("g", {}, id="b"))],
        [("a", "f", "{}"), ("b", "g", "{}")],
    ),
    "no arguments": ([chunk(call("f", id="a"))], [("a", "f", "{}")]),
    "arguments of another type": ([chunk(call("f", ["x"], id="a"))], [("a", "f", "{}")]),
    "half a character": (
        [chunk(call("f", {"x": "\ud83d"}, id="a"))],
        [("a", "f", '{"x": "\ufffd"}')],
    ),
}


@pytest.mark.parametrize("case", CALLS)
def test_an_answer_gives_its_calls(case: str) -> None:
    """Counted from 0, each with its arguments as JSON; the wire says `STOP` all the same."""
    events, expected = CALLS[case]
    deltas = read(reader(), *events, STOP)
    assert calls(deltas) == expected
    assert deltas[-1].finish_reason == "tool_calls"


def test_a_call_without_an_id_gets_one() -> None:
    """Whoever answers the call must be able to name it; each time another one."""
    found = [calls(read(reader(), chunk(call("f")), STOP))[0][0] for _ in range(2)]
    assert found[0].startswith("call_")
    assert found[0] != found[1]


def test_a_calls_signature_comes_right_before_it() -> None:
    """As thinking, marked as Google's, so that it can go back and to nobody else."""
    signed = call("f", {}, id="a", thoughtSignature="c2ln")
    events = [chunk({"text": "hm", "thought": True}), words("a"), chunk(signed, call("g", id="b"))]
    deltas = read(reader(), *events, STOP)
    assert thinking(deltas) == ("hm", MARK + "c2ln")
    order = [d.thinking.signature if d.thinking else d.tool_call.name for d in deltas[2:-1]]  # type: ignore[union-attr]
    assert order == [MARK + "c2ln", "f", "", "g", ""]


def test_only_the_first_call_is_passed_on_where_that_was_asked_for() -> None:
    """With its signature."""
    both = chunk(call("f", {}, id="a", thoughtSignature="c2ln"), call("g", {}, id="b"))
    deltas = read(ContentReader("google", one_call=True), both, STOP)
    assert calls(deltas) == [("a", "f", "{}")]


USAGES: dict[str, tuple[object, Usage | None]] = {
    "all": (
        {
            "promptTokenCount": 9,
            "cachedContentTokenCount": 4,
            "candidatesTokenCount": 3,
            "thoughtsTokenCount": 2,
            "toolUsePromptTokenCount": 1,
            "totalTokenCount": 15,
        },
        Usage(10, 5, 4),
    ),
    "a prompt alone": ({"promptTokenCount": 9}, Usage(9, 0)),
    "more cached than there is": (
        {"promptTokenCount": 2, "cachedContentTokenCount": 4},
        Usage(2, 0, 2),
    ),
    "no prompt": ({"candidatesTokenCount": 3}, None),
    "words": ({"promptTokenCount": "9"}, None),
    "nothing": (None, None),
}


@pytest.mark.parametrize("case", USAGES)
def test_usage_has_thoughts_and_the_cache_in_it(case: str) -> None:
    """Thoughts are billed as output."""
    value, usage = USAGES[case]
    assert read_usage(value) == usage


def test_the_last_counts_and_the_exact_model_are_told() -> None:
    """Every chunk has all counts so far."""
    first = words("a", usageMetadata={"promptTokenCount": 9}, modelVersion="gemini-x-001")
    counted = {"promptTokenCount": 9, "candidatesTokenCount": 3}
    deltas = read(reader(), first, chunk(reason="STOP", usageMetadata=counted))
    assert (deltas[0].model, deltas[-1].model) == ("gemini-x-001", "gemini-x-001")
    assert deltas[-1].usage == Usage(9, 3)


def test_nothing_of_a_chunk_is_quoted() -> None:
    """What is no JSON object is refused without a word of it."""
    for data in ("canary", json.dumps(["canary"])):
        with pytest.raises(ProviderProtocolError) as caught:
            list(reader().read(Event("message", data)))
        assert "canary" not in str(caught.value)
        assert caught.value.__context__ is None


@given(st.text(), st.lists(st.integers(0, 40), max_size=6), st.booleans())
@settings(max_examples=100)
def test_every_split_of_a_text_is_the_same_text(text: str, cuts: list[int], thought: bool) -> None:
    """In UTF-16 halves too, as JSON escapes can split a character; thoughts likewise."""
    units = text.encode("utf-16-le", "surrogatepass")
    places = [0, *sorted({min(cut * 2, len(units)) for cut in cuts}), len(units)]
    pieces = [units[a:b].decode("utf-16-le", "surrogatepass") for a, b in pairwise(places)]
    deltas = read(reader(), *(chunk({"text": p, "thought": thought}) for p in pieces), STOP)
    assert (thinking(deltas)[0] if thought else said(deltas)) == text
