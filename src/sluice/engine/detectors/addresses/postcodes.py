"""Addresses told by their postcode: the town before or behind it, and the street before that."""

from __future__ import annotations

import re
from typing import Final

from sluice.engine.detectors.addresses import tail
from sluice.engine.detectors.addresses.head import behind_preposition, street_before
from sluice.engine.detectors.addresses.places import COUNTRIES, TOWNS
from sluice.engine.detectors.addresses.vocabulary import (
    AUSTRALIAN,
    CANADIAN_CODE,
    LOOSE_TYPES,
    PLAIN_TYPES,
    PROVINCES,
    STATE_NAMES,
    TOWN,
    TOWN_WORD,
    UNITED_KINGDOM_AREAS,
    UNITED_KINGDOM_CODE,
    UNITED_STATES,
)
from sluice.engine.patterns import Checked, Pattern, alternatives, context, lazily

_CODED: Final = context(
    "address postcode postcodes post zip zipcode postal code plz postleitzahl postale cap cp "
    "código codigo postcode city town live lives ship shipping adresse anschrift dirección "
    "indirizzo adres ort localidad ville",
    boost=0.2,
)


def _whole(match: re.Match[str], start: int, bare: float, reason: str) -> Checked:
    """The address that ends in this postcode; `bare` is the score without town and street."""
    text = match.string
    begin, numbered = street_before(text, start)
    end = _with_country(text, match.end())
    score = 0.9 if numbered else max(bare, 0.65) if begin < start else bare
    return Checked(begin, end, score, reason=reason)


def _with_country(text: str, end: int) -> int:
    """Behind a country's name that follows a comma, a blank or the end of a line."""
    match = _COUNTRY.match(text, end)
    if match is None or match["name"].lower() not in COUNTRIES:
        return end
    return match.end() - match["name"].endswith(".") * (match["name"].lower() not in COUNTRIES)


_COUNTRY = lazily(
    rf"(?:,? {{1,2}}|,? ?{tail.LINE} {{0,4}})"
    r"(?P<name>[A-ZÀ-Þ][^\W\d_]*(?:\.[A-Z]){0,3}(?: (?:of )?[A-ZÀ-Þ][^\W\d_]+){0,4})"
)


def _state(match: re.Match[str]) -> Checked | None:
    """A state's name or letters with its postcode; what stands before makes it sure."""
    found = _whole(match, match.start(), 0.45, "state and postcode")
    if found.score < 0.9 and match[0].startswith(("PR ", "AS ", "NT")):
        # A pull request, a word, a version of an operating system.
        return found._replace(score=0.3)
    if match[0][0].islower():
        if found.score < 0.9 or not _LOWER_LINE.fullmatch(match.string, found.start, match.start()):
            return None
        return found._replace(score=0.75)
    return found


def _unit(match: re.Match[str]) -> Checked | None:
    """`Suite 200` behind a house number and a name."""
    text = match.string
    begin, numbered = street_before(text, match.start())
    if not numbered or _STREET_LINE.fullmatch(text, begin, match.start()) is None:
        return None
    read = tail.read(text, match.start() - 1)
    return Checked(begin, read.end, min(0.95, 0.6 + read.bonus), reason="house number and unit")


_LOWER_LINE = lazily(
    r"\d{1,6}[a-z]?,?(?: [\w.#'&-]{1,20},?){1,3} "
    rf"(?:{alternatives(PLAIN_TYPES | LOOSE_TYPES)})"
    r"\b.?,?(?: [\w.#'&-]{1,20},?){0,5} ",
    re.IGNORECASE,
)
_STREET_LINE = re.compile(r"\d{1,6}[A-Za-z]? (?:[A-Z][\w.'’-]* ?){1,4}(?:, ?|\r?\n)?", re.ASCII)


def _british(match: re.Match[str]) -> Checked | None:
    """A postcode of an area that exists."""
    code = match["code"].upper()
    area = re.match(r"[A-Z]{1,2}", code)
    if area is None or area[0] not in UNITED_KINGDOM_AREAS:
        return None
    spaced = " " in code
    bare = (0.6 if spaced and match["code"].isupper() else 0.3) + 0.15 * (len(code) >= 7 and spaced)
    found = _whole(match, match.start(), min(bare, 0.65), "postcode")
    if not match["code"].isupper() and found.score < 0.9:
        return found._replace(score=0.35)
    return found if spaced or found.score >= 0.65 else found._replace(score=0.35)


def _canadian(match: re.Match[str]) -> Checked | None:
    """A postal code, sure with a province before it."""
    spaced = " " in match["code"]
    province = match["province"] is not None
    bare = 0.7 if province else 0.55 if spaced else 0.3
    found = _whole(match, match.start(), bare, "postal code")
    return found if province or spaced else found._replace(score=min(found.score, 0.45))


_TOWN_BEHIND = lazily(rf"{TOWN}(?: ?\([^()\n]{{2,20}}\))?")


def _before_town(match: re.Match[str]) -> Checked | None:
    """`D-10115 Berlin`, `1012 AB Amsterdam`, `28013 Madrid`: sure for a listed town or a sign."""
    text = match.string
    town = _TOWN_BEHIND.match(text, match.start("town"))
    if town is None:
        return None
    name, end = _known_start(town)
    code = match["code"]
    if name is None and not (match["country"] or code[-1].isalpha()):
        return None
    if code[-2:] in ("SA", "SD", "SS"):
        return None
    begin, numbered = street_before(text, match.start())
    numbered = numbered and _joined(text, begin, match.start())
    last = _NUMBER_LAST.search(text, max(0, match.start() - 70), match.start())
    if last is not None and not numbered:
        begin, numbered = behind_preposition(text, last.start(), last.end()), True
    score = 0.9 if numbered else 0.65 if name else 0.5
    if _YEAR.match(code) and not (numbered and name):
        return None
    if len(code) < 5 and not name:
        score = 0.4
    start = begin if numbered else match.start()
    return Checked(start, _with_country(text, end), score, reason="postcode and town")


_YEAR = re.compile(r"(?:19|20)\d\d(?!\d)")
_NUMBER_LAST = lazily(
    rf"(?<![\w.])(?:{TOWN_WORD} (?:(?:de|del|de la|di|du) )?){{0,4}}{TOWN_WORD},? "
    rf"(?:[Nn][.ºo°]{{1,2}} ?)?"
    r"(?:\d{1,4}(?:[-–/]\d{1,4})?|s/n)[A-Za-z]?[,.]? {1,2}\Z"
)


def _known_start(town: re.Match[str]) -> tuple[str | None, int]:
    """The listed town that a capitalised stretch begins with, and where it ends."""
    name = town[0].lower()
    while name:
        if name in TOWNS:
            return name, town.start() + len(name)
        cut = max(name.rfind(" "), name.rfind(" ("), name.rfind("-"), name.rfind("/"))
        if cut < 0:
            return None, town.end()
        name = name[:cut].rstrip()
    return None, town.end()


def _joined(text: str, begin: int, start: int) -> bool:
    """Whether a street's line ends directly before the postcode: no sentence between them."""
    return ". " not in text[begin:start].replace("str. ", "").replace("Str. ", "")


_NAMES = alternatives(STATE_NAMES)
PATTERNS: Final = (
    Pattern(
        name="address.us_state",
        entity_type="STREET_ADDRESS",
        regex=rf"(?<![\w.])(?:{'|'.join(UNITED_STATES)}|{_NAMES})\.?,? {{1,3}}"
        r"\d{5}(?:-\d{4})?(?![\w%]|[.,:/-]\d)",
        anchor=rf"\b(?:{'|'.join(UNITED_STATES)}|{_NAMES})\.?,? {{1,3}}\d{{5}}",
        reach=20 + 5 + 5,
        longest=20 + 5 + 5 + 5 + 3,
        score=0.45,
        check=_state,
        context=_CODED,
        ignore_case=True,
    ),
    Pattern(
        name="address.australian_state",
        entity_type="STREET_ADDRESS",
        regex=rf"(?<![\w.])(?:{'|'.join(AUSTRALIAN)}),? {{1,2}}\d{{4}}(?![\w%]|[.,:/-]\d)",
        anchor=rf"\b(?:{'|'.join(AUSTRALIAN)}),? {{1,2}}\d{{4}}",
        reach=3 + 3 + 4,
        longest=3 + 3 + 4 + 2,
        score=0.45,
        check=_state,
        context=_CODED,
    ),
    Pattern(
        name="address.british_code",
        entity_type="STREET_ADDRESS",
        regex=rf"(?<![\w./+=-])(?P<code>{UNITED_KINGDOM_CODE})(?![\w+=/-])",
        anchor=r"\b[A-Z]{1,2}\d[A-Z0-9]? ?\d[A-Z]{2}\b|\bGIR ?0AA",
        reach=8,
        longest=9,
        score=0.6,
        check=_british,
        context=_CODED,
        ignore_case=True,
    ),
    Pattern(
        name="address.canadian_code",
        entity_type="STREET_ADDRESS",
        regex=rf"(?<![\w./+=-])(?:(?P<province>{'|'.join(PROVINCES)}),? {{1,3}})?"
        rf"(?P<code>{CANADIAN_CODE})(?![\w+=/-])",
        anchor=r"\b[A-Z]\d[A-Z][ \-]?\d[A-Z]\d\b",
        reach=6 + 7,
        longest=6 + 8,
        score=0.55,
        check=_canadian,
        context=_CODED,
    ),
    Pattern(
        name="address.code_and_town",
        entity_type="STREET_ADDRESS",
        regex=r"(?<![\w.,:/$€£#%+-])"
        r"(?P<country>(?:DE|D|FR|F|ES|E|IT|I|NL|AT|A|CH|B|BE|L|LU|DK)-(?=\d{4}))?"
        r"(?P<code>\d{4} ?[A-Z]{2}|\d{5}|(?<=-)\d{4}) (?P<town>[A-Z\u00c0-\u00de])",
        anchor=r"\b(?:\d{5}|\d{4} ?[A-Z]{2}|[A-Z]-\d{4}) (?:[A-Z]|[\xc3-\xc5])",
        reach=3 + 7 + 2,
        longest=3 + 7 + 2 + 5,
        score=0.5,
        check=_before_town,
        context=_CODED,
    ),
    Pattern(
        name="address.unit",
        entity_type="STREET_ADDRESS",
        regex=r"(?<=[ \n,])(?:suite|ste\.?|apt\.?|apartment|unit|room|rm\.?) (?:# ?)?[A-Z]?-?\d",
        anchor=r"\b(?:suite|ste\.?|apt\.?|apartment|unit|room|rm\.?) (?:# ?)?[A-Z]?-?\d",
        reach=9 + 1 + 2 + 3,
        longest=9 + 1 + 2 + 3,
        score=0.6,
        check=_unit,
        ignore_case=True,
    ),
)
