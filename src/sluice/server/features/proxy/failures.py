"""What a caller is told when a call fails: our errors, whatever they began as."""

from __future__ import annotations

from typing import Final

from sluice.server.errors import (
    Blocked,
    Malformed,
    NotFound,
    SluiceError,
    TooLarge,
    Unprocessable,
)
from sluice.server.features.proxy.wires.wire import AnswerBlocked
from sluice.server.provider_failures import provider_failure
from sluice.server.providers.base import (
    ProviderError,
    ProviderRejected,
)

_REFUSED: Final[dict[int, type[SluiceError]]] = {
    400: Malformed,
    404: NotFound,
    413: TooLarge,
    422: Unprocessable,
}
"""Statuses by which a vendor refuses what the caller asked for. Others (401, 403, …) are about the
connection, which is not the caller's: they are 502."""


def call_failure(error: ProviderError) -> SluiceError:
    """The answer to a provider's failure; a refusal of the request itself keeps its status."""
    if isinstance(error, ProviderRejected) and error.status in _REFUSED:
        return _REFUSED[error.status](str(error), code=error.error_code or "provider_rejected")
    return provider_failure(error)


def answer_failure(error: AnswerBlocked) -> Blocked:
    """The answer to an answer that the policy refuses."""
    return Blocked(
        "The model's answer holds what the answer policy blocks; it was not sent on.", error.counts
    )
