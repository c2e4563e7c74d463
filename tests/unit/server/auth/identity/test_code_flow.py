"""The code flow of every kind of provider: endpoints, who somebody is, and configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import TypeAdapter
from tests.unit.server.auth.identity.peers import (
    AUDIENCE,
    CLIENT,
    ISSUER,
    JWKS,
    OTHER_TENANT,
    TENANT,
    GraphPeer,
    claims,
    graph_token,
    signed,
)

from sluice.server.auth.identity.base import Identity
from sluice.server.auth.identity.code_flow import Begun, Redirected, challenge
from sluice.server.auth.identity.config import IdentityConfig
from sluice.server.auth.identity.registry import build_browser_providers, check_configs
from sluice.server.auth.refusals import Reason, SignInRefused
from sluice.server.settings import InvalidSettings, load_settings

pytestmark = pytest.mark.anyio

CONFIGS: TypeAdapter[list[IdentityConfig]] = TypeAdapter(list[IdentityConfig])
EVERYONE = {"allow_everyone": True, "client_id": CLIENT}
GRAPH = {"kind": "entra_graph", "tenant_id": TENANT, "client_ids": [CLIENT], **EVERYONE}
OWN = {"kind": "jwt_audience", "tenant_id": TENANT, "audience": AUDIENCE, **EVERYONE}
OIDC = {"kind": "oidc", "issuer": ISSUER, **EVERYONE}
LOGIN = f"https://login.microsoftonline.com/{TENANT}"
ENTRA = f"{LOGIN}/v2.0"
PERSON = "66666666-2222-3333-4444-555555555555"
CALLBACK = "https://sluice.example/dashboard/sign-in/callback/x"


def entra_claims(**more: object) -> dict[str, Any]:
    """What Entra's ID token says of somebody of the tenant."""
    return claims(
        iss=ENTRA,
        aud=CLIENT,
        tid=TENANT,
        oid=PERSON,
        email=None,
        email_verified=None,
        preferred_username="one@tenant.example",
        **more,
    )


class Vendor:
    """Entra ID and an issuer of its own, with Graph, as transport of the server's client."""

    def __init__(self, said: Mapping[str, Any]) -> None:
        self.said = dict(said)
        self.nonce = ""
        # Made now: a token that was made when tests were collected may have expired.
        self.access = graph_token()
        self.graph = httpx.ASGITransport(GraphPeer(self.access).app)
        self.asked: list[str] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        """One answer."""
        self.asked.append(str(request.url))
        if request.url.host == "graph.microsoft.com":
            return await self.graph.handle_async_request(request)
        issuer = ENTRA if request.url.host == "login.microsoftonline.com" else ISSUER
        if request.url.path.endswith("/openid-configuration"):
            return httpx.Response(200, json=self._document(issuer))
        if request.url.path.endswith("/token"):
            token = signed({**self.said, "nonce": self.nonce})
            return httpx.Response(200, json={"id_token": token, "access_token": self.access})
        return httpx.Response(200, json=JWKS)

    def _document(self, issuer: str) -> dict[str, Any]:
        return {
            "issuer": issuer,
            "jwks_uri": f"{issuer}/keys",
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
        }


async def sign_in(config: Mapping[str, Any], vendor: Vendor) -> Identity:
    """Who signs in at the provider of a configuration."""
    async with httpx.AsyncClient(transport=httpx.MockTransport(vendor)) as client:
        (provider,) = build_browser_providers(CONFIGS.validate_python([config]), client)
        _, begun = await provider.flow.begin(CALLBACK)
        vendor.nonce = begun.nonce
        return await provider.flow.finish(begun, Redirected(begun.state, "a-code"))


async def test_a_person_of_the_tenant_is_known_by_object_id_in_both_kinds_of_entra() -> None:
    """So somebody stays the same user, whichever of them is configured."""
    found = [await sign_in(config, Vendor(entra_claims())) for config in (OWN, GRAPH)]
    assert {(one.issuer, one.subject) for one in found} == {(ENTRA, PERSON)}
    assert [one.email for one in found] == ["one@tenant.example", "one@example.org"]


async def test_groups_of_an_id_token_are_the_persons() -> None:
    identity = await sign_in(OWN, Vendor(entra_claims(groups=["staff"])))
    assert identity.groups == {"staff"}


@pytest.mark.parametrize("config", [OWN, GRAPH], ids=["jwt_audience", "entra_graph"])
async def test_another_tenant_is_refused(config: dict[str, Any]) -> None:
    vendor = Vendor({**entra_claims(), "tid": OTHER_TENANT})
    with pytest.raises(SignInRefused) as refused:
        await sign_in(config, vendor)
    assert refused.value.reason is Reason.WRONG_TENANT
    assert not any("graph.microsoft.com" in url for url in vendor.asked)


async def test_an_id_token_and_a_graph_token_of_two_people_are_refused() -> None:
    with pytest.raises(SignInRefused) as refused:
        await sign_in(GRAPH, Vendor({**entra_claims(), "oid": "somebody-else"}))
    assert refused.value.reason is Reason.PROVIDER_REFUSED


async def test_an_issuer_with_keys_of_its_own_signs_in_by_discovery_too() -> None:
    config = {
        "kind": "jwt_audience",
        "issuer": ISSUER,
        "jwks_url": f"{ISSUER}/keys",
        "audience": AUDIENCE,
        **EVERYONE,
    }
    identity = await sign_in(config, Vendor(claims(aud=CLIENT)))
    assert (identity.issuer, identity.email) == (ISSUER, "one@example.org")


async def test_an_access_token_in_place_of_an_id_token_is_refused() -> None:
    """Its audience is the application's interface, not this client."""
    with pytest.raises(SignInRefused) as refused:
        await sign_in(OIDC, Vendor(claims()))
    assert refused.value.reason is Reason.WRONG_AUDIENCE


def test_the_challenge_is_that_of_rfc_7636() -> None:
    """Appendix B."""
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_" + "wW1gFWFOEjXk"
    assert challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


async def test_the_scopes_of_graph_hold_the_one_that_its_tokens_need() -> None:
    async with httpx.AsyncClient(transport=httpx.MockTransport(Vendor({}))) as client:
        (provider,) = build_browser_providers(CONFIGS.validate_python([GRAPH]), client)
        address, _ = await provider.flow.begin(CALLBACK)
    assert parse_qs(urlsplit(address).query)["scope"] == ["openid profile email User.Read"]


def test_nothing_that_protects_a_sign_in_is_in_its_representation() -> None:
    shown = repr(Begun("a-state", "a-nonce", "a-verifier", CALLBACK)) + repr(
        Redirected("a-state", "a-code", "an-issuer", "an-error")
    )
    assert not any(word in shown for word in ("a-state", "a-nonce", "a-verifier", "a-code"))


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        ({**OIDC, "client_id": None}, "or client_id"),
        ({**OIDC, "client_id": ""}, "CLIENT_ID"),
        ({**OIDC, "client_id": None, "client_secret": "x", "audience": "x"}, "needs client_id"),
        ({**OIDC, "scopes": ["profile"]}, "must hold openid"),
        ({**OIDC, "scopes": ["openid", "a b"]}, "without spaces"),
        ({**OIDC, "scopes": ["openid", 'a"b']}, "without spaces"),
        ({**OIDC, "label": "x" * 65}, "LABEL"),
        ({**GRAPH, "client_id": "another"}, "one of client_ids"),
    ],
)
def test_a_wrong_configuration_says_what_to_do_and_no_secret(
    config: dict[str, object], problem: str
) -> None:
    secret = "planted-" + "client-secret"
    given = config | {"client_secret": secret} if config.get("client_id") else config
    with pytest.raises(InvalidSettings, match=problem) as error:
        load_settings(identity_providers=[given])
    assert secret not in str(error.value)


@pytest.mark.parametrize("name", ["a/b", "a b", "", "..", ".x", "ä", "a?b", "x" * 65])
def test_a_name_that_cannot_stand_in_an_address_is_refused_for_browsers(name: str) -> None:
    with pytest.raises(ValueError, match="letters, digits"):
        check_configs(CONFIGS.validate_python([{**OIDC, "name": name}]))
    check_configs(CONFIGS.validate_python([{**OIDC, "name": name, "client_id": None,
                                            "audience": AUDIENCE}]))  # fmt: skip


def test_only_providers_with_a_client_have_a_button_named_by_label_or_name() -> None:
    plain = {**OIDC, "name": "plain", "client_id": None, "audience": AUDIENCE}
    labelled = {**OIDC, "name": "second", "label": "Example Inc."}
    configs = CONFIGS.validate_python([OIDC, plain, labelled])
    found = build_browser_providers(configs, httpx.AsyncClient())
    assert [(one.name, one.label) for one in found] == [
        ("oidc", "oidc"), ("second", "Example Inc."),
    ]  # fmt: skip
