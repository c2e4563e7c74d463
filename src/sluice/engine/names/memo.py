"""How words begin in the network, kept from text to text, without keeping any word.

The key is a keyed hash of the word (`hashing`): the memo holds numbers from which nobody reads a
name. It is bounded, and starts afresh when full.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Final

import numpy as np

from sluice.engine.hashing import number_of
from sluice.engine.names.features import Lexicon, Vocabulary, features
from sluice.engine.names.lines import LINES, line_classes
from sluice.engine.names.network import Integers, Layers, Real, WordVectors
from sluice.engine.names.shapes import shape

MOST_WORDS: Final = 12_000
"""Words, each in lines of one class, that are kept: about 20 MB."""
_BEYOND: Final = 1100
"""Room for what a block of a text adds to so many; where more come at once, more is made."""
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
                found = self._learned(words, keys)
        return found

    def _learned(self, words: Sequence[str], keys: Sequence[int]) -> Real:
        """The beginnings, of which some are not in the table yet; in a new one if it is full."""
        if self._table.is_full():
            self._table = _Table(4 * self._vectors.width)
        table = self._table
        new = {key: word for key, word in zip(keys, words, strict=True) if key not in table.rows}
        table.add_words(list(new), list(map(shape, new.values())))
        places, lines = table.places([table.rows[key] for key in keys])
        lacking = (table.begun_at[places, lines] == _UNKNOWN).nonzero()[0].tolist()
        if lacking:
            once = list({(keys[at], lines[at]): at for at in lacking}.values())
            self._begin(table, [words[at] for at in once], places[once], lines[once])
        return table.begun.take(table.begun_at[places, lines], 0)

    def _begin(self, table: _Table, words: list[str], rows: Integers, lines: Integers) -> None:
        """Bring the beginnings of words in lines of these classes into the table."""
        found = [features(word, self._vocabulary, self._lexicon) for word in words]
        table.add(rows, lines, self._layers.begun(self._vectors.vectors(found), lines))


class _Table:
    """Rows by key, beginnings by row and class of line; what is written never changes.

    Who reads holds no lock. So a matrix with room for more takes the place of a smaller one
    before anything refers to its new rows, and references are read before what they refer to.
    """

    __slots__ = ("_shapes", "_size", "begun", "begun_at", "rows")

    def __init__(self, width: int) -> None:
        self.rows: dict[int, int] = {}
        room = MOST_WORDS + _BEYOND
        self._shapes = np.zeros(room, dtype=np.intp)
        self.begun_at = np.full((room, LINES), _UNKNOWN, dtype=np.intp)
        # Memory is taken when it is written to.
        self.begun: Real = np.empty((room, width), dtype=np.float32)
        self._size = 0

    def is_full(self) -> bool:
        """Whether it holds enough; what one block of a text adds more is no matter."""
        return max(len(self.rows), self._size) >= MOST_WORDS

    def read(self, keys: Sequence[int]) -> Real | None:
        """The beginnings of these words in their lines; None if any of them is not known."""
        rows = list(map(self.rows.get, keys))
        if None in rows:
            return None
        at = self.begun_at[self.places(rows)]
        if len(at) and at.min() == _UNKNOWN:
            return None
        return self.begun.take(at, 0)

    def places(self, rows: Sequence[int | None]) -> tuple[Integers, Integers]:
        """The rows, none of them None, of a text's words, and the classes of their lines."""
        places = np.array(rows, dtype=np.intp)
        return places, line_classes(self._shapes[places])

    def add_words(self, keys: Sequence[int], shapes: Sequence[int]) -> None:
        """Rows for words that have none."""
        if not keys:
            return
        first, end = len(self.rows), len(self.rows) + len(keys)
        if end > len(self._shapes):
            more = np.full((end, LINES), _UNKNOWN, dtype=np.intp)
            self.begun_at = np.concatenate((self.begun_at, more))
            self._shapes = np.concatenate((self._shapes, np.zeros(end, dtype=np.intp)))
        self._shapes[first:end] = shapes
        self.rows.update(zip(keys, range(first, end), strict=True))

    def add(self, rows: Integers, lines: Integers, begun: Real) -> None:
        """The beginnings of words in lines of these classes."""
        first, end = self._size, self._size + len(rows)
        if end > len(self.begun):
            self.begun = np.concatenate((self.begun, np.empty((end, begun.shape[1]), np.float32)))
        self.begun[first:end] = begun
        self._size = end
        self.begun_at[rows, lines] = np.arange(first, end)


def _keys(words: Sequence[str]) -> list[int]:
    """The words' numbers; a shorter way where all of them are ASCII."""
    return list(map(hash if "".join(words).isascii() else number_of, words))
