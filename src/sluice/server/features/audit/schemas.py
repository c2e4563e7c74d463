"""Audit events on the wire."""

from __future__ import annotations

from sluice.server.kit.wire import WireModel, WireTime


class AuditEventOut(WireModel):
    """One event: ids, entity types and counts."""

    id: int
    at: WireTime
    event: str
    actor_id: int | None
    subject: str
    request_id: str | None
    details: dict[str, str | int | bool]
