"""How one text differs from another, by words (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from rapidfuzz.distance import Indel

MOST_WORDS: Final = 10_000
"""Words, spaces and signs of both texts together; the work grows with the product of both."""
_WORDS: Final = re.compile(r"\w+|\s+|[^\w\s]")

Kind = Literal["same", "removed", "added"]


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of text that both have, or only the first, or only the second."""

    kind: Kind
    text: str = field(repr=False)


def differences(before: str, after: str) -> tuple[Segment, ...] | None:
    """The segments in order; None for texts that are too long to be compared by words.

    Without what was added they are the first text, without what was removed the second.
    """
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if len(old) + len(new) > MOST_WORDS:
        return None
    return tuple(_segments(old, new))


def _segments(old: Sequence[str], new: Sequence[str]) -> Iterator[Segment]:
    removed = added = ""
    for step in Indel.opcodes(old, new):
        if step.tag == "delete":
            removed += "".join(old[step.src_start : step.src_end])
        elif step.tag == "insert":
            added += "".join(new[step.dest_start : step.dest_end])
        else:
            yield from _changed(removed, added)
            removed = added = ""
            yield Segment("same", "".join(old[step.src_start : step.src_end]))
    yield from _changed(removed, added)


def _changed(removed: str, added: str) -> Iterator[Segment]:
    if removed:
        yield Segment("removed", removed)
    if added:
        yield Segment("added", added)
