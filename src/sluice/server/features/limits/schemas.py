"""Limits on our own wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Field

from sluice.server.features.limits.rules import Limits
from sluice.server.kit.wire import StrictModel, WireModel

if TYPE_CHECKING:  # commands read the form alone, without the database
    from sluice.server.features.limits.managing import ShownLimits

Count = Annotated[int, Field(ge=0, le=2**31 - 1)]
Amount = Annotated[int, Field(ge=0, le=2**53)]


class LimitsBody(StrictModel):
    """What an API token or a model instance may use; null does not limit. Months are of UTC."""

    requests_per_minute: Count | None = None
    tokens_per_minute: Count | None = None
    concurrent_streams: Count | None = None
    monthly_tokens: Amount | None = None
    monthly_budget_microdollars: Amount | None = None
    """Millionths of a US dollar."""

    def limits(self) -> Limits:
        """As services take it."""
        return Limits(
            self.requests_per_minute,
            self.tokens_per_minute,
            self.concurrent_streams,
            self.monthly_tokens,
            self.monthly_budget_microdollars,
        )

    @classmethod
    def of(cls, limits: Limits) -> Self:
        """From what a service knows."""
        return cls(
            requests_per_minute=limits.requests_per_minute,
            tokens_per_minute=limits.tokens_per_minute,
            concurrent_streams=limits.concurrent_streams,
            monthly_tokens=limits.monthly_tokens,
            monthly_budget_microdollars=limits.monthly_budget,
        )


class InstanceLimitsIn(StrictModel):
    """All that limits a model instance; what is left out is unset."""

    limits: LimitsBody = LimitsBody()


class LatelyOut(WireModel):
    """What the limits of minutes and streams count now."""

    requests: int
    """Begun within sixty seconds."""
    tokens: int
    """Of calls that ended within sixty seconds, and expected of those that run."""
    streams: int
    """That run."""


class InstanceLimitsOut(WireModel):
    """What limits a model instance, and what its calls have used."""

    model_instance_id: int
    limits: LimitsBody
    month_tokens: int
    month_cost_microdollars: int
    lately: LatelyOut | None
    """Null without limits: nothing counts its minutes."""

    @classmethod
    def of(cls, instance_id: int, shown: ShownLimits) -> Self:
        """From what the service knows."""
        lately = shown.lately
        return cls(
            model_instance_id=instance_id,
            limits=LimitsBody.of(shown.limits),
            month_tokens=shown.month.tokens,
            month_cost_microdollars=shown.month.cost,
            lately=LatelyOut.model_validate(lately) if lately is not None else None,
        )
