"""The audit log's table."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from sluice.server.kit.database import Base, UtcDateTime, utc_now


class AuditEvent(Base):
    """One event: ids, entity types and counts, never text. Triggers refuse changes to it."""

    __tablename__ = "audit_events"
    __table_args__ = (Index("ix_audit_events_event_id", "event", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    event: Mapped[str] = mapped_column(String(64))
    actor_id: Mapped[int | None] = mapped_column(default=None)
    subject: Mapped[str] = mapped_column(String(128), default="")
    """What it happened to, as `kind:id`."""
    request_id: Mapped[str | None] = mapped_column(String(64), default=None)
    details: Mapped[dict[str, str | int | bool]] = mapped_column(JSON, default=dict)
