"""Scripted identity providers: an issuer of JWTs, Microsoft Graph, and a fetch that counts."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sluice.server.auth.identity.http import Answer, IdentityProviderDown

TENANT = "11111111-2222-3333-4444-555555555555"
OTHER_TENANT = "99999999-2222-3333-4444-555555555555"
CLIENT = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
GRAPH_APPLICATION = "00000003-0000-0000-c000-000000000000"
AUDIENCE = "api://gateway"
ISSUER = "https://issuer.example"

RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())


def rsa_jwk(key: rsa.RSAPrivateKey, kid: str, **more: object) -> dict[str, Any]:
    """The public half as a JWK set lists it."""
    return {**RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid, **more}


def ec_jwk(key: ec.EllipticCurvePrivateKey, kid: str, **more: object) -> dict[str, Any]:
    """The public half as a JWK set lists it."""
    return {**ECAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid, **more}


JWKS = {"keys": [rsa_jwk(RSA_KEY, "rsa-1", use="sig", alg="RS256"), ec_jwk(EC_KEY, "ec-1")]}


def claims(**more: object) -> dict[str, Any]:
    """Claims of a valid access token; `None` leaves one out."""
    now = int(time.time())
    base: dict[str, Any] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "subject-1",
        "iat": now,
        "nbf": now,
        "exp": now + 600,
        "email": "one@example.org",
        "email_verified": True,
        "name": "One",
        **more,
    }
    return {name: value for name, value in base.items() if value is not None}


def signed(
    content: Mapping[str, Any],
    key: Any = RSA_KEY,  # noqa: ANN401  (whatever the algorithm signs with, also wrong ones)
    algorithm: str = "RS256",
    /,
    **header: object,
) -> str:
    """A JWT; without `kid` in `header` it names the key `rsa-1`, with None no key."""
    named = {name: value for name, value in ({"kid": "rsa-1"} | header).items() if value}
    return jwt.encode(dict(content), key, algorithm=algorithm, headers=named)


class ScriptedFetch:
    """Answers by address, counts what it was asked, and can be down."""

    def __init__(self, answers: Mapping[str, dict[str, Any]] | None = None) -> None:
        self.answers = dict(answers or {})
        self.asked: list[tuple[str, str | None]] = []
        self.is_down = False

    async def __call__(self, url: str, *, bearer: str | None = None) -> Answer:
        """404 for every other address."""
        self.asked.append((url, bearer))
        if self.is_down:
            raise IdentityProviderDown("down")
        found = self.answers.get(url)
        return Answer(404, {}) if found is None else Answer(200, found)


class Time:
    """A monotonic clock that tests move."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def graph_claims(**more: object) -> dict[str, Any]:
    """Claims of a delegated token for Graph, as Entra's v1 endpoint makes them."""
    return claims(
        iss=f"https://sts.windows.net/{TENANT}/",
        aud=GRAPH_APPLICATION,
        tid=TENANT,
        appid=CLIENT,
        scp="openid profile User.Read",
        email=None,
        email_verified=None,
        **more,
    )


def graph_token(**more: object) -> str:
    """A token that the scripted Graph takes; nobody but Graph can check its signature."""
    return signed({**graph_claims(), **more}, nonce="only-graph-can-check-this")


class GraphPeer:
    """What Graph answers to `/me`, `/organization` and group memberships.

    Shapes as Graph's v1.0 reference shows them. `accepted` are the tokens that it takes.
    """

    def __init__(self, *accepted: str) -> None:
        self.accepted = set(accepted)
        self.tenant = TENANT
        self.profile: dict[str, Any] = {
            "id": "66666666-2222-3333-4444-555555555555",
            "displayName": "One Example",
            "mail": "One@Example.org",
            "userPrincipalName": "one@tenant.example",
            "accountEnabled": True,
        }
        self.group_pages: list[list[str]] = [[]]
        self.next_link_host: str | None = None
        self.status: dict[str, int] = {}
        self.asked: list[str] = []
        self.app = Starlette(
            routes=[
                Route("/v1.0/me", self._me),
                Route("/v1.0/organization", self._organization),
                Route("/v1.0/me/transitiveMemberOf/microsoft.graph.group", self._groups),
            ]
        )

    async def _me(self, request: Request) -> Response:
        return self._refusal(request) or JSONResponse(
            {"@odata.context": "https://graph.example/v1.0/$metadata#users/$entity"} | self.profile
        )

    async def _organization(self, request: Request) -> Response:
        return self._refusal(request) or JSONResponse({"value": [{"id": self.tenant}]})

    async def _groups(self, request: Request) -> Response:
        page = int(request.query_params.get("$skiptoken", "0"))
        content: dict[str, Any] = {"value": [{"id": g} for g in self.group_pages[page]]}
        if page + 1 < len(self.group_pages):
            base = self.next_link_host or str(request.base_url).rstrip("/")
            following = f"{base}{request.url.path}?$select=id&$skiptoken={page + 1}"
            content["@odata.nextLink"] = following
        return self._refusal(request) or JSONResponse(content)

    def _refusal(self, request: Request) -> Response | None:
        self.asked.append(request.url.path)
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        status = self.status.get(request.url.path)
        if status is None and token in self.accepted:
            return None
        error = {"code": "InvalidAuthenticationToken", "message": "Access token is not valid."}
        return JSONResponse({"error": error}, status or 401)
