"""The tables of threads and chats; every text in them is sealed under the thread's key."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from sluice.server.features.threads.status import ChatStatus
from sluice.server.kit.database import Base, Timestamps


class Thread(Timestamps, Base):
    """One conversation of one user with one model instance."""

    __tablename__ = "threads"
    __table_args__ = (Index("ix_threads_user_id_id", "user_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    model_instance_id: Mapped[int] = mapped_column(ForeignKey("model_instances.id"))
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    source: Mapped[str] = mapped_column(String(32), default="sdk")
    type: Mapped[str] = mapped_column(String(16), default="default")


class Chat(Timestamps, Base):
    """One exchange: input and output, both sides cleansed and raw."""

    __tablename__ = "chats"
    __table_args__ = (
        Index("ix_chats_thread_id_id", "thread_id", "id"),
        Index("ix_chats_status", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(32))
    """The row's name in its sealed values: known before the row is inserted."""
    thread_id: Mapped[int] = mapped_column(ForeignKey("threads.id"))
    status: Mapped[str] = mapped_column(String(16), default=ChatStatus.PENDING.value)
    policy_group_id: Mapped[int]
    policy_version: Mapped[int]
    model: Mapped[str] = mapped_column(String(200))
    raw_input_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    cleansed_input_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    raw_output_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    """What the model answered: it holds placeholders."""
    hydrated_output_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    input_tokens: Mapped[int | None] = mapped_column(default=None)
    output_tokens: Mapped[int | None] = mapped_column(default=None)
