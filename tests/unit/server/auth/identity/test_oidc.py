"""Discovery, userinfo and what is not taken on trust from either."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.server.auth.identity.peers import (
    AUDIENCE,
    ISSUER,
    JWKS,
    ScriptedFetch,
    Time,
    claims,
    signed,
)

from sluice.server.auth.identity.base import read_token
from sluice.server.auth.identity.config import OidcConfig
from sluice.server.auth.identity.http import IdentityProviderDown
from sluice.server.auth.identity.oidc import Oidc
from sluice.server.auth.refusals import Reason, SignInRefused

pytestmark = pytest.mark.anyio

DISCOVERY = f"{ISSUER}/.well-known/openid-configuration"
KEYS = f"{ISSUER}/keys"
USERINFO = f"{ISSUER}/userinfo"
DOCUMENT = {"issuer": ISSUER, "jwks_uri": KEYS, "userinfo_endpoint": USERINFO}
PERSON = {"sub": "subject-1", "email": "one@example.org", "email_verified": True, "groups": ["g"]}


def provider(**more: object) -> tuple[Oidc, ScriptedFetch, Time]:
    """One issuer, with a fetch that counts and a clock."""
    settings = {"kind": "oidc", "issuer": ISSUER, "audience": AUDIENCE, "allow_everyone": True}
    fetch = ScriptedFetch({DISCOVERY: DOCUMENT, KEYS: JWKS, USERINFO: PERSON})
    time = Time()
    config = OidcConfig.model_validate(settings | more)
    return Oidc(config, fetch, monotonic=time), fetch, time


async def refused(who: Oidc, token: str) -> Reason:
    """Why a token is refused."""
    with pytest.raises(SignInRefused) as error:
        await who.verify(token)
    return error.value.reason


async def test_a_jwt_is_verified_with_the_discovered_keys_and_discovery_is_remembered() -> None:
    who, fetch, time = provider()
    for _ in range(3):
        assert (await who.verify(signed(claims()))).email == "one@example.org"
    assert [url for url, _ in fetch.asked] == [DISCOVERY, KEYS]
    time.now += 3600
    await who.verify(signed(claims()))
    assert [url for url, _ in fetch.asked] == [DISCOVERY, KEYS, DISCOVERY, KEYS]


async def test_a_jwt_is_never_sent_to_the_userinfo_endpoint_when_it_says_enough() -> None:
    who, fetch, _ = provider(opaque_tokens=True)
    await who.verify(signed(claims(scope="openid")))
    await refused(who, signed(claims(scope="openid"))[:-4] + "AAAA")
    assert USERINFO not in [url for url, _ in fetch.asked]


async def test_an_address_that_a_jwt_lacks_is_asked_for() -> None:
    who, _, _ = provider()
    identity = await who.verify(signed(claims(email=None, scope="openid")))
    assert (identity.email, identity.groups) == ("one@example.org", frozenset({"g"}))


async def test_userinfo_about_somebody_else_is_refused() -> None:
    """OpenID Connect Core 1.0, section 5.3.2: the subjects must be the same."""
    who, fetch, _ = provider()
    fetch.answers[USERINFO] = {**PERSON, "sub": "subject-2"}
    token = signed(claims(email=None, scope="openid"))
    assert await refused(who, token) is Reason.PROVIDER_REFUSED


async def test_a_jwt_that_userinfo_refuses_is_valid_without_an_address() -> None:
    who, fetch, _ = provider()
    del fetch.answers[USERINFO]
    assert (await who.verify(signed(claims(email=None, scope="openid")))).email is None


@pytest.mark.parametrize(
    "document",
    [
        {**DOCUMENT, "issuer": "https://elsewhere.example"},
        {**DOCUMENT, "issuer": ISSUER + "/"},
        {"jwks_uri": KEYS},
        {"issuer": ISSUER},
        {**DOCUMENT, "jwks_uri": "http://issuer.example/keys"},
        {**DOCUMENT, "jwks_uri": 7},
        {},
    ],
)
async def test_a_discovery_document_that_does_not_fit_signs_nobody_in(
    document: dict[str, Any],
) -> None:
    who, fetch, _ = provider()
    fetch.answers[DISCOVERY] = document
    with pytest.raises(IdentityProviderDown) as down:
        await who.verify(signed(claims()))
    assert (down.value.status, down.value.code) == (503, "identity_provider_misconfigured")
    assert KEYS not in [url for url, _ in fetch.asked]


async def test_an_opaque_token_is_asked_about_once_a_minute() -> None:
    who, fetch, time = provider(opaque_tokens=True)
    for _ in range(3):
        assert (await who.verify("opaque-token")).subject == "subject-1"
    assert fetch.asked == [(DISCOVERY, None), (USERINFO, "opaque-token")]
    time.now += 60
    del fetch.answers[USERINFO]
    assert await refused(who, "opaque-token") is Reason.PROVIDER_REFUSED


async def test_opaque_tokens_need_a_safe_userinfo_endpoint() -> None:
    who, fetch, _ = provider(opaque_tokens=True)
    fetch.answers[DISCOVERY] = {**DOCUMENT, "userinfo_endpoint": "http://issuer.example/me"}
    with pytest.raises(IdentityProviderDown, match="userinfo"):
        await who.verify("opaque-token")


async def test_userinfo_without_a_subject_names_nobody() -> None:
    who, fetch, _ = provider(opaque_tokens=True)
    fetch.answers[USERINFO] = {"email": "one@example.org", "email_verified": True}
    assert await refused(who, "opaque-token") is Reason.NO_PERSON


@pytest.mark.parametrize(
    ("more", "jwt_taken", "opaque_taken"),
    [
        ({}, True, False),
        ({"opaque_tokens": True}, True, True),
        ({"audience": None, "opaque_tokens": True}, False, True),
        ({"audience": None, "client_ids": ["c"]}, True, False),
    ],
)
async def test_tokens_are_taken_only_in_the_configured_forms(
    more: dict[str, object], jwt_taken: bool, opaque_taken: bool
) -> None:
    who, fetch, _ = provider(**more)
    assert who.takes(read_token(signed(claims()))) is jwt_taken
    assert who.takes(read_token("opaque")) is opaque_taken
    assert not who.takes(read_token(signed(claims(iss="https://elsewhere.example"))))
    if not opaque_taken:
        assert await refused(who, "opaque") is Reason.INVALID_PROVIDER_TOKEN
        assert fetch.asked == []
