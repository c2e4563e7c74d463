"""From the configuration to providers, and from a token to its provider."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import httpx

from sluice.server.auth.identity.base import IdentityProvider, ProviderToken
from sluice.server.auth.identity.config import (
    EntraGraphConfig,
    IdentityConfig,
    JwtAudienceConfig,
    OidcConfig,
)
from sluice.server.auth.identity.entra_graph import EntraGraph
from sluice.server.auth.identity.http import Fetch, HttpFetch
from sluice.server.auth.identity.jwt_audience import JwtAudience
from sluice.server.auth.identity.oidc import Oidc
from sluice.server.auth.refusals import Reason, SignInRefused


def build_providers(
    configs: Sequence[IdentityConfig], client: httpx.AsyncClient
) -> tuple[IdentityProvider, ...]:
    """One provider for each configuration; nothing is fetched yet. Raises as `check_configs`."""
    check_configs(configs)
    fetch = HttpFetch(client)
    return tuple(_build(config, fetch) for config in configs)


def check_configs(configs: Sequence[IdentityConfig]) -> None:
    """Refuse configurations that contradict each other.

    Raises `ValueError` for names that are not unique, and if more than one provider takes
    opaque tokens: a token would be shown to a provider that did not issue it.
    """
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


def _build(config: IdentityConfig, fetch: Fetch) -> IdentityProvider:
    if isinstance(config, EntraGraphConfig):
        return EntraGraph(config, fetch)
    if isinstance(config, JwtAudienceConfig):
        return JwtAudience(config, fetch)
    return Oidc(config, fetch)
