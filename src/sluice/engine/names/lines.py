"""How the line that a token stands on is written: it tells what a capital is worth there."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

LINES: Final = 5
"""How many classes of lines there are."""
_LINE_END: Final = 10


def line_classes(shapes: npt.NDArray[np.int64]) -> npt.NDArray[np.intp]:
    """For each token the class of its line, from the tokens' shapes.

    0 without words, 1 no capitals, 2 no small letters, 3 most words capitalised, 4 ordinary.
    """
    line = np.cumsum(shapes == _LINE_END)
    count = int(line[-1]) + 1 if len(line) else 0
    lower = np.bincount(line, shapes == 0, count)
    title = np.bincount(line, (shapes == 2) | (shapes == 1), count)
    upper = np.bincount(line, shapes == 3, count)
    words = lower + title + upper
    classes = np.full(count, 4, dtype=np.intp)
    classes[title >= 0.75 * words] = 3
    classes[(lower == 0) & (upper > title)] = 2
    classes[lower == words] = 1
    classes[words == 0] = 0
    found: npt.NDArray[np.intp] = classes[line]
    return found
