"""Streets as English writes them: a number, a name, a kind of street."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from sluice.engine.detectors.addresses import tail
from sluice.engine.detectors.addresses.head import unit_before
from sluice.engine.detectors.addresses.vocabulary import (
    DIRECTION,
    ENGLISH_TYPES,
    INSIDE_A_NAME,
    LOOSE_TYPES,
    NEVER_A_NAME,
    NOT_A_NAME,
    NUMBER_WORDS,
    OF_COURTS,
    PLAIN_TYPES,
    ROADS_BY_NUMBER,
    VAGUE_TYPES,
)
from sluice.engine.patterns import Checked, Pattern, alternatives, context, lazily, words

LIVING: Final = context(
    "address addresses live lives lived living resident resides residing residence ship shipping "
    "shipped deliver delivered delivery mail mailing billing located location office home house "
    "apartment moved move send sent street visit property premises anschrift adresse wohnhaft "
    "wohnt wohne domicilio dirección direccion calle indirizzo residente adres woont reside vive "
    "abito abita abitiamo vivo vivimos moro mora moramos woon wonen wohnen demeure résidant "
    "demeurant habite domicilié morada endereço",
    boost=0.15,
)
"""Words near an address."""

_TYPES = alternatives(ENGLISH_TYPES)
_NUMBER = rf"(?:\d{{1,6}}(?:[A-Za-z]|-\d{{1,5}}|-?[A-Za-z]\d?| 1/2|½)?|{NUMBER_WORDS})"
_NAME_CLASS = r"A-Za-z0-9\u00c0-\u024f.'\u2019&\-"
_BEHIND = lazily(
    rf"(?:\.?[ ](?P<more>(?:[A-Z][\w'’]+ )?(?:{_TYPES}))\b)?\.?"
    rf"(?:,? {{1,2}}(?P<direction>{DIRECTION})(?![\w'’.]))?",
    re.IGNORECASE,
)
_ORDINAL = re.compile(r"\d{1,3}(?:st|nd|rd|th|er|º)", re.IGNORECASE)
_CAPITAL_BEFORE = re.compile(r"(?<![\w.!?:,;])\w*[A-Z]\w* \Z")
_VERBS: Final = words(
    "at visit to address from near is in see contact leave reach deliver ship home office hq"
)
PLAIN, LOOSE, VAGUE = 0.7, 0.6, 0.45
"""Scores of a capitalised street with a number, by how sure its kind of street is."""


def _check(match: re.Match[str]) -> Checked | None:
    """The first number within a match that begins a street: others may stand before it."""
    found, end = _street(match), match.end() + 1
    while found is None:
        inner = PATTERNS[0].compiled.search(match.string, match.start() + 1, end)
        if inner is None:
            return None
        found, match = _street(inner), inner
    return found


def _street(match: re.Match[str]) -> Checked | None:
    """A number, a name that can be one, a kind of street; then whatever follows of an address."""
    kind = match["type"].lower()
    names = match["name"].replace(",", " ").split()
    text = match.string
    if not names or not _can_be_named(names, kind):
        return None
    behind = _BEHIND.match(text, match.end())
    end = match.end()
    if behind is not None:
        end, kind = _with_more(text, end, kind, behind)
    read = tail.read(text, end)
    score = _score(match, names, kind, read)
    if score is None:
        return None
    end = read.end if read.end > end else _without_full_stop(text, end)
    reason = "postcode" if read.postcode else "house number and kind of street"
    return Checked(unit_before(text, match.start()), end, score, reason=reason)


def _with_more(text: str, end: int, kind: str, behind: re.Match[str]) -> tuple[int, str]:
    """Behind a second kind of street and a direction, if these belong to it; its last kind."""
    more = behind["more"]
    if not more:
        return behind.end(), kind
    if not _goes_on(more, kind):
        return end + (text[end : end + 1] == "."), kind
    return behind.end(), more.split()[-1].lower()


def _goes_on(more: str, kind: str) -> bool:
    """Whether a further word such as `Road` in `Park Road` belongs to the street's name."""
    parts = more.split()
    if len(parts) > 1 and parts[0].lower() in NOT_A_NAME:
        return False
    if parts[-1].lower() in _TOWNS_BEGIN and (kind not in VAGUE_TYPES or len(parts) > 1):
        return False
    if not more[0].isupper():
        return len(parts) == 1 and (parts[0] in PLAIN_TYPES or kind in VAGUE_TYPES)
    return all(part[0].isupper() for part in parts)


# These begin a town (`St Albans`) or a unit more often than they end a street's name.
_TOWNS_BEGIN: Final = words("st way place park point view pass run fort lake port")


def _without_full_stop(text: str, end: int) -> int:
    """A full stop behind the last word ends the sentence, unless text goes on behind it."""
    return end - (text[end - 1] == ".")


def _can_be_named(names: Sequence[str], kind: str) -> bool:
    """Whether a street can be called so."""
    last = len(names) - 1
    for place, name in enumerate(names):
        word = name.lower().rstrip(".")
        if name.endswith(".") and len(word) > 4:
            return False  # A sentence ended.
        inside = 0 < place < last and word in INSIDE_A_NAME
        inside = inside or (len(name) == 1 and name.isupper())
        if word in (NEVER_A_NAME if name[0].isupper() else NOT_A_NAME) and not inside:
            return False
        if word.isdecimal() and (kind not in PLAIN_TYPES or len(word) > 3):
            return False
    return not (kind in ("court", "ct") and names[-1].lower() in OF_COURTS)


def _score(match: re.Match[str], names: Sequence[str], kind: str, read: tail.Tail) -> float | None:
    """How likely it is; None if nothing speaks for it."""
    number = match["number"]
    capital = all(
        name[0].isupper() or _ORDINAL.match(name) or name in INSIDE_A_NAME or name[0].isdigit()
        for name in names
    )
    capital = capital and (match["type"][0].isupper() or bool(_ORDINAL.match(names[-1])))
    base = PLAIN if kind in PLAIN_TYPES else LOOSE if kind in LOOSE_TYPES else VAGUE
    if not capital:
        base = _in_lower_case(number, names, kind, read)
    elif base < PLAIN:
        base -= 0.15 * _is_doubtful(match)
    if kind in VAGUE_TYPES and not (read.confirms or read.town):
        return base if capital else None
    if base == 0.0:
        return None
    return min(0.97, base + read.bonus + (0.1 if read.postcode and base < LOOSE else 0.0))


def _in_lower_case(number: str, names: Sequence[str], kind: str, read: tail.Tail) -> float:
    """Without capitals a number, few words and `street` remain, or what follows confirms it."""
    if not number[0].isdigit():
        return 0.0
    if kind in PLAIN_TYPES and len(names) <= 3 and kind not in ("highway", "terrace"):
        return 0.55
    return 0.4 if read.confirms and len(names) <= 3 else 0.3


def _is_doubtful(match: re.Match[str]) -> bool:
    """Whether the number is that of something before it (`Windows 10 Drive`), a year, a word."""
    number, start = match["number"], match.start()
    if number.isalpha():
        return True
    if len(number) == 4 and number.isdecimal() and "1900" <= number <= "2099":
        return True
    before = _CAPITAL_BEFORE.search(match.string, max(0, start - 30), start)
    return before is not None and before[0].strip().lower() not in _VERBS


def _by_number(match: re.Match[str]) -> Checked | None:
    """`1234 County Road 12`, `9912 S. Avenue H`; a town or capitals make it sure."""
    read = tail.read(match.string, match.end())
    capital = match["type"][0].isupper()
    score = (0.6 if capital else 0.3) + read.bonus
    start = unit_before(match.string, match.start())
    return Checked(start, read.end, min(0.95, score), reason="house number and road number")


def _directed(match: re.Match[str]) -> Checked | None:
    """`3901 S STATE`, `33 N. Wabash`: a number, a direction, a name without a kind of street."""
    name = match["name"]
    word = name.split()[0].lower().rstrip(".")
    if not name[0].isupper() or word in NOT_A_NAME or word[:6] in ("korean", "americ", "africa"):
        return None
    read = tail.read(match.string, match.end())
    spelled = len(match["direction"].rstrip(".")) > 2
    base = 0.4 if spelled else 0.5 + 0.1 * match["direction"].endswith(".")
    if len(match["number"]) == 1:
        base -= 0.15
    start = unit_before(match.string, match.start())
    score = min(0.95, base + read.bonus + 0.1 * read.postcode)
    return Checked(start, read.end, score, reason="house number and direction")


_ANCHOR_TYPES = "|".join(sorted(ENGLISH_TYPES))
PATTERNS: Final[tuple[Pattern, ...]] = (
    Pattern(
        name="address.english",
        entity_type="STREET_ADDRESS",
        regex=rf"(?<![\w.,:/$€£#%+-])(?P<number>{_NUMBER}),? {{1,2}}"
        rf"(?!\d{{1,6}}[A-Za-z]? )(?P<name>(?:{DIRECTION} (?:dr|st)\.? "
        rf")?[{_NAME_CLASS}][{_NAME_CLASS} ]{{0,44}}?),? {{1,2}}"
        rf"(?P<type>{_TYPES})(?![A-Za-z0-9_\u00c0-\u024f'\u2019-])",
        # The gap is unbounded: it costs a sixth of a bounded one, and the windows bound it.
        anchor=rf"(?:\d(?:-?[A-Za-z]{{1,2}}\d?)?|\xbd|{NUMBER_WORDS}),? "
        rf"[A-Za-z0-9.'& \x80-\xff-]*,? {{1,2}}(?:{_ANCHOR_TYPES})\b",
        reach=12 + 3 + 14 + 45 + 3 + 14,
        longest=12 + 3 + 14 + 45 + 3 + 22,
        score=LOOSE,
        check=_check,
        context=LIVING,
        ignore_case=True,
    ),
    Pattern(
        name="address.road_number",
        entity_type="STREET_ADDRESS",
        regex=rf"(?<![\w.,:/$€£#%+-])(?P<number>\d{{1,6}}[A-Za-z]?),? {{1,2}}(?:{DIRECTION} )?"
        rf"(?P<type>{ROADS_BY_NUMBER}) (?:\d{{1,4}}[A-Z]?|[A-Z])(?![\w'\u2019])",
        anchor=rf"\d[A-Za-z]?,? {{1,2}}(?:{DIRECTION} )?(?:{ROADS_BY_NUMBER}) [A-Z0-9]",
        reach=8 + 2 + 11 + 28,
        longest=8 + 2 + 11 + 34,
        score=LOOSE,
        check=_by_number,
        context=LIVING,
        ignore_case=True,
    ),
    Pattern(
        name="address.direction",
        entity_type="STREET_ADDRESS",
        regex=r"(?<![\w.,:/$€£#%+-])(?P<number>\d{1,6}[A-Za-z]?) {1,2}"
        r"(?P<direction>[NSEW]\.?|N\.?[EW]\.?|S\.?[EW]\.?|[NS](?:orth|ORTH)|[EW](?:ast|est|AST|"
        r"EST)) "
        r"(?P<name>[A-Z][A-Za-z]{3,20}|[A-Z]{3,20})(?![\w'\u2019%:(/=])",
        anchor=r"\d[A-Za-z]? {1,2}(?:[NSEW]\.?|N\.?[EW]\.?|S\.?[EW]\.?|[NS](?:orth|ORTH)|"
        r"[EW](?:ast|est|AST|EST)) [A-Z][A-Za-z]{2}",
        reach=7 + 2 + 6 + 3,
        longest=7 + 2 + 6 + 22,
        score=0.5,
        check=_directed,
        context=LIVING,
    ),
)
