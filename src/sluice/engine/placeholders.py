"""The grammar of placeholders: make, read and recognise one, also one that a model altered.

A placeholder is an entity type, an underscore and a decimal number: `EMAIL_ADDRESS_1`. The number
has no leading zeros and is below `NUMBER_LIMIT`. A model alters what it copies, so these count as
the same placeholder:

- any case of the ASCII letters;
- between the parts, and before the number, one of: `_` behind at most four backslashes (Markdown
  and nested JSON escape it), a hyphen, one space.

Nothing else is tolerated: no other digits or letters, no leading zeros, no translation.

**Edges.** The words of this module are ASCII words (letters, digits, underscore), so that a
placeholder between Chinese characters or before a combining mark still stands alone. An edge is
open where no ASCII word character touches it. Up to three underscores (each behind at most four
backslashes) count as marks around the placeholder and are looked through, as in `__PERSON_0__`;
what lies behind them must not be a word character, so `PERSON_1` is not found in `US_PERSON_1` or
`US\\_PERSON_1`. On the left a JSON escape (`\\n`, `\\u00e9`) also opens the edge: in the JSON text
`"Dear\\nPERSON_0"` the letter `n` belongs to the escape.

`cleanse` widens findings by the same rule by which `hydrate` looks for placeholders, so each one
that it writes can be found again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from sluice.engine.errors import UnsupportedText
from sluice.engine.types import ENTITY_TYPE

NUMBER_LIMIT: Final = 10_000_000
"""Placeholders carry numbers below this one; longer runs of digits are never placeholders."""

ENTITY_TYPE_LIMIT: Final = 128
"""The longest entity type, in characters, for which placeholders are issued."""

LOOK_BEHIND: Final = 24
"""How many code points before a position decide whether its left edge is open (at most 21)."""

LOOK_AHEAD: Final = 16
"""How many code points behind an end decide whether its right edge is open."""

_SEPARATOR = r"(?:\\{0,4}_|[- ])"
_MARKS = r"(?:\\{0,4}+_){0,3}+"

MARKS: Final = re.compile(_MARKS)
"""Underscores around a placeholder that do not belong to it."""

CLOSED: Final = re.compile(_MARKS + r"[A-Za-z0-9_]")
"""Matches at an end whose right edge is not open."""

# `_SEPARATOR` behind a letter or digit; each way begins with one character, by which `re` finds
# the places three times as fast as by what must stand before them.
_SEPARATOR_BEHIND = (
    r"(?:_(?=[0-9])(?<=[A-Za-z0-9]_)|-(?=[0-9])(?<=[A-Za-z0-9]-)| (?=[0-9])(?<=[A-Za-z0-9] )"
    r"|\\(?<=[A-Za-z0-9]\\)\\{0,3}_)"
)

NUMBER: Final = re.compile(
    rf"{_SEPARATOR_BEHIND}(0|[1-9][0-9]{{0,6}})(?![0-9])(?!{CLOSED.pattern})"
)
"""A separator and a number with an open right edge: where every placeholder ends."""

WORD: Final = re.compile(r"[A-Za-z0-9_]+")

_ESCAPE_BEFORE = re.compile(r"\\(?:[bfnrt]|u[0-9A-Fa-f]{4})\Z")
_ESCAPE_BEGUN = re.compile(r"\\(?:u[0-9A-Fa-f]{0,3})?\Z")
_SEPARATOR_BEFORE = re.compile(r"(?:\\{0,4}_|[- ])\Z")
_SURROGATE = re.compile("[\ud800-\udfff]")
_WORD_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")
_PART_CHARACTERS = "".join(sorted(_WORD_CHARACTERS - {"_"}))


class Reading(NamedTuple):
    """One way to read the words before a number as an entity type."""

    start: int
    entity_type: str


def make(entity_type: str, number: int) -> str:
    """The placeholder of this entity type and number."""
    return f"{entity_type}_{number}"


def parse(placeholder: str) -> tuple[str, int] | None:
    """The entity type and number of a placeholder in its exact form, else None."""
    entity_type, _, digits = placeholder.rpartition("_")
    exact = digits.isascii() and digits.isdecimal() and str(int(digits[:9])) == digits
    if not exact or int(digits) >= NUMBER_LIMIT or not ENTITY_TYPE.fullmatch(entity_type):
        return None
    return entity_type, int(digits)


def is_word(character: str) -> bool:
    """Whether this is an ASCII letter, digit or underscore."""
    return character in _WORD_CHARACTERS


def refuse_surrogates(text: str, offset: int = 0) -> None:
    """Raise `UnsupportedText` at a lone surrogate; `offset` is added to its place."""
    if text.isascii():
        return
    if found := _SURROGATE.search(text):
        raise UnsupportedText(offset + found.start())


def opens(text: str, start: int, floor: int = 0, *, glued: bool = False) -> bool:
    """Whether the left edge at `start` is open; nothing before `floor` is looked at.

    With `glued` a word ends at `floor`; else the text begins there.
    """
    position = _before_marks(text, start, floor)
    if position == floor:
        return not glued
    if text[position - 1] not in _WORD_CHARACTERS:
        return True
    return _ESCAPE_BEFORE.search(text, max(floor, position - 6), position) is not None


def _before_marks(text: str, start: int, floor: int) -> int:
    """Where up to three underscores, each with its backslashes, begin before `start`."""
    position = start
    for _ in range(3):
        if position == floor or text[position - 1] != "_":
            break
        position -= 1
        lowest = max(floor, position - 4)
        while position > lowest and text[position - 1] == "\\":
            position -= 1
    return position


def readings(text: str, end: int, floor: int) -> Iterator[Reading]:
    """Every way to read what ends at `end` as an entity type, the shortest first.

    `end` is where the separator before the number begins. A reading starts at an open edge at or
    behind `floor` and is given in its exact form (upper case, underscores). What stands before
    `floor` only decides whether an edge is open.
    """
    entity_type = ""
    position = end
    while len(entity_type) < ENTITY_TYPE_LIMIT:
        start = _part_start(text, position, floor)
        if start == position or _begins_nothing(text, start):
            return
        for inside in _starts_inside(text, start, position):
            if opens(text, inside):
                yield Reading(inside, _joined(text[inside:position], entity_type))
        if not text[start].isalpha():
            return
        before = _SEPARATOR_BEFORE.search(text, max(floor, start - 5), start)
        if before is None:
            return
        entity_type = _joined(text[start:position], entity_type)
        position = before.start()


def _joined(part: str, rest: str) -> str:
    return f"{part.upper()}_{rest}" if rest else part.upper()


def _part_start(text: str, end: int, floor: int) -> int:
    """Where the run of ASCII letters and digits before `end` begins, unless it is too long."""
    lowest = max(floor, end - ENTITY_TYPE_LIMIT)
    return lowest + len(text[lowest:end].rstrip(_PART_CHARACTERS))


def _begins_nothing(text: str, start: int) -> bool:
    """Whether a run that starts here can hold no entity type: it is a number, behind no escape."""
    return not text[start].isalpha() and "\\" not in text[max(0, start - 5) : start]


def _starts_inside(text: str, start: int, end: int) -> list[int]:
    """Where a part can begin in this run: at its start, or behind a JSON escape (`\\nPERSON`).

    The run begins inside of the escape where a stream was cut there.
    """
    candidates, first = [start], max(0, start - 5)
    if "\\" in text[first:start] and (begun := _ESCAPE_BEGUN.search(text, first, start)):
        candidates = [start + 6 - len(begun[0]), start]
        if len(begun[0]) == 1:
            candidates.insert(1, start + 1)
    return [at for at in candidates if at < end and text[at].isalpha()]


def typed(text: str) -> Iterator[tuple[str, int]]:
    """The placeholders that stand in this text, exact or altered: what they name, and the number.

    A name is an entity type. With an underscore before it, it means every longer entity type that
    ends in it: in `my email address 1` stand `("ADDRESS", 1)` and `("_ADDRESS", 1)`, so that
    neither ADDRESS_1 nor EMAIL_ADDRESS_1 may be issued. At most two names for each number keep
    this small.
    """
    for hit in NUMBER.finditer(text):
        number = int(hit[1])
        shortest = ""
        for reading in readings(text, hit.start(), 0):
            if shortest and reading.entity_type.endswith("_" + shortest):
                yield "_" + shortest, number
                break
            shortest = shortest or reading.entity_type
            yield reading.entity_type, number
