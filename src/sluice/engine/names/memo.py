"""How words begin in the network, kept from text to text, without keeping any word.

The key is a keyed hash of the word (`hashing`): the memo holds numbers from which nobody reads a
name. It is bounded, and starts afresh when full.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from sluice.engine.hashing import number_of
from sluice.engine.names.features import Lexicon, Vocabulary, features
from sluice.engine.names.lines import LINES, line_classes
from sluice.engine.names.network import Layers, Real, WordVectors
from sluice.engine.names.shapes import shape

MOST_WORDS: Final = 12_000
"""Words, each in lines of one class, that are kept: about 20 MB."""
_UNKNOWN: Final = -1


class Memo:
    """Words' beginnings by word and class of line; may be used from several threads."""

    def __init__(
        self, vocabulary: Vocabulary, lexicon: Lexicon, vectors: WordVectors, layers: Layers
    ) -> None:
        self._vocabulary, self._lexicon = vocabulary, lexicon
        self._vectors, self._layers = vectors, layers
        self._lock = threading.Lock()
        self._table = _Table(4 * vectors.width)

    def look_up(self, words: Sequence[str]) -> Real:
        """The beginnings of a text's words in their lines, (words, 4 * width)."""
        keys = _keys(words)
        found = self._table.read(keys)
        if found is None:
            with self._lock:
                self._learn(words, keys)
                found = self._table.read(keys)
        if found is None:
            raise KeyError("a word that was learned is not known")
        return found

    def _learn(self, words: Sequence[str], keys: Sequence[int]) -> None:
        """Bring all these words into the table, or into a new one if it has no room for them."""
        word_of = dict(zip(keys, words, strict=True))
        if self._table.is_full():
            self._table = _Table(4 * self._vectors.width)
        table = self._table
        new = [key for key in word_of if key not in table.rows]
        table.add_words(new, [shape(word_of[key]) for key in new])
        rows, lines = table.missing(keys)
        if len(rows):
            row_to_key = dict(zip(map(table.rows.__getitem__, word_of), word_of, strict=True))
            found = [
                features(word_of[row_to_key[row]], self._vocabulary, self._lexicon)
                for row in rows.tolist()
            ]
            table.add(rows, lines, self._layers.begun(self._vectors.vectors(found), lines))


class _Table:
    """Rows by key, beginnings by row and class of line; what is written never changes.

    Who reads holds no lock. So a matrix with room for more takes the place of a smaller one
    before anything refers to its new rows, and references are read before what they refer to.
    """

    __slots__ = ("_begun", "_begun_at", "_shapes", "_size", "rows")

    def __init__(self, width: int) -> None:
        self.rows: dict[int, int] = {}
        self._shapes = np.zeros(0, dtype=np.intp)
        self._begun_at = np.zeros((0, LINES), dtype=np.intp)
        self._begun: Real = np.zeros((0, width), dtype=np.float32)
        self._size = 0

    def is_full(self) -> bool:
        """Whether it holds enough; what one block of a text adds more is no matter."""
        return max(len(self.rows), self._size) >= MOST_WORDS

    def read(self, keys: Sequence[int]) -> Real | None:
        """The beginnings of these words in their lines; None if any of them is not known."""
        rows = list(map(self.rows.get, keys))
        if None in rows:
            return None
        places = np.array(rows, dtype=np.intp)
        at = self._begun_at[places, line_classes(self._shapes[places])]
        if len(at) and at.min() == _UNKNOWN:
            return None
        return self._begun.take(at, 0)

    def missing(self, keys: Sequence[int]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """The rows and the classes of lines of those words whose beginnings are not known."""
        places = np.array([self.rows[key] for key in keys], dtype=np.intp)
        lines = line_classes(self._shapes[places])
        unknown = self._begun_at[places, lines] == _UNKNOWN
        both = np.unique(places[unknown] * LINES + lines[unknown])
        return both // LINES, both % LINES

    def add_words(self, keys: Sequence[int], shapes: Sequence[int]) -> None:
        """Rows for words that have none."""
        if not keys:
            return
        first, end = len(self.rows), len(self.rows) + len(keys)
        if end > len(self._shapes):
            begun_at = np.full((_room(end), LINES), _UNKNOWN, dtype=np.intp)
            begun_at[:first] = self._begun_at[:first]
            self._begun_at = begun_at
            self._shapes = _grown(self._shapes, first, _room(end))
        self._shapes[first:end] = shapes
        self.rows.update(zip(keys, range(first, end), strict=True))

    def add(self, rows: npt.NDArray[np.intp], lines: npt.NDArray[np.intp], begun: Real) -> None:
        """The beginnings of words in lines of these classes."""
        first, end = self._size, self._size + len(rows)
        if end > len(self._begun):
            room = np.zeros((_room(end), begun.shape[1]), dtype=np.float32)
            room[:first] = self._begun[:first]
            self._begun = room
        self._begun[first:end] = begun
        self._size = end
        self._begun_at[rows, lines] = np.arange(first, end)


def _keys(words: Sequence[str]) -> list[int]:
    """The words' numbers; a shorter way where all of them are ASCII."""
    return list(map(hash if "".join(words).isascii() else number_of, words))


def _room(size: int) -> int:
    return max(1024, size + size // 2)


def _grown(array: npt.NDArray[np.intp], size: int, room: int) -> npt.NDArray[np.intp]:
    grown = np.zeros(room, dtype=np.intp)
    grown[:size] = array[:size]
    return grown
