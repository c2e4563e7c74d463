"""The tables of calls and of the texts that they sent; every text in them is sealed.

Columns that are not sealed hold numbers, names that an administrator or a vendor gave, entity
types, and paths that say nothing of a value.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from sluice.server.features.proxy.calls.status import CallStatus
from sluice.server.kit.database import Base, UtcDateTime, utc_now

Counts = dict[str, dict[str, int]]
"""Two levels of names and a count: entity type and action, or kind of coverage and path."""

TEXT_DIGEST_BYTES: Final = 16
ENDED_BADLY: Final = "status <> 'complete' AND status <> 'pending'"
"""What a query must say besides, so that the index of those few calls helps it."""


class Call(Base):
    """One call of the gateway: what was asked, what it cost, and how it ended.

    The row stays when its conversation is deleted, without its sealed columns: what was used and
    spent is no less for it.
    """

    __tablename__ = "calls"
    __table_args__ = (
        Index("ix_calls_conversation_id_id", "conversation_id", "id"),
        Index("ix_calls_user_id_id", "user_id", "id"),
        Index("ix_calls_model_instance_id_id", "model_instance_id", "id"),
        Index("ix_calls_created_at", "created_at"),
        # What a key's limits count; a pending call has no end, and stands first.
        Index("ix_calls_api_token_id_created_at", "api_token_id", "created_at"),
        Index("ix_calls_api_token_id_finished_at", "api_token_id", "finished_at"),
        Index("ix_calls_finished_at", "finished_at"),
        # Most calls end well, and cost nothing here.
        Index(
            "ix_calls_status_id",
            "status",
            "id",
            sqlite_where=text(ENDED_BADLY),
            postgresql_where=text(ENDED_BADLY),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(32))
    """The row's name in its sealed values: known before the row is inserted."""
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    api_token_id: Mapped[int | None] = mapped_column(ForeignKey("api_tokens.id"), default=None)
    model_instance_id: Mapped[int] = mapped_column(ForeignKey("model_instances.id"))
    wire: Mapped[str] = mapped_column(String(32))
    provider: Mapped[str] = mapped_column(String(32))
    model: Mapped[str] = mapped_column(String(200))
    """As the provider was asked for it."""
    model_answered: Mapped[str | None] = mapped_column(String(200), default=None)
    """As the provider says."""
    connection: Mapped[int] = mapped_column(default=0)
    """The position of the instance's connection that answered, or failed last."""
    attempts: Mapped[int] = mapped_column(default=0)
    """Connections that were asked."""
    streamed: Mapped[bool] = mapped_column(default=False)
    status: Mapped[str] = mapped_column(String(16), default=CallStatus.PENDING.value)
    error_code: Mapped[str | None] = mapped_column(String(64), default=None)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    """None exactly while the call is pending."""
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    first_token_ms: Mapped[int | None] = mapped_column(default=None)
    duration_ms: Mapped[int | None] = mapped_column(default=None)
    input_tokens: Mapped[int | None] = mapped_column(default=None)
    """As the provider counted, like the three below; None where it did not say."""
    output_tokens: Mapped[int | None] = mapped_column(default=None)
    cache_read_tokens: Mapped[int | None] = mapped_column(default=None)
    cache_write_tokens: Mapped[int | None] = mapped_column(default=None)
    cost: Mapped[int | None] = mapped_column(BigInteger, default=None)
    """Millionths of a US dollar; None where the price or the tokens are not known."""
    counted_tokens: Mapped[int] = mapped_column(BigInteger, default=0)
    """What limits count: expected while pending, then as counted or, failing that, estimated."""
    counted_cost: Mapped[int] = mapped_column(BigInteger, default=0)
    """The same in millionths of a US dollar."""
    policy_group_id: Mapped[int]
    policy_version: Mapped[int]
    answer_policy_group_id: Mapped[int | None] = mapped_column(default=None)
    """None: the built-in rules."""
    answer_policy_version: Mapped[int | None] = mapped_column(default=None)
    detector_version: Mapped[str] = mapped_column(String(64))
    manifest: Mapped[Counts] = mapped_column(JSON, default=dict)
    """Findings of the prompt: counts by entity type and action."""
    answer_manifest: Mapped[Counts] = mapped_column(JSON, default=dict)
    """What the answer held that was not in the prompt: counts by entity type and action."""
    coverage: Mapped[Counts] = mapped_column(JSON, default=dict)
    """Which paths were scanned or passed, and how often; without indices."""
    request_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    """The request as it was cleansed, with digests in the place of its longer texts."""
    raw_answer_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    """The texts of the answer by path, as the model gave them: with placeholders."""
    hydrated_answer_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    """The same as they were sent to the caller; None where nothing was changed."""


class CallText(Base):
    """A part of a cleansed request, kept once however many calls of a conversation hold it."""

    __tablename__ = "call_texts"

    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(TEXT_DIGEST_BYTES), primary_key=True)
    """Keyed under the conversation's data key."""
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
