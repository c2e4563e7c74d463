"""The audit log's tables."""

from __future__ import annotations

from datetime import datetime
from string import ascii_letters, digits
from typing import Final

from sqlalchemy import JSON, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from sluice.server.kit.database import Base, UtcDateTime, utc_now

Details = dict[str, str | int | bool]

SUBJECT_KIND: Final = f"rtrim(subject, '{digits}{ascii_letters}_.-')"
"""What stands in `subject` before its id, with the colon, in the words of both databases."""


class AuditEvent(Base):
    """One event: ids, entity types and counts, never text. Triggers refuse changes to it."""

    __tablename__ = "audit_events"
    __table_args__ = (
        Index("ix_audit_events_event_id", "event", "id"),
        Index("ix_audit_events_actor_id_id", "actor_id", "id"),
        Index("ix_audit_events_subject_id", "subject", "id"),
        Index("ix_audit_events_at_id", "at", "id"),
        Index("ix_audit_events_subject_kind_id", text(SUBJECT_KIND), "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    """One more than the event's before it; older events than the chain may have gaps."""
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    event: Mapped[str] = mapped_column(String(64))
    actor_id: Mapped[int | None] = mapped_column(default=None)
    subject: Mapped[str] = mapped_column(String(128), default="")
    """What it happened to, as `kind:id`."""
    request_id: Mapped[str | None] = mapped_column(String(64), default=None)
    details: Mapped[Details] = mapped_column(JSON, default=dict)
    hash: Mapped[bytes] = mapped_column(LargeBinary(length=32))
    """Of this event and of the hash before it (see `chain`)."""


class AuditHead(Base):
    """Where the chain ends: one row. Whoever appends an event locks it."""

    __tablename__ = "audit_heads"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Always 1."""
    last_id: Mapped[int]
    """Of the last event; 0: there is none."""
    events: Mapped[int]
    """How many there are."""
    hash: Mapped[bytes] = mapped_column(LargeBinary(length=32))
    """The last event's."""
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    """The three above under the settings' data key, so that nobody without a master key can set
    them; None where somebody appended who has none."""
