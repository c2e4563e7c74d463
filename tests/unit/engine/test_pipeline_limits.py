"""Bad input costs no more than its length: each text here once blew up some detector somewhere."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import pytest

from sluice.engine import scan
from sluice.engine.patterns import Pattern
from sluice.engine.pipeline import Detector

MEGABYTE = 1_000_000
ENDLESS: dict[str, str] = {
    "100,000 at signs": "@" * 100_000,
    "100,000 angle brackets": "<" * 100_000,
    "one token": "abcdefghij0123456789" * (MEGABYTE // 20),
    "digits": "1234567890" * (MEGABYTE // 10),
    "zeros": "0" * MEGABYTE,
    "labels": "a." * (MEGABYTE // 2),
    "octets": "1.1.1." * (MEGABYTE // 6),
    "single digits": "1 " * (MEGABYTE // 2),
    "pairs of digits": "12 34 56 78 " * (MEGABYTE // 12),
    "digits and dashes": "1-" * (MEGABYTE // 2),
    "times": "11:11:" * (MEGABYTE // 6),
    "colons": ":" * MEGABYTE,
    "deep brackets": "([{<" * (MEGABYTE // 4),
    "closing brackets in a URL": "http://a/" + ")" * MEGABYTE,
    "passwords": "password=" * 50_000,
    "keys that begin and never end": "-----BEGIN PRIVATE KEY-----" * 10_000,
    "one key that never ends": "-----BEGIN PRIVATE KEY-----" + "A" * MEGABYTE,
    "beginnings of signed tokens": "eyJ" * (MEGABYTE // 3),
    "headers of signed tokens": "eyJhbGciOiJIUzI1NiJ9." * (MEGABYTE // 21),
    "beginnings of URLs": "http://" * (MEGABYTE // 7),
    "credentials": "://a:" * (MEGABYTE // 5),
    "credentials and hosts": "a://b:c@" * (MEGABYTE // 8),
    "beginnings of keys": "sk-" * (MEGABYTE // 3),
    "half addresses": "a@a." * (MEGABYTE // 4),
    "domains": "a.com." * (MEGABYTE // 6),
    "beginnings of accounts": "AB12 " * (MEGABYTE // 5),
    "beginnings of wallets": "0x" * (MEGABYTE // 2),
    "dates": "2024-01-01 " * (MEGABYTE // 11),
    "months": "jan 1 " * (MEGABYTE // 6),
    "cards": "4111111111111111 " * (MEGABYTE // 17),
    "names of keys": "aws_secret" * (MEGABYTE // 10),
    "non-breaking spaces": "1\u00a0" * (MEGABYTE // 3),
    "letters of three bytes": "密@密." * (MEGABYTE // 8),
    "spaces": " " * MEGABYTE,
}
DENSE = ("single digits", "digits and dashes", "times", "half addresses")
"""Texts with an anchor at each character or two."""


def _read_to_its_end(text: str) -> None:
    end = 0
    for found in Detector().analyze(text):
        assert end <= found.start < found.end <= len(text)
        end = found.end


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", [n for n in ENDLESS if n not in DENSE or not scan.HAS_HYPERSCAN])
def test_a_megabyte_of_it_ends(name: str) -> None:
    _read_to_its_end(ENDLESS[name])


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", ENDLESS)
def test_both_ways_of_scanning_find_the_same_in_it(name: str) -> None:
    text = ENDLESS[name][:20_000]
    assert Detector(backend="re").analyze(text) == Detector().analyze(text)


def _steps(monkeypatch: pytest.MonkeyPatch, text: str) -> int:
    """How many matches the exact step looks at."""
    count = 0
    plain: Callable[[Pattern, object], object] = Pattern.checked  # type: ignore[assignment]

    def counted(self: Pattern, match: object) -> object:
        nonlocal count
        count += 1
        return plain(self, match)

    with monkeypatch.context() as patched:
        patched.setattr(Pattern, "checked", counted)
        Detector().analyze(text)
    return count


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", ENDLESS)
def test_twice_the_text_is_at_most_twice_the_matches_to_check(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    text = ENDLESS[name]
    short, long = (_steps(monkeypatch, text[:size]) for size in (20_000, 40_000))
    assert long <= 2 * short + 20


@pytest.mark.skipif(not scan.HAS_HYPERSCAN, reason="there is no Hyperscan for this machine")
@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", DENSE)
def test_a_megabyte_ends_in_flat_memory_where_anchors_are_dense(name: str) -> None:
    """Ten bytes for each byte of text would already be 10 MB; the scan keeps runs, not ends."""
    Detector()  # made before memory is counted
    tracemalloc.start()
    _read_to_its_end(ENDLESS[name])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10 * MEGABYTE
