"""Audit events on the wire."""

from __future__ import annotations

from typing import Literal

from sluice.server.kit.wire import WireModel, WireTime


class AuditEventOut(WireModel):
    """One event: ids, entity types and counts."""

    id: int
    at: WireTime
    event: str
    actor_id: int | None
    actor_name: str | None = None
    """As the user is called now; null for the server itself and for projects' own users."""
    subject: str
    request_id: str | None
    details: dict[str, str | int | bool]


class ChainFault(WireModel):
    """What is wrong with the chain, first of all."""

    kind: Literal["changed", "removed", "truncated", "added", "head_missing", "head_changed",
                  "head_unsealed", "resumed", "noted_differs"]  # fmt: skip
    event_id: int | None = None
    """The first event that does not fit: itself, or what was before it."""
    message: str


class Verification(WireModel):
    """What came of verifying the chain."""

    sound: bool
    """Whether nothing was changed, removed or added since it was written."""
    events: int
    """Looked at."""
    last_id: int = 0
    hash: str = ""
    """Of the last event; keep `lastId:hash` elsewhere to notice a database that was set back."""
    faults: list[ChainFault]
    notes: list[str]


class VerificationProgress(WireModel):
    """How far verifying has come."""

    checked: int
    events: int
    """How many there are, as the head says."""
