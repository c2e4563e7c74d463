"""Signing in at a provider with a browser: authorization code with PKCE, state and nonce.

`begin` says where to send the browser and what must be remembered of it; `finish` checks what
came back, exchanges the code, and verifies the ID token. What is remembered never leaves the
server unsealed: whoever knows state, nonce and verifier could finish somebody else's sign-in.

Sources: OpenID Connect Core 1.0, sections 3.1.2 and 3.1.3; RFC 7636 (PKCE, S256); RFC 9207
(the redirect names its issuer, so that providers cannot be mixed up); RFC 9700, section 4.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote_plus, urlencode

from sluice.server.auth.identity.base import Identity, read_token
from sluice.server.auth.identity.code_config import CodeFlowConfig
from sluice.server.auth.identity.discovery import Discovery, Endpoints, misconfigured
from sluice.server.auth.identity.http import Answer, Post
from sluice.server.auth.identity.jwks import verify_jwt
from sluice.server.auth.refusals import Reason, SignInRefused

MAX_CODE_LENGTH: Final = 8192
Identify = Callable[[Mapping[str, Any], str | None], Awaitable[Identity]]
"""From the verified claims of an ID token and the access token beside it to who somebody is."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What must be remembered of a browser that was sent to the provider."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class Redirected:
    """What the provider's redirect brought back; nothing of it is to be trusted."""

    state: str | None = field(default=None, repr=False)
    code: str | None = field(default=None, repr=False)
    issuer: str | None = field(default=None, repr=False)
    error: str | None = field(default=None, repr=False)


class CodeFlow:
    """One provider's."""

    def __init__(
        self, config: CodeFlowConfig, discovery: Discovery, post: Post, identify: Identify
    ) -> None:
        if config.client_id is None:
            raise ValueError("signing in with a browser needs client_id")
        self._client_id = config.client_id
        self._secret = config.client_secret
        self._scope = " ".join(config.scopes)
        self._discovery = discovery
        self._post = post
        self._identify = identify

    async def begin(self, redirect_uri: str) -> tuple[str, Begun]:
        """Where to send the browser; raises `IdentityProviderDown`."""
        endpoints = await self._discovery.endpoints()
        if endpoints.authorization is None or endpoints.token is None:
            raise misconfigured("its discovery document lacks an endpoint to sign in with a code")
        begun = Begun(_random(), _random(), _random(), redirect_uri)
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": redirect_uri,
            "scope": self._scope,
            "state": begun.state,
            "nonce": begun.nonce,
            "code_challenge": challenge(begun.verifier),
            "code_challenge_method": "S256",
        }
        return f"{endpoints.authorization}?{urlencode(query)}", begun

    async def finish(self, begun: Begun, redirected: Redirected) -> Identity:
        """Who signed in; raises `SignInRefused` or `IdentityProviderDown`."""
        if not _same(redirected.state, begun.state):
            raise SignInRefused(
                Reason.WRONG_STATE,
                "This answer of the identity provider does not belong to your last attempt to "
                "sign in; try again.",
            )
        endpoints = await self._discovery.endpoints()
        self._refuse_other_issuer(endpoints, redirected)
        if redirected.error is not None:
            raise _provider_error(redirected.error)
        if not redirected.code or len(redirected.code) > MAX_CODE_LENGTH:
            raise _refused("it sent no usable code")
        tokens = await self._exchange(endpoints, begun, redirected.code)
        return await self._identity(endpoints, begun, tokens)

    def _refuse_other_issuer(self, endpoints: Endpoints, redirected: Redirected) -> None:
        if redirected.issuer is None and not endpoints.names_issuer:
            return
        if redirected.issuer != self._discovery.issuer:
            raise SignInRefused(
                Reason.WRONG_ISSUER, "Another identity provider sent this answer; try again."
            )

    async def _exchange(self, endpoints: Endpoints, begun: Begun, code: str) -> dict[str, Any]:
        if endpoints.token is None:
            raise misconfigured("its discovery document names no token endpoint")
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": begun.redirect_uri,
            "client_id": self._client_id,
            "code_verifier": begun.verifier,
        }
        secret = self._secret.get_secret_value() if self._secret is not None else None
        if secret is not None and endpoints.secret_in_body:
            return _tokens(await self._post(endpoints.token, form | {"client_secret": secret}))
        # RFC 6749, section 2.3.1: both parts are form-encoded before they are joined.
        basic = (quote_plus(self._client_id), quote_plus(secret)) if secret is not None else None
        return _tokens(await self._post(endpoints.token, form, basic=basic))

    async def _identity(
        self, endpoints: Endpoints, begun: Begun, tokens: Mapping[str, Any]
    ) -> Identity:
        text, access_token = tokens.get("id_token"), tokens.get("access_token")
        if not isinstance(text, str):
            raise misconfigured("it answers without an ID token")
        claims = await verify_jwt(
            read_token(text),
            endpoints.keys,
            issuers=(self._discovery.issuer,),
            audience=self._client_id,
        )
        self._check(claims, begun)
        return await self._identify(claims, access_token if isinstance(access_token, str) else None)

    def _check(self, claims: Mapping[str, Any], begun: Begun) -> None:
        if not _same(claims.get("nonce"), begun.nonce):
            raise SignInRefused(
                Reason.WRONG_NONCE, "The identity provider answered another sign-in; try again."
            )
        # OpenID Connect Core 1.0, section 3.1.3.7: who else is an audience must name the party.
        audience = claims.get("aud")
        several = isinstance(audience, list) and len(audience) > 1
        if claims.get("azp", None if several else self._client_id) != self._client_id:
            raise SignInRefused(
                Reason.WRONG_CLIENT, "The identity provider signed you in to another application."
            )


def challenge(verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636, section 4.2)."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def _random() -> str:
    return secrets.token_urlsafe(32)  # 43 characters, as many as a verifier must have


def _same(given: object, expected: str) -> bool:
    if not isinstance(given, str):
        return False
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())


def _tokens(answer: Answer) -> dict[str, Any]:
    if answer.status == 200:
        return answer.json
    error = answer.json.get("error")
    if error == "invalid_grant":
        raise _refused("the code was used already or is too old")
    if error in {"invalid_client", "unauthorized_client"} or answer.status == 401:
        raise misconfigured("it does not take our client_id or client_secret")
    raise misconfigured(f"its token endpoint answers with status {answer.status}")


def _provider_error(error: str) -> SignInRefused:
    # Its own words are not repeated: whoever makes the link chooses them.
    if error in {"access_denied", "interaction_required", "login_required", "consent_required"}:
        return SignInRefused(
            Reason.SIGN_IN_CANCELLED, "The sign-in was not completed at the identity provider."
        )
    if error in {"temporarily_unavailable", "server_error"}:
        return _refused("it has a fault; try again later")
    return _refused("it did not accept the request of this server; tell its administrator")


def _refused(why: str) -> SignInRefused:
    return SignInRefused(
        Reason.PROVIDER_REFUSED, f"The identity provider did not sign you in: {why}."
    )
