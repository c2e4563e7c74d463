"""Stand-ins for card numbers, bank accounts, banks and crypto addresses."""

from __future__ import annotations

import hashlib
import re
from typing import Final

from sluice.engine.standins.dice import Dice, fill

_CARD = re.compile(r"[0-9](?:[ -]?[0-9]){11,18}")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}(?:[ -]?[A-Z0-9]){11,30}", re.IGNORECASE)
_BIC = re.compile(r"[A-Z]{4}([A-Z]{2})[A-Z0-9]{2}([A-Z0-9]{3})?")
_BASE58 = re.compile(r"[13][1-9A-HJ-NP-Za-km-z]{25,34}")
_SEGWIT = re.compile(r"bc1([qp])([02-9ac-hj-np-z]{38}|[02-9ac-hj-np-z]{58})")
_ETHEREUM = re.compile(r"0x[0-9a-fA-F]{40}")

_NOBODYS_CARDS: Final = "9999"
"""ISO/IEC 7812: 9 and an ISO 3166 country number; 999 is no country's."""


def card(original: str, dice: Dice) -> str | None:
    """The length and grouping of the original, a right Luhn digit, nobody's issuer number."""
    if not _CARD.fullmatch(original):
        return None
    count = sum(map(str.isdecimal, original))
    digits = _NOBODYS_CARDS + dice.digits(count - len(_NOBODYS_CARDS) - 1)
    return fill(original, digits + _luhn(digits))


def _luhn(digits: str) -> str:
    """The check digit of ISO/IEC 7812-1, annex B."""
    doubled = (int(d) * (2 - at % 2) for at, d in enumerate(reversed(digits)))
    return str(-sum(n // 10 + n % 10 for n in doubled) % 10)


def iban(original: str, dice: Dice) -> str | None:
    """The original's country, length and grouping, right check digits, a bank that is none.

    The account part begins with four zeros (XXXX where letters go), which no country gives to a
    bank. Only the IBAN's own check digits are right (ISO 13616, MOD 97-10), not a national one.
    """
    if not _IBAN.fullmatch(original):
        return None
    compact = re.sub("[ -]", "", original).upper()
    bank = re.sub("[A-Z]", "X", re.sub("[0-9]", "0", compact[4:8]))
    account = bank + dice.like(compact[8:])
    country = compact[:2]
    remainder = int("".join(str(int(c, 36)) for c in f"{account}{country}00")) % 97
    return fill(original, f"{country}{98 - remainder:02d}{account}")


def bic(original: str, dice: Dice) -> str | None:
    """The original's country and length; a location ending in 0, which ISO 9362 keeps for tests."""
    found = _BIC.fullmatch(original)
    if not found:
        return None
    bank = dice.like("AAAA")
    if bank == original[:4]:
        return None
    return bank + found[1] + dice.like("A") + "0" + dice.like("A00" if found[2] else "")


def crypto(original: str, dice: Dice) -> str | None:
    """An address of the same kind that holds nothing.

    Bitcoin: an address of the test network with a right checksum, which wallets refuse on the main
    one. Ethereum has one form for all networks: 20 drawn bytes, to which nobody has the key (lower
    case, which carries no checksum).
    """
    if _ETHEREUM.fullmatch(original):
        return "0x" + dice.hexadecimal("0" * 40)
    if _BASE58.fullmatch(original):
        return _base58check((b"\x6f" if original[0] == "1" else b"\xc4") + _bytes(dice, 20))
    if found := _SEGWIT.fullmatch(original):
        size = 20 if len(found[2]) == 38 else 32
        return _segwit(0 if found[1] == "q" else 1, _bytes(dice, size))
    return None


def _bytes(dice: Dice, count: int) -> bytes:
    return dice.below(256**count).to_bytes(count)


_BASE58_DIGITS: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def _base58check(payload: bytes) -> str:
    """Base58 with the first four bytes of a double SHA-256; the version byte is never 0 here."""
    checksum = hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4]
    number = int.from_bytes(payload + checksum)
    encoded = ""
    while number:
        number, digit = divmod(number, 58)
        encoded = _BASE58_DIGITS[digit] + encoded
    return encoded


_BECH32_DIGITS: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32_CONSTANTS: Final = (1, 0x2BC830A3)
_BECH32_GENERATORS: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def _segwit(version: int, program: bytes) -> str:
    """A segregated witness address of the test network (BIP 173, BIP 350)."""
    prefix = "tb"
    values = [version, *_groups_of_five(program)]
    expanded = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    checksum = _polymod([*expanded, *values, 0, 0, 0, 0, 0, 0]) ^ _BECH32_CONSTANTS[version]
    values += [checksum >> 5 * (5 - place) & 31 for place in range(6)]
    return prefix + "1" + "".join(_BECH32_DIGITS[value] for value in values)


def _groups_of_five(data: bytes) -> list[int]:
    bits = "".join(f"{byte:08b}" for byte in data)
    bits += "0" * (-len(bits) % 5)
    return [int(bits[at : at + 5], 2) for at in range(0, len(bits), 5)]


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate(_BECH32_GENERATORS):
            check ^= generator if top >> place & 1 else 0
    return check
