"""Addresses of cryptocurrencies, their checksums, and what only looks like one."""

from __future__ import annotations

from base64 import b32encode
from hashlib import sha256

import pytest
from tests.unit.engine.detectors.marking import check_found, check_not_found, detector, unmarked

from sluice.engine.detectors.base58 import BITCOIN, base58check, crc16_xmodem
from sluice.engine.detectors.crypto import PATTERNS
from sluice.engine.detectors.keccak import keccak_256

FOUND = (
    "[[1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa]]",
    "[[3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy]]",
    "pay [[1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2]], thanks",
    "[[bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4]]",
    "[[BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4]]",
    "[[tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx]]",
    "[[bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0]]",
    "[[bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3]]",
    "[[0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed]]",
    "[[0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359]]",
    "[[0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB]]",
    "[[0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb]]",
    "wallet [[0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed]]",
    "ETH:[[0x52908400098527886E0F7030069857D2E4169EE7]].",
    "bitcoin:[[1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa]]?amount=1",
    "地址[[3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy]]。",
)
OTHERS = (
    ("ripple", "[[rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh]]"),
    ("tron", "[[TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t]]"),
    ("dogecoin", "[[DH5yaieqoZN36fDVciNyRueRGvGLR3mr7L]]"),
    ("tezos", "[[tz1VSUr8wwNhLAzempoch5d6hLRiTh8Cjcjb]]"),
    ("polkadot", "[[5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY]]"),
    (
        "monero",
        "[[44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RV"
        "GQBEP3A]]",
    ),
    (
        "bech32",
        "[[addr1qx2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzer3n0d3vllmyqwsx5wktcd8cc3sq835lu7drv2"
        "xwl2wywfgse35a3x]]",
    ),
    ("bitcoin_cash", "[[bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a]]"),
    (
        "xpub",
        "[[xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFjqJoCu1Rupje8YtGqsefD26"
        "5TMg7usUDFdp6W1EGMcet8]]",
    ),
    ("solana", "Solana wallet [[7EcDhSYGxXyscszYEp35KHN8vvw3svAuLKTzXwCFLtV]]"),
)
NOT_FOUND = (
    "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTi",
    "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6u",
    "7EcDhSYGxXyscszYEp35KHN8vvw3svAuLKTzXwCFLtV",
    "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6b",
    "ThisIsOneLongIdentifierOfSomeProgram",
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb",
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7Divf",
    "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLz",
    "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
    "bc1Qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd",
    "bc1zw508d6qejxtdg4y5r3zarvaryvg6kdaj",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD",
    "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beae",
    "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed0",
    "0x0000000000000000000000000000000000000000",
    "0xffffffffffffffffffffffffffffffffffffffff",
    "5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
    "commit 0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
    "x1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
    "0xdeadbeef",
    "111111111111111111111111111111111",
)


@pytest.mark.parametrize("marked", FOUND)
def test_an_address_with_the_right_checksum_is_found(marked: str) -> None:
    check_found(marked, "CRYPTO")


@pytest.mark.parametrize("text", NOT_FOUND)
def test_a_wrong_checksum_or_a_mere_hash_is_not_found(text: str) -> None:
    check_not_found(text, "CRYPTO")


@pytest.mark.parametrize(
    ("data", "digest"),
    [
        (b"", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
        (b"abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"),
        (b"a" * 135, "34367dc248bbd832f4e3e69dfaac2f92638bd0bbd18f2912ba4ef454919cf446"),
        (b"a" * 136, "a6c4d403279fe3e0af03729caada8374b5ca54d8065329a3ebcaeb4b60aa386e"),
    ],
)
def test_keccak_gives_the_published_digests(data: bytes, digest: str) -> None:
    assert keccak_256(data).hex() == digest


@pytest.mark.parametrize(("coin", "marked"), OTHERS)
def test_addresses_of_other_coins_are_found_and_named(coin: str, marked: str) -> None:
    check_found(marked, "CRYPTO")
    text = unmarked(marked)[0]
    named = {found.detector for found in detector("re").analyze(text)}
    assert f"crypto.{coin}" in named


def _encoded(version: int) -> str:
    """An address of 20 bytes, in Base58Check."""
    payload = bytes([version]) + sha256(b"nobody").digest()[:20]
    raw = payload + sha256(sha256(payload).digest()).digest()[:4]
    number, text = int.from_bytes(raw, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        text = BITCOIN[rest] + text
    return "1" * (len(raw) - len(raw.lstrip(b"\x00"))) + text


@pytest.mark.parametrize("version", [0x00, 0x05, 0x30, 0x32, 0x1E, 0x4C, 0x41])
def test_every_version_of_an_address_is_found(version: int) -> None:
    address = _encoded(version)
    assert base58check(address) is not None
    check_found(f"send to [[{address}]].", "CRYPTO")


def test_a_stellar_address_is_found_by_its_checksum() -> None:
    raw = bytes([6 << 3]) + sha256(b"nobody").digest()
    address = b32encode(raw + crc16_xmodem(raw).to_bytes(2, "little")).decode()
    check_found(f"[[{address}]]", "CRYPTO")
    other = "A" if address[20] != "A" else "B"
    check_not_found(address[:20] + other + address[21:], "CRYPTO")


def test_each_check_says_what_confirmed_the_address() -> None:
    for pattern in PATTERNS:
        assert pattern.entity_type == "CRYPTO"
    match = PATTERNS[0].compiled.search(_encoded(0))
    assert match is not None
    checked = PATTERNS[0].checked(match)
    assert checked is not None
    assert checked.reason == "Base58Check"
