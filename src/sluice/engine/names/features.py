"""From a word to numbers: its pieces, its edges, and what the lexicon knows of it.

Everything here is computed once per distinct word; see `memo`.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from typing import Final, NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt

from sluice.engine.names.shapes import shape

MOST_PIECES: Final = 6
"""Pieces that are kept of one word."""
LONGEST: Final = 60
"""Longer words are no names; they are taken as unknown."""
EDGES: Final = 6
"""Edges of a word, the whole of it among them."""
EDGE_ROWS: Final = 16384
"""Rows of the table of hashed word edges."""
LENGTHS: Final = 10
"""Word lengths that are told apart; longer ones count as the last."""
BITS: Final = 24
"""Width of a word's entry in the lexicon."""
LINE_END: Final = "\n"
UNKNOWN: Final = 0
"""The piece number of what the vocabulary does not know."""


class Features(NamedTuple):
    """A word as numbers."""

    pieces: tuple[int, ...]
    """Numbers of its pieces, at least one."""
    edges: tuple[int, ...]
    """Hashes of its first and last letters and of the whole of it, 0 to EDGE_ROWS - 1."""
    shape: int
    length: int
    lexicon: int
    """What the lexicon knows, one bit each."""


def normal(word: str) -> str:
    """The word in lower case and without accents: `Müller` → `muller`."""
    if word.isascii():
        return word.lower()
    apart = unicodedata.normalize("NFD", word.lower())
    return "".join(char for char in apart if not unicodedata.combining(char))


class Lexicon:
    """Words that are known, as sorted 32-bit hashes with their bits."""

    def __init__(self, hashes: npt.NDArray[np.uint32], bits: npt.NDArray[np.uint32]) -> None:
        # Single numbers come out of these several times as fast as out of arrays.
        self._hashes = np.ascontiguousarray(hashes).data
        self._bits = np.ascontiguousarray(bits).data

    def bits(self, word: str) -> int:
        """What is known of a normal word; 0 if nothing is."""
        key = crc32(word.encode())
        at = bisect_left(self._hashes, key)
        if at < len(self._hashes) and self._hashes[at] == key:
            return int(self._bits[at])
        return 0


class Vocabulary:
    """Pieces of words, and how a word is cut into them: the longest piece first (WordPiece)."""

    def __init__(self, pieces: list[str]) -> None:
        self._numbers = {piece: number for number, piece in enumerate(pieces)}

    def cut(self, word: str) -> tuple[int, ...]:
        """The numbers of a normal word's pieces; `(UNKNOWN,)` if it cannot be cut."""
        whole = self._numbers.get(word)
        if whole is not None:
            return (whole,)
        if len(word) > LONGEST:
            return (UNKNOWN,)
        return self._cut(word)

    def _cut(self, word: str) -> tuple[int, ...]:
        found: list[int] = []
        at = 0
        while at < len(word):
            for end in range(len(word), at, -1):
                number = self._numbers.get(("##" if at else "") + word[at:end])
                if number is not None:
                    break
            else:
                return (UNKNOWN,)
            found.append(number)
            at = end
        return tuple(found[:MOST_PIECES])


def edges(word: str) -> tuple[int, ...]:
    """Hashes of a normal word's first 2 and 3 letters, its last 2, 3 and 4, and the whole."""
    whole = word.encode()
    if len(whole) == len(word):
        heads, tails = (whole[:2], whole[:3]), (whole[-2:], whole[-3:], whole[-4:])
    else:
        heads = (word[:2].encode(), word[:3].encode())
        tails = (word[-2:].encode(), word[-3:].encode(), word[-4:].encode())
    parts = [b"^" + head for head in heads] + [tail + b"$" for tail in tails]
    return tuple([crc32(part) % EDGE_ROWS for part in (*parts, whole)])


def features(word: str, vocabulary: Vocabulary, lexicon: Lexicon) -> Features:
    """The features of one token of a text."""
    if word[0] in "\r\n":
        return Features(vocabulary.cut(LINE_END), edges(LINE_END), shape(word), 0, 0)
    plain = normal(word[:LONGEST])
    if not plain:
        return Features((UNKNOWN,), edges(""), shape(word), 0, 0)
    length = min(len(word), LENGTHS) - 1
    return Features(vocabulary.cut(plain), edges(plain), shape(word), length, lexicon.bits(plain))
