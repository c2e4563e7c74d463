"""How the line that a token stands on is written: it tells what a capital is worth there."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from sluice.engine.names.shapes import SHAPES

LINES: Final = 5
"""How many classes of lines there are."""
_LINE_END: Final = 10
_MOST: Final = 0.75
_SORT_OF_SHAPE: Final = np.array([0, 1, 1, 2, *(3 for _ in range(4, SHAPES))])
"""By shape: a small word, a capitalised one, one in capitals, another token."""


def line_classes(shapes: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """For each token the class of its line, from the tokens' shapes.

    0 without words, 1 no capitals, 2 no small letters, 3 most words capitalised, 4 ordinary.
    """
    line = (shapes == _LINE_END).cumsum()
    count = int(line[-1]) + 1 if len(line) else 0
    sorts = np.bincount(line * 4 + _SORT_OF_SHAPE[shapes], minlength=4 * count)
    classes = [_class(*row) for row in sorts.reshape(count, 4).tolist()]
    found: npt.NDArray[np.intp] = np.array(classes, dtype=np.intp)[line]
    return found


def _class(lower: int, title: int, upper: int, _: int) -> int:
    """The class of a line with so many words of each sort."""
    words = lower + title + upper
    if not words:
        return 0
    if lower == words:
        return 1
    if not lower and upper > title:
        return 2
    return 3 if title >= _MOST * words else 4
