"""Years, quarters, decades, seasons and lengths of time, where they say something of a person.

`in 1996` is in half of all texts: alone it scores below 0.5, among the words of courts and clinics
above it. The same holds for lengths of time (`for eighteen months`). A year of birth is always one.
"""

from __future__ import annotations

import re
from typing import Final

from sluice.engine.detectors.birth import dated, is_of_birth
from sluice.engine.patterns import Checked, Pattern, byte_pattern, context

COURTS: Final = (
    "applicant applicants court courts judgment convicted conviction sentenced sentence "
    "imprisonment proceedings arrested arrest detained detention appeal appealed prosecutor "
    "hearing custody prison remand urteil gericht haft verurteilt tribunal prisión condenado "
    "condamné prison requérant"
)
_CLINICS: Final = (
    "complaint lodged police born diagnosed diagnosis hospital patient admitted surgery treatment "
    "symptoms patientin diagnostiziert paciente diagnóstico diagnosticado diagnosticada ingreso "
    "intervenido intervenida cirugía tratamiento hospitalización operado operada carcinoma "
    "transplante trasplante biopsia tumor paziente ricovero"
)
_OF_COURTS: Final = context(COURTS, boost=0.2)
_OF_CASES: Final = context(f"{COURTS} {_CLINICS}", boost=0.2)
_YEAR: Final = r"(?:1[89]\d\d|20\d\d)"
_IN: Final = (
    r"in(?: the year| about| around| early| late| mid| spring| summer| autumn| winter)?|since|"
    r"until|"
    r"during|by|before|after|from|im jahre?|seit|bis|en(?: el a\u00f1o)?|del? a\u00f1o|a\u00f1o|"
    r"desde|hasta|"
    r"depuis|jusqu['\u2019]en|en l['\u2019]an|nel|dal|fino al|sinds|vanaf|tot|em|desde|in het "
    r"jaar|(?:end|beginning|middle|start|summer|autumn|spring|winter) of|finales de|"
    r"principios de|mediados de|a\u00f1os|(?:sommer|winter|herbst|fr\u00fchjahr|fr\u00fchling|ende|"
    r"anfang|mitte|\u00e9t\u00e9|hiver|printemps|automne|estate|inverno|primavera|autunno|zomer|herfst|"
    r"lente)(?: de| del| van)?|(?:verano|invierno|oto\u00f1o|primavera|ver\u00e3o|outono) de"
)
_TO: Final = r"(?: ?[-\u2013/] ?| (?:to|and|until|or|bis|und|et|au|y|a|al|e|tot|en) )"
_SPELLED: Final = (
    r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|"
    r"sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|"
    r"several|a few"
)
_COUNT: Final = (
    r"(?:\d{1,3}|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)[- ]"
    rf"(?:one|two|three|four|five|six|seven|eight|nine)|{_SPELLED})"
)
_SPAN: Final = (
    r"(?:years?|months?|weeks?|days?|hours?|jahren?|jahre|monaten?|ans|mois|a\u00f1os|meses|anni|"
    r"mesi|anos|jaar|maanden)"
)
_PUNISHMENT = re.compile(
    r"['\u2019]? ?(?:and \w+ (?:months|days)['\u2019]? ?)?(?:of )?(?:imprisonment|prison|"
    r"detention|custody|"
    r"probation|in (?:prison|jail|custody)|suspended|community|d['\u2019]emprisonnement|de "
    r"prisi\u00f3n|"
    r"freiheitsstrafe|haft|di reclusione|gevangenisstraf|de pris\u00e3o)",
    re.IGNORECASE,
)


def _year(match: re.Match[str]) -> Checked | None:
    """A year behind `in`; a year of birth behind `born in`."""
    start, end = match.span("years")
    if is_of_birth(match.string, start, end):
        return dated(match.string, start, end, 0.3)
    told = match["second"] is not None or _SEASON.search(match.string, max(0, start - 24), start)
    return Checked(start, end, 0.55 if told else 0.35, reason="year")


_SEASON = re.compile(
    r"\b(?:spring|summer|autumn|winter|end|beginning|middle|verano|invierno|oto\u00f1o|primavera|"
    r"sommer|herbst|fr\u00fchjahr|fr\u00fchling|anfang|mitte|\u00e9t\u00e9|hiver|printemps|automne|"
    r"estate|inverno|autunno|zomer|herfst|ver\u00e3o|outono)"
    r"(?: of| de| del| van)? (?:the year )?\Z",
    re.IGNORECASE,
)
"""A part of a year before it: words for a time that somebody lived through."""


def _born_year(match: re.Match[str]) -> Checked | None:
    """`(born 1960)`, `b. 1960`, `geb. 1960`, `*1960`."""
    return Checked(*match.span("year"), 0.8, reason="word of birth")


def _duration(match: re.Match[str]) -> Checked | None:
    """A length of time; a sentence to prison is always somebody's."""
    punished = _PUNISHMENT.match(match.string, match.end()) is not None
    return Checked(*match.span(), 0.7 if punished else 0.3, reason="sentence" if punished else "")


PATTERNS: Final = (
    Pattern(
        name="date.year",
        entity_type="DATE_TIME",
        regex=rf"(?<![A-Za-z0-9_\u00c0-\u024f-])(?:{_IN}) "
        rf"(?P<years>{_YEAR}(?P<second>{_TO}{_YEAR})?)"
        r"(?![\w%/-]|[.,:]\d)",
        # Without a boundary: Hyperscan sees none in front of `été`.
        anchor=rf"(?:{byte_pattern(_IN)}) (?:1[89]|20)\d\d",
        reach=20 + 5,
        longest=20 + 4 + 7 + 4 + 2,
        score=0.35,
        check=_year,
        context=_OF_CASES,
        ignore_case=True,
        also=frozenset({"DATE_OF_BIRTH"}),
    ),
    Pattern(
        name="date.between",
        entity_type="DATE_TIME",
        regex=rf"(?<!\w)(?:between|entre|zwischen|tra il|tussen) (?P<years>{_YEAR}(?P<second> "
        rf"(?:and|et|y|e|und|en) "
        rf"{_YEAR}))(?![\w%/-]|[.,:]\d)",
        anchor=r"\b(?:between|entre|zwischen|tra il|tussen) (?:1[89]|20)\d\d",
        reach=9 + 4,
        longest=9 + 4 + 5 + 4 + 2,
        score=0.55,
        check=_year,
        context=_OF_CASES,
        ignore_case=True,
        also=frozenset({"DATE_OF_BIRTH"}),
    ),
    Pattern(
        name="date.birth_year",
        entity_type="DATE_OF_BIRTH",
        regex=rf"(?<![\w.])(?:born|b\.|geb\.|jahrgang|n\u00e9e?(?: en)?|nacid[oa](?: en)?|"
        rf"nat[oa](?: nel)?|\* ?)[ :]{{0,2}}"
        rf"(?P<year>{_YEAR})(?![\w%/-]|[.,:]\d)",
        anchor=r"(?:born|b\.|geb\.|jahrgang|n\xc3\xa9e?(?: en)?|nacid[oa](?: en)?|nat[oa](?: "
        r"nel)?|\* ?)[ :]{0,2}"
        r"(?:1[89]|20)\d\d",
        reach=10 + 2 + 4,
        longest=10 + 2 + 4 + 2,
        score=0.8,
        check=_born_year,
        ignore_case=True,
    ),
    Pattern(
        name="date.birth_year_first",
        entity_type="DATE_OF_BIRTH",
        regex=rf"(?<![\w.])(?P<year>{_YEAR})(?= geborene[nrms]?\b)",
        anchor=r"\b(?:1[89]|20)\d\d geborene",
        reach=13,
        longest=16,
        score=0.8,
        check=_born_year,
    ),
    Pattern(
        name="date.quarter",
        entity_type="DATE_TIME",
        regex=rf"(?<![\w.])(?:[QT][1-4][ /-]{{0,2}}{_YEAR}|{_YEAR}[ -]?Q[1-4]|H[12] "
        rf"{_YEAR})(?![\w-])",
        anchor=r"\b(?:[QT][1-4][ /\-]{0,2}(?:1[89]|20)\d\d|(?:1[89]|20)\d\d[ \-]?Q[1-4]|H[12] "
        r"(?:1[89]|20)\d\d)",
        reach=8,
        longest=9,
        score=0.55,
    ),
    Pattern(
        name="date.decade",
        entity_type="DATE_TIME",
        regex=r"(?<![\w.,])(?P<years>(?:1[89]|20)\d0['\u2019]?s)(?!\w)",
        anchor=r"\b(?:1[89]|20)\d0(?:'|\xe2\x80\x99)?s\b",
        reach=6,
        longest=7,
        score=0.35,
        context=_OF_CASES,
    ),
    Pattern(
        name="date.duration",
        entity_type="DATE_TIME",
        regex=rf"(?<![\w.,:/$-]){_COUNT}(?: {{1,2}}|-){_SPAN}(?![A-Za-z0-9_\u00c0-\u024f-]|[- "
        rf"]old)",
        anchor=rf"{_COUNT}(?: {{1,2}}|-){byte_pattern(_SPAN)}",
        reach=14 + 2 + 8,
        longest=14 + 2 + 8 + 4,
        score=0.3,
        check=_duration,
        context=_OF_COURTS,
        ignore_case=True,
    ),
)
