"""Numbers written after masks, with the check digits that their kind asks for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from random import Random
from typing import Final

_PLACE: Final = re.compile("[#%@]")
_ALPHABETS: Final = {"#": "0123456789", "%": "123456789", "@": "ABCDEFGHJKLMNPRSTUVWXYZ"}


def masked(mask: str, random: Random) -> str:
    """Write a number after its mask: `#` a digit, `%` a digit but zero, `@` a capital letter."""
    return _PLACE.sub(lambda found: random.choice(_ALPHABETS[found.group()]), mask)


def with_iban_digits(number: str) -> str:
    """Put in the check digits of ISO 13616 (modulo 97), at the third and fourth place."""
    plain = number.replace(" ", "")
    moved = plain[4:] + plain[:2] + "00"
    rest = int("".join(str(int(char, 36)) for char in moved)) % 97
    return f"{number[:2]}{98 - rest:02}{number[4:]}"


def with_luhn_digit(number: str) -> str:
    """Put in the last digit that ISO/IEC 7812-1 asks for."""
    digits = [int(char) for char in number if char.isdigit()][:-1]
    doubled = [sum(divmod(digit * 2, 10)) for digit in digits[::-2]]
    return f"{number[:-1]}{-(sum(doubled) + sum(digits[-2::-2])) % 10}"


CHECKED: Final[Mapping[str, Callable[[str], str]]] = {
    "iban": with_iban_digits,
    "id.card_number": with_luhn_digit,
}


def number(kind: str, mask: str, random: Random) -> str:
    """Write a number of a kind after one of its masks, with its check digits."""
    written = masked(mask, random)
    return CHECKED[kind](written) if kind in CHECKED else written
