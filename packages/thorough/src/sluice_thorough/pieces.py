"""From words to the pieces of the pretrained model, as its own tokenizer cuts them (WordPiece).

The tokenizer's rules are those of the uncased BERT models (Devlin et al. 2019): no accents, lower
case, each ideograph for itself, then the longest known piece first. Tokens here hold no signs
beside letters, so that nothing else of it is needed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from sluice.engine.names.features import LONGEST, MOST_PIECES, UNKNOWN, Vocabulary

LONGEST_CUT: Final = 100
"""The tokenizer takes longer words as unknown."""

_IDEOGRAPH: Final = (
    "\u4e00-\u9fff\u3400-\u4dbf\uf900-\ufaff"
    "\U00020000-\U0002a6df\U0002a700-\U0002ceaf\U0002f800-\U0002fa1f"
)
_PARTS: Final = re.compile(f"[{_IDEOGRAPH}]|[^{_IDEOGRAPH}]+")


class WordPieces:
    """The pieces of words.

    Args:
        vocabulary: every piece of the model, in its order.

    Raises:
        ValueError: the vocabulary lacks one of the pieces with a meaning of their own.
    """

    def __init__(self, vocabulary: Sequence[str]) -> None:
        pieces = list(vocabulary)
        self._vocabulary = Vocabulary(pieces)
        self._unknown = pieces.index("[UNK]")
        self._line_end = pieces.index("[unused1]")
        self.first, self.last = pieces.index("[CLS]"), pieces.index("[SEP]")
        """The pieces that begin and end a sequence."""

    def cut(self, word: str) -> tuple[int, ...]:
        """The numbers of a token's pieces: at least one, at most `MOST_PIECES`."""
        if word[0] in "\r\n":
            return (self._line_end,)
        plain = _plain(word)
        if plain.isascii():
            return self._part(plain)[:MOST_PIECES] or (self._unknown,)
        found = [piece for part in _PARTS.findall(plain) for piece in self._part(part)]
        return tuple(found[:MOST_PIECES]) or (self._unknown,)

    def _part(self, part: str) -> tuple[int, ...]:
        if not part:
            return ()
        if len(part) > LONGEST_CUT:
            return (self._unknown,)
        # The first pieces of a long word are found in its beginning.
        found = self._vocabulary.cut(part[:LONGEST])
        # That number is padding here, which no word is.
        return (self._unknown,) if found == (UNKNOWN,) else found


def _plain(word: str) -> str:
    """In lower case, character by character, and without accents."""
    if word.isascii():
        return word.lower()
    apart = unicodedata.normalize("NFD", word)
    return "".join(char.lower() for char in apart if unicodedata.category(char) != "Mn")
