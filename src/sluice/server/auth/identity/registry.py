"""From the configuration to providers, and from a token to its provider."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import httpx

from sluice.server.auth.identity.base import IdentityProvider, ProviderToken
from sluice.server.auth.identity.code_flow import CodeFlow
from sluice.server.auth.identity.config import (
    ENTRA_LOGIN_URL,
    Admission,
    EntraGraphConfig,
    IdentityConfig,
    JwtAudienceConfig,
    OidcConfig,
)
from sluice.server.auth.identity.discovery import Discovery
from sluice.server.auth.identity.entra_graph import EntraGraph
from sluice.server.auth.identity.http import Fetch, HttpFetch
from sluice.server.auth.identity.jwt_audience import JwtAudience, issuers_of
from sluice.server.auth.identity.oidc import Oidc
from sluice.server.auth.refusals import Reason, SignInRefused

_PLAIN_NAME: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}", re.ASCII)


def build_providers(
    configs: Sequence[IdentityConfig], client: httpx.AsyncClient
) -> tuple[IdentityProvider, ...]:
    """One provider for each configuration; nothing is fetched yet. Raises as `check_configs`."""
    check_configs(configs)
    fetch = HttpFetch(client)
    return tuple(_build(config, fetch) for config in configs)


@dataclass(frozen=True, slots=True)
class BrowserProvider:
    """A provider at which people sign in with a browser."""

    name: str
    label: str
    admission: Admission
    flow: CodeFlow


def build_browser_providers(
    configs: Sequence[IdentityConfig], client: httpx.AsyncClient
) -> tuple[BrowserProvider, ...]:
    """One for each configuration with a `client_id`; nothing is fetched yet."""
    fetch = HttpFetch(client)
    return tuple(
        BrowserProvider(
            config.name,
            config.label or config.name,
            config,
            CodeFlow(config, _discovery(config, fetch), fetch.post, _build(config, fetch).identify),
        )
        for config in configs
        if config.client_id is not None
    )


def check_configs(configs: Sequence[IdentityConfig]) -> None:
    """Refuse configurations that contradict each other.

    Raises `ValueError` for names that are not unique, for those that cannot stand in a redirect
    address, and if more than one provider takes opaque tokens: a token would be shown to a
    provider that did not issue it.
    """
    if any(c.client_id is not None and not _PLAIN_NAME.fullmatch(c.name) for c in configs):
        raise ValueError(
            "the name of an identity provider with client_id may hold letters, digits, - . _ only"
        )
    names = Counter(config.name for config in configs)
    twice = sorted(name for name, count in names.items() if count > 1)
    if twice:
        raise ValueError(f"identity providers need different names; twice: {', '.join(twice)}")
    opaque = [c.name for c in configs if isinstance(c, OidcConfig) and c.opaque_tokens]
    if len(opaque) > 1:
        raise ValueError(f"only one identity provider may take opaque tokens, not {opaque}")


def choose_provider(
    providers: Sequence[IdentityProvider], token: ProviderToken
) -> IdentityProvider:
    """The provider whose token this claims to be; raises `SignInRefused` if none takes it."""
    for provider in providers:
        if provider.takes(token):
            return provider
    raise SignInRefused(
        Reason.NO_PROVIDER,
        "No identity provider of this server issued this access token; check the tenant or "
        "issuer, the client id and the scopes that the client uses.",
    )


def _discovery(config: IdentityConfig, fetch: Fetch) -> Discovery:
    if isinstance(config, EntraGraphConfig):
        return Discovery(f"{ENTRA_LOGIN_URL}/{config.tenant_id}/v2.0", fetch)
    if isinstance(config, JwtAudienceConfig):
        return Discovery(issuers_of(config)[0], fetch)
    return Discovery(config.issuer, fetch)


def _build(config: IdentityConfig, fetch: Fetch) -> EntraGraph | JwtAudience | Oidc:
    if isinstance(config, EntraGraphConfig):
        return EntraGraph(config, fetch)
    if isinstance(config, JwtAudienceConfig):
        return JwtAudience(config, fetch)
    return Oidc(config, fetch)
