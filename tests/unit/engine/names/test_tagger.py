"""The tagger as a whole, with small weights that make no sense."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.engine.names.made import PIECES, arrays

from sluice.engine.errors import DetectorFailed
from sluice.engine.names import memo, tagger
from sluice.engine.names.features import Lexicon, Vocabulary, edges, features, normal
from sluice.engine.names.lines import line_classes
from sluice.engine.names.shapes import SHAPES, shape
from sluice.engine.names.tagger import Tagger
from sluice.engine.names.tokens import token_spans
from sluice.engine.names.trimming import trimmed
from sluice.engine.names.weights import packed, unpacked

CONTENT = packed(arrays())


def test_the_same_text_gives_the_same_findings_from_any_thread() -> None:
    shared = Tagger(CONTENT)
    texts = [f"Jane Roe{n} of Berlin, mail {n * 7}@roe. " * 5 for n in range(40)]
    expected = [Tagger(CONTENT).tag(text, ()) for text in texts]
    results: list[list[object]] = [[] for _ in range(6)]

    def work(mine: list[object]) -> None:
        mine.extend(shared.tag(text, ()) for text in texts)

    threads = [threading.Thread(target=work, args=(mine,)) for mine in results]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(mine == expected for mine in results)


def test_a_text_read_in_blocks_has_the_findings_of_one_read_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = "Jane Roe of Berlin, mails Roe in jane. \n" * 30
    whole = Tagger(CONTENT).tag(text, ())
    assert len(whole) > 5
    monkeypatch.setattr(tagger, "BLOCK", 37)
    blocks = Tagger(CONTENT).tag(text, ())
    # Where a line is cut its class may be another; away from that nothing changes.
    same = {(f.start, f.end, f.entity_type) for f in whole} & {
        (f.start, f.end, f.entity_type) for f in blocks
    }
    assert len(same) >= 0.8 * len(whole)


def test_a_full_memo_starts_afresh_and_changes_no_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"Jane x{n} y{n} z{n} Roe" for n in range(50)]
    expected = [Tagger(CONTENT).tag(text, ()) for text in texts]
    monkeypatch.setattr(memo, "MOST_WORDS", 12)
    small = Tagger(CONTENT)
    assert [small.tag(text, ()) for text in texts] == expected


def test_words_of_the_same_octets_in_memory_are_told_apart() -> None:
    shared = Tagger(CONTENT)
    shared.log_probabilities(["Ng"])
    alone = Tagger(CONTENT).log_probabilities(["李"])
    assert np.allclose(shared.log_probabilities(["李"]), alone, atol=1e-4)


def test_a_word_is_read_alike_whatever_was_read_before() -> None:
    shared = Tagger(CONTENT)
    words = ["jane", "Roe", "\n", "JANE", "ROE", "\n", "Jane", "mails", "7", ".", "\n", "é", "Roés"]
    for size in range(len(words)):
        shared.log_probabilities(words[:size])
    expected = Tagger(CONTENT).log_probabilities(words)
    assert np.allclose(shared.log_probabilities(words), expected, atol=1e-4)


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=120))
def test_findings_lie_in_the_text_in_order_and_apart(text: str) -> None:
    at = 0
    for found in TAGGER.tag(text, ()):
        assert at <= found.start < found.end <= len(text)
        assert 0.25 <= found.score <= 1.0
        at = found.end


TAGGER = Tagger(CONTENT)


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=200))
def test_tokens_cover_every_visible_character_once(text: str) -> None:
    covered = "".join(text[start:end] for start, end in token_spans(text))
    assert covered == "".join(c for c in text if not c.isspace() or c in "\r\n")


@pytest.mark.parametrize("place", [0, 5, 20, 40, -1])
def test_damaged_weights_are_refused(place: int) -> None:
    broken = bytearray(CONTENT)
    broken[place] ^= 0xFF
    with pytest.raises(DetectorFailed):
        Tagger(bytes(broken))


def test_weights_without_an_array_are_refused() -> None:
    short = arrays()
    del short["layer1"]
    with pytest.raises(DetectorFailed):
        Tagger(packed(short))


def test_the_version_names_the_weights() -> None:
    other = packed(arrays(seed=2))
    assert Tagger(CONTENT).version == unpacked(CONTENT)[0] != Tagger(other).version


@pytest.mark.parametrize(
    ("word", "cut"),
    [
        ("jane", ("jane",)),
        ("roes", ("roe", "##s")),
        ("berlin", ("ber", "##lin")),
        ("zz", ("[UNK]",)),
    ],
)
def test_a_word_is_cut_into_its_longest_known_pieces(word: str, cut: tuple[str, ...]) -> None:
    assert tuple(PIECES[n] for n in Vocabulary(list(PIECES)).cut(word)) == cut


def test_accents_and_case_do_not_hide_a_word_from_the_lexicon() -> None:
    raw = arrays()
    lexicon = Lexicon(
        raw["lexicon_hashes"].astype(np.uint32), raw["lexicon_bits"].astype(np.uint32)
    )
    vocabulary = Vocabulary(list(PIECES))
    assert features("Jané", vocabulary, lexicon).lexicon == lexicon.bits("jane") != 0
    assert normal("Müller") == "muller"
    assert len(edges("")) == len(edges("jane"))


@pytest.mark.parametrize(
    ("word", "number"),
    [("jane", 0), ("J", 1), ("Jane", 2), ("JANE", 3), ("McRoe", 4), ("東京", 5), ("7", 6),
     ("2026", 7), ("123456", 8), ("S3", 9), ("\n", 10), (".", 11)],
)  # fmt: skip
def test_shapes_tell_how_a_word_is_written(word: str, number: int) -> None:
    assert shape(word) == number < SHAPES


def test_line_classes_tell_how_a_line_is_written() -> None:
    lines = ["jane went home", "JANE ROE DIES", "Jane Roe And Co", "Jane went home to us", "12 !"]
    words = [word for line in lines for word in (*line.split(), "\n")]
    found = line_classes([shape(word) for word in words])
    firsts = [
        found[words.index(line.split()[0], at)]
        for at, line in zip((0, 4, 8, 13, 19), lines, strict=True)
    ]
    assert firsts == [1, 2, 3, 4, 0]
    assert line_classes([]) == []


@pytest.mark.parametrize(
    ("text", "kind", "left"),
    [
        ("Mr Roe", "PERSON", "Roe"),
        ("Prof. Dr. Jane Roe,", "PERSON", "Jane Roe"),
        ("D. H. Roe", "PERSON", "D. H. Roe"),
        ("Roe's", "PERSON", "Roe"),
        ("Roe’s", "PERSON", "Roe"),
        ("Joe's", "ORGANIZATION", "Joe's"),
        ("(Berlin", "LOCATION", "Berlin"),
        ("...", "PERSON", None),
        (" - ", "PERSON", None),
    ],
)
def test_titles_signs_and_possessives_are_not_of_the_span(
    text: str, kind: str, left: str | None
) -> None:
    span = trimmed(text, 0, len(text), kind)
    assert (None if span is None else text[slice(*span)]) == left
