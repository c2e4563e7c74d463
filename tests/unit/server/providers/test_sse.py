"""The event stream parser follows the specification, however the bytes are cut."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.server.providers.sse import Event, EventParser, MalformedStream


def feed_all(parser: EventParser, pieces: list[bytes]) -> list[Event]:
    return [event for piece in pieces for event in parser.feed(piece)]


CASES: dict[str, tuple[bytes, list[Event]]] = {
    "an event": (b"data: one\n\n", [Event("message", "one")]),
    "CRLF": (b"data: one\r\n\r\n", [Event("message", "one")]),
    "CR": (b"data: one\r\r", [Event("message", "one")]),
    "mixed line endings": (b"event: a\r\ndata: 1\rdata: 2\n\r\n", [Event("a", "1\n2")]),
    "two lines of data": (b"data: one\ndata: two\n\n", [Event("message", "one\ntwo")]),
    "an empty line of data": (b"data\ndata:\n\n", [Event("message", "\n")]),
    "a type": (b"event: ping\ndata: {}\n\n", [Event("ping", "{}")]),
    "the last type counts": (b"event: a\nevent: b\ndata: x\n\n", [Event("b", "x")]),
    "a type without data is no event": (b"event: ping\n\ndata: x\n\n", [Event("message", "x")]),
    "comments": (b": keep-alive\n\n:\n\ndata: x\n\n", [Event("message", "x")]),
    "a byte order mark": (b"\xef\xbb\xbfdata: x\n\n", [Event("message", "x")]),
    "a second mark is part of the name": (b"\n\xef\xbb\xbfdata: x\n\n", []),
    "one space is taken": (b"data:  x\n\n", [Event("message", " x")]),
    "no space needed": (b"data:x\n\n", [Event("message", "x")]),
    "a colon in the data": (b"data: a:b\n\n", [Event("message", "a:b")]),
    "other fields": (b"id: 7\nretry: 10\nfoo: bar\ndata: x\n\n", [Event("message", "x")]),
    "beyond ASCII": ("data: grüße 👋\n\n".encode(), [Event("message", "grüße 👋")]),
    "line separators of Unicode": (
        "data: a\u2028b\x85c\n\n".encode(),
        [Event("message", "a\u2028b\x85c")],
    ),
    "cut before its end": (b"data: one\n\ndata: two\n", [Event("message", "one")]),
    "nothing": (b"", []),
}


@pytest.mark.parametrize("case", CASES)
def test_reads_what_the_specification_says(case: str) -> None:
    """Each stream gives the events that the specification gives it."""
    stream, events = CASES[case]
    assert EventParser().feed(stream) == events


@pytest.mark.parametrize("case", CASES)
def test_every_cut_in_two_gives_the_same_events(case: str) -> None:
    """Wherever a stream is cut in two, also inside a character, the events are the same."""
    stream, events = CASES[case]
    for at in range(len(stream) + 1):
        parser = EventParser()
        assert parser.feed(stream[:at]) + parser.feed(stream[at:]) == events


LINES = st.sampled_from(
    ["data: x", "data", "data:é👋", "event: e", ": c", "", "", "id: 1", "\ufeffdata: y"]
)
STREAMS = st.lists(st.tuples(LINES, st.sampled_from(["\n", "\r", "\r\n"])), max_size=12).map(
    lambda lines: "".join(text + end for text, end in lines).encode()
)


@settings(max_examples=200, deadline=None)
@given(stream=STREAMS, data=st.data())
def test_every_split_gives_the_same_events(stream: bytes, data: st.DataObject) -> None:
    """A stream in any number of pieces gives the same events as in one."""
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=8).map(sorted))
    whole, pieces = EventParser(), EventParser()
    edges = [0, *cuts, len(stream)]
    split = [stream[a:b] for a, b in pairwise(edges)]
    assert feed_all(pieces, split) == whole.feed(stream)
    assert pieces.pending == whole.pending


def test_tells_that_an_event_was_cut() -> None:
    """A stream that ends within an event leaves something pending; a whole one does not."""
    parser = EventParser()
    parser.feed(b"data: x\n\n")
    assert not parser.pending
    parser.feed(b"data: y\n")
    assert parser.pending


@pytest.mark.parametrize("piece", [1, 7, 4096])
def test_refuses_a_line_without_end(piece: int) -> None:
    """A line over the limit is refused, and no more than limit and a piece is ever kept."""
    with pytest.raises(MalformedStream, match="longer than 1000 bytes"):
        feed_all(EventParser(limit=1000), [b"x" * piece] * 2000)


def test_refuses_an_event_without_end() -> None:
    """Many small lines of one event count together."""
    with pytest.raises(MalformedStream, match="larger than 1000 bytes"):
        feed_all(EventParser(limit=1000), [b"data: 12345\n"] * 2000)


def test_many_events_may_be_larger_than_the_limit_together() -> None:
    """The limit is one event's, also where all come in one piece of bytes."""
    assert len(EventParser(limit=100).feed(b"data: 12345\n\n" * 100)) == 100


def test_refuses_bytes_that_are_no_utf8_without_quoting_them() -> None:
    """The error for undecodable bytes carries none of them, nor the decoder's error."""
    with pytest.raises(MalformedStream) as caught:
        EventParser().feed(b"data: secret \xff\n\n")
    assert "secret" not in repr(caught.value)
    assert caught.value.__context__ is None
