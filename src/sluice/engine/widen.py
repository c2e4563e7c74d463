"""Widen findings until what replaces them can be found again.

A placeholder written where a word goes on would melt into it: the finding `Jane` in `Jane2` would
give `PERSON_02`. So a finding that is to be replaced grows over the ASCII word that touches it, by
the edges that `placeholders` describes. Findings that then touch or overlap become one: with the
first one's entity type and the most restrictive action. More is hidden, never less, and the round
trip stays exact. Findings that are allowed through do not grow, but are taken in by one that
overlaps them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sluice.engine.placeholders import MARKS, WORD, is_word, opens
from sluice.engine.types import Action

_RESTRICTION: Final = {
    Action.ALLOW: 0,
    Action.REPLACE: 1,
    Action.MASK: 2,
    Action.REDACT: 3,
    Action.BLOCK: 4,
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a raw text that one action is applied to."""

    start: int
    end: int
    entity_type: str
    action: Action

    @property
    def replaced(self) -> bool:
        """Whether something else will stand here."""
        return self.action is not Action.ALLOW

    def joined(self, later: Stretch) -> Stretch:
        """This stretch and a later one as one."""
        first = self if self.replaced else later
        action = max(self.action, later.action, key=_RESTRICTION.__getitem__)
        start, end = min(self.start, later.start), max(self.end, later.end)
        return Stretch(start, end, first.entity_type, action)


def widen(text: str, stretches: Iterable[Stretch]) -> list[Stretch]:
    """The stretches, sorted by start as they come, grown and joined; linear in the text."""
    done: list[Stretch] = []
    for stretch in stretches:
        done.append(_settle(text, done, stretch))
    return done


def _settle(text: str, done: list[Stretch], new: Stretch) -> Stretch:
    """Grow `new` and join it with the last ones of `done` for as long as they meet."""
    grown = new
    while True:
        if grown.replaced and not (done and done[-1].end > grown.start):
            grown = _grow(text, grown, _floor(done))
        if not done or not _meet(text, done[-1], grown):
            return grown
        grown = done.pop().joined(grown)


def _floor(done: list[Stretch]) -> int:
    """Where the last replaced stretch ends, 0 without one."""
    return next((stretch.end for stretch in reversed(done) if stretch.replaced), 0)


def _grow(text: str, stretch: Stretch, floor: int) -> Stretch:
    start = stretch.start
    while start > floor and not opens(text, start, floor, glued=floor > 0):
        start -= 1
    end = _right_edge(text, stretch.end)
    if (start, end) == (stretch.start, stretch.end):
        return stretch
    return Stretch(start, end, stretch.entity_type, stretch.action)


def _right_edge(text: str, end: int) -> int:
    """The first open right edge at or behind `end`."""
    while True:
        marks = MARKS.match(text, end)
        behind = marks.end() if marks else end
        if behind == len(text) or not is_word(text[behind]):
            return end
        word = WORD.match(text, behind)
        end = word.end() if word else behind


def _meet(text: str, earlier: Stretch, later: Stretch) -> bool:
    """Whether they overlap, or both are replaced with nothing but marks between them."""
    if later.start < earlier.end:
        return earlier.replaced or later.replaced
    if not (earlier.replaced and later.replaced):
        return False
    return MARKS.fullmatch(text, earlier.end, later.start) is not None
