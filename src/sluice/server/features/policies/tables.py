"""The tables of policy groups and their versions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from sluice.server.kit.database import Base, Timestamps, UtcDateTime, utc_now


class PolicyGroup(Timestamps, Base):
    """A named policy; `version` points to the version in force."""

    __tablename__ = "policy_groups"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(128), unique=True)
    version: Mapped[int] = mapped_column(default=1)


class PolicyVersion(Base):
    """One immutable version of a policy group's document."""

    __tablename__ = "policy_versions"
    __table_args__ = (UniqueConstraint("policy_group_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    policy_group_id: Mapped[int] = mapped_column(ForeignKey("policy_groups.id"))
    number: Mapped[int]
    document_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """JSON of `PolicyDocument`: sealed, since its terms and allow list may be sensitive."""
    note: Mapped[str] = mapped_column(String(500), default="")
    created_by: Mapped[int | None] = mapped_column(default=None)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
