"""Signing in with tokens of a real OpenID Connect provider, got by the device flow."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import anyio.to_thread
import httpx
import jwt
import pytest
from sqlalchemy import select
from tests.integration.auth import device_flow
from tests.integration.auth.conftest import running_provider
from tests.unit.server.auth.small_app import PROVIDER_LOGIN, audit, me, small_app

from sluice.server.auth.auth import Auth
from sluice.server.auth.identity.config import IdentityConfig, JwtAudienceConfig, OidcConfig
from sluice.server.auth.identity.registry import build_providers
from sluice.server.auth.tables import AuthSession, User
from sluice.server.kit.database import Database

pytestmark = pytest.mark.anyio

RS256 = "https://gateway.example/rs256"
ES256 = "https://gateway.example/es256"
BARE = "https://gateway.example/bare"
DOMAIN = frozenset({"example.org"})


@asynccontextmanager
async def gateway(
    database: Database, outgoing: httpx.AsyncClient, configs: Sequence[IdentityConfig]
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server that trusts these providers."""
    auth = Auth(database, providers=build_providers(configs, outgoing))
    transport = httpx.ASGITransport(small_app(auth))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway.test") as client:
        yield client


async def login(client: httpx.AsyncClient, token: str) -> httpx.Response:
    """The answer to a provider's token; the client keeps no cookie."""
    answer = await client.get(PROVIDER_LOGIN, headers={"Authorization": f"Bearer {token}"})
    client.cookies.clear()
    return answer


def oidc(issuer: str, **more: object) -> OidcConfig:
    """The provider by discovery, for people of example.org."""
    settings = {"kind": "oidc", "issuer": issuer, "allowed_domains": DOMAIN, **more}
    return OidcConfig.model_validate(settings)


@pytest.fixture(scope="module")
def tokens(issuer: str) -> dict[str, str]:
    """One access token for each audience, and an opaque one."""
    found = {r: device_flow.access_token(issuer, resource=r) for r in (RS256, ES256, BARE)}
    return found | {"opaque": device_flow.access_token(issuer, scope="openid email")}


def test_the_device_flow_waits_for_approval_and_then_gives_a_token(issuer: str) -> None:
    started = device_flow.start(issuer, "device-client", "openid", None)
    waiting = device_flow.poll(issuer, "device-client", started["device_code"])
    assert (waiting.status_code, waiting.json()["error"]) == (400, "authorization_pending")
    device_flow.approve(started["verification_uri_complete"])
    answer = device_flow.poll(issuer, "device-client", started["device_code"])
    assert answer.json()["token_type"] == "Bearer"


@pytest.mark.parametrize("audience", [RS256, ES256])
async def test_a_jwt_for_our_audience_signs_in_and_the_session_continues(
    audience: str,
    issuer: str,
    tokens: dict[str, str],
    database: Database,
    outgoing: httpx.AsyncClient,
) -> None:
    assert jwt.get_unverified_header(tokens[audience])["alg"] == audience[-5:].upper()
    async with gateway(database, outgoing, [oidc(issuer, audience=audience)]) as client:
        answer = await login(client, tokens[audience])
        assert answer.status_code == 200, answer.text
        user = answer.json()["data"]
        assert (user["email"], user["name"]) == ("synthetic@example.org", "Synthetic User")
        assert user["role"] == "member"
        assert (await me(client, answer.cookies["session"])).json()["data"] == user
    assert (await audit(database))[-1].details == {"method": "oidc"}


async def test_the_same_token_verified_by_audience_and_keys_alone_is_the_same_person(
    issuer: str, tokens: dict[str, str], database: Database, outgoing: httpx.AsyncClient
) -> None:
    by_keys = JwtAudienceConfig(
        kind="jwt_audience",
        audience=RS256,
        issuer=issuer,
        jwks_url=f"{issuer}/jwks",
        client_ids=frozenset({"device-client"}),
        required_scope="prompts",
        allowed_groups=frozenset({"testers"}),
    )
    ids = []
    for config in (by_keys, oidc(issuer, audience=RS256)):
        async with gateway(database, outgoing, [config]) as client:
            answer = await login(client, tokens[RS256])
            assert answer.status_code == 200, answer.text
            ids.append(answer.json()["data"]["id"])
    assert ids[0] == ids[1]


async def test_an_opaque_token_signs_in_by_the_userinfo_endpoint(
    issuer: str, tokens: dict[str, str], database: Database, outgoing: httpx.AsyncClient
) -> None:
    with pytest.raises(jwt.InvalidTokenError):
        jwt.get_unverified_header(tokens["opaque"])
    async with gateway(database, outgoing, [oidc(issuer, opaque_tokens=True)]) as client:
        answer = await login(client, tokens["opaque"])
        assert answer.status_code == 200, answer.text
        assert answer.json()["data"]["email"] == "synthetic@example.org"


async def test_an_opaque_token_is_401_where_they_are_not_allowed_or_not_known(
    issuer: str, tokens: dict[str, str], database: Database, outgoing: httpx.AsyncClient
) -> None:
    async with gateway(database, outgoing, [oidc(issuer, audience=RS256)]) as client:
        answer = await login(client, tokens["opaque"])
        assert (answer.status_code, answer.json()["code"]) == (401, "no_identity_provider")
    async with gateway(database, outgoing, [oidc(issuer, opaque_tokens=True)]) as client:
        answer = await login(client, tokens["opaque"][:-4] + "AAAA")
        assert (answer.status_code, answer.json()["code"]) == (401, "identity_provider_refused")
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"audience": ES256}, 401, "wrong_audience"),
        ({"audience": RS256, "client_ids": ["other-client"]}, 401, "wrong_client"),
        ({"audience": RS256, "allowed_domains": ["example.com"]}, 403, "user_not_allowed"),
    ],
)
async def test_a_genuine_token_for_others_or_of_others_does_not_sign_in(
    more: dict[str, object],
    status: int,
    code: str,
    issuer: str,
    tokens: dict[str, str],
    database: Database,
    outgoing: httpx.AsyncClient,
) -> None:
    async with gateway(database, outgoing, [oidc(issuer, **more)]) as client:
        answer = await login(client, tokens[RS256])
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert "set-cookie" not in answer.headers
    async with database.read() as session:
        assert (await session.scalars(select(User.id))).all() == []
    assert (await audit(database))[-1].details == {"method": "oidc", "reason": code}


async def test_a_client_of_ours_signs_in_where_only_clients_are_named(
    issuer: str, tokens: dict[str, str], database: Database, outgoing: httpx.AsyncClient
) -> None:
    config = oidc(issuer, client_ids=["device-client"])
    async with gateway(database, outgoing, [config]) as client:
        assert (await login(client, tokens[RS256])).status_code == 200
        other = await anyio.to_thread.run_sync(
            lambda: device_flow.access_token(issuer, client_id="other-client", resource=RS256)
        )
        assert (await login(client, other)).json()["code"] == "wrong_client"


async def test_a_token_that_names_no_address_is_not_let_in_by_domain(
    issuer: str, tokens: dict[str, str], database: Database, outgoing: httpx.AsyncClient
) -> None:
    """Its userinfo endpoint refuses tokens for other audiences, so there is no address."""
    async with gateway(database, outgoing, [oidc(issuer, audience=BARE)]) as client:
        answer = await login(client, tokens[BARE])
    assert (answer.status_code, answer.json()["code"]) == (403, "user_not_allowed")


async def test_a_changed_token_is_401(
    issuer: str, tokens: dict[str, str], database: Database, outgoing: httpx.AsyncClient
) -> None:
    header, body, signature = tokens[RS256].split(".")
    wrong = signature[:10] + ("A" if signature[10] != "A" else "B") + signature[11:]
    async with gateway(database, outgoing, [oidc(issuer, audience=RS256)]) as client:
        answer = await login(client, f"{header}.{body}.{wrong}")
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_provider_token")


async def test_a_provider_that_is_down_signs_nobody_in(
    oidc_program: Path, database: Database, outgoing: httpx.AsyncClient
) -> None:
    def token_and_end() -> tuple[str, str]:
        with running_provider(oidc_program) as (address, _):
            return address, device_flow.access_token(address, resource=RS256)

    issuer, token = await anyio.to_thread.run_sync(token_and_end)
    async with gateway(database, outgoing, [oidc(issuer, audience=RS256)]) as client:
        answer = await login(client, token)
    assert (answer.status_code, answer.json()["code"]) == (503, "identity_provider_unavailable")
    assert "set-cookie" not in answer.headers
    async with database.read() as session:
        assert (await session.scalars(select(AuthSession.id))).all() == []
