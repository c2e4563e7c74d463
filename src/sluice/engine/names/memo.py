"""Word vectors kept from text to text, without keeping any word.

The key is Python's hash of the word, which is keyed anew in each process (PEP 456, SipHash): the
memo holds numbers from which nobody reads a name. It is bounded, and starts afresh when full.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from sluice.engine.names.features import Lexicon, Vocabulary, features
from sluice.engine.names.network import Real, WordVectors

MOST_WORDS: Final = 30_000
"""Words whose vectors are kept: about 12 MB."""


class Memo:
    """Word vectors and shapes by word; may be used from several threads."""

    def __init__(self, vocabulary: Vocabulary, lexicon: Lexicon, vectors: WordVectors) -> None:
        self._vocabulary, self._lexicon, self._vectors = vocabulary, lexicon, vectors
        self._lock = threading.Lock()
        self._table = _Table(vectors.width)

    def look_up(self, words: Sequence[str]) -> tuple[Real, npt.NDArray[np.int64]]:
        """The vectors (words, width) and shapes (words,) of at most `MOST_WORDS` words."""
        keys = list(map(hash, words))
        table = self._table
        rows = list(map(table.rows.get, keys))
        if None in rows:
            table = self._learned(words, keys)
            rows = [table.rows[key] for key in keys]
        places = np.array(rows, dtype=np.intp)
        return table.vectors[places], table.shapes[places]

    def _learned(self, words: Sequence[str], keys: Sequence[int]) -> _Table:
        """The table with these words in it; a row once written never changes."""
        with self._lock:
            new = {
                key: word
                for key, word in zip(keys, words, strict=True)
                if key not in self._table.rows
            }
            if len(self._table.rows) + len(new) > MOST_WORDS:
                self._table = _Table(self._vectors.width)
                new = dict(zip(keys, words, strict=True))
            found = [features(word, self._vocabulary, self._lexicon) for word in new.values()]
            made = [self._vectors.vector(item) for item in found]
            self._table.add(list(new), made, [item.shape for item in found])
            return self._table


class _Table:
    """Rows by key; the matrices grow by doubling, and readers keep the old ones."""

    __slots__ = ("rows", "shapes", "vectors")

    def __init__(self, width: int) -> None:
        self.rows: dict[int, int] = {}
        self.vectors: Real = np.zeros((0, width), dtype=np.float32)
        self.shapes = np.zeros(0, dtype=np.int64)

    def add(self, keys: list[int], vectors: list[Real], shapes: list[int]) -> None:
        if not keys:
            return
        first = len(self.rows)
        self._make_room(first + len(keys))
        self.vectors[first : first + len(keys)] = vectors
        self.shapes[first : first + len(keys)] = shapes
        # The keys last: who sees one finds its row written.
        self.rows.update((key, first + n) for n, key in enumerate(keys))

    def _make_room(self, size: int) -> None:
        if size <= len(self.vectors):
            return
        room = max(1024, 2 * size)
        vectors = np.zeros((room, self.vectors.shape[1]), dtype=np.float32)
        shapes = np.zeros(room, dtype=np.int64)
        vectors[: len(self.rows)] = self.vectors[: len(self.rows)]
        shapes[: len(self.rows)] = self.shapes[: len(self.rows)]
        self.vectors, self.shapes = vectors, shapes
