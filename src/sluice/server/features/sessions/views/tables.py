"""The table of saved views; what people typed is sealed under the project's key."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from sluice.server.kit.database import Base, UtcDateTime, utc_now


class SavedView(Base):
    """A filter under a name, somebody's own or for everybody in the project."""

    __tablename__ = "saved_views"
    __table_args__ = (Index("ix_saved_views_project_id_id", "project_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    target: Mapped[str] = mapped_column(String(16))
    """`sessions`, `recordings` or `calls`."""
    is_shared: Mapped[bool] = mapped_column(default=False)
    document_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """JSON, cleansed: name, filter, columns, order."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, onupdate=utc_now)
