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
from sluice.engine.names.lines import LINES, lines
from sluice.engine.names.network import Beginnings, Real
from sluice.engine.names.shapes import shape

MOST_WORDS: Final = 12_000
"""Words, each in lines of one class, that are kept: about 20 MB."""
_BEYOND: Final = 1100
"""Room for what a block of a text adds to so many; where more come at once, more is made."""


class Memo:
    """Words' beginnings by word and class of line; may be used from several threads."""

    def __init__(self, vocabulary: Vocabulary, lexicon: Lexicon, beginnings: Beginnings) -> None:
        self._vocabulary, self._lexicon = vocabulary, lexicon
        self._beginnings = beginnings
        self._lock = threading.Lock()
        self._table = _Table(4 * beginnings.width)

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
            self._table = _Table(4 * self._beginnings.width)
        table = self._table
        if new := set(keys).difference(table.shapes):
            known = zip(keys, words, strict=True)
            table.shapes.update({key: shape(word) for key, word in known if key in new})
        lacking: dict[tuple[int, int], str] = {}
        # Nearly all words are known: sets find the others without a look at each of them.
        read = table.lines(keys)
        for start, end, kind in read:
            if new := set(keys[start:end]).difference(table.rows[kind]):
                lacking |= {(keys[n], kind): words[n] for n in range(start, end) if keys[n] in new}
        if lacking:
            found = [features(word, self._vocabulary, self._lexicon) for word in lacking.values()]
            begun = self._beginnings.begun(found, [kind for _, kind in lacking])
            table.add(list(lacking), begun)
        return table.begun.take(table.places(keys, read), 0)


class _Table:
    """Shapes by key, and by class of line rows by key; what is written never changes.

    Who reads holds no lock. So a matrix with room for more takes the place of a smaller one
    before anything refers to its new rows, and references are read before what they refer to.
    """

    __slots__ = ("_size", "begun", "rows", "shapes")

    def __init__(self, width: int) -> None:
        self.shapes: dict[int, int] = {}
        self.rows: tuple[dict[int, int], ...] = tuple({} for _ in range(LINES))
        # Memory is taken when it is written to.
        self.begun: Real = np.empty((MOST_WORDS + _BEYOND, width), dtype=np.float32)
        self._size = 0

    def is_full(self) -> bool:
        """Whether it holds enough; what one block of a text adds more is no matter."""
        return max(len(self.shapes), self._size) >= MOST_WORDS

    def read(self, keys: Sequence[int]) -> Real | None:
        """The beginnings of these words in their lines; None if any of them is not known."""
        try:
            places = self.places(keys, self.lines(keys))
        except KeyError:
            return None
        return self.begun.take(places, 0)

    def lines(self, keys: Sequence[int]) -> list[tuple[int, int, int]]:
        """The lines of a text (see `lines`); raises `KeyError` for a word that is not known."""
        return list(lines(bytes(map(self.shapes.__getitem__, keys))))

    def places(self, keys: Sequence[int], read: Sequence[tuple[int, int, int]]) -> list[int]:
        """The rows of a text's words, each in the class of its line.

        Raises:
            KeyError: a word is not known in a line of that class.
        """
        found: list[int] = []
        for start, end, kind in read:
            found += map(self.rows[kind].__getitem__, keys[start:end])
        return found

    def add(self, words: Sequence[tuple[int, int]], begun: Real) -> None:
        """The beginnings of words, each by its key and the class of its line."""
        first, end = self._size, self._size + len(words)
        if end > len(self.begun):
            self.begun = np.concatenate((self.begun, np.empty((end, begun.shape[1]), np.float32)))
        self.begun[first:end] = begun
        self._size = end
        for row, (key, kind) in enumerate(words, first):
            self.rows[kind][key] = row


def _keys(words: Sequence[str]) -> list[int]:
    """The words' numbers; a shorter way where all of them are ASCII."""
    return list(map(hash if "".join(words).isascii() else number_of, words))
