"""How the line that a token stands on is written: it tells what a capital is worth there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

LINES: Final = 5
"""How many classes of lines there are."""
_LINE_END: Final = 10
_MOST: Final = 0.75
_SMALL, _TITLE, _CAPITALS = b"\0", b"\1", b"\3"
_ONE_CAPITAL_IS_A_TITLE: Final = bytes.maketrans(b"\2", _TITLE)


def lines(shapes: bytes) -> Iterator[tuple[int, int, int]]:
    """The lines among some tokens, given by their shapes: first token, end, the line's class.

    The end of a line is the first token of the next one. The classes are 0 without words, 1 no
    capitals, 2 no small letters, 3 most words capitalised, 4 ordinary.
    """
    sorts = shapes.translate(_ONE_CAPITAL_IS_A_TITLE)
    start = 0
    while start < len(sorts):
        end = sorts.find(_LINE_END, start + 1)
        end = end if end >= 0 else len(sorts)
        counts = (sorts.count(sort, start, end) for sort in (_SMALL, _TITLE, _CAPITALS))
        yield start, end, _class(*counts)
        start = end


def line_classes(shapes: Iterable[int]) -> list[int]:
    """For each token the class of its line, from the tokens' shapes."""
    return [kind for start, end, kind in lines(bytes(shapes)) for _ in range(start, end)]


def _class(lower: int, title: int, upper: int) -> int:
    """The class of a line with so many words of each sort."""
    words = lower + title + upper
    if not words:
        return 0
    if lower == words:
        return 1
    if not lower and upper > title:
        return 2
    return 3 if title >= _MOST * words else 4
