"""A provider's discovery document: where its endpoints are.

Source: OpenID Connect Discovery 1.0, section 4; RFC 9207, section 3.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sluice.server.auth.identity.config import provider_url
from sluice.server.auth.identity.http import Fetch, IdentityProviderDown
from sluice.server.auth.identity.jwks import KeySet

DISCOVERY_PATH: Final = "/.well-known/openid-configuration"
DISCOVERY_SECONDS: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Endpoints:
    """What the document says; addresses that are no safe place for a token are None."""

    keys: KeySet
    userinfo: str | None
    authorization: str | None
    token: str | None
    names_issuer: bool
    """Its redirects say who made them (`iss`)."""
    secret_in_body: bool
    """It takes a client's secret in the form only, not in the header."""
    until: float


class Discovery:
    """The endpoints of one issuer, read again after an hour."""

    def __init__(
        self,
        issuer: str,
        fetch: Fetch,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.issuer = issuer
        self._fetch = fetch
        self._monotonic = monotonic
        self._known: Endpoints | None = None

    async def endpoints(self) -> Endpoints:
        """The present endpoints; raises `IdentityProviderDown`."""
        known = self._known
        if known is not None and self._monotonic() < known.until:
            return known
        document = await self._discover()
        self._known = self._read(document, known)
        return self._known

    async def _discover(self) -> dict[str, Any]:
        answer = await self._fetch(self.issuer.rstrip("/") + DISCOVERY_PATH)
        if answer.status != 200:
            raise misconfigured(f"its discovery document answers with status {answer.status}")
        if answer.json.get("issuer") != self.issuer:
            raise misconfigured("its discovery document names another issuer")
        return answer.json

    def _read(self, document: dict[str, Any], before: Endpoints | None) -> Endpoints:
        keys_url = _address(document, "jwks_uri")
        if keys_url is None:
            raise misconfigured("its discovery document has no usable jwks_uri")
        # Keys that were fetched already stay, unless they have moved.
        same = before is not None and before.keys.url == keys_url
        return Endpoints(
            keys=before.keys if before is not None and same else self._key_set(keys_url),
            userinfo=_address(document, "userinfo_endpoint"),
            authorization=_address(document, "authorization_endpoint"),
            token=_address(document, "token_endpoint"),
            names_issuer=document.get("authorization_response_iss_parameter_supported") is True,
            secret_in_body=_takes_secret_in_body_only(document),
            until=self._monotonic() + DISCOVERY_SECONDS,
        )

    def _key_set(self, url: str) -> KeySet:
        return KeySet(url, self._fetch, monotonic=self._monotonic)


def _address(document: dict[str, Any], name: str) -> str | None:
    value = document.get(name)
    if not isinstance(value, str):
        return None
    try:
        return provider_url(value)
    except ValueError:
        return None


def _takes_secret_in_body_only(document: dict[str, Any]) -> bool:
    methods = document.get("token_endpoint_auth_methods_supported")
    if not isinstance(methods, list):
        return False  # the header is the default
    return "client_secret_post" in methods and "client_secret_basic" not in methods


def misconfigured(why: str) -> IdentityProviderDown:
    """A provider that the operator, here or there, must set up otherwise."""
    return IdentityProviderDown(
        f"The identity provider cannot be used: {why}; tell the server's administrator.",
        code="identity_provider_misconfigured",
    )
