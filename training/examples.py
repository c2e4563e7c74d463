"""Labelled texts, and which tags each token may have.

Sources disagree about what they mark: one has no nationalities, another says `artist` for a
singer and for a band. So an example does not give each token one tag but the set of tags that
its source allows, as a bit mask; training maximises the probability of the whole set.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from sluice.engine.names.tags import TAGS, TYPES, tag_index
from sluice.engine.names.tokens import token_spans

ALL_TYPES: Final = frozenset(TYPES)
OUTSIDE: Final = "O"


@dataclass(frozen=True, slots=True)
class Mark:
    """A marked span (code points) and what it may be; `O` among them means: perhaps nothing."""

    start: int
    end: int
    types: frozenset[str]


@dataclass(frozen=True, slots=True)
class Example:
    """A text, its marks, the types that its source does not mark, and the source's name."""

    text: str
    marks: tuple[Mark, ...]
    source: str
    unmarked: frozenset[str] = field(default=frozenset())


@dataclass(frozen=True, slots=True)
class Encoded:
    """An example as tokens: their spans, and the mask of tags each may have."""

    text: str
    spans: list[tuple[int, int]]
    masks: npt.NDArray[np.uint32]
    source: str


def mark(start: int, end: int, *types: str) -> Mark:
    """A mark of these types."""
    return Mark(start, end, frozenset(types))


def encode(example: Example) -> Encoded:
    """Tokens and masks; a mark that cuts a token in two is widened to the token."""
    spans = list(token_spans(example.text))
    outside = 1 << tag_index(OUTSIDE)
    for kind in example.unmarked:
        outside |= _bits(kind, "BIES")
    masks = np.full(len(spans), outside, dtype=np.uint32)
    starts = np.array([start for start, _ in spans], dtype=np.int64)
    ends = np.array([end for _, end in spans], dtype=np.int64)
    for item in example.marks:
        first = int(np.searchsorted(ends, item.start, side="right"))
        last = int(np.searchsorted(starts, item.end, side="left")) - 1
        if first <= last:
            _write(masks, first, last, item.types, outside)
    return Encoded(example.text, spans, masks, example.source)


def _write(
    masks: npt.NDArray[np.uint32], first: int, last: int, types: frozenset[str], outside: int
) -> None:
    for at in range(first, last + 1):
        position = "S" if first == last else "B" if at == first else "E" if at == last else "I"
        mask = outside if OUTSIDE in types else 0
        for kind in types & ALL_TYPES:
            mask |= _bits(kind, position)
        masks[at] = mask


def _bits(kind: str, positions: str) -> int:
    mask = 0
    for position in positions:
        mask |= 1 << tag_index(f"{position}-{kind}")
    return mask


def allowed(masks: npt.NDArray[np.uint32]) -> npt.NDArray[np.float32]:
    """Masks as a matrix of 0 and 1, one column for each tag."""
    bits = np.arange(len(TAGS), dtype=np.uint32)
    return ((masks[:, None] >> bits) & 1).astype(np.float32)
