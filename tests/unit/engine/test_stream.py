"""The stream: what is sent on at once, what waits, what its users' peers got wrong."""

from __future__ import annotations

import pytest

from sluice.engine import (
    Action,
    Finding,
    Mapping,
    Policy,
    Rule,
    StreamHydrator,
    UnsupportedText,
    cleanse,
    hydrate,
)

KEY = bytes(range(32))


def _mapping(count: int = 11) -> Mapping:
    """PERSON_0 to PERSON_10 for Name0End to Name10End."""
    mapping = Mapping(key=KEY)
    for index in range(count):
        original = f"Name{index}End"
        cleanse(original, [Finding(0, len(original), "PERSON")], mapping)
    return mapping


def _fed(mapping: Mapping, *chunks: str) -> list[str]:
    stream = StreamHydrator(mapping)
    return [*map(stream.feed, chunks), stream.finish()]


def test_the_documented_example() -> None:
    """A placeholder cut in two waits for its rest, and for the edge behind it."""
    mapping = Mapping()
    cleanse("jane@x.org", [Finding(0, 10, "EMAIL_ADDRESS")], mapping)
    sent = _fed(mapping, "Mail EMAIL_ADD", "RESS_0", " now")
    assert sent == ["Mail ", "", "jane@x.org now", ""]


@pytest.mark.parametrize(
    ("chunks", "sent"),
    [
        (["Hello there, ", "how"], ["Hello there, ", "how", ""]),
        (["PERSON_1"], ["", "Name1End"]),
        (["PERSON_1", "0"], ["", "", "Name10End"]),
        (["PERSON_1", "1"], ["", "PERSON_11", ""]),
        (["PERSON_1", "x"], ["", "PERSON_1x", ""]),
        (["PERSON_1", "'s"], ["", "Name1End's", ""]),
        (["[", "[", "PERSON_1", "]", "]"], ["[", "[", "", "Name1End]", "]", ""]),
        (["<", "PERSON", "_", "1", ">"], ["<", "", "", "", "Name1End>", ""]),
        (["PERSON_1_", "_"], ["", "", "Name1End__"]),
        (["PERSON_1_", "x"], ["", "PERSON_1_x", ""]),
        (["PERSON_1\\", "n"], ["", "Name1End\\n", ""]),
        (["Per", "haps"], ["", "Perhaps", ""]),
        (["person ", "to person"], ["", "person to ", "person"]),
        (["x", "PERSON_1"], ["x", "PERSON_1", ""]),
        (["", "a", ""], ["", "a", "", ""]),
        (["PERSON_", "2"], ["", "", "Name2End"]),
        (["PERSON_99"], ["PERSON_99", ""]),
        (["PERSON_0", "PERSON_1"], ["", "PERSON_0PERSON_1", ""]),
    ],
)
def test_what_is_sent_when(chunks: list[str], sent: list[str]) -> None:
    """Nothing waits that is decided; nothing is sent that is not."""
    assert _fed(_mapping(), *chunks) == sent


def test_a_placeholder_at_the_very_edge_of_a_chunk_is_not_sent_raw() -> None:
    """Cut exactly behind it, with the end of the stream or more text behind."""
    for behind in ("", " x", ".", "\n"):
        sent = _fed(_mapping(), "to PERSON_1", behind)
        assert sent[0] == "to "
        assert "".join(sent) == "to Name1End" + behind


def test_prose_is_sent_as_it_comes() -> None:
    """Only the beginning of a word that may become a placeholder waits."""
    stream = StreamHydrator(_mapping())
    text = "The quick brown fox jumps over 12 lazy dogs. "
    assert [stream.feed(character) for character in text] == list(text)
    assert stream.held == 0


def test_what_is_held_is_bounded() -> None:
    """An endless almost-placeholder is sent on as soon as it is none."""
    stream = StreamHydrator(_mapping())
    for piece in ["PERSON", "\\", "_", "_", "PERSON ", "9", "9", "_" * 50, "PERSON" * 99]:
        stream.feed(piece)
        assert stream.held <= 40


def test_a_split_after_john_does_not_restore_john_for_johnny() -> None:
    """Stand-ins of which one begins like the other: the longest that stands there wins."""
    mapping = Mapping(key=KEY)
    policy = Policy(default=Rule(Action.REPLACE))
    for text in ("10.0.0.1", "10.0.0.2", *(f"10.1.0.{n}" for n in range(200))):
        cleanse(text, [Finding(0, len(text), "IP_ADDRESS")], mapping, policy)
    names = {entry.placeholder: entry.original for entry in mapping.entries}
    short, long = next((a, b) for a in names for b in names if a != b and b.startswith(a))
    assert _fed(mapping, short, long[len(short) :], " ") == ["", "", f"{names[long]} ", ""]
    assert _fed(mapping, short, " ") == ["", f"{names[short]} ", ""]


def test_items_count_in_the_whole_output() -> None:
    """The same items as `hydrate` gives, altered spellings and all."""
    mapping = _mapping()
    text = "é PERSON_1, person 2 and <PERSON\\_10> PERSON_77"
    stream = StreamHydrator(mapping)
    output = "".join([*map(stream.feed, text), stream.finish()])
    whole = hydrate(text, mapping)
    assert (output, stream.items) == (whole.text, whole.items)
    assert [item.placeholder for item in stream.items] == ["PERSON_1", "PERSON_2", "PERSON_10"]
    assert all(output[item.start : item.end] == item.text for item in stream.items)


def test_a_finished_stream_refuses() -> None:
    """Feeding or finishing it again is a mistake that must not pass."""
    stream = StreamHydrator(Mapping())
    assert stream.finish() == ""
    with pytest.raises(RuntimeError, match="finished"):
        stream.feed("x")
    with pytest.raises(RuntimeError, match="finished"):
        stream.finish()


def test_a_lone_surrogate_is_refused_with_its_place_in_the_stream() -> None:
    """Counted over all chunks."""
    stream = StreamHydrator(Mapping())
    stream.feed("éé")
    with pytest.raises(UnsupportedText) as caught:
        stream.feed("x\ud83d")
    assert caught.value.position == 3


def test_a_long_stream_in_single_characters_keeps_little() -> None:
    """100,000 code points, one by one: all restored, and the window stays small."""
    mapping = _mapping()
    text = "so PERSON_1 said, and " * 4500
    stream = StreamHydrator(mapping)
    sent = []
    for character in text:
        sent.append(stream.feed(character))
        assert stream.held <= 16
    assert "".join([*sent, stream.finish()]) == text.replace("PERSON_1", "Name1End")


def test_json_is_followed_across_chunks() -> None:
    """Escaping is decided by what came before, wherever it was cut."""
    mapping = Mapping()
    cleanse('a"b', [Finding(0, 3, "PERSON")], mapping)
    assert "".join(_fed(mapping, '{"', 'a": "PER', "SON_0", '"}')) == '{"a": "a\\"b"}'
    assert "".join(_fed(mapping, "say ", '"PERSON_0', '"')) == 'say "a"b"'


@pytest.mark.parametrize(
    "before", ["US\\_", "US\\\\\\\\_\\\\\\\\_", "\\u00e9", "\\n", "x___", "\\u00e9___", "é", "____"]
)
def test_far_into_a_stream_edges_are_still_seen(before: str) -> None:
    """What was cut off from memory does not decide about an edge."""
    mapping = _mapping()
    start, end = "so on " * 200 + before, "PERSON_1 and PERSON_1"
    whole = hydrate(start + end, mapping).text
    assert "".join(_fed(mapping, start, end)) == whole
    assert "".join(_fed(mapping, *start, *end)) == whole


@pytest.mark.parametrize("end", [" May 2001.", " May 2002.", "", " M", "0 May"])
def test_an_altered_placeholder_waits_for_a_stand_in_that_begins_inside(end: str) -> None:
    """`PERSON 1` is PERSON_1, unless `1 … 2001` turns out to be a stand-in."""
    mapping = _mapping()
    policy = Policy(default=Rule(Action.REPLACE))
    original = "9 May 2001"
    stand_in = cleanse(original, [Finding(0, 10, "DATE_TIME")], mapping, policy).text
    for text in (f"PERSON {stand_in}", f"PERSON {stand_in[:-1]}", f"PERSON {stand_in[0]}{end}"):
        for at in range(len(text)):
            assert "".join(_fed(mapping, text[:at], text[at:])) == hydrate(text, mapping).text
    assert hydrate(f"PERSON {stand_in}", mapping).text == f"PERSON {original}"
