"""Where placeholders and originals stand in the texts of a call (pure). Offsets: code points."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

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


def raw_marks(raw: str, cleansed: str, marks: Iterable[Mark], mapping: Mapping) -> list[Mark]:
    """Where the originals of a cleansed text's placeholders stand in the text that it was.

    Nothing where both do not fit together, so that nothing is marked that was let through.
    """
    found, done, at = [], 0, 0
    for mark, following in pairwise([*marks, None]):
        if mark is None:
            break
        between = cleansed[done : mark.start]
        if not raw.startswith(between, at):
            return []
        at += len(between)
        behind = cleansed[mark.end : following.start if following is not None else None]
        end = _end_of(raw, at, mark, behind, mapping)
        found.append(replace(mark, start=at, end=end))
        done, at = mark.end, end
    return found if raw[at:] == cleansed[done:] else []


def _end_of(raw: str, start: int, mark: Mark, behind: str, mapping: Mapping) -> int:
    entry = mapping.find(mark.placeholder)
    original = entry.original if entry is not None else None
    if original is not None:
        return start + len(original)
    # Of what was redacted nothing is known but what stands behind it.
    end = raw.find(behind, start + 1) if behind else len(raw)
    return max(end, start)


def _mark(start: int, end: int, entry: Entry) -> Mark:
    return Mark(start, end, entry.placeholder, entry.entity_type, entry.action.value)
