"""A scripted OpenID Connect provider on a real socket, and a browser that visits it."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote_plus, urlencode, urlsplit
from uuid import uuid4

import httpx
from tests.peers import Peer
from tests.peers.server import Exchange
from tests.unit.server.auth.identity.peers import JWKS, RSA_KEY, claims, signed

from sluice.server.auth.identity.code_flow import challenge

CLIENT_ID = "sluice-dashboard"
CLIENT_PASSWORD = "synthetic:" + "pass word+1"
JSON = {"content-type": "application/json"}


@dataclass
class CodeProvider:
    """What it answers; a test changes what it wants to be wrong."""

    peer: Peer = field(init=False)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    """What the browser asked with, by code; a code that was used is gone."""
    document: dict[str, Any] = field(default_factory=dict)
    """What the discovery document says otherwise."""
    redirect: dict[str, str] = field(default_factory=dict)
    """What the redirect says otherwise."""
    id_claims: dict[str, Any] = field(default_factory=dict)
    """What the ID token says otherwise; None leaves a claim out."""
    userinfo: dict[str, Any] = field(default_factory=dict)
    key: Any = RSA_KEY
    token_answer: tuple[int, dict[str, Any]] | None = None
    """What the token endpoint answers in place of tokens."""
    secret: str | None = None

    def __post_init__(self) -> None:
        self.peer = Peer([self.answer])

    @property
    def issuer(self) -> str:
        """Its address."""
        return self.peer.url

    async def answer(self, exchange: Exchange) -> None:
        """One request."""
        path = exchange.request.path
        if path == "/authorize":
            await exchange.whole(302, b"", {"location": self.authorize(exchange.request.target)})
            return
        status, content = self._json(path, exchange)
        await exchange.whole(status, json.dumps(content).encode(), JSON)

    def _json(self, path: str, exchange: Exchange) -> tuple[int, Mapping[str, Any]]:
        if path == "/.well-known/openid-configuration":
            return 200, self.discovery()
        if path == "/keys":
            return 200, JWKS
        if path == "/userinfo":
            return 200, {"sub": "subject-1", **self.userinfo}
        if path == "/token":
            return self.token_answer or self.tokens(exchange)
        return 404, {}

    def discovery(self) -> dict[str, Any]:
        """The discovery document."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "authorization_response_iss_parameter_supported": True,
            **self.document,
        }

    def authorize(self, target: str) -> str:
        """Where the browser is sent back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert asked["client_id"] == CLIENT_ID
        assert "openid" in asked["scope"].split()
        code = uuid4().hex
        self.codes[code] = asked
        back = {"code": code, "state": asked["state"], "iss": self.issuer, **self.redirect}
        return f"{asked['redirect_uri']}?{urlencode({k: v for k, v in back.items() if v})}"

    def tokens(self, exchange: Exchange) -> tuple[int, Mapping[str, Any]]:
        """The tokens for a code, once and for whoever began with it."""
        form = dict(parse_qsl(exchange.request.body.decode()))
        if not self._knows_client(exchange, form):
            return 401, {"error": "invalid_client"}
        asked = self.codes.pop(form.get("code", ""), None)
        fits = (
            asked is not None
            and form["grant_type"] == "authorization_code"
            and form["redirect_uri"] == asked["redirect_uri"]
            and challenge(form["code_verifier"]) == asked["code_challenge"]
        )
        if asked is None or not fits:
            return 400, {"error": "invalid_grant", "error_description": "synthetic-canary"}
        said = {"iss": self.issuer, "aud": CLIENT_ID, "nonce": asked["nonce"], **self.id_claims}
        content = claims(**said)
        token = signed(content, self.key)
        return 200, {"id_token": token, "access_token": "opaque-1", "token_type": "Bearer"}

    def _knows_client(self, exchange: Exchange, form: Mapping[str, str]) -> bool:
        if self.secret is None:
            return form["client_id"] == CLIENT_ID
        if "client_secret" in form:
            return form["client_secret"] == self.secret
        scheme, _, value = exchange.request.headers.get("authorization", "").partition(" ")
        user, _, password = base64.b64decode(value).decode().partition(":")
        given = (scheme, unquote_plus(user), unquote_plus(password))
        return given == ("Basic", CLIENT_ID, self.secret)


async def visit(address: str) -> list[tuple[str, str]]:
    """What a browser brings back from a provider: the query of its redirect."""
    async with httpx.AsyncClient(trust_env=False) as browser:
        answer = await browser.get(address)
    assert answer.status_code == 302, answer.text
    return parse_qsl(urlsplit(answer.headers["location"]).query)
