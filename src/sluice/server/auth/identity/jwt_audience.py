"""Access tokens for our own audience, verified locally against the issuer's published keys.

With `tenant_id` the issuer is Entra ID: both versions of its tokens are taken, `tid` must be
the tenant, and the user is known by `oid`, as Graph knows them, so that somebody who changes
from one way of signing in to the other stays the same user. Tokens of applications without a
person (`idtyp` `app`, or no delegated scope) are refused. A user who is in too many groups for
the token has none in it (Entra's "groups overage"), and is then let in by domain only.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sluice.server.auth.identity.base import (
    Identity,
    ProviderToken,
    clean_email,
    clean_subject,
    read_token,
)
from sluice.server.auth.identity.claims import (
    check_client,
    check_scope,
    identity_from,
    scopes,
    vouched_email,
)
from sluice.server.auth.identity.config import ENTRA_LOGIN_URL, Admission, JwtAudienceConfig
from sluice.server.auth.identity.http import Fetch
from sluice.server.auth.identity.jwks import KeySet, verify_jwt
from sluice.server.auth.refusals import Reason, SignInRefused


class JwtAudience:
    """Verifies JWTs of one issuer for one audience."""

    def __init__(
        self,
        config: JwtAudienceConfig,
        fetch: Fetch,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._config = config
        self._issuers = issuers_of(config)
        self._keys = KeySet(keys_url_of(config), fetch, monotonic=monotonic)

    @property
    def name(self) -> str:
        """See `IdentityProvider`."""
        return self._config.name

    @property
    def admission(self) -> Admission:
        """See `IdentityProvider`."""
        return self._config

    def takes(self, token: ProviderToken) -> bool:
        """A JWT of our issuer for our audience."""
        return token.claim("iss") in self._issuers and self._config.audience in token.audiences

    async def verify(self, access_token: str) -> Identity:
        """See `IdentityProvider`."""
        token = read_token(access_token)
        claims = await verify_jwt(
            token, self._keys, issuers=self._issuers, audience=self._config.audience
        )
        check_client(claims, self._config.client_ids)
        check_scope(claims, self._config.required_scope)
        if self._config.tenant_id is not None:
            check_entra_person(claims, self._config.tenant_id)
        return self._identity(claims)

    async def identify(self, claims: Mapping[str, Any], access_token: str | None) -> Identity:
        """See `code_flow.Identify`: the ID token says everything."""
        if self._config.tenant_id is not None:
            check_tenant(claims, self._config.tenant_id)
        return self._identity(claims)

    def _identity(self, claims: Mapping[str, Any]) -> Identity:
        entra = self._config.tenant_id is not None
        trusted = entra or self._config.trust_unverified_email
        identity = identity_from(
            claims,
            issuer=self._issuers[0],
            email=vouched_email(claims, trusted=trusted)
            or (entra_email(claims) if entra else None),
            groups_claim=self._config.groups_claim,
        )
        return replace(identity, subject=clean_subject(claims.get("oid"))) if entra else identity


def issuers_of(config: JwtAudienceConfig) -> tuple[str, ...]:
    """The issuers whose tokens are taken; the first names the users."""
    if config.issuer is not None:
        return (config.issuer,)
    return (
        f"{ENTRA_LOGIN_URL}/{config.tenant_id}/v2.0",
        f"https://sts.windows.net/{config.tenant_id}/",
    )


def keys_url_of(config: JwtAudienceConfig) -> str:
    """Where the issuer publishes its keys."""
    return config.jwks_url or f"{ENTRA_LOGIN_URL}/{config.tenant_id}/discovery/v2.0/keys"


def check_tenant(claims: Mapping[str, Any], tenant_id: str) -> None:
    """Raise `SignInRefused` for a token of another tenant."""
    if claims.get("tid") != tenant_id:
        raise SignInRefused(
            Reason.WRONG_TENANT,
            "This access token belongs to a tenant that may not sign in here.",
        )


def check_entra_person(claims: Mapping[str, Any], tenant_id: str) -> None:
    """Raise `SignInRefused` unless a person of this tenant signed in."""
    check_tenant(claims, tenant_id)
    if claims.get("idtyp") == "app" or not scopes(claims):
        raise SignInRefused(
            Reason.NO_PERSON,
            "This access token is an application's; use an API token for programs.",
        )


def entra_email(claims: Mapping[str, Any]) -> str | None:
    """The user principal name if it is no guest's made-up one."""
    principal = clean_email(claims.get("upn") or claims.get("preferred_username"))
    return None if principal is None or "#ext#" in principal else principal
