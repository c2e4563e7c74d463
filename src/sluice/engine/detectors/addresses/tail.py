"""Reading on behind a street: units, town, region, postcode, country, over commas and lines."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from sluice.engine.detectors.addresses.places import COUNTRIES, PLACES
from sluice.engine.detectors.addresses.vocabulary import (
    AUSTRALIAN,
    CANADIAN_CODE,
    PROVINCE_NAMES,
    PROVINCES,
    STATE_NAMES,
    TOWN,
    UNIT,
    UNITED_KINGDOM_CODE,
    UNITED_STATES,
)
from sluice.engine.patterns import alternatives, lazily, words

MOST_PARTS: Final = 8
"""Most parts that are read behind a street."""

LONGEST_PART: Final = 160
"""Most code points that are read of one part."""

LINE: Final = r"(?:\r?\n|\\r\\n|\\n|<br ?/?>)"
"""The end of a line, also as JSON and HTML write it."""


class Tail(NamedTuple):
    """How far an address goes on, and what was read on the way."""

    end: int
    unit: bool = False
    town: bool = False
    known: bool = False
    """Whether a part is a place from the lists, or a region by its abbreviation."""
    postcode: bool = False

    @property
    def confirms(self) -> bool:
        """Whether it makes certain that an address stands before it."""
        return self.postcode or self.known or self.unit

    @property
    def bonus(self) -> float:
        """What it adds to the score of the street before it."""
        if self.postcode:
            return 0.3
        return 0.15 if self.known or self.unit else 0.1 if self.town else 0.0


class _Gap(NamedTuple):
    """What separates two parts."""

    end: int
    comma: bool
    line: bool


_GAP = lazily(
    rf"(?:\.(?=,))?[ \t]{{0,3}}(?P<comma>[,;|·•]|[-–—](?=[ \t])|\.(?=[ ]\d{{5}}[ ][A-ZÀ-Þ]))?[ "
    rf"\t]{{0,3}}(?P<line>{LINE}[ \t>*|]{{0,8}})?"
)
_UNIT = lazily(UNIT, re.IGNORECASE)
# `, 5 B`: a floor and a door.
_FLOOR_DOOR = re.compile(r"\d{1,2}[ -]?[A-H]\b(?! ?[\d(])")
# `St., 3500, Chicago`: the number of a room between two commas.
_BARE_UNIT = re.compile(r"\d{1,4}(?=, ?[^\W\d_])", re.ASCII)
_END = r"(?=[ \t]*(?:[,.;:)\]}\"'|<\r\n]|\\n|$|[-–—] )|[ ](?:and|und|et|y|e|en|is|ist|in|at)\b)"
_TERMINATED = lazily(_END)
_ZIP = r"\d{5}(?:[- ]\d{4})?(?![\w-])"
_LOOSE_WORD = r"[^\W\d_][^\W\d_]*(?:['’.-][^\W\d_]+)*\.?"
_LOOSE_TOWN = rf"(?P<town>{_LOOSE_WORD}(?: {_LOOSE_WORD}){{0,3}}?)"
_AHEAD = rf"(?:,? {{1,2}}|,? ?{LINE} {{0,4}})"


_AMERICAN = lazily(
    rf"(?:{_LOOSE_TOWN}{_AHEAD})?(?P<state>{alternatives([*UNITED_STATES, *STATE_NAMES])})\b\.?"
    rf"(?:{_AHEAD}(?P<code>{_ZIP}))?",
    re.IGNORECASE,
)
_PROVINCIAL = lazily(
    rf"(?:{_LOOSE_TOWN}{_AHEAD})?"
    rf"\(?(?P<state>{alternatives([*PROVINCES, *PROVINCE_NAMES])})\b\.?\)?"
    rf"(?:{_AHEAD}(?P<code>{CANADIAN_CODE}|\d{{4}})(?!\w))?",
    re.IGNORECASE,
)
_AUSTRALIAN = lazily(
    rf"(?:{_LOOSE_TOWN}{_AHEAD})?(?P<state>{alternatives(AUSTRALIAN)})\b"
    rf"(?:{_AHEAD}(?P<code>\d{{4}})(?![\w-]))?",
    re.IGNORECASE,
)
_BRITISH = lazily(
    rf"(?:{_LOOSE_TOWN}{_AHEAD})?(?P<code>{UNITED_KINGDOM_CODE}|{CANADIAN_CODE})(?!\w)",
    re.IGNORECASE,
)
_TOWN_ZIP = lazily(rf"(?P<town>{TOWN}),? (?P<code>{_ZIP})")
# The postcode before the town, as on the continent; four digits alone are nothing.
_CONTINENTAL = lazily(
    r"(?:(?:CP|C\.P\.|CAP|PLZ|código postal|code postal)[ .:]{0,2})?"
    r"(?:(?:D|DE|F|FR|E|ES|I|IT|NL|A|AT|CH|B|BE|L|LU|LUX|DK|P|PT)[- –]{1,2})?"
    rf"(?P<code>\d{{5}}(?:-\d{{3,4}})?|\d{{4}}-\d{{3}}|\d{{4}} ?[A-Z]{{2}}(?![A-Za-z])"
    rf"|\d{{2}}-\d{{3}}|\d{{4}}|\d{{3}} \d{{2}})(?![\w-])"
    rf"(?:(?:,? |,? ?-+ ?|{LINE} {{0,4}})(?P<town>{TOWN})"
    r"(?:(?<=[Cc][Ee][Dd][Ee][Xx]) \d{1,2}| cedex(?: \d{1,2})?)?"
    r"(?: ?\([^()\n]{2,20}\)| [A-Z]{2}\b)?)?"
)
_LOWER_CONTINENTAL = lazily(
    r"(?P<code>\d{5}|\d{4} ?[a-z]{2})(?![\w-]) (?P<town>[^\W\d_]{3,20}(?:[ -][^\W\d_]{3,20}){0,2})"
)
_TOWN = lazily(rf"{TOWN}(?: ?\([^()\n]{{2,20}}\))?")
_WORDS = re.compile(r"[^\W\d_'][^\W\d_]*(?:[ .'’-]{1,2}[^\W\d_]+){0,4}\.?")
_WORD_ENDS = re.compile(r"(?<=[^\W\d_])(?![^\W\d_])")
_NO_TOWNS: Final = words(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may "
    "june july august september october november december tel fax phone email mobile e-mail "
    "telephone téléphone telefon teléfono telefono mail date name dob ssn attn note please thanks "
    "regards ref order total however but and i we he she they it the this that which where when "
    "montag dienstag mittwoch donnerstag freitag samstag sonntag ich wir er sie kind dear hello "
    "hi yes no ok mr mrs ms herr frau nhc nif dni nass médico edad sexo fecha"
)


def read(text: str, at: int) -> Tail:
    """The parts of an address that follow behind `at`, at most `MOST_PARTS` of them."""
    tail = Tail(at)
    for _ in range(MOST_PARTS):
        further = _further(text, tail)
        if further is None:
            break
        tail = further
    return tail


def _further(text: str, tail: Tail) -> Tail | None:
    """One part more, or None."""
    gap = _gap(text, tail.end)
    if gap is None:
        return None
    if gap.line and text[gap.end : gap.end + 1] in ("", "\n", "\r"):
        return None
    for reader in _READERS:
        further = reader(text, tail, gap)
        if further is not None:
            return further
    return None


def _gap(text: str, at: int) -> _Gap | None:
    match = _GAP.match(text, at)
    if match is None or match.end() == at:
        return None
    return _Gap(match.end(), match["comma"] is not None, match["line"] is not None)


def _unit(text: str, tail: Tail, gap: _Gap) -> Tail | None:
    if tail.postcode:
        return None
    match = _UNIT.match(text, gap.end, gap.end + LONGEST_PART)
    if match is None and gap.comma and not gap.line:
        match = _FLOOR_DOOR.match(text, gap.end, gap.end + LONGEST_PART)
        match = match or _BARE_UNIT.match(text, gap.end, gap.end + LONGEST_PART)
    if match is None:
        return None
    return tail._replace(end=match.end(), unit=True)


def _with_state(text: str, tail: Tail, gap: _Gap) -> Tail | None:
    """`Springfield, IL 62704`; `Toronto, ON M5V 2T6`; `Sydney NSW 2000`."""
    if tail.postcode:
        return None
    for expression in (_AMERICAN, _AUSTRALIAN, _PROVINCIAL):
        match = expression.match(text, gap.end, gap.end + LONGEST_PART)
        if match is None or not _is_state(match, gap):
            continue
        coded = match["code"] is not None
        return tail._replace(end=match.end(), town=True, known=True, postcode=coded)
    return None


def _is_state(match: re.Match[str], gap: _Gap) -> bool:
    """Without a code behind it a state shows by its capitals, and by a comma or a town."""
    town, state = match["town"], match["state"]
    if town and not _is_town_like(town):
        return False
    if match["code"]:
        return state.isupper() or len(state) > 2 or len(match["code"]) >= 5
    if len(state) > 3:
        return state[0].isupper() and _TERMINATED.match(match.string, match.end()) is not None
    if not state.isupper() or not _TERMINATED.match(match.string, match.end()):
        return False
    return bool(town) or gap.comma or gap.line


def _is_town_like(town: str) -> bool:
    first = town.split()[0]
    return first.lower().rstrip(".") not in _NO_TOWNS and town.lower() not in _NO_TOWNS


def _with_code(text: str, tail: Tail, gap: _Gap) -> Tail | None:
    """`London SW1A 1AA`, `Ottawa K1A 0B1`, `Evanston, 60201`."""
    if tail.postcode:
        return None
    for expression in (_BRITISH, _TOWN_ZIP):
        match = expression.match(text, gap.end, gap.end + LONGEST_PART)
        if match is None or (match["town"] and not _is_town_like(match["town"])):
            continue
        return tail._replace(end=match.end(), town=True, postcode=True)
    return None


def _continental(text: str, tail: Tail, gap: _Gap) -> Tail | None:
    """`D-10115 Berlin`, `75002 Paris CEDEX 02`, `1012 AB Amsterdam`, `00184 Roma (RM)`."""
    if tail.postcode:
        return None
    match = _CONTINENTAL.match(text, gap.end, gap.end + LONGEST_PART)
    if match is None or match["town"] is None:
        match = _LOWER_CONTINENTAL.match(text, gap.end, gap.end + LONGEST_PART) or match
    if match is None:
        return None
    town, code = match["town"], match["code"]
    if town and not _is_town_like(town):
        return tail._replace(end=match.end("code"), postcode=True) if len(code) >= 5 else None
    if not town and (len(code) < 5 or not _TERMINATED.match(text, match.end())):
        return None
    if town and town.islower() and town not in PLACES:
        known = _known(text, match.start("town"))
        return tail._replace(end=max(known, match.end("code")), postcode=True)
    return tail._replace(end=match.end(), town=bool(town) or tail.town, postcode=True)


def _place(text: str, tail: Tail, gap: _Gap) -> Tail | None:
    """A place from the lists, in any case."""
    end = _known(text, gap.end)
    if not end:
        return None
    name = text[gap.end : end]
    if name.lower() in ("us", "nice", "reading", "bath", "como", "tours") and name.islower():
        return None
    if tail.postcode and name.lower() not in COUNTRIES and not (gap.comma or gap.line):
        return None
    return tail._replace(end=end, town=True, known=True)


def _known(text: str, at: int) -> int:
    """Where the longest listed place that starts at `at` ends, 0 without one."""
    match = _WORDS.match(text, at, at + 48)
    if match is None:
        return 0
    for end in reversed([m.end() for m in _WORD_ENDS.finditer(text, at, match.end())]):
        for stop in (end + 1, end):
            if text[at:stop].lower() in PLACES and (stop == end or text[end:stop] == "."):
                return stop
    return 0


def _town(text: str, tail: Tail, gap: _Gap) -> Tail | None:
    """Capitalised words behind a comma, up to the next mark; or on a line of a form's middle."""
    if tail.town or not gap.comma:
        return None
    match = _TOWN.match(text, gap.end, gap.end + LONGEST_PART)
    if match is None or not _is_town_like(match[0]):
        return None
    if not _TERMINATED.match(text, match.end()):
        return None
    return tail._replace(end=match.end() - match[0].endswith("."), town=True)


_READERS: Final[tuple[Callable[[str, Tail, _Gap], Tail | None], ...]] = (
    _unit,
    _with_state,
    _with_code,
    _continental,
    _place,
    _town,
)
