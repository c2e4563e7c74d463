"""Addresses of cryptocurrencies, confirmed by their own checksums."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Final

from sluice.engine.detectors.keccak import keccak_256
from sluice.engine.patterns import Checked, Pattern, Precedence, context

_BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_BECH32_SUM: Final = 1
_BECH32M_SUM: Final = 0x2BC830A3


def _base58(match: re.Match[str]) -> Checked | None:
    """25 bytes whose last four are the checksum of the others (Base58Check)."""
    number = 0
    for char in match[0]:
        number = number * 58 + _BASE58.index(char)
    if number >> 200:
        return None
    raw = number.to_bytes(25, "big")
    fits = sha256(sha256(raw[:21]).digest()).digest()[:4] == raw[21:]
    return Checked(*match.span(), 0.95) if fits and raw[0] in (0x00, 0x05) else None


def _bech32(match: re.Match[str]) -> Checked | None:
    """A segregated-witness address (BIP 173; from version 1 on BIP 350)."""
    address = match[0]
    if address not in (address.lower(), address.upper()):
        return None
    prefix, _, data = address.lower().rpartition("1")
    values = [_BECH32.find(char) for char in data]
    if -1 in values or len(values) < 7:
        return None
    expected = _BECH32_SUM if values[0] == 0 else _BECH32M_SUM
    expanded = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    return Checked(*match.span(), 0.95) if _polymod(expanded + values) == expected else None


def _polymod(values: list[int]) -> int:
    """The checksum of BIP 173."""
    checksum = 1
    for value in values:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for bit, term in enumerate(_GENERATOR):
            checksum ^= term if top >> bit & 1 else 0
    return checksum


def _ethereum(match: re.Match[str]) -> Checked | None:
    """40 hexadecimal digits; in mixed case the case is a checksum (EIP-55)."""
    digits = match[0][2:]
    if len(set(digits.lower())) < 4:
        return None
    if digits in (digits.lower(), digits.upper()):
        return Checked(*match.span(), 0.7)
    nibbles = keccak_256(digits.lower().encode()).hex()
    upper = (char.isupper() for char in digits)
    fits = all(
        char.isdigit() or is_upper == (int(nibble, 16) >= 8)
        for char, is_upper, nibble in zip(digits, upper, nibbles, strict=False)
    )
    return Checked(*match.span(), 0.95) if fits else None


_CONTEXT: Final = context(
    "wallet bitcoin btc ethereum eth crypto address coin ledger token send deposit",
    "commit sha hash digest transaction txid",
    boost=0.2,
    drop=0.3,
)

PATTERNS: Final = (
    Pattern(
        name="crypto.bitcoin_base58",
        entity_type="CRYPTO",
        regex=r"(?<![A-Za-z0-9])[13][1-9A-HJ-NP-Za-km-z]{25,34}(?![A-Za-z0-9])",
        anchor=r"[13][1-9A-HJ-NP-Za-km-z]{25,34}(?:\b|_)",
        reach=36,
        longest=37,
        score=0.95,
        check=_base58,
        precedence=Precedence.CHECKED,
    ),
    Pattern(
        name="crypto.bitcoin_bech32",
        entity_type="CRYPTO",
        regex=r"(?<![A-Za-z0-9])(?:bc|tb)1[a-z0-9]{11,87}(?![A-Za-z0-9])",
        anchor=r"(?:bc|tb)1[a-z0-9]{11}",
        reach=14,
        longest=92,
        score=0.95,
        check=_bech32,
        precedence=Precedence.CHECKED,
        ignore_case=True,
    ),
    Pattern(
        name="crypto.ethereum",
        entity_type="CRYPTO",
        regex=r"(?<![A-Za-z0-9])0x[0-9A-Fa-f]{40}(?![A-Za-z0-9])",
        anchor=r"0x[0-9A-Fa-f]{40}",
        reach=42,
        longest=44,
        score=0.7,
        check=_ethereum,
        context=_CONTEXT,
        precedence=Precedence.CHECKED,
    ),
)
