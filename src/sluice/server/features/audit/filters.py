"""Which audit events are read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which events are read; None reads all."""

    event: str | None = None
    """A kind such as `policy.changed`, or all that begin so, such as `policy`."""
    actor_id: int | None = None
    subject: str | None = None
    """`kind:id`, or a kind alone."""
    since: datetime | None = None
    until: datetime | None = None
    """The first moment that is too late."""
