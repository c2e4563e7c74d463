"""JWTs for our own audience: the attacks on them, and Entra's ways."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.unit.server.auth.identity.peers import (
    AUDIENCE,
    CLIENT,
    EC_KEY,
    ISSUER,
    JWKS,
    OTHER_RSA_KEY,
    OTHER_TENANT,
    RSA_KEY,
    TENANT,
    ScriptedFetch,
    claims,
    rsa_jwk,
    signed,
)

from sluice.server.auth.identity.config import JwtAudienceConfig
from sluice.server.auth.identity.jwt_audience import JwtAudience
from sluice.server.auth.refusals import Reason, SignInRefused

pytestmark = pytest.mark.anyio

KEYS_URL = "https://issuer.example/keys"
ENTRA_KEYS_URL = f"https://login.microsoftonline.com/{TENANT}/discovery/v2.0/keys"
ENTRA_ISSUER = f"https://login.microsoftonline.com/{TENANT}/v2.0"


def provider(**more: object) -> JwtAudience:
    """An issuer that is no Entra, with the published keys of the peers."""
    settings = {
        "kind": "jwt_audience",
        "audience": AUDIENCE,
        "issuer": ISSUER,
        "jwks_url": KEYS_URL,
        "allow_everyone": True,
        **more,
    }
    config = JwtAudienceConfig.model_validate(settings)
    return JwtAudience(config, ScriptedFetch({KEYS_URL: JWKS, ENTRA_KEYS_URL: JWKS}))


def entra(**more: object) -> JwtAudience:
    """Entra ID with its own issuer and keys."""
    return provider(tenant_id=TENANT, issuer=None, jwks_url=None, **more)


def entra_claims(**more: object) -> dict[str, Any]:
    """Claims of a delegated v2 token for our audience."""
    base = {"iss": ENTRA_ISSUER, "tid": TENANT, "oid": "oid-1", "scp": "access", "azp": CLIENT}
    return claims(**(base | more))


async def refused(who: JwtAudience, token: str) -> Reason:
    """Why a token is refused; the message quotes nothing of it."""
    with pytest.raises(SignInRefused) as error:
        await who.verify(token)
    for value in ("subject-1", "one@example.org", token.rpartition(".")[2] or "-none-"):
        assert value not in str(error.value)
    return error.value.reason


def encoded(part: bytes | dict[str, Any]) -> str:
    """Base64url, as a JWT's parts are."""
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


async def test_a_valid_token_names_its_user() -> None:
    identity = await provider().verify(signed(claims(groups=["g-1", 7])))
    assert (identity.issuer, identity.subject) == (ISSUER, "subject-1")
    assert (identity.email, identity.name) == ("one@example.org", "One")
    assert identity.groups == {"g-1"}


async def test_es256_is_taken_too() -> None:
    token = signed(claims(), EC_KEY, "ES256", kid="ec-1")
    assert (await provider().verify(token)).subject == "subject-1"


NOW = int(time.time())
WRONG_CLAIMS: list[tuple[dict[str, object], Reason]] = [
    ({"exp": NOW - 60}, Reason.INVALID_PROVIDER_TOKEN),
    ({"exp": None}, Reason.INVALID_PROVIDER_TOKEN),
    ({"exp": "soon"}, Reason.INVALID_PROVIDER_TOKEN),
    ({"nbf": NOW + 3600}, Reason.INVALID_PROVIDER_TOKEN),
    ({"iat": NOW + 3600, "nbf": None}, Reason.INVALID_PROVIDER_TOKEN),
    ({"iss": "https://elsewhere.example"}, Reason.INVALID_PROVIDER_TOKEN),
    ({"iss": ISSUER + "/"}, Reason.INVALID_PROVIDER_TOKEN),
    ({"iss": None}, Reason.INVALID_PROVIDER_TOKEN),
    ({"sub": None}, Reason.INVALID_PROVIDER_TOKEN),
    ({"sub": ""}, Reason.NO_PERSON),
    ({"sub": "x" * 257}, Reason.NO_PERSON),
    ({"aud": "api://another"}, Reason.WRONG_AUDIENCE),
    ({"aud": ["api://another"]}, Reason.WRONG_AUDIENCE),
    ({"aud": AUDIENCE + "/"}, Reason.WRONG_AUDIENCE),
    ({"aud": None}, Reason.INVALID_PROVIDER_TOKEN),
    ({"aud": []}, Reason.INVALID_PROVIDER_TOKEN),
]


@pytest.mark.parametrize(("wrong", "reason"), WRONG_CLAIMS)
async def test_each_claim_is_checked(wrong: dict[str, object], reason: Reason) -> None:
    assert await refused(provider(), signed(claims(**wrong))) is reason


PUBLIC_PEM = RSA_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def hmac_with_public_key(secret: bytes) -> str:
    """The classic confusion: the public key as an HMAC secret."""
    head = encoded({"alg": "HS256", "typ": "JWT", "kid": "rsa-1"})
    body = f"{head}.{encoded(claims())}"
    return f"{body}.{encoded(hmac.digest(secret, body.encode(), hashlib.sha256))}"


def unsigned(algorithm: str) -> str:
    """A token that claims to need no signature."""
    return f"{encoded({'alg': algorithm, 'kid': 'rsa-1'})}.{encoded(claims())}."


def resigned(**header: object) -> str:
    """Signed by an attacker, whose header says where the key is to be found."""
    return signed(claims(), OTHER_RSA_KEY, **header)


def with_other_subject(token: str) -> str:
    """The same header and signature around other claims."""
    header, _, signature = token.split(".")
    return f"{header}.{encoded(claims(sub='other'))}.{signature}"


FORGED = {
    "alg none": unsigned("none"),
    "alg None": unsigned("None"),
    "alg NONE": unsigned("NONE"),
    "alg empty": unsigned(""),
    "RS256 without a signature": unsigned("RS256"),
    "HS256 with the PEM": hmac_with_public_key(PUBLIC_PEM),
    "HS256 with the JWK": hmac_with_public_key(json.dumps(JWKS["keys"][0]).encode()),
    "another key under a known id": resigned(),
    "another key that is not published": resigned(kid="attacker"),
    "key by jku": resigned(jku="https://attacker.example/keys"),
    "key by x5u": resigned(x5u="https://attacker.example/cert"),
    "key in the header": resigned(jwk=rsa_jwk(OTHER_RSA_KEY, "rsa-1")),
    "id of a key of another type": signed(claims(), RSA_KEY, kid="ec-1"),
    "id that is a path": signed(claims(), RSA_KEY, kid="../../rsa-1"),
    "RS512": signed(claims(), RSA_KEY, "RS512"),
    "PS256": signed(claims(), RSA_KEY, "PS256"),
    "no key id": signed(claims(), RSA_KEY, kid=None),
    "unknown critical header": signed(claims(), RSA_KEY, crit=["x"], x=1),
    "changed claims": with_other_subject(signed(claims())),
    "no JWT": "not-a-jwt",
    "three dots": "..",
    "claims that are a list": f"{encoded({'alg': 'RS256', 'kid': 'rsa-1'})}.{encoded(b'[]')}.AA",
    "not ASCII": "ä" * 20,
    "too long": "a" * 40_000,
}  # fmt: skip


@pytest.mark.parametrize("attack", FORGED)
async def test_forged_tokens_are_refused(attack: str) -> None:
    assert await refused(provider(), FORGED[attack]) is Reason.INVALID_PROVIDER_TOKEN


async def test_no_address_from_a_token_is_ever_asked() -> None:
    fetch = ScriptedFetch({KEYS_URL: JWKS})
    config = JwtAudienceConfig.model_validate(
        {"kind": "jwt_audience", "audience": AUDIENCE, "issuer": ISSUER, "jwks_url": KEYS_URL,
         "allow_everyone": True}
    )  # fmt: skip
    who = JwtAudience(config, fetch)
    for attack in ("key by jku", "key by x5u", "key in the header"):
        await refused(who, FORGED[attack])
    assert {url for url, _ in fetch.asked} == {KEYS_URL}
    assert {bearer for _, bearer in fetch.asked} == {None}


async def test_a_key_of_fewer_than_2048_bits_is_not_used() -> None:
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    keys = {"keys": [*JWKS["keys"], rsa_jwk(weak, "weak")]}
    config = JwtAudienceConfig.model_validate(
        {"kind": "jwt_audience", "audience": AUDIENCE, "issuer": ISSUER, "jwks_url": KEYS_URL,
         "allow_everyone": True}
    )  # fmt: skip
    who = JwtAudience(config, ScriptedFetch({KEYS_URL: keys}))
    with pytest.warns(Warning, match="2048"):
        token = signed(claims(), weak, kid="weak")
    assert await refused(who, token) is Reason.INVALID_PROVIDER_TOKEN


@pytest.mark.parametrize("claim", ["azp", "appid", "client_id"])
async def test_the_client_must_be_one_of_ours_if_they_are_named(claim: str) -> None:
    who = provider(client_ids=[CLIENT])
    assert (await who.verify(signed(claims(**{claim: CLIENT.upper()})))).subject == "subject-1"
    assert await refused(who, signed(claims(**{claim: "another"}))) is Reason.WRONG_CLIENT
    assert await refused(who, signed(claims())) is Reason.WRONG_CLIENT


async def test_one_of_two_client_claims_is_not_enough() -> None:
    token = signed(claims(azp=CLIENT, client_id="another"))
    assert await refused(provider(client_ids=[CLIENT]), token) is Reason.WRONG_CLIENT


@pytest.mark.parametrize(
    "value", [{"scope": "a prompts"}, {"scp": "prompts"}, {"scp": ["prompts"]}]
)
async def test_a_required_scope_is_found_in_each_form(value: dict[str, object]) -> None:
    who = provider(required_scope="prompts")
    assert (await who.verify(signed(claims(**value)))).subject == "subject-1"
    wrong = signed(claims(scope="prompts2"))
    assert await refused(who, wrong) is Reason.INVALID_PROVIDER_TOKEN


@pytest.mark.parametrize(
    ("verified", "trusted", "email"),
    [
        (True, False, "one@example.org"),
        ("true", False, "one@example.org"),
        (None, False, None),
        (None, True, "one@example.org"),
        (False, True, None),
        ("false", True, None),
        (1, False, None),
    ],
)
async def test_an_address_counts_only_if_somebody_vouches_for_it(
    verified: object, trusted: bool, email: str | None
) -> None:
    who = provider(trust_unverified_email=trusted)
    assert (await who.verify(signed(claims(email_verified=verified)))).email == email


@pytest.mark.parametrize(
    "more", [{}, {"iss": f"https://sts.windows.net/{TENANT}/", "azp": None, "appid": CLIENT}]
)
async def test_both_versions_of_entras_tokens_name_the_same_user(more: dict[str, object]) -> None:
    identity = await entra(client_ids=[CLIENT]).verify(signed(entra_claims(**more)))
    assert (identity.issuer, identity.subject) == (ENTRA_ISSUER, "oid-1")


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"tid": OTHER_TENANT}, Reason.WRONG_TENANT),
        ({"tid": None}, Reason.WRONG_TENANT),
        ({"iss": ENTRA_ISSUER.replace(TENANT, OTHER_TENANT)}, Reason.INVALID_PROVIDER_TOKEN),
        ({"scp": None, "roles": ["x"]}, Reason.NO_PERSON),
        ({"idtyp": "app"}, Reason.NO_PERSON),
        ({"oid": None}, Reason.NO_PERSON),
    ],
)
async def test_entra_tokens_of_other_tenants_and_of_applications_are_refused(
    wrong: dict[str, object], reason: Reason
) -> None:
    assert await refused(entra(), signed(entra_claims(**wrong))) is reason


@pytest.mark.parametrize(
    ("more", "email"),
    [
        ({"email_verified": None}, "one@example.org"),
        ({"email": None, "upn": "One@Example.org"}, "one@example.org"),
        ({"email": None, "preferred_username": "two@example.org"}, "two@example.org"),
        ({"email": None, "upn": "x_y.example#EXT#@tenant.example"}, None),
    ],
)
async def test_entras_addresses_are_believed_within_the_tenant(
    more: dict[str, object], email: str | None
) -> None:
    assert (await entra().verify(signed(entra_claims(**more)))).email == email
