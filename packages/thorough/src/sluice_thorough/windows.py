"""From a text's words to the sequences that the network reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from sluice.engine.names.features import BITS, Lexicon, normal
from sluice.engine.names.features import LONGEST as LONGEST_WORD
from sluice.engine.names.shapes import SHAPES, shape
from sluice_thorough.pieces import WordPieces

LONGEST: Final = 220
"""Most pieces of one window, without those that begin and end it."""
LEAST: Final = 20
"""A window is cut behind the end of a sentence only where it keeps more tokens than these."""
_ENDS: Final = "\r\n.!?"
_PLACES: Final = np.arange(BITS)

Numbers = npt.NDArray[np.int64]


class Word(NamedTuple):
    """What the network reads of one word."""

    pieces: tuple[int, ...]
    shape: int
    known: int
    """What the lexicon knows of it, one bit each."""


class Window(NamedTuple):
    """A sequence of pieces, and where in it the words begin and end."""

    pieces: Numbers
    """(pieces,)"""
    shapes: Numbers
    """(pieces,): the word's shape, plus `SHAPES` behind its first piece."""
    known: npt.NDArray[np.float32]
    """(pieces, BITS): 0 or 1, at each word's first piece."""
    firsts: Numbers
    """(words,): each word's first piece."""
    lasts: Numbers
    """(words,): each word's last piece."""


class Reader:
    """Lays words out for the network."""

    def __init__(self, pieces: WordPieces, lexicon: Lexicon) -> None:
        self._pieces, self._lexicon = pieces, lexicon

    def windows(self, words: Sequence[str]) -> Iterator[Window]:
        """The words in windows of at most `LONGEST` pieces, in their order."""
        # For this text alone: nothing of it is kept.
        known = {word: self._read(word) for word in set(words)}
        read = [known[word] for word in words]
        ends = [word[0] in _ENDS for word in words]
        for start, end in parts([len(word.pieces) for word in read], ends):
            yield self._laid(read[start:end])

    def _read(self, word: str) -> Word:
        bits = self._lexicon.bits(normal(word[:LONGEST_WORD]))
        return Word(self._pieces.cut(word), shape(word), bits)

    def _laid(self, words: Sequence[Word]) -> Window:
        edge = 2 * SHAPES - 1
        pieces, shapes = [self._pieces.first], [edge]
        firsts: list[int] = []
        lasts: list[int] = []
        for word in words:
            firsts.append(len(pieces))
            pieces += word.pieces
            lasts.append(len(pieces) - 1)
            shapes += [word.shape] + [word.shape + SHAPES] * (len(word.pieces) - 1)
        known = np.zeros((len(pieces) + 1, BITS), dtype=np.float32)
        bits = np.array([word.known for word in words], dtype=np.int64)
        known[firsts] = bits[:, None] >> _PLACES & 1
        return Window(
            _numbers([*pieces, self._pieces.last]),
            _numbers([*shapes, edge]),
            known,
            _numbers(firsts),
            _numbers(lasts),
        )


def parts(sizes: Sequence[int], ends: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Where to cut words of so many pieces each: behind the last sentence's end that fits.

    `ends` says which words are line ends or end a sentence.
    """
    at = 0
    while at < len(sizes):
        end, size, cut = at, 0, 0
        while end < len(sizes) and size + sizes[end] <= LONGEST:
            size += sizes[end]
            end += 1
            if ends[end - 1]:
                cut = end
        if end < len(sizes) and cut > at + LEAST:
            end = cut
        yield at, end
        at = end


def _numbers(values: Sequence[int]) -> Numbers:
    return np.array(values, dtype=np.int64)
