"""Which model a test run asks, and what it answered."""

from __future__ import annotations

from dataclasses import dataclass, field

from sluice.server.features.models.service import UsableInstance
from sluice.server.features.policies.service import PolicyInForce
from sluice.server.providers.base import Connection, FinishReason, Usage


@dataclass(frozen=True, slots=True)
class Target:
    """Which model is asked, and under which policy."""

    instance: UsableInstance
    policy: PolicyInForce
    connections: tuple[Connection, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """What a model answered, as it came."""

    output: str = field(repr=False)
    finish: FinishReason
    usage: Usage | None
    provider: str
    asked: str
    """The model that the provider was asked for."""
    model: str
    """As the provider says, if it does."""
    cost: int | None
    """Millionths of a US dollar."""
    duration_ms: int
