"""Reading back before a street or a postcode: units, house names, the street's own line."""

from __future__ import annotations

import re
from functools import partial
from typing import Final

from sluice.engine.detectors.addresses.tail import LINE
from sluice.engine.detectors.addresses.vocabulary import NAME_WORD, UNIT
from sluice.engine.patterns import lazily

REACH: Final = 160
"""Most code points that are read back."""
MOST_PARTS: Final = 6
"""Most parts, by commas and lines, that are read back from a postcode."""

_UNIT_BEFORE = lazily(
    rf"(?:(?<![\w.])(?:{UNIT})(?:,? {{1,2}}|/|,? ?{LINE} {{0,4}})"
    rf"(?:{NAME_WORD}(?: {NAME_WORD}){{1,2}},(?: |\n))?)\Z",
    re.IGNORECASE,
)
_CARE = lazily(rf"(?<!\w)c/o:? [^\n,;]{{2,40}}(?:, ?|{LINE})\Z", re.IGNORECASE)
_PART = lazily(rf"(?:,|;|{LINE})[ \t]*")
_WITH_NUMBER = lazily(
    r"(?<![\w.:/#-])(?:\d{1,6}(?:[A-Za-z]|[-/]\d{1,4})?,? {1,2}[^\W\d_]"
    rf"|(?:{UNIT})\Z"
    rf"|{NAME_WORD}(?: [^\W\d_]+\.?){{0,4}} \d{{1,4}}(?: ?[A-Za-z]|-[A-Za-z0-9]{{1,4}})?\Z)"
)
_NO_ADDRESS = lazily(
    r"[()]|\d{1,4} (?:jan|feb|m\u00e4r|mar|apr|avr|mai|may|mei|jun|jul|juin|juil|aug|ao\u00fb|ago"
    r"|sep|set|oct|okt|out|ott|nov|dec|dez|d\u00e9c|dic)[^\W\d_]{0,7}\.?(?: |$)|(?:19"
    r"|20)\d\d [a-z]",
    re.IGNORECASE,
)
"""Brackets and dates: what begins before them is a sentence, no address."""
_SENTENCE = lazily(
    rf"{NAME_WORD}(?: [^\W\d_]+){{0,3}} (?:en|in|op|at|à|au|na|no|em|im|te|bij|aan|to) "
    r"(?:(?:der|den|dem|het|the|la|el) )?(?=[^\Wa-z_])"
)
_WITH_UNIT = lazily(rf"(?<![\w.])(?:{UNIT})\Z", re.IGNORECASE)
_NAME_PART = lazily(rf"{NAME_WORD}(?:[ -](?:{NAME_WORD}|of|the|and|on|upon|de|le|la)){{0,4}}")
_TOWN_BEFORE = lazily(rf"(?<![\w.'’-]){NAME_WORD}(?:[ -]{NAME_WORD}){{0,2}}\Z")


def unit_before(text: str, start: int) -> int:
    """Where the unit begins that stands directly before a street: `Flat 2, 12 Mill Lane`."""
    near = text[max(0, start - 60) : start]
    match = next((m for m in _starts(near)), None) if near else None
    return start if match is None else start - len(near) + match


def _starts(near: str) -> list[int]:
    """The leftmost place from which a unit reaches to the end of `near`."""
    return [found.start() for found in (_UNIT_BEFORE.search(near), _CARE.search(near)) if found]


def street_before(text: str, start: int) -> tuple[int, bool]:
    """Where the address begins that ends in a postcode at `start`; whether it has a number.

    Parts between commas and lines are read back to the one that holds a house number; without
    one, only the town directly before the postcode belongs to it.
    """
    floor = max(0, start - REACH)
    parts = _parts(text, floor, start)
    town = None
    for low, high in parts:
        part = text[low:high]
        match = next(filter(partial(_is_address, part), _WITH_NUMBER.finditer(part)), None)
        if match is not None:
            begin = behind_preposition(text, low + match.start(), high)
            return unit_before(text, begin), True
        if town is None:
            match = _TOWN_BEFORE.search(part)
            if match is None:
                break
            town = low + match.start()
            if match.start():
                break
        elif not (_NAME_PART.fullmatch(part) or _WITH_UNIT.search(part)):
            break
    return (start if town is None else town), False


def _is_address(part: str, match: re.Match[str]) -> bool:
    """Whether no sentence lies between a number and the end of its part."""
    return _NO_ADDRESS.search(part, match.start()) is None


def behind_preposition(text: str, begin: int, end: int) -> int:
    """Without the words of a sentence before a street: `Vivo en Calle Mayor 5`."""
    match = _SENTENCE.match(text, begin, end)
    return match.end() if match else begin


def _parts(text: str, floor: int, start: int) -> list[tuple[int, int]]:
    """The parts before `start`, the last one first, without the blanks at their edges."""
    bounds, at = [], floor
    for separator in _PART.finditer(text, floor, start):
        bounds.append((at, separator.start()))
        at = separator.end()
    bounds.append((at, start))
    stripped = [_stripped(text, low, high) for low, high in reversed(bounds)]
    return [(low, high) for low, high in stripped if high > low][:MOST_PARTS]


def _stripped(text: str, low: int, high: int) -> tuple[int, int]:
    while low < high and text[low] in " \t":
        low += 1
    while high > low and text[high - 1] in " \t":
        high -= 1
    return low, high
