"""Where names rarely stand: inside of code, and among numbers.

The tagger reads code as it reads prose. A word that touches an operator, or a row of numbers with
commas, needs more sureness there than elsewhere.
"""

from __future__ import annotations

import re
from typing import Final

_BEFORE: Final = frozenset("._$\\=<>`(&|~^%")
_BEHIND: Final = frozenset("(_=\\<>$`[&|~^%*")
_IN_CODE: Final = 0.9
"""What a word that touches an operator must score."""
_CAMEL: Final = re.compile(r"[a-z][A-Z]")
_CAMEL_LEAST: Final = 0.75
_SMALL_LEAST: Final = 0.75
"""What a single word in small letters must score."""
_WORD: Final = re.compile(r"[^\W\d_]{3}")
_PACKED: Final = re.compile(r",\S")
_LETTERS: Final = 0.4
"""The least share of letters in an address."""


def plausible(text: str, start: int, end: int, kind: str, score: float) -> bool:
    """Whether a tagged span of this score may stand where it does."""
    span = text[start:end]
    if kind == "STREET_ADDRESS":
        return _like_an_address(span)
    if " " in span or "\n" in span:
        return True
    return score >= max(
        _IN_CODE if _touches_code(text, start, end) else 0.0,
        _CAMEL_LEAST if _CAMEL.search(span) else 0.0,
        _SMALL_LEAST if span.islower() else 0.0,
    )


def _touches_code(text: str, start: int, end: int) -> bool:
    before, behind = text[max(0, start - 1) : start], text[end : end + 2]
    if before in _BEFORE and before and not (before == "(" and not behind[:1].isalnum()):
        return _is_operator(text, start, before)
    if behind[:1] in _BEHIND and behind:
        return True
    # `java.util`, `image:8.0`: a sign that is followed by no blank.
    return len(behind) == 2 and behind[0] in ".:" and behind[1].isalnum()


def _is_operator(text: str, start: int, before: str) -> bool:
    """A full stop counts only inside of a word: `sync.Group`; a bracket only behind one: `f(x`."""
    if before in ".(":
        return start > 1 and text[start - 2].isalnum()
    return True


def _like_an_address(span: str) -> bool:
    """A word, mostly letters, and no row of values packed with commas."""
    letters = sum(map(str.isalpha, span))
    if _WORD.search(span) is None or _PACKED.search(span):
        return False
    return letters >= _LETTERS * len(span.replace(" ", ""))
