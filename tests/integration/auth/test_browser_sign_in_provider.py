"""Signing in with a browser at a real OpenID Connect provider."""

from __future__ import annotations

import secrets
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from tests.unit.server.auth.small_app import audit

from sluice.server.auth.auth import Auth
from sluice.server.auth.browser_sign_in import BrowserSignIn, Departure
from sluice.server.auth.identity.config import OidcConfig
from sluice.server.auth.identity.registry import build_browser_providers
from sluice.server.auth.refusals import Reason, SignInRefused
from sluice.server.kit.database import Database
from sluice.server.kit.sealing import KEY_BYTES, MasterKeys
from sluice.server.vault.service import Vault

pytestmark = pytest.mark.anyio

BASE = "http://gateway.test"
CLIENT_PASSWORD = "synthetic secret: %+1" * 2


def server(issuer: str, database: Database, outgoing: httpx.AsyncClient) -> BrowserSignIn:
    """A server that is one of the provider's clients."""
    config = OidcConfig.model_validate(
        {
            "kind": "oidc",
            "issuer": issuer,
            "client_id": "browser-client",
            "client_secret": CLIENT_PASSWORD,
            "scopes": ["openid", "email"],
            "allowed_domains": ["example.org"],
        }
    )
    vault = Vault(MasterKeys([secrets.token_bytes(KEY_BYTES)]))
    return BrowserSignIn(Auth(database), vault, build_browser_providers([config], outgoing))


async def visit(departure: Departure) -> list[tuple[str, str]]:
    """What the browser brings back after its person signed in and approved."""
    address = departure.address
    async with httpx.AsyncClient(trust_env=False) as browser:
        for _ in range(6):
            answer = await browser.get(address)
            assert answer.is_redirect, answer.text
            address = str(httpx.URL(address).join(answer.headers["location"]))
            if address.startswith(BASE):
                return parse_qsl(urlsplit(address).query)
    raise AssertionError("the provider did not send the browser back")


async def test_a_browser_signs_in_with_a_code_and_the_code_serves_once(
    issuer: str, database: Database, outgoing: httpx.AsyncClient
) -> None:
    gateway = server(issuer, database, outgoing)
    departure = await gateway.begin("oidc", base=BASE, page="/dashboard/overview")
    query = await visit(departure)
    assert dict(query)["iss"] == issuer
    arrival = await gateway.finish(
        "oidc", cookie=departure.cookie, query=query, address="192.0.2.1"
    )
    assert arrival.signed_in.user.email == "synthetic@example.org"
    assert arrival.next == "/dashboard/overview"
    with pytest.raises(SignInRefused) as error:
        await gateway.finish("oidc", cookie=departure.cookie, query=query, address="192.0.2.1")
    assert error.value.reason is Reason.PROVIDER_REFUSED
    assert (await audit(database))[-2].details == {"method": "oidc"}


async def test_a_code_of_another_sign_in_does_not_serve(
    issuer: str, database: Database, outgoing: httpx.AsyncClient
) -> None:
    gateway = server(issuer, database, outgoing)
    own, other = [await gateway.begin("oidc", base=BASE, page=None) for _ in range(2)]
    stolen = dict(await visit(other))["code"]
    query = [(k, stolen if k == "code" else v) for k, v in await visit(own)]
    with pytest.raises(SignInRefused) as error:
        await gateway.finish("oidc", cookie=own.cookie, query=query, address="192.0.2.1")
    assert error.value.reason is Reason.PROVIDER_REFUSED
