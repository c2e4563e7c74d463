"""How a word is written: in lower case, capitalised, in capitals, with digits, as a sign."""

from __future__ import annotations

from typing import Final

SHAPES: Final = 12
"""How many shapes there are."""


def shape(word: str) -> int:
    """The word's shape, 0 to 11."""
    if word.isalpha():
        return _letters(word)
    if word.isdigit():
        return 6 if len(word) < 3 else 7 if len(word) < 5 else 8
    if word.isalnum():
        return 9
    return 10 if word[0] in "\r\n" else 11


def _letters(word: str) -> int:
    """0 lower, 1 one capital, 2 Capitalised, 3 CAPITALS, 4 camelCase, 5 no case."""
    if word.islower():
        return 0
    if word.isupper():
        return 1 if len(word) == 1 else 3
    if word[0].isupper() and word[1:].islower():
        return 2
    return 4 if word.lower() != word.upper() else 5
