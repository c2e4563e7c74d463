"""Streams of Anthropic's legacy text completions, in both versions of its events."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.server.features.proxy.wires.restoring import Restoring, mapping_of

from sluice.server.features.proxy.wires.anthropic.complete import AnthropicComplete
from sluice.server.providers.base import ProviderError, ProviderProtocolError
from sluice.server.providers.sse import Event

WIRE = AnthropicComplete()
NAME = "Jane Doe"
DONE = Event("message", "[DONE]")


def restoring() -> Restoring:
    """Knows PERSON_0."""
    return Restoring(mapping_of(PERSON=NAME))


def named(text: str, stop: str | None = None) -> Event:
    """An event of version 2023-06-01: it brings what is new."""
    data = {"type": "completion", "id": "compl_1", "completion": text, "stop_reason": stop,
            "model": "claude-x"}  # fmt: skip
    return Event("completion", json.dumps(data))


def unnamed(text: str, stop: str | None = None) -> Event:
    """An event of version 2023-01-01: it brings everything so far."""
    data = {"completion": text, "stop_reason": stop, "truncated": False, "stop": None,
            "model": "claude-x", "log_id": "1", "exception": None}  # fmt: skip
    return Event("message", json.dumps(data))


def rewritten(*events: Event) -> list[Event]:
    """What the caller gets of a whole stream."""
    rewriter = WIRE.rewriter(restoring(), "anthropic")
    out = [made for each in events for made in rewriter.feed(each)]
    assert rewriter.finish() == []
    assert (rewriter.outcome.finish, rewriter.outcome.model) == ("stop", "claude-x")
    return out


def texts(events: list[Event]) -> list[str]:
    """The completions of the events."""
    return [json.loads(made.data)["completion"] for made in events if made != DONE]


def test_named_events_bring_what_is_new() -> None:
    """Held text goes out with the event that says why it stopped; later events are ignored."""
    events = [named(" Hi PER"), named("SON_"), named("0"), Event("ping", '{"type": "ping"}'),
              named("", "stop_sequence"), named("", "stop_sequence"), named(" more")]  # fmt: skip
    out = rewritten(*events)
    assert [made.event for made in out] == ["completion", "ping", "completion"]
    assert texts([made for made in out if made.event == "completion"]) == [" Hi ", NAME]


def test_unnamed_events_bring_everything_so_far() -> None:
    """The caller's text only grows, and `[DONE]` ends the stream once."""
    out = rewritten(
        unnamed(" Hi PER"), unnamed(" Hi PERSON_0"), unnamed(" Hi PERSON_0 and"),
        unnamed(" Hi PERSON_0 and", "stop_sequence"), DONE, DONE,
    )  # fmt: skip
    assert texts(out) == [" Hi ", f" Hi {NAME} and", f" Hi {NAME} and"]
    assert out[-1] == DONE
    assert out.count(DONE) == 1
    assert WIRE.frame(out[0]).startswith(b"data: {")


def test_what_stands_beside_the_text_is_restored_too() -> None:
    """The stop sequence that ended it, and an exception's words."""
    data = {"completion": "x", "stop": "PERSON_0:", "exception": "of PERSON_0",
            "stop_reason": "stop_sequence", "model": "claude-x"}  # fmt: skip
    (made,) = rewritten(Event("completion", json.dumps(data)))
    assert json.loads(made.data)["stop"] == f"{NAME}:"
    assert json.loads(made.data)["exception"] == f"of {NAME}"


CUT: dict[str, list[Event]] = {
    "empty": [],
    "no_reason": [named(" Hi")],
    "done_without_reason": [unnamed(" Hi"), DONE],
}


@pytest.mark.parametrize("case", CUT, ids=str)
def test_a_stream_that_does_not_say_why_it_stopped_is_cut_off(case: str) -> None:
    """An end without a reason is no end."""
    rewriter = WIRE.rewriter(restoring(), "anthropic")
    with pytest.raises(ProviderProtocolError):
        [[rewriter.feed(each) for each in CUT[case]], rewriter.finish()]


WRONG: dict[str, list[Event]] = {
    "no_json": [Event("completion", "PERSON_0 {")],
    "text_that_is_a_number": [Event("completion", '{"completion": 7}')],
    "text_that_does_not_go_on": [unnamed(" Hi PERSON_0"), unnamed(" Ho")],
}


@pytest.mark.parametrize("case", WRONG, ids=str)
def test_what_is_not_the_wire_is_an_error_that_quotes_nothing(case: str) -> None:
    """A stream that cannot be understood is never guessed at."""
    rewriter = WIRE.rewriter(restoring(), "acme")
    with pytest.raises(ProviderProtocolError) as caught:
        [rewriter.feed(each) for each in WRONG[case]]
    assert "PERSON_0" not in str(caught.value)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


@pytest.mark.parametrize("name", ["error", "message"])
def test_a_vendors_error_in_the_stream_is_raised(name: str) -> None:
    """Named or not."""
    error: dict[str, Any] = {"type": "error", "error": {"type": "api_error", "message": "x"}}
    with pytest.raises(ProviderError, match="api_error"):
        WIRE.rewriter(restoring(), "anthropic").feed(Event(name, json.dumps(error)))


PIECES = st.lists(
    st.sampled_from(["PERSON_0", "PERSON_", "0", "1", " ", "a", "\n", '"', "é", ""]), max_size=8
)


@given(PIECES, st.booleans())
@settings(max_examples=120, deadline=None)
def test_however_a_text_is_split_the_caller_reads_the_same(
    pieces: list[str], cumulative: bool
) -> None:
    """Every split, in either version, gives what the whole answer gives."""
    whole = {"completion": "".join(pieces)}
    WIRE.rewrite(whole, restoring())
    if cumulative:
        so_far = ["".join(pieces[: i + 1]) for i in range(len(pieces))]
        events = [*map(unnamed, so_far), unnamed("".join(pieces), "stop_sequence"), DONE]
        assert texts(rewritten(*events))[-1] == whole["completion"]
    else:
        out = rewritten(*map(named, pieces), named("", "stop_sequence"))
        assert "".join(texts(out)) == whole["completion"]
