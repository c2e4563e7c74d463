"""A text's words in windows that the network can read."""

from __future__ import annotations

from zlib import crc32

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.engine.names.features import BITS, Lexicon
from sluice.engine.names.shapes import SHAPES
from sluice_thorough.pieces import WordPieces
from sluice_thorough.windows import LEAST, LONGEST, Reader, Window, parts

VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[unused1]", "jane", "ro", "##e", "."]
# Of `jane` the lexicon knows the bits 0 and 5.
LEXICON = Lexicon(np.array([crc32(b"jane")], np.uint32), np.array([33], np.uint32))
READER = Reader(WordPieces(VOCABULARY), LEXICON)
WORDS = st.lists(st.tuples(st.integers(1, 6), st.booleans()), max_size=600)


def _windows(*words: str) -> list[Window]:
    return list(READER.windows(words))


def test_a_window_has_pieces_shapes_lexicon_bits_and_the_words_edges() -> None:
    (window,) = _windows("Jane", "ROE", "\n")
    assert [VOCABULARY[n] for n in window.pieces] == [
        "[CLS]", "jane", "ro", "##e", "[unused1]", "[SEP]",
    ]  # fmt: skip
    edge = 2 * SHAPES - 1
    assert window.shapes.tolist() == [edge, 2, 3, 3 + SHAPES, 10, edge]
    assert (window.firsts.tolist(), window.lasts.tolist()) == ([1, 2, 4], [1, 3, 4])
    assert window.known.shape == (6, BITS)
    assert np.argwhere(window.known).tolist() == [[1, 0], [1, 5]]


def test_no_words_make_no_window() -> None:
    assert _windows() == []


def test_a_text_that_is_too_long_is_cut_behind_the_last_sentence_that_fits() -> None:
    words = ["jane"] * 100 + ["."] + ["jane"] * 150
    assert [len(window.firsts) for window in _windows(*words)] == [101, 150]


def test_a_sentence_that_is_too_long_is_cut_where_it_must_be() -> None:
    sizes = [len(window.pieces) for window in _windows(*["jane"] * 500)]
    assert sizes == [LONGEST + 2, LONGEST + 2, 60 + 2]


@settings(max_examples=100, deadline=None)
@given(WORDS)
def test_parts_hold_every_word_once_and_never_too_many_pieces(
    words: list[tuple[int, bool]],
) -> None:
    sizes, ends = [size for size, _ in words], [end for _, end in words]
    at = 0
    for start, end in parts(sizes, ends):
        assert start == at
        assert start < end
        assert sum(sizes[start:end]) <= LONGEST
        if end < len(sizes) and not ends[end - 1]:
            assert not any(ends[start + LEAST : end])
        at = end
    assert at == len(words)
