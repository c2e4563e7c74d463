"""The vault's tables: wrapped data keys and sealed originals."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from sluice.server.kit.database import Base, UtcDateTime, utc_now


class WrappedKey(Base):
    """A data key under a master key. Without its row, nothing that it sealed opens again."""

    __tablename__ = "data_keys"

    scope: Mapped[str] = mapped_column(String(64), primary_key=True)
    """`thread:<id>`, `conversation:<id>`, or `settings` for what belongs to neither."""
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    master_key_id: Mapped[str] = mapped_column(String(16), index=True)
    reserved_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    """Numbers that may not be issued, by entity type, in JSON. Sealed under this very data key:
    the thread's texts typed them, and any word before a number reads like an entity type."""
    erasures: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often originals were erased here: what a process remembers of before is stale."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class SealedOriginal(Base):
    """One placeholder of a scope and its original (none for redacted ones)."""

    __tablename__ = "originals"
    __table_args__ = (
        UniqueConstraint("scope", "placeholder"),
        UniqueConstraint("scope", "action", "lookup"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    scope: Mapped[str] = mapped_column(ForeignKey("data_keys.scope", ondelete="CASCADE"))
    placeholder: Mapped[str] = mapped_column(String(512))
    """`PERSON_0`, or a stand-in that is no real value."""
    entity_type: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(16))
    lookup: Mapped[bytes] = mapped_column(LargeBinary)
    """HMAC of the original under the scope's key."""
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class NumberCounter(Base):
    """The next number of an entity type in a scope that is never read as a whole."""

    __tablename__ = "number_counters"

    scope: Mapped[str] = mapped_column(
        ForeignKey("data_keys.scope", ondelete="CASCADE"), primary_key=True
    )
    entity_type: Mapped[str] = mapped_column(String(128), primary_key=True)
    next: Mapped[int]
    """Larger than every number issued; the tables' unique constraints decide who has one."""


class ReservedPlaceholder(Base):
    """A placeholder that somebody typed or a model made up: never issued, never restored.

    Of known entity types only, so that it says nothing of the text in which it stood.
    """

    __tablename__ = "reserved_placeholders"

    scope: Mapped[str] = mapped_column(
        ForeignKey("data_keys.scope", ondelete="CASCADE"), primary_key=True
    )
    placeholder: Mapped[str] = mapped_column(String(160), primary_key=True)


class PlaceholderUse(Base):
    """Where a project's placeholder stands: to find a person's data, and what nobody needs."""

    __tablename__ = "placeholder_uses"
    __table_args__ = (Index("ix_placeholder_uses_holder", "holder"),)

    scope: Mapped[str] = mapped_column(
        ForeignKey("data_keys.scope", ondelete="CASCADE"), primary_key=True
    )
    """Of the originals: that of the project's own conversation."""
    placeholder: Mapped[str] = mapped_column(String(512), primary_key=True)
    holder: Mapped[str] = mapped_column(String(64), primary_key=True)
    """`conversation:<id>` for a session and the gateway's calls in it, `template:<id>`,
    `playlist:<id>`, `test_run:<id>`, `test_suite:<uid>`, or `saving:<time>-<id>` for what is being
    saved."""
