"""Stand-ins for e-mail addresses, links and telephone numbers."""

from __future__ import annotations

import re
from typing import Final

from sluice.engine.standins.dice import LETTERS, Dice, fill

_EXAMPLES: Final = ("example.org", "example.com", "example.net")
"""Kept for examples by RFC 2606; nobody can have them."""

_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
_LINK = re.compile(r"(?:(https?|ftp|wss?)://|(www\.))?[^\s:/]\S*", re.IGNORECASE)
_PHONE = re.compile(r"(?:\+|\()?[0-9][0-9 ().\-/\u00a0]{5,22}[0-9]")


def email(original: str, dice: Dice) -> str | None:
    """A drawn name at example.org, .com or .net."""
    if not _EMAIL.fullmatch(original):
        return None
    name = f"{dice.name(2 + dice.below(2))}.{dice.name(3)}{dice.digits(2)}"
    return f"{name}@{_host(original, dice)}"


def url(original: str, dice: Dice) -> str | None:
    """The original's scheme, example.org, .com or .net, and a drawn path."""
    found = _LINK.fullmatch(original)
    if not found or "." not in original:
        return None
    begin = f"{found[1].lower()}://" if found[1] else "www." if found[2] else ""
    path = "".join(dice.choose(LETTERS) for _ in range(10))
    return f"{begin}{_host(original, dice)}/{path}"


def _host(original: str, dice: Dice) -> str:
    return dice.choose([host for host in _EXAMPLES if host not in original.lower()] or _EXAMPLES)


def phone(original: str, dice: Dice) -> str | None:
    """A number of the same shape that is kept for fiction, else one that cannot be dialled."""
    if not _PHONE.fullmatch(original):
        return None
    digits = re.sub("[^0-9]", "", original)
    return fill(original, _number(digits, dice, abroad=original.startswith("+")))


def _number(digits: str, dice: Dice, *, abroad: bool) -> str:
    code, national = _split(digits, abroad=abroad)
    for country, trunk, length, numbers in _FICTION:
        if code in country and len(national) == len(trunk) + length and national.startswith(trunk):
            begin = _beginning(numbers, national[len(trunk)], dice)
            return code + trunk + begin + dice.digits(length - len(begin))
    # No numbering plan has subscribers behind three zeros.
    return code + "000" + dice.digits(len(national) - 3)


def _beginning(numbers: dict[str, str], first: str, dice: Dice) -> str:
    """The fictional range that begins like the original, with a drawn area code for `AAA`."""
    begin = numbers.get(first, numbers[""])
    return begin.replace("AAA", dice.choose(_AREAS))


def _split(digits: str, *, abroad: bool) -> tuple[str, str]:
    """The country code (with 00, if it was dialled so) and the rest; "" for a national number."""
    if not abroad and digits.startswith("00"):
        code, national = _split(digits[2:], abroad=True)
        return "00" + code, national
    if not abroad:
        return "", digits
    length = 1 if digits[0] in "17" else 2 if _TWO_DIGITS.match(digits) else 3
    return digits[:length], digits[length:]


_TWO_DIGITS: Final = re.compile(
    "20|27|3[0-4]|36|39|4[01]|4[3-9]|5[1-8]|6[0-6]|8[1246]|9[0-5]|98", re.ASCII
)
"""Country codes of two digits (ITU-T E.164); 1 and 7 have one digit, the others three."""

_AREAS: Final = (
    "201", "208", "215", "225", "240", "256", "276", "305", "313", "319", "334", "351",
    "402", "409", "417", "434", "479", "504", "512", "520", "561", "573", "602", "609",
    "617", "630", "651", "701", "708", "717", "731", "760", "774", "802", "810", "817",
    "843", "857", "864", "906", "913", "919", "937", "952", "973",
)  # fmt: skip
"""Area codes of the United States: in each, 555-0100 to 555-0199 are kept for fiction (NANPA)."""

_BRITAIN: Final = {"7": "7700900", "2": "2079460", "": "1632960"}
_FRANCE: Final = {
    "2": "26191", "3": "35301", "4": "46571", "5": "53649", "6": "63998", "": "19900",
}  # fmt: skip
_AUSTRALIA: Final = {"2": "25550", "3": "35550", "7": "75550", "8": "85550", "": "25550"}

_FICTION: Final = (
    (("1", "001"), "", 10, {"": "AAA55501"}),
    (("",), "1", 10, {"": "AAA55501"}),
    (("44", "0044"), "", 10, _BRITAIN),
    (("44", "0044"), "0", 10, _BRITAIN),
    (("",), "0", 10, _BRITAIN),
    (("33", "0033"), "", 9, _FRANCE),
    (("33", "0033"), "0", 9, _FRANCE),
    (("49", "0049"), "", 10, {"": "3023125"}),
    (("49", "0049"), "0", 10, {"": "3023125"}),
    (("61", "0061"), "", 9, _AUSTRALIA),
    (("",), "0", 9, _FRANCE),
    (("",), "", 10, {"": "AAA55501"}),
)
"""Country code as dialled, trunk prefix, digits behind it, and the range for each first digit.

Sources: NANPA (555-01xx), Ofcom (numbers for drama use), ARCEP (numbers for audiovisual works),
Bundesnetzagentur (Rufnummern für Medienproduktionen), ACMA (numbers for use in creative works).
"""
