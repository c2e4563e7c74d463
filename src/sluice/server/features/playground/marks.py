"""Where placeholders and originals stand in the texts of a call (pure). Offsets: code points."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sluice.engine import Entry, Mapping, Restored


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of a text, and which placeholder stands there or stood there."""

    start: int
    end: int
    placeholder: str
    """In its exact form; or the stand-in."""
    entity_type: str
    action: str


def placeholder_marks(text: str, mapping: Mapping) -> list[Mark]:
    """The placeholders and stand-ins of a conversation in a text that a model saw or wrote."""
    found = mapping.matcher.matches(text)
    return [_mark(match.start, match.end, match.value) for match in found]


def original_marks(items: Iterable[Restored], mapping: Mapping, offset: int = 0) -> list[Mark]:
    """The originals that were put back into a text, which begins at `offset`."""
    marks = []
    for item in items:
        entry = mapping.find(item.placeholder)
        if entry is not None:
            marks.append(_mark(item.start + offset, item.end + offset, entry))
    return marks


def _mark(start: int, end: int, entry: Entry) -> Mark:
    return Mark(start, end, entry.placeholder, entry.entity_type, entry.action.value)
