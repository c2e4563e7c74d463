"""Encodings of cryptocurrencies' addresses with their checksums: Base58, Bech32, CashAddr, CRC."""

from __future__ import annotations

from hashlib import blake2b, sha256
from typing import Final

from sluice.engine.detectors.keccak import keccak_256

BITCOIN: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
RIPPLE: Final = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
_CHARSET: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CASH: Final = (0x98F2BC8E61, 0x79B76D99E2, 0xF33E5FB3C4, 0xAE2EABE2A8, 0x1E4F43E470)
_BECH32M_SUM: Final = 0x2BC830A3
# Monero encodes 8 bytes in 11 characters, and a rest of n bytes in this many.
_BLOCK_BYTES: Final = {2: 1, 3: 2, 5: 3, 6: 4, 7: 5, 9: 6, 10: 7, 11: 8}


def base58_bytes(text: str, alphabet: str = BITCOIN) -> bytes:
    """The bytes of a Base58 number, a zero for each leading first letter of the alphabet."""
    number = 0
    for char in text:
        number = number * 58 + alphabet.index(char)
    zeros = len(text) - len(text.lstrip(alphabet[0]))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def base58check(text: str, alphabet: str = BITCOIN) -> bytes | None:
    """The payload, version in front, if the last four bytes are its double SHA-256."""
    raw = base58_bytes(text, alphabet)
    if len(raw) < 5 or sha256(sha256(raw[:-4]).digest()).digest()[:4] != raw[-4:]:
        return None
    return raw[:-4]


def is_monero(text: str) -> bool:
    """Whether blocks of Base58 hold a network byte, keys, and four bytes of their Keccak-256."""
    raw = b""
    for at in range(0, len(text), 11):
        block, number = text[at : at + 11], 0
        for char in block:
            number = number * 58 + BITCOIN.index(char)
        size = _BLOCK_BYTES.get(len(block))
        if size is None or number >> (8 * size):
            return False
        raw += number.to_bytes(size, "big")
    return keccak_256(raw[:-4])[:4] == raw[-4:]


def is_ss58(text: str) -> bool:
    """Whether it is a Substrate address (Polkadot, Kusama): 32 bytes, two of BLAKE2b-512."""
    raw = base58_bytes(text)
    if len(raw) not in (35, 36):
        return False
    return blake2b(b"SS58PRE" + raw[:-2]).digest()[:2] == raw[-2:]


def is_bech32(text: str) -> bool:
    """Whether the checksum of BIP 173, or of BIP 350, fits; in one case throughout."""
    if text not in (text.lower(), text.upper()):
        return False
    prefix, _, data = text.lower().rpartition("1")
    values = [_CHARSET.find(char) for char in data]
    if -1 in values or len(values) < 7:
        return False
    expanded = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    found = _polymod(expanded + values, _BECH32, 25)
    if prefix in ("bc", "tb", "bcrt", "ltc", "tltc"):
        return found == (1 if values[0] == 0 else _BECH32M_SUM)
    return found in (1, _BECH32M_SUM)


def is_cash_address(text: str) -> bool:
    """Whether the 40-bit checksum of a Bitcoin Cash address fits (`bitcoincash:q…`)."""
    values = [_CHARSET.find(char) for char in text.lower().removeprefix("bitcoincash:")]
    prefix = [ord(char) & 31 for char in "bitcoincash"]
    return -1 not in values and _polymod([*prefix, 0, *values], _CASH, 35) == 1


def _polymod(values: list[int], generator: tuple[int, ...], shift: int) -> int:
    """The checksum of BIP 173 over 5-bit values, with another generator that of CashAddr."""
    checksum = 1
    for value in values:
        top = checksum >> shift
        checksum = (checksum & ((1 << shift) - 1)) << 5 ^ value
        for bit, term in enumerate(generator):
            checksum ^= term if top >> bit & 1 else 0
    return checksum


def crc16_xmodem(data: bytes) -> int:
    """CRC-16 with polynomial 0x1021 and no start value, as Stellar's addresses use it."""
    crc = 0
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc
