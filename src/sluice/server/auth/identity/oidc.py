"""Any OpenID Connect provider: discovery, then its keys or its userinfo endpoint.

A JWT is verified locally, as `jwt_audience` does it. The userinfo endpoint is asked about
opaque tokens (only if the operator allows them: it does not tell for which application a
token was issued), and about a verified JWT's e-mail address when the JWT has none.

Source: OpenID Connect Discovery 1.0 and Core 1.0, sections 5.3.2 and 5.3.4; RFC 9068.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sluice.server.auth.identity.base import Identity, ProviderToken, read_token
from sluice.server.auth.identity.claims import (
    check_client,
    identity_from,
    scopes,
    vouched_email,
)
from sluice.server.auth.identity.config import Admission, OidcConfig
from sluice.server.auth.identity.discovery import Discovery, Endpoints, misconfigured
from sluice.server.auth.identity.http import Fetch
from sluice.server.auth.identity.jwks import verify_jwt
from sluice.server.auth.identity.recent import MAX_SECONDS, Recent
from sluice.server.auth.refusals import Reason, SignInRefused


class Oidc:
    """Verifies access tokens of one issuer."""

    def __init__(
        self,
        config: OidcConfig,
        fetch: Fetch,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._config = config
        self._fetch = fetch
        self.discovery = Discovery(config.issuer, fetch, monotonic=monotonic)
        self._recent: Recent[Identity] = Recent(MAX_SECONDS, monotonic=monotonic)

    @property
    def name(self) -> str:
        """See `IdentityProvider`."""
        return self._config.name

    @property
    def admission(self) -> Admission:
        """See `IdentityProvider`."""
        return self._config

    def takes(self, token: ProviderToken) -> bool:
        """A JWT of our issuer, or an opaque token if they are allowed."""
        if token.claims is None:
            return self._config.opaque_tokens
        return self._verifies_jwts() and token.claim("iss") == self._config.issuer

    async def verify(self, access_token: str) -> Identity:
        """See `IdentityProvider`."""
        token = read_token(access_token)
        if not self.takes(token):
            raise SignInRefused(
                Reason.INVALID_PROVIDER_TOKEN, "This access token is not of this provider."
            )
        endpoints = await self.discovery.endpoints()
        if token.claims is None:
            return await self._ask_once(access_token, endpoints)
        return await self._verify_jwt(token, endpoints)

    async def identify(self, claims: Mapping[str, Any], access_token: str | None) -> Identity:
        """See `code_flow.Identify`: what the ID token lacks, the userinfo endpoint says."""
        identity, endpoints = self._identity(claims), await self.discovery.endpoints()
        missing = "email" not in claims or (
            self._config.needs_groups and self._config.groups_claim not in claims
        )
        if not missing or endpoints.userinfo is None or access_token is None:
            return identity
        return await self._with_userinfo(identity, access_token, endpoints.userinfo)

    def _verifies_jwts(self) -> bool:
        return bool(self._config.audience or self._config.client_ids)

    async def _verify_jwt(self, token: ProviderToken, endpoints: Endpoints) -> Identity:
        claims = await verify_jwt(
            token,
            endpoints.keys,
            issuers=(self._config.issuer,),
            audience=self._config.audience,
        )
        check_client(claims, self._config.client_ids)
        identity = self._identity(claims)
        if "email" in claims or endpoints.userinfo is None or "openid" not in scopes(claims):
            return identity
        return await self._with_userinfo(identity, token.text, endpoints.userinfo)

    async def _with_userinfo(self, identity: Identity, access_token: str, url: str) -> Identity:
        answer = await self._fetch(url, bearer=access_token)
        if answer.status != 200:
            return identity  # the token is not meant for the endpoint; it is valid all the same
        more = self._identity(answer.json)
        if more.subject != identity.subject:
            raise SignInRefused(
                Reason.PROVIDER_REFUSED, "The identity provider names two users for one token."
            )
        return replace(
            identity,
            email=more.email or identity.email,
            name=identity.name or more.name,
            groups=identity.groups | more.groups,
        )

    async def _ask_once(self, access_token: str, endpoints: Endpoints) -> Identity:
        known = self._recent.get(access_token)
        if known is None:
            known = await self._ask(access_token, endpoints)
            self._recent.put(access_token, known)
        return known

    async def _ask(self, access_token: str, endpoints: Endpoints) -> Identity:
        if endpoints.userinfo is None:
            raise misconfigured("it has no userinfo endpoint, so opaque tokens cannot be taken")
        answer = await self._fetch(endpoints.userinfo, bearer=access_token)
        if answer.status != 200:
            raise SignInRefused(
                Reason.PROVIDER_REFUSED,
                "The identity provider did not accept this access token; sign in there again.",
            )
        return self._identity(answer.json)

    def _identity(self, claims: Mapping[str, Any]) -> Identity:
        return identity_from(
            claims,
            issuer=self._config.issuer,
            email=vouched_email(claims, trusted=self._config.trust_unverified_email),
            groups_claim=self._config.groups_claim,
        )
