"""What a provider's failure is to a caller and to the metrics, on every wire."""

from __future__ import annotations

from typing import Final

from sluice.server.errors import ProviderFailed, ProviderTimedOut, RateLimited, SluiceError
from sluice.server.kit.metrics import ProviderOutcome
from sluice.server.providers.base import (
    ProviderError,
    ProviderRateLimited,
    ProviderRejected,
    ProviderTimeout,
    ProviderUnreachable,
)

_OUTCOMES: Final[dict[type[ProviderError], ProviderOutcome]] = {
    ProviderUnreachable: "unreachable",
    ProviderTimeout: "timeout",
    ProviderRateLimited: "rate_limited",
    ProviderRejected: "rejected",
}


def provider_failure(error: ProviderError) -> SluiceError:
    """The answer to a provider's failure: which provider, which status, never its words."""
    message = str(error)
    if isinstance(error, ProviderRateLimited):
        return RateLimited(message, code="provider_rate_limited", retry_after=error.retry_after)
    if isinstance(error, ProviderTimeout):
        return ProviderTimedOut(message)
    return ProviderFailed(message)


def outcome_of(error: ProviderError) -> ProviderOutcome:
    """How the metrics count it."""
    return next((name for kind, name in _OUTCOMES.items() if isinstance(error, kind)), "protocol")
