"""How much of an answer a word holds back: what it may become the beginning of.

The text is cut into words at white space, behind the end of a JSON value (`",`) and behind a line
end written as an escape (`\\n`). Each word has a grade by itself; `AnswerStream` adds them up.
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import Final

from sluice.engine.answer_words import (
    LABELS,
    LEADS,
    QUIET,
    QUIET_AT_FIRST,
    SAID_AT,
    TRIGGERS,
)


class Grade(IntEnum):
    """What a word may be; a higher grade holds back longer."""

    QUIET = 0
    """A part of no value: it is sent on as soon as the next word has begun."""
    BLANK = 1
    """Signs alone: they go with what is before them."""
    LEAD = 2
    """Perhaps the beginning of a value; the next word tells, without an analysis."""
    SOFT = 3
    """An uncommon word in small letters: perhaps a name."""
    SUSPECT = 4
    """Digits, capitals, signs: perhaps a value, or a part of one."""
    LABEL = 5
    """Says that a value follows, which may be any word."""


NEEDED: Final = {Grade.LEAD: 1, Grade.SOFT: 2, Grade.SUSPECT: 4, Grade.LABEL: 7}
"""How many quiet words close what a word of this grade began; the end of a sentence counts one."""

TERMINATOR: Final = re.compile(r"\s|[\"'}\]],|\\n")
"""What ends a word: white space, which is not a part of it, or signs, which are."""

_AROUND: Final = "*_#>()[]{}<\"'`,.!?;:…“”„«»‘’—–~|"
_SENTENCE_END: Final = (".", "!", "?", ":", "…", "。", "！", "？")
_MARKER: Final = re.compile(r"(?:[-*•>#|]+|\d{1,2}[.)])")
_PARTS: Final = re.compile(r"[^\W\d_]+")
_COMPOUND: Final = re.compile(r"[^\W\d_]+(?:['’/-][^\W\d_]+)+")
_SHORT: Final = frozenset({"s", "t", "re", "ve", "ll", "d", "m", "l", "c", "j", "n", "qu"})
"""What stands behind or before an apostrophe."""
_LONGEST_WORD: Final = 20
_SUSPICIOUS_SIGNS: Final = frozenset("@%&\\=$€£+")
_SAYS_AT: Final = re.compile(
    rf"[\[({{<|*]{{0,2}}(?:@|(?:{'|'.join(sorted(SAID_AT))})(?!\w))|[\[({{<]\Z|&#64;|%40",
    re.IGNORECASE,
)


def grade_of(word: str, *, first: bool, names: bool) -> Grade:
    """The grade of a word; `first` in its sentence; `names`: whether names are of interest."""
    if word in QUIET:
        return Grade.QUIET
    core = word.strip(_AROUND)
    if core in QUIET or (first and core in QUIET_AT_FIRST):
        return Grade.QUIET
    if not core:
        return Grade.BLANK if _SUSPICIOUS_SIGNS.isdisjoint(word) else Grade.SUSPECT
    if first and _MARKER.fullmatch(word):
        return Grade.LEAD
    if core.isalpha():
        return _of_letters(core, names=names)
    if _COMPOUND.fullmatch(core):
        return _of_compound(core, first=first, names=names)
    return Grade.SUSPECT


def _of_letters(core: str, *, names: bool) -> Grade:
    lower = core.lower()
    if lower in LABELS:
        return Grade.LABEL
    if lower in TRIGGERS:
        return Grade.SUSPECT
    if lower in LEADS and core != core.title():
        return Grade.LEAD
    if not 1 < len(core) <= _LONGEST_WORD:
        return Grade.SUSPECT
    if core.islower():
        return Grade.SOFT if names else Grade.QUIET
    if names or not core.istitle():
        return Grade.SUSPECT
    return Grade.LEAD


def _of_compound(core: str, *, first: bool, names: bool) -> Grade:
    """Words with apostrophes, hyphens or slashes between them: the highest grade of any."""
    if core.lower() in LABELS:
        return Grade.LABEL
    grades = (
        Grade.QUIET if part in _SHORT else grade_of(part, first=first and not index, names=names)
        for index, part in enumerate(_PARTS.findall(core))
    )
    return max(grades)


def ends_sentence(word: str) -> bool:
    """Whether a sentence ends with this word."""
    return word.rstrip("\"'”’»)*_`").endswith(_SENTENCE_END)


def ends_value(word: str) -> bool:
    """Whether a JSON value, or a line that is written with escapes, ends with this word."""
    return word.endswith(("\\n", '",', "',", "},", "],"))


def begins_anew(word: str) -> bool:
    """Whether the next word is a first one: behind a sentence, a bullet, a heading's mark."""
    return ends_sentence(word) or _MARKER.fullmatch(word) is not None or not word.strip("*_\"'“„«(")


def says_at(word: str) -> bool:
    """Whether what is before this word may be the local part of an e-mail address."""
    return _SAYS_AT.match(word) is not None


def may_say_at(character: str) -> bool:
    """Whether a word that begins with this may be one that `says_at`, or a name in capitals."""
    return character in "aäckm" or not character.islower()
