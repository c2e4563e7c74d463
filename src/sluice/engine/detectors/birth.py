"""Whether a date is somebody's day of birth: by the words before or directly behind it."""

from __future__ import annotations

import re
from typing import Final

from sluice.engine.patterns import Checked

SCORE: Final = 0.9
"""The score of a date with a word of birth beside it."""
DETECTOR: Final = "date.birth"

REACH: Final = 56
"""How far before a date the word may stand, in code points."""

_WORDS: Final = (
    r"born|dob|d\.o\.b|birth[ _-]?date|birth[ _-]?day|date[ _-]?of[ _-]?birth|bday|birthdate|"
    r"geboren|geborene[rn]?|geb|geburtsdatum|geburtstag|geboortedatum|geboorte|"
    r"née?|né\(e\)|naissance|naissant|nacid[oa]s?|nació|nacimiento|nac|"
    r"nat[oa]|nata il|nascita|nascid[oa]|nasceu|nasci|nascimento|nacid[oa] el|nací"
)
# Between the word and the date: no end of a sentence, no other number, no other verb.
_BEFORE = re.compile(
    rf"(?<![^\W_])(?:{_WORDS})(?![^\W_])\.?(?P<gap>[^.;!?\d\n]{{0,44}}|"
    rf"[\"']?\s{{0,3}}[:=]\s{{0,3}}[\"']?)\Z",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?:birthDate|dateOfBirth|birthDay|BirthDate|DateOfBirth)\W{1,6}\Z")
_OTHER = re.compile(
    r"\b(?:and|und|et|y|who|which|died|moved|joined|married|since|seit|arrived|lodged|was|"
    r"became|gestorben|fallecid[oa]|mort|décédée?|expires?|issued|valid|start|end|admission|"
    r"ingreso)\b",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r" ?\(?(?:date of birth|dob|geburtsdatum|fecha de nacimiento|date de naissance)\b",
    re.IGNORECASE,
)


def is_of_birth(text: str, start: int, end: int) -> bool:
    """Whether the date at this span is a day of birth; reads `REACH` code points around it."""
    before = _BEFORE.search(text, max(0, start - REACH), start)
    if before is not None:
        return _OTHER.search(before["gap"]) is None
    if _CAMEL.search(text, max(0, start - 24), start):
        return True
    return _BEHIND.match(text, end) is not None


def dated(text: str, start: int, end: int, score: float) -> Checked:
    """The date as what it is: a day of birth, or a date with this score."""
    if is_of_birth(text, start, end):
        return Checked(start, end, max(score, SCORE), "DATE_OF_BIRTH", DETECTOR, "word of birth")
    return Checked(start, end, score, reason="calendar")
