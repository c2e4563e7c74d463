"""Addresses of cryptocurrencies, their checksums, and what only looks like one."""

from __future__ import annotations

import pytest
from tests.unit.engine.detectors.marking import check_found, check_not_found

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
NOT_FOUND = (
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
