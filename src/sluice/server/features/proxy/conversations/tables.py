"""The table of conversations over the gateway."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from sluice.server.kit.database import Base, UtcDateTime, utc_now


class StoredConversation(Base):
    """Where the same original has the same placeholder: one API token's calls, or a part of them.

    Clients of the vendors' wires send no thread id. Where one names its own conversation or end
    user, each has a conversation of its own here.
    """

    __tablename__ = "conversations"
    __table_args__ = (
        Index("ix_conversations_user_id_id", "user_id", "id"),
        Index("ix_conversations_space_id_id", "space_id", "id"),
        Index(
            "ix_conversations_space_id_last_used_at",
            "space_id",
            "last_used_at",
            sqlite_where=text("deleted_at IS NULL"),
            postgresql_where=text("deleted_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    api_token_id: Mapped[int | None] = mapped_column(
        ForeignKey("api_tokens.id"), index=True, default=None
    )
    """None for what a session, not an API token, calls."""
    named_by: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True, default=None)
    """HMAC of the owner and of the client's ids under the settings' key, never the ids; None once
    the conversation is deleted, so that the same ids begin another one."""
    space_id: Mapped[int | None] = mapped_column(default=None)
    """The conversation whose placeholders it uses: a project's own; None: it has its own."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    last_used_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    """True to the minute."""
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
