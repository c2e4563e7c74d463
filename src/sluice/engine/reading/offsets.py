"""A text read in another way, and where each part of that reading stands in the original.

A reading is made of edits: stretches of the original that read as something else. Whatever lies
further than `CONTEXT` code points from every edit is left out, so that one encoded character in a
long text does not make the whole text to be read twice; `GAP` stands for what was left out.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

CONTEXT: Final = 200
"""How much of the original is kept on either side of an edit, in code points."""
GAP: Final = "\n\n"
"""Stands for what was left out between two edits that are far apart."""

_WORD_LEFT: Final = 40
_SPACE = re.compile(r"\s")


class Edit(NamedTuple):
    """The code points [start, end) of the original read as `reads`.

    If both are equally long they correspond one to one; else they stand for each other as wholes.
    """

    start: int
    end: int
    reads: str


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """Another reading of the same text. Made by `view_of`; its representation shows no text."""

    text: str = field(repr=False)
    kind: str
    """How it was read: `folded`, `joined_lines`, `html_entities`, `base64` and so on."""
    _starts: array[int] = field(repr=False)
    _sources: array[int] = field(repr=False)
    _ends: array[int] = field(repr=False)
    _altered: array[int] = field(repr=False)
    _altered_ends: array[int] = field(repr=False)
    _gaps: array[int] = field(repr=False)

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The code-point span of the original that [start, end) stands for; covers all of it.

        Raises:
            ValueError: the span is not one of this view's text.
        """
        if not 0 <= start <= end <= len(self.text):
            raise ValueError("the span lies outside of the view")
        if not self._starts:
            return 0, 0
        low = self._place(start, opening=True)
        return low, max(low, self._place(end - 1, opening=False) if end > start else low)

    def _place(self, at: int, *, opening: bool) -> int:
        """Where the character at `at` begins (or ends) in the original."""
        piece = max(0, bisect_right(self._starts, at) - 1)
        begins, source, end = self._starts[piece], self._sources[piece], self._ends[piece]
        following = self._starts[piece + 1] if piece + 1 < len(self._starts) else len(self.text)
        if end - source == following - begins:
            return source + at - begins + (0 if opening else 1)
        return source if opening and at < following else end

    def differs(self, start: int, end: int) -> bool:
        """Whether [start, end) holds something that reads differently in the original.

        False for a span that reaches over a stretch that was left out: only a finding for which
        this is true is worth keeping, any other is one of the plain reading.
        """
        gap = bisect_right(self._gaps, end - 1) - 1
        if gap >= 0 and self._gaps[gap] + len(GAP) > start:
            return False
        index = bisect_right(self._altered, end - 1) - 1
        return index >= 0 and self._altered_ends[index] > start


class _Writer:
    """Puts a view together, left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._parts: list[str] = []
        self._length = 0
        self._linear_to = -1
        self._starts, self._sources, self._ends = array("Q"), array("Q"), array("Q")
        self._altered, self._altered_ends, self._gaps = array("Q"), array("Q"), array("Q")

    def copy(self, start: int, end: int) -> None:
        """The original as it is."""
        if start < end:
            self._append(start, end, self._text[start:end])

    def put(self, edit: Edit) -> None:
        """What the edit reads, marked as altered."""
        begins = self._length
        if edit.reads:
            self._append(edit.start, edit.end, edit.reads)
        if self._altered_ends and self._altered_ends[-1] == begins:
            self._altered_ends[-1] = self._length
        else:
            self._altered.append(begins)
            self._altered_ends.append(self._length)

    def leave_out(self, start: int, end: int) -> None:
        """A gap in place of what is far from every edit."""
        self._gaps.append(self._length)
        self._append(start, end, GAP)
        self._linear_to = -1

    def _append(self, start: int, end: int, reads: str) -> None:
        linear = end - start == len(reads)
        if not (linear and self._linear_to == start):
            self._starts.append(self._length)
            self._sources.append(start)
            self._ends.append(end)
        self._ends[-1] = end
        self._linear_to = end if linear else -1
        self._parts.append(reads)
        self._length += len(reads)

    def view(self, kind: str) -> View:
        pieces = (self._starts, self._sources, self._ends)
        marks = (self._altered, self._altered_ends, self._gaps)
        return View("".join(self._parts), kind, *pieces, *marks)


def view_of(text: str, edits: Iterable[Edit], kind: str) -> View:
    """The reading of `text` with these edits, which are ascending and do not overlap."""
    writer, at = _Writer(text), 0
    kept = -1
    for edit in edits:
        low = _word_start(text, edit.start - CONTEXT)
        if kept < 0:
            at = low
        elif low > kept + len(GAP):
            writer.copy(at, kept)
            writer.leave_out(kept, low)
            at = low
        writer.copy(at, edit.start)
        writer.put(edit)
        at, kept = edit.end, _word_end(text, edit.end + CONTEXT)
    writer.copy(at, max(at, kept))
    return writer.view(kind)


def applied(text: str, edits: Iterable[Edit]) -> str:
    """The whole text with these edits, which are ascending and do not overlap."""
    parts: list[str] = []
    at = 0
    for edit in edits:
        parts += (text[at : edit.start], edit.reads)
        at = edit.end
    return "".join((*parts, text[at:]))


def _word_start(text: str, at: int) -> int:
    """The start of the word at `at`, looked for a little to the left."""
    if at <= 0:
        return 0
    low = max(0, at - _WORD_LEFT)
    while at > low and not text[at - 1].isspace():
        at -= 1
    return at


def _word_end(text: str, at: int) -> int:
    """The end of the word at `at`, looked for a little to the right."""
    if at >= len(text):
        return len(text)
    space = _SPACE.search(text, at, at + _WORD_LEFT)
    return space.start() if space else min(len(text), at + _WORD_LEFT)
