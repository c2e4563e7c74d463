"""Published keys: fetched once, fetched again for a new id, and never in a flood."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.unit.server.auth.identity.peers import (
    EC_KEY,
    JWKS,
    OTHER_RSA_KEY,
    RSA_KEY,
    ScriptedFetch,
    Time,
    ec_jwk,
    rsa_jwk,
)

from sluice.server.auth.identity.http import IdentityProviderDown
from sluice.server.auth.identity.jwks import KeySet, read_keys

pytestmark = pytest.mark.anyio

URL = "https://issuer.example/keys"


def key_set() -> tuple[KeySet, ScriptedFetch, Time]:
    """Keys behind a fetch that counts."""
    fetch, time = ScriptedFetch({URL: JWKS}), Time()
    return KeySet(URL, fetch, monotonic=time), fetch, time


async def test_keys_are_fetched_once_for_many_at_once() -> None:
    keys, fetch, _ = key_set()
    found = await asyncio.gather(*(keys.key("rsa-1", "RS256") for _ in range(20)))
    assert None not in found
    assert len(fetch.asked) == 1


async def test_a_new_key_id_is_looked_for_at_most_once_a_minute() -> None:
    keys, fetch, time = key_set()
    await keys.key("rsa-1", "RS256")
    for number in range(50):
        assert await keys.key(f"invented-{number}", "RS256") is None
    assert len(fetch.asked) == 1
    time.now += 60
    fetch.answers[URL] = {"keys": [rsa_jwk(OTHER_RSA_KEY, "rsa-2")]}
    assert await keys.key("rsa-2", "RS256") is not None
    assert await keys.key("rsa-1", "RS256") is None, "a withdrawn key is gone"
    assert len(fetch.asked) == 2


async def test_keys_are_fetched_again_after_an_hour() -> None:
    keys, fetch, time = key_set()
    await keys.key("rsa-1", "RS256")
    time.now += 3599
    await keys.key("rsa-1", "RS256")
    assert len(fetch.asked) == 1
    time.now += 1
    fetch.answers[URL] = {"keys": [rsa_jwk(OTHER_RSA_KEY, "rsa-2")]}
    assert await keys.key("rsa-1", "RS256") is None


async def test_known_keys_serve_a_day_while_the_provider_is_down_and_not_longer() -> None:
    keys, fetch, time = key_set()
    await keys.key("rsa-1", "RS256")
    fetch.is_down = True
    time.now += 23 * 3600
    assert await keys.key("rsa-1", "RS256") is not None
    time.now += 3600
    with pytest.raises(IdentityProviderDown):
        await keys.key("rsa-1", "RS256")


async def test_a_provider_that_is_down_is_not_asked_by_every_request() -> None:
    keys, fetch, time = key_set()
    fetch.is_down = True
    for _ in range(10):
        with pytest.raises(IdentityProviderDown):
            await keys.key("rsa-1", "RS256")
    assert len(fetch.asked) == 1
    time.now += 60
    fetch.is_down = False
    assert await keys.key("rsa-1", "RS256") is not None


async def test_a_key_serves_its_own_algorithm_only() -> None:
    keys, _, _ = key_set()
    assert await keys.key("rsa-1", "ES256") is None
    assert await keys.key("ec-1", "RS256") is None
    assert await keys.key("ec-1", "ES256") is not None


UNUSABLE: list[Any] = [
    "a string",
    {},
    {"kty": "RSA", "kid": "k"},
    {"kty": "oct", "kid": "k", "k": "c2VjcmV0"},
    {"kty": "OKP", "kid": "k", "crv": "Ed25519", "x": "AAAA"},
    {"kty": "EC", "kid": "k", "crv": "P-256", "x": "!", "y": "!"},
    {**rsa_jwk(RSA_KEY, "k"), "kid": 7},
    rsa_jwk(RSA_KEY, "k", use="enc"),
    rsa_jwk(RSA_KEY, "k", alg="RS512"),
    ec_jwk(EC_KEY, "k", alg="ES384"),
]


@pytest.mark.parametrize("key", UNUSABLE)
def test_keys_that_cannot_be_used_are_passed_over(key: object) -> None:
    assert set(read_keys({"keys": [key, *JWKS["keys"]]})) == {
        ("rsa-1", "RS256"),
        ("ec-1", "ES256"),
    }


@pytest.mark.parametrize("document", [{}, {"keys": []}, {"keys": "none"}, {"keys": UNUSABLE}])
def test_a_set_without_a_usable_key_is_a_fault_of_the_provider(document: dict[str, Any]) -> None:
    with pytest.raises(IdentityProviderDown, match="no key"):
        read_keys(document)
