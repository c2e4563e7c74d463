"""Protected environments and requests for them, as other parts know them (pure)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from sluice.server.features.projects.roles import ProjectRole

DEFAULT_HOURS: Final = 7 * 24
"""How long a request may be approved, unless the environment says another time."""
MOST_HOURS: Final = 90 * 24


class RequestKind(StrEnum):
    """What is to be done."""

    DEPLOY = "deploy"
    ROLLBACK = "rollback"
    WITHDRAW = "withdraw"
    """The environment is to point nowhere."""


class RequestStatus(StrEnum):
    """What came of a request; only an open one can be decided."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    STALE = "stale"
    """The environment points elsewhere than when this was asked for."""


@dataclass(frozen=True, slots=True)
class Protection:
    """What it takes to change an environment."""

    environment: str
    approver_role: ProjectRole
    expires_hours: int
    changed_by: int | None = None
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class KnownRequest:
    """A request and what came of it."""

    row_id: int
    uid: str
    template_uid: str
    template_name: str
    environment: str
    kind: RequestKind
    number: int | None
    """The version; None: the environment is to point nowhere."""
    base_number: int | None
    """Where the environment pointed when this was asked for; None: nowhere."""
    status: RequestStatus
    note: str = field(repr=False)
    requested_by: int | None
    requested_at: datetime
    expires_at: datetime
    decided_by: int | None
    decided_at: datetime | None
    decision_note: str = field(repr=False)
