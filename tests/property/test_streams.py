"""Every split of a stream hydrates like the whole, and little is held back meanwhile."""

from __future__ import annotations

import codecs
from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.property.conversations import LAW, any_policy, prompts, texts

from sluice.engine import Finding, Mapping, StreamHydrator, cleanse, hydrate

KEY = bytes(range(32))
Prompt = tuple[str, list[Finding]]

JSON_STRINGS = st.sampled_from((None, True, False))


def _cut(text: str, places: list[int]) -> list[str]:
    return [text[start:end] for start, end in pairwise([0, *places, len(text)])]


def _agrees(answer: str, places: list[int], mapping: Mapping, json_strings: bool | None) -> None:
    whole = hydrate(answer, mapping, json_strings=json_strings)
    stream = StreamHydrator(mapping, json_strings=json_strings)
    output = "".join([*map(stream.feed, _cut(answer, places)), stream.finish()])
    assert (output, stream.items) == (whole.text, whole.items)


@st.composite
def _answers(draw: st.DrawFn) -> tuple[str, Mapping]:
    """What a model may answer in a conversation: issued placeholders, altered ones, other text."""
    mapping = Mapping(key=KEY)
    done = cleanse(*draw(prompts), mapping, draw(any_policy))
    names = [entry.placeholder for entry in mapping.entries] or [""]
    altered = [name.lower().replace("_", sep) for name in names for sep in (" ", "-", "\\_")]
    pieces = st.one_of(st.sampled_from(names), st.sampled_from(altered), texts)
    return done.text + "".join(draw(st.lists(pieces, max_size=6))), mapping


@settings(LAW, max_examples=300)
@given(_answers(), JSON_STRINGS, st.data())
def test_every_split_gives_the_whole(
    conversation: tuple[str, Mapping], json_strings: bool | None, data: st.DataObject
) -> None:
    """The same text and items, cut anywhere, and cut into single code points."""
    answer, mapping = conversation
    cuts = sorted(data.draw(st.sets(st.integers(0, len(answer)), max_size=12)))
    _agrees(answer, cuts, mapping, json_strings)
    _agrees(answer, list(range(len(answer))), mapping, json_strings)


def test_all_splits_of_short_texts() -> None:
    """Exhaustively: every way to cut these texts into up to three pieces."""
    mapping = Mapping(key=KEY)
    cleanse("Jane Bob", [Finding(0, 4, "PERSON"), Finding(5, 8, "PERSON")], mapping)
    cleanse("O", [Finding(0, 1, "US_PERSON")], mapping)
    for answer in (
        "[[PERSON_0]] x", "<PERSON_1>", "PERSON_10 PERSON_1", "_US_PERSON_0_", "us person 0\\_",
        "us person 1 ",
        '{"a": "\\nPERSON_0"}', '["\\u00e9\\ud83d\\ude00PERSON_0"]',
        "\\\\u00abPERSON_0", "PERSON\\_0_x", "PERSON_0PERSON_1", "PERSON_1",
        '```json\n["PERSON_0',
    ):  # fmt: skip
        for places in combinations(range(len(answer) + 1), 2):
            _agrees(answer, list(places), mapping, None)


@settings(LAW, max_examples=200)
@given(_answers(), st.lists(st.integers(1, 5), min_size=1, max_size=20))
def test_bytes_cut_anywhere_give_the_whole(
    conversation: tuple[str, Mapping], sizes: list[int]
) -> None:
    """UTF-8 cut inside a character: an incremental decoder in front is all that is needed."""
    answer, mapping = conversation
    wire = answer.encode()
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    stream = StreamHydrator(mapping)
    output, at, turn = "", 0, 0
    while at < len(wire):
        size = sizes[turn % len(sizes)]
        output += stream.feed(decoder.decode(wire[at : at + size]))
        at, turn = at + size, turn + 1
    output += stream.feed(decoder.decode(b"", final=True)) + stream.finish()
    assert output == hydrate(answer, mapping).text


@settings(LAW, max_examples=200)
@given(_answers())
def test_little_is_held_back(conversation: tuple[str, Mapping]) -> None:
    """Never more than two of the longest issued names with all their separators and marks."""
    answer, mapping = conversation
    names = [entry.placeholder for entry in mapping.entries] or [""]
    longest = max(len(name) + 4 * name.count("_") for name in names) + 24
    stream = StreamHydrator(mapping)
    for character in answer:
        stream.feed(character)
        assert stream.held <= 2 * longest


@LAW
@given(_answers(), st.text(st.characters(exclude_categories=["L", "N", "Cs"])))
def test_nothing_is_held_back_where_nothing_can_come(
    conversation: tuple[str, Mapping], quiet: str
) -> None:
    """Without a letter or digit nothing begins a placeholder, so the text is sent on at once."""
    _, mapping = conversation
    plus = any(entry.placeholder.startswith(("+", "(")) for entry in mapping.entries)
    stream = StreamHydrator(mapping)
    if not plus:
        assert stream.feed("\n" + quiet) == "\n" + quiet
        assert stream.held == 0
