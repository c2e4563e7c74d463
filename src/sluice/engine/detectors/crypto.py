"""Addresses of cryptocurrencies, confirmed by their own checksums; Solana's by words around them.

Versions and prefixes are those that the projects publish (SLIP-0173 for the Bech32 prefixes).
Private keys are secrets and not looked for here.
"""

from __future__ import annotations

import re
from base64 import b32decode
from typing import Final

from sluice.engine.detectors.base58 import (
    BITCOIN,
    RIPPLE,
    base58_bytes,
    base58check,
    crc16_xmodem,
    is_bech32,
    is_cash_address,
    is_monero,
    is_ss58,
)
from sluice.engine.detectors.keccak import keccak_256
from sluice.engine.patterns import (
    Checked,
    Pattern,
    Precedence,
    context,
    surrounding_words,
    words,
)

# Version bytes of 20-byte hashes (Bitcoin and what was derived from it), and the coin's name.
_VERSIONS: Final = {
    0x00: "bitcoin",
    0x05: "bitcoin",
    0x6F: "bitcoin",
    0xC4: "bitcoin",
    0x30: "litecoin",
    0x32: "litecoin",
    0x1E: "dogecoin",
    0x16: "dogecoin",
    0x4C: "dash",
    0x10: "dash",
    0x41: "tron",
}
_LONGER_VERSIONS: Final = {
    b"\x1c\xb8": "zcash",
    b"\x1c\xbd": "zcash",
    b"\x06\xa1\x9f": "tezos",
    b"\x06\xa1\xa1": "tezos",
    b"\x06\xa1\xa4": "tezos",
}
_EXTENDED: Final = {b"\x04\x88\xb2\x1e", b"\x04\x9d\x7c\xb2", b"\x04\xb2\x47\x46"}
"""xpub, ypub, zpub: keys from which all of a wallet's addresses follow (BIP 32, SLIP-0132)."""
_WALLET: Final = words(
    "wallet wallets bitcoin btc ethereum eth crypto cryptocurrency coin coins ledger solana sol "
    "phantom "
    "deposit withdraw withdrawal withdrawals airdrop spl usdc usdt blockchain"
)


def _base58(match: re.Match[str]) -> Checked | None:
    """Base58Check in Bitcoin's alphabet or in Ripple's, with a known version in front."""
    address = match[0]
    coin = _ripple(address) if address[0] == "r" else None
    coin = coin or _derived(address)
    if coin:
        return Checked(*match.span(), 0.95, detector=f"crypto.{coin}", reason="Base58Check")
    if is_ss58(address):
        return Checked(*match.span(), 0.9, detector="crypto.polkadot", reason="SS58")
    return _solana(match)


def _ripple(address: str) -> str | None:
    payload = base58check(address, RIPPLE)
    return "ripple" if payload and len(payload) == 21 and payload[0] == 0 else None


def _derived(address: str) -> str | None:
    payload = base58check(address)
    if payload is None or len(payload) < 21:
        return None
    if len(payload) == 21:
        return _VERSIONS.get(payload[0])
    return _LONGER_VERSIONS.get(payload[:-20])


def _solana(match: re.Match[str]) -> Checked | None:
    """32 bytes without a checksum: only where the words speak of wallets."""
    address = match[0]
    if len(address) < 32 or address.isalpha() or len(base58_bytes(address)) != 32:
        return None
    near = surrounding_words(match.string, *match.span())
    if _WALLET.isdisjoint(near):
        return None
    return Checked(*match.span(), 0.65, detector="crypto.solana", reason="context word")


def _long_base58(match: re.Match[str]) -> Checked | None:
    """Monero's addresses, Cardano's older ones, and extended public keys."""
    address = match[0]
    if address[0] in "48" and len(address) in (95, 106) and is_monero(address):
        return Checked(*match.span(), 0.95, detector="crypto.monero", reason="Keccak-256")
    payload = base58check(address) if address[0] in "xyz" else None
    if payload is not None and payload[:4] in _EXTENDED:
        return Checked(*match.span(), 0.95, detector="crypto.xpub", reason="Base58Check")
    return None


def _bech32(match: re.Match[str]) -> Checked | None:
    """A prefix of a coin, and the checksum."""
    return Checked(*match.span(), 0.95, reason="Bech32") if is_bech32(match[0]) else None


def _cash(match: re.Match[str]) -> Checked | None:
    """Bitcoin Cash."""
    return Checked(*match.span(), 0.95, reason="CashAddr") if is_cash_address(match[0]) else None


def _stellar(match: re.Match[str]) -> Checked | None:
    """A version byte, 32 bytes, and their CRC (SEP-0023)."""
    raw = b32decode(match[0])
    fits = crc16_xmodem(raw[:-2]) == int.from_bytes(raw[-2:], "little")
    return Checked(*match.span(), 0.95, reason="CRC-16") if fits else None


def _ethereum(match: re.Match[str]) -> Checked | None:
    """40 hexadecimal digits; in mixed case the case is a checksum (EIP-55)."""
    digits = match[0][2:]
    if len(set(digits.lower())) < 4:
        return None
    if digits in (digits.lower(), digits.upper()):
        return Checked(*match.span(), 0.7, reason="form")
    nibbles = keccak_256(digits.lower().encode()).hex()
    upper = (char.isupper() for char in digits)
    fits = all(
        char.isdigit() or is_upper == (int(nibble, 16) >= 8)
        for char, is_upper, nibble in zip(digits, upper, nibbles, strict=False)
    )
    return Checked(*match.span(), 0.95, reason="EIP-55") if fits else None


_CONTEXT: Final = context(
    "wallet bitcoin btc ethereum eth crypto address coin ledger token send deposit",
    "commit sha hash digest transaction txid",
    boost=0.2,
    drop=0.3,
)

PATTERNS: Final[tuple[Pattern, ...]] = (
    Pattern(
        name="crypto.base58",
        entity_type="CRYPTO",
        regex=rf"(?<![A-Za-z0-9])[{BITCOIN}]{{26,48}}(?![A-Za-z0-9])",
        anchor=rf"(?:\b|_)[{BITCOIN}]{{26,48}}(?:\b|_)",
        reach=49,
        longest=49,
        score=0.95,
        check=_base58,
        precedence=Precedence.CHECKED,
    ),
    Pattern(
        name="crypto.long_base58",
        entity_type="CRYPTO",
        regex=rf"(?<![A-Za-z0-9])(?:[48][0-9AB][{BITCOIN}]{{93}}(?:[{BITCOIN}]{{11}})?"
        rf"|[xyz]pub[{BITCOIN}]{{107}})(?![A-Za-z0-9])",
        anchor=rf"(?:\b|_)(?:[48][0-9AB][{BITCOIN}]{{60}}|[xyz]pub[{BITCOIN}]{{60}})",
        reach=64,
        longest=112,
        score=0.95,
        check=_long_base58,
        precedence=Precedence.CHECKED,
    ),
    Pattern(
        name="crypto.bech32",
        entity_type="CRYPTO",
        regex=r"(?<![A-Za-z0-9])(?:bc|tb|bcrt|t?ltc|addr|addr_test|stake|cosmos|osmo|terra|inj"
        r"|celestia"
        r"|bnb|juno|kava|thor|sei|axelar|akash|erd|zil|npub|lnurl)1[a-z0-9]{11,110}(?![A-Za-z0-9])",
        anchor=r"(?:bc|tb|bcrt|ltc|addr|addr_test|stake|cosmos|osmo|terra|inj|celestia|bnb|juno"
        r"|kava"
        r"|thor|sei|axelar|akash|erd|zil|npub|lnurl)1[a-z0-9]{11}",
        reach=22,
        longest=122,
        score=0.95,
        check=_bech32,
        precedence=Precedence.CHECKED,
        ignore_case=True,
    ),
    Pattern(
        name="crypto.bitcoin_cash",
        entity_type="CRYPTO",
        regex=r"(?<![A-Za-z0-9])(?:bitcoincash:)?[qp][a-z0-9]{41}(?![A-Za-z0-9])",
        anchor=r"[qp][a-z0-9]{41}(?:\b|_)",
        reach=55,
        longest=56,
        score=0.95,
        check=_cash,
        precedence=Precedence.CHECKED,
    ),
    Pattern(
        name="crypto.stellar",
        entity_type="CRYPTO",
        regex=r"(?<![A-Za-z0-9])G[A-Z2-7]{55}(?![A-Za-z0-9])",
        anchor=r"G[A-Z2-7]{55}",
        reach=56,
        longest=57,
        score=0.95,
        check=_stellar,
        precedence=Precedence.CHECKED,
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
