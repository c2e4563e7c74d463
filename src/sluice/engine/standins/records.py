"""Stand-ins for social security numbers, dates and UUIDs."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from sluice.engine.standins.dice import Dice, fill

_SSN = re.compile(r"[0-9]{3}([- ]?)[0-9]{2}\1[0-9]{4}")
_UUID = re.compile(r"[0-9A-F]{8}-(?:[0-9A-F]{4}-){3}[0-9A-F]{12}", re.IGNORECASE)

_TIME = (
    r"(?:(?:T| |, )(?P<H>[0-9]{2}):(?P<M>[0-9]{2})(?::(?P<S>[0-9]{2})(?:\.(?P<F>[0-9]{1,9}))?)?)?"
)
_ZONE = r"(?: ?(?:Z|UTC|[+-][0-9]{2}:?[0-9]{2}))?"
_DAY = r"(?P<d>[0-9]{1,2})(?:(?P<th>st|nd|rd|th)|\.)?"
_MONTH = r"(?P<name>[^\W\d_]{3,9})\.?"
_DATES: Final = tuple(
    re.compile(form + _TIME + _ZONE)
    for form in (
        r"(?P<y>[0-9]{4})(?P<s>[-/.])(?P<m>[0-9]{1,2})(?P=s)(?P<d>[0-9]{1,2})",
        r"(?P<m>[0-9]{1,2})(?P<s>[-/.])(?P<n>[0-9]{1,2})(?P=s)(?P<y>[0-9]{4}|[0-9]{2})",
        rf"{_DAY} (?:of )?{_MONTH},? (?P<y>[0-9]{{4}})",
        rf"{_MONTH} {_DAY},? (?P<y>[0-9]{{4}})",
    )
)
_MONTHS: Final = tuple(
    tuple(names.split())
    for names in (
        "January February March April May June July August September October November December",
        "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        "Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez",
    )
)


def ssn(original: str, dice: Dice) -> str | None:
    """A number in area 000, which the Social Security Administration never gives out."""
    if not _SSN.fullmatch(original):
        return None
    return fill(original, f"000{1 + dice.below(99):02d}{1 + dice.below(9999):04d}")


def uuid(original: str, dice: Dice) -> str | None:
    """A random UUID (RFC 9562, version 4) in the original's case."""
    if not _UUID.fullmatch(original):
        return None
    drawn = dice.hexadecimal(original)
    variant = dice.choose("89AB" if drawn.upper() == drawn else "89ab")
    return f"{drawn[:14]}4{drawn[15:19]}{variant}{drawn[20:]}"


def date(original: str, dice: Dice) -> str | None:
    """Another day in the same notation, one to three years off; its time of day is drawn too.

    Only for a whole date: a bare year, a time or `next Monday` stands in too many texts. Where day
    and month cannot be told apart, both are at most 12.
    """
    for form in _DATES:
        if found := form.fullmatch(original):
            return _moved(found, dice)
    return None


def _moved(found: re.Match[str], dice: Dice) -> str | None:
    parts = {name: text for name, text in found.groupdict().items() if text and name != "s"}
    new = {name: _DRAWN[name](text, dice) for name, text in parts.items()}
    if "" in new.values():
        return None
    if "th" in new:
        new["d"] = _padded(parts["d"], 4 + dice.below(6), 11 + dice.below(9))
    moved = found[0]
    for name in sorted(new, key=found.start, reverse=True):
        moved = moved[: found.start(name)] + new[name] + moved[found.end(name) :]
    return moved


def _padded(text: str, short: int, long: int) -> str:
    """`short` where the original has one digit or a leading zero, else `long`."""
    return f"{short:0{len(text)}d}" if len(text) == 1 or text[0] == "0" else str(long)


def _year(text: str, dice: Dice) -> str:
    moved = int(text) + dice.choose((-3, -2, -1, 1, 2, 3))
    return f"{moved % 10 ** len(text):0{len(text)}d}"


def _day(text: str, dice: Dice) -> str:
    return _padded(text, 1 + dice.below(9), 10 + dice.below(19))


def _number_of_month(text: str, dice: Dice) -> str:
    return _padded(text, 1 + dice.below(9), 10 + dice.below(3))


def _name_of_month(text: str, dice: Dice) -> str:
    """Another name of the same table in the same case; "" for a word that is no month."""
    for names in _MONTHS:
        if text.capitalize() in names:
            name = dice.choose(names)
            return name.upper() if text.isupper() else name.lower() if text.islower() else name
    return ""


_DRAWN: Final[dict[str, Callable[[str, Dice], str]]] = {
    "y": _year,
    "m": _number_of_month,
    "n": _number_of_month,
    "d": _day,
    "th": lambda _, __: "th",
    "name": _name_of_month,
    "H": lambda _, dice: f"{dice.below(24):02d}",
    "M": lambda _, dice: f"{dice.below(60):02d}",
    "S": lambda _, dice: f"{dice.below(60):02d}",
    "F": lambda text, dice: dice.digits(len(text)),
}
