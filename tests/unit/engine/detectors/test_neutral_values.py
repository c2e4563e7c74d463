"""The values of the neutral conformance test `pii-leak-benchmark` (0.6.0): each kind is found.

What it draws is valid in form and nobody's: published test cards, areas that were never issued,
numbers of the fictional range, the reserved domain. Plain, percent-encoded, and encoded throughout.
"""

from __future__ import annotations

import random
from functools import cache
from urllib.parse import quote

import pytest

from sluice.engine import Detector

SENTENCES = (
    "{}",
    "Reference record: {}",
    "You sent: Please review\nReference record: {}",
    "Please review: {}, and more",
    '{{"record_field": "{}"}}',
    "Synthetic conformance record anvil-socket: contact {}",
    "Synthetic conformance record anvil-socket: SSN {}, card",
)
CARDS = (
    "4111-1111-1111-1111",
    "4012-8888-8888-1881",
    "4242-4242-4242-4242",
    "5555-5555-5555-4444",
    "5105-1051-0510-5100",
    "6011-1111-1111-1117",
)
TOKENS = (
    "AKIA" + "IOSFODNN7EXAMPLE",
    "ghp_" + "EXAMPLENOTAREALGITHUBTOKEN0000000000",
    "xoxb" + "-00000-00000-EXAMPLENOTAREALTOKEN",
)


@cache
def detector() -> Detector:
    return Detector()


def _drawn(kind: str, count: int) -> list[str]:
    chosen = random.Random(kind)
    if kind == "e-mail":
        letters = "abcdefghijklmnopqrstuvwxyz"
        return ["".join(chosen.choices(letters, k=8)) + "@example.com" for _ in range(count)]
    if kind == "ssn":
        return [
            f"{chosen.randint(900, 999)}-{chosen.randint(1, 49):02d}-{chosen.randint(1, 9999):04d}"
            for _ in range(count)
        ]
    return [f"{chosen.randint(200, 999)}-555-01{chosen.randint(0, 99):02d}" for _ in range(count)]


VALUES = {
    "e-mail": _drawn("e-mail", 12),
    "ssn": [*_drawn("ssn", 12), "900-01-0001", "999-49-9999", "914-27-6083"],
    "phone": [*_drawn("phone", 12), "200-555-0100", "999-555-0199"],
    "card": list(CARDS),
    "token": list(TOKENS),
}


def _is_found(sentence: str, value: str) -> bool:
    start = sentence.index("{}") - sentence[: sentence.index("{}")].count("{{")
    found = detector().analyze(sentence.format(value))
    return any(
        item.start <= start and item.end >= start + len(value) and item.score >= 0.5
        for item in found
    )


@pytest.mark.parametrize("sentence", SENTENCES, ids=range(len(SENTENCES)))
@pytest.mark.parametrize("kind", VALUES)
def test_every_value_is_found_however_it_is_encoded(kind: str, sentence: str) -> None:
    for value in VALUES[kind]:
        throughout = "".join(f"%{ord(character):02X}" for character in value)
        for written in (value, quote(value, safe=""), throughout):
            assert _is_found(sentence, written), written


def test_a_withdrawn_sample_number_is_found_behind_its_label() -> None:
    """078-05-1120 was printed in wallets; by itself it is nobody's."""
    assert _is_found("Her SSN is {}, she says.", "078-05-1120")
