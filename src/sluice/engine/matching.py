"""Find issued placeholders and stand-ins in a text, and say how far a prefix is decided.

The rules, in order of weight:

1. Scan from left to right; what was found is not looked at again.
2. An exact find (a placeholder in its exact form, a stand-in) wins over an altered placeholder
   that overlaps it; of two exact finds the leftmost wins, at the same place the longest.
3. An altered placeholder counts only where one reading is left: `US PERSON 1` is nobody's when
   both PERSON and US_PERSON have placeholders in the conversation.
4. Both edges must be open (see `placeholders`).
"""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final, Generic, NamedTuple, TypeVar

from sluice.engine.placeholders import (
    CLOSED,
    LOOK_AHEAD,
    MARKS,
    NUMBER,
    NUMBER_LIMIT,
    Reading,
    make,
    opens,
    readings,
)

Value = TypeVar("Value")

_KEY_LENGTH: Final = 4
"""Stand-ins are first looked up by this many code points; none is shorter."""

_BEYOND: Final = 64
"""More than a separator, a number and what decides its right edge can take up."""

_WORDS = r"[A-Za-z][A-Za-z0-9]*(?:(?:\\{0,4}_|[- ])[A-Za-z][A-Za-z0-9]*)*"
_UNFINISHED = re.compile(
    rf"({_WORDS})"
    r"(?:(\\{1,4}|\\{0,4}_|[- ])|(?:\\{0,4}_|[- ])([0-9]{1,7})(?:\\{0,4}+_){0,3}+\\{0,4})?\Z"
)
"""What may still become a placeholder: words; words, separator; or words, separator, digits."""

_SEPARATORS = re.compile(r"\\{0,4}_|[- ]")
_EDGE = r"(?:(?<![A-Za-z0-9])|(?<=\\[bfnrt])|(?<=\\u[0-9A-Fa-f]{4}))"


class Match(NamedTuple, Generic[Value]):
    """A stretch of a text that stands for an issued placeholder or stand-in."""

    start: int
    end: int
    value: Value
    exact: bool


@dataclass(slots=True)
class Matcher(Generic[Value]):
    """The issued placeholders and stand-ins of one conversation; grows, never shrinks."""

    _numbers: dict[str, dict[int, Value]] = field(default_factory=dict)
    _every_number: set[int] = field(default_factory=set)
    _highest: int = -1
    _types: list[str] = field(default_factory=list)
    _stand_ins: dict[str, Value] = field(default_factory=dict)
    _sorted_stand_ins: list[str] = field(default_factory=list)
    _lengths: dict[str, list[int]] = field(default_factory=dict)
    _firsts: set[str] = field(default_factory=set)
    _every_first: set[str] = field(default_factory=set)
    _starts: re.Pattern[str] | None = None
    _quiet: re.Pattern[str] | None = None
    _stand_in_starts: re.Pattern[str] | None = None
    _reach: int = 0

    def copy(self) -> Matcher[Value]:
        """Another one that looks for the same, and may grow on its own."""
        other = replace(self)
        other._numbers = {kind: dict(numbers) for kind, numbers in self._numbers.items()}
        other._lengths = {key: list(lengths) for key, lengths in self._lengths.items()}
        other._every_number = set(self._every_number)
        other._types = list(self._types)
        other._stand_ins = dict(self._stand_ins)
        other._sorted_stand_ins = list(self._sorted_stand_ins)
        other._firsts = set(self._firsts)
        other._every_first = set(self._every_first)
        return other

    def add_placeholder(self, entity_type: str, number: int, value: Value) -> None:
        """Look for this placeholder from now on."""
        if entity_type not in self._numbers:
            self._numbers[entity_type] = {}
            insort(self._types, entity_type)
            separators = entity_type.count("_") + 1
            first = entity_type[0]
            self._widen(len(entity_type) + 4 * separators + 8, {first, first.lower()})
        self._numbers[entity_type][number] = value
        self._every_number.add(number)
        self._highest = max(self._highest, number)

    def add_stand_in(self, stand_in: str, value: Value) -> None:
        """Look for this stand-in from now on; it has at least four code points."""
        self._stand_ins[stand_in] = value
        insort(self._sorted_stand_ins, stand_in)
        lengths = self._lengths.setdefault(stand_in[:_KEY_LENGTH], [])
        if len(stand_in) not in lengths:
            lengths.append(len(stand_in))
            lengths.sort(reverse=True)
        self._widen(len(stand_in), {stand_in[0]})
        if stand_in[0] not in self._firsts:
            self._firsts.add(stand_in[0])
            firsts = "".join(map(re.escape, sorted(self._firsts)))
            self._stand_in_starts = re.compile(f"{_EDGE}[{firsts}]")

    def _widen(self, length: int, firsts: set[str]) -> None:
        self._reach = max(self._reach, length + LOOK_AHEAD)
        if not firsts <= self._every_first:
            self._every_first |= firsts
            self._starts, self._quiet = _beginning_with("".join(sorted(self._every_first)))

    @property
    def has_stand_ins(self) -> bool:
        """Whether there are stand-ins to look for."""
        return bool(self._stand_ins)

    def matches(self, text: str, start: int = 0) -> Iterator[Match[Value]]:
        """Everything to restore in the text from `start` on, left to right.

        What stands before `start` is context only. The end of the text counts as an open edge.
        """
        placeholder = self._next_placeholder(text, start)
        stand_in = self._next_stand_in(text, start)
        while chosen := _winner(placeholder, stand_in):
            yield chosen
            placeholder = self._placeholder_after(text, chosen.end, placeholder)
            if stand_in is not None and stand_in.start < chosen.end:
                stand_in = self._next_stand_in(text, chosen.end)

    def _placeholder_after(
        self, text: str, end: int, known: Match[Value] | None
    ) -> Match[Value] | None:
        """The next placeholder behind `end`; readings that reached back over `end` are void now."""
        if near := self._next_placeholder(text, end, end + self._reach):
            return near
        if known is None or known.start >= end:
            return known
        return self._next_placeholder(text, end)

    def _next_placeholder(
        self, text: str, start: int, last: int | None = None
    ) -> Match[Value] | None:
        """The first placeholder from `start` on whose number begins at or before `last`."""
        stop = len(text) if last is None else last + _BEYOND
        for hit in NUMBER.finditer(text, start, stop):
            if last is not None and hit.start() > last:
                return None
            if int(hit[1]) in self._every_number and (found := self._read(text, hit, start)):
                return found
        return None

    def _read(self, text: str, hit: re.Match[str], floor: int) -> Match[Value] | None:
        """The one placeholder that ends with this number, if there is exactly one."""
        number = int(hit[1])
        known: list[Reading] = []
        for reading in readings(text, hit.start(), floor):
            issued = self._numbers.get(reading.entity_type)
            if issued is None:
                continue
            if number in issued and text[reading.start : hit.end()] == make(
                reading.entity_type, number
            ):
                return Match(reading.start, hit.end(), issued[number], True)
            known.append(reading)
        if len(known) != 1 or number not in self._numbers[known[0].entity_type]:
            return None
        value = self._numbers[known[0].entity_type][number]
        return Match(known[0].start, hit.end(), value, False)

    def _next_stand_in(self, text: str, start: int) -> Match[Value] | None:
        if self._stand_in_starts is None:
            return None
        for begin in self._stand_in_starts.finditer(text, start):
            if found := self._stand_in_at(text, begin.start()):
                return found
        return None

    def _stand_in_at(self, text: str, start: int) -> Match[Value] | None:
        for stand_in in self._begun_at(text, start):
            end = start + len(stand_in)
            if CLOSED.match(text, end) is None and opens(text, start):
                return Match(start, end, self._stand_ins[stand_in], True)
        return None

    def _begun_at(self, text: str, start: int) -> Iterator[str]:
        """The whole stand-ins that stand at this place, the longest first, edges aside."""
        for length in self._lengths.get(text[start : start + _KEY_LENGTH], ()):
            candidate = text[start : start + length]
            if len(candidate) == length and candidate in self._stand_ins:
                yield candidate

    def is_quiet(self, text: str) -> bool:
        """Whether nothing that is looked for can begin inside this text."""
        return self._quiet is None or self._quiet.fullmatch(text) is not None

    def undecided(self, text: str, start: int) -> int:
        """The first place at or behind `start` from which more text may still change the outcome.

        The length of the text if there is none.
        """
        if self._starts is None:
            return len(text)
        for begin in self._starts.finditer(text, max(start, len(text) - self._reach)):
            place = begin.start()
            if self._may_become(text, place) and opens(text, place):
                return place
        return len(text)

    def _may_become(self, text: str, start: int) -> bool:
        return self._may_become_placeholder(text, start) or self._may_become_stand_in(text, start)

    def _may_become_placeholder(self, text: str, start: int) -> bool:
        unfinished = _UNFINISHED.match(text, start)
        if unfinished is None:
            return False
        words, separator, digits = unfinished.groups()
        entity_type = _SEPARATORS.sub("_", words).upper()
        if digits is not None:
            return entity_type in self._numbers and self._may_become_number(digits)
        if separator is not None:
            return entity_type in self._numbers or self._is_prefix(entity_type + "_")
        return self._is_prefix(entity_type)

    def _is_prefix(self, beginning: str) -> bool:
        at = bisect_left(self._types, beginning)
        return at < len(self._types) and self._types[at].startswith(beginning)

    def _may_become_number(self, digits: str) -> bool:
        """Of any entity type, so that competing readings are held back together."""
        number = int(digits)
        if digits[0] == "0" and len(digits) > 1:
            return False
        return number in self._every_number or 0 < number * 10 <= min(self._highest, NUMBER_LIMIT)

    def _may_become_stand_in(self, text: str, start: int) -> bool:
        if not self._sorted_stand_ins or text[start] not in self._firsts:
            return False
        tail = text[start:]
        at = bisect_left(self._sorted_stand_ins, tail)
        if at < len(self._sorted_stand_ins) and self._sorted_stand_ins[at].startswith(tail):
            return True
        return any(
            _ends_in_marks(text, start + len(stand_in)) for stand_in in self._begun_at(text, start)
        )


@lru_cache(maxsize=256)
def _beginning_with(firsts: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What finds a place where one of these characters begins something, and what holds none."""
    inside = re.escape(firsts)
    return re.compile(f"{_EDGE}[{inside}]"), re.compile(f"[^{inside}]*")


def _winner(placeholder: Match[Value] | None, stand_in: Match[Value] | None) -> Match[Value] | None:
    """Which of the two next finds comes first, an exact one before an altered one it overlaps."""
    if placeholder is None or stand_in is None:
        return placeholder or stand_in
    if placeholder.start < stand_in.start:
        overlapped = not placeholder.exact and stand_in.start < placeholder.end
        return stand_in if overlapped else placeholder
    if placeholder.start == stand_in.start and placeholder.exact and placeholder.end > stand_in.end:
        return placeholder
    return stand_in


def _ends_in_marks(text: str, end: int) -> bool:
    """Whether only marks, and backslashes that may become some, stand behind `end`."""
    marks = MARKS.match(text, end)
    behind = marks.end() if marks else end
    rest = text[behind : behind + 5]
    return behind + len(rest) == len(text) and len(rest) <= 4 and not rest.strip("\\")
