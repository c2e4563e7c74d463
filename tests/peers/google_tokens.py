"""Google's token endpoint: a service account's signed assertion in exchange for a token."""

from __future__ import annotations

import json
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.peers.behaviours import JSON
from tests.peers.server import Behaviour, Exchange
from tests.peers.wire import dump

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
EMAIL = "robot@project-1.iam.gserviceaccount.com"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def key_file(token_uri: str, **changes: object) -> str:
    """The JSON that Google Cloud gives out for a service account."""
    pem = KEY.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    content = {
        "type": "service_account",
        "project_id": "project-1",
        "private_key_id": "key-1",
        "private_key": pem,
        "client_email": EMAIL,
        "token_uri": token_uri,
    }
    return json.dumps(content | changes, indent=2)


def exchanging(behind: Behaviour, *, seconds: int = 3600) -> Behaviour:
    """Gives out tokens at `/token` to whoever signed rightly, and is `behind` everywhere else."""
    given: list[str] = []

    async def behave(exchange: Exchange) -> None:
        if exchange.request.path != "/token":
            return await behind(exchange)
        problem = _problem(exchange)
        if problem:
            body = {"error": "invalid_grant", "error_description": problem}
            return await exchange.whole(400, dump(body), JSON)
        given.append(f"token-{len(given) + 1}")
        body = {"access_token": given[-1], "expires_in": seconds, "token_type": "Bearer"}
        return await exchange.whole(200, dump(body), JSON)

    return behave


def _problem(exchange: Exchange) -> str | None:
    request = exchange.request
    form = parse_qs(request.body.decode())
    if request.headers.get("content-type") != "application/x-www-form-urlencoded":
        return "The body is a form."
    if form.get("grant_type") != [GRANT]:
        return "Another grant type."
    assertion = form.get("assertion", [""])[0]
    audience = f"http://{request.headers['host']}/token"
    try:
        if jwt.get_unverified_header(assertion).get("kid") != "key-1":
            return "Another key id."
        claims = jwt.decode(assertion, KEY.public_key(), ["RS256"], audience=audience, issuer=EMAIL)
    except jwt.PyJWTError as error:
        return f"Invalid JWT: {type(error).__name__}."
    if claims["scope"] != SCOPE or claims["exp"] - claims["iat"] > 3600:
        return "Another scope, or too long a time."
    return None
