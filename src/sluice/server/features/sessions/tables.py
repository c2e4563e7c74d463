"""The tables of sessions, recordings, traces, and the values by which they are searched.

Texts are cleansed before they come here, and sealed under the data key of the session's
conversation besides. Columns that are not sealed hold numbers, names that an administrator or a
vendor gave, entity types, and cleansed metadata.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Float,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from sluice.server.kit.database import Base, UtcDateTime, utc_now

Counts = dict[str, dict[str, int]]
"""Findings: counts by entity type and action."""


class Session(Base):
    """A group of recordings; the client names it, or asks us for a name."""

    __tablename__ = "sessions"
    __table_args__ = (
        # In this order: 0.1.6 records by the session's id alone.
        UniqueConstraint("uid", "project_id"),
        Index("ix_sessions_project_id_id", "project_id", "id"),
        Index("ix_sessions_project_id_environment_id", "project_id", "environment", "id"),
        Index("ix_sessions_project_id_last_recorded_at", "project_id", "last_recorded_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(64))
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), index=True)
    """Its data key seals everything of the session; the gateway's calls in this session are of it
    too."""
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    environment: Mapped[str | None] = mapped_column(String(64), default=None)
    test_run_id: Mapped[int | None] = mapped_column(
        ForeignKey("test_runs.id", ondelete="SET NULL"), index=True, default=None
    )
    meta: Mapped[dict[str, Any]] = mapped_column("metadata", JSON, default=dict)
    """Cleansed."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    last_recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    recordings: Mapped[int] = mapped_column(default=0)
    input_tokens: Mapped[int] = mapped_column(BigInteger, default=0)
    output_tokens: Mapped[int] = mapped_column(BigInteger, default=0)
    cost: Mapped[int] = mapped_column(BigInteger, default=0)
    """Millionths of a US dollar, of what has a known price. Like the three above, counted after
    the recording was answered."""


_LINKS = ("template_version_id", "test_run_id", "test_case_id")
_SEARCHED = (
    "project_id", "id", "environment", "provider", "model", "is_complete", "duration_ms",
    "input_tokens", "output_tokens", "cost", "created_at", "started_at",
)  # fmt: skip


def _where_set(table: str, column: str, *beside: str) -> Index:
    """An index of the rows that have a value there: most have none, and then cost nothing."""
    where = text(f"{column} IS NOT NULL")
    name = f"ix_{table}_{column}_id"
    return Index(name, column, "id", *beside, sqlite_where=where, postgresql_where=where)


class Recording(Base):
    """One recorded call (Freeplay's completion)."""

    __tablename__ = "recordings"
    __table_args__ = (
        UniqueConstraint("project_id", "uid"),
        # What a search looks through when no other index helps: all short columns.
        Index("ix_recordings_search", *_SEARCHED),
        Index("ix_recordings_project_id_model_id", "project_id", "model", "id"),
        Index("ix_recordings_project_id_environment_id", "project_id", "environment", "id"),
        Index("ix_recordings_project_id_duration_ms_id", "project_id", "duration_ms", "id"),
        Index("ix_recordings_project_id_cost_id", "project_id", "cost", "id"),
        *(_where_set("recordings", column) for column in _LINKS),
        # A template's numbers are read from it alone.
        _where_set("recordings", "template_id", "cost", "duration_ms"),
        Index("ix_recordings_session_id_id", "session_id", "id"),
        # For statistics alone: no search asks for what is counted.
        Index(
            "ix_recordings_counted_created_at",
            "created_at",
            sqlite_where=text("counted_at IS NOT NULL"),
            postgresql_where=text("counted_at IS NOT NULL"),
        ),
        Index(
            "ix_recordings_uncounted",
            "id",
            sqlite_where=text("counted_at IS NULL"),
            postgresql_where=text("counted_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(64))
    """The completion's id: the client's or ours."""
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    session_id: Mapped[int] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    trace_uid: Mapped[str | None] = mapped_column(String(64), default=None)
    parent_uid: Mapped[str | None] = mapped_column(String(64), default=None)
    template_id: Mapped[int | None] = mapped_column(
        ForeignKey("templates.id", ondelete="SET NULL"), default=None
    )
    template_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("template_versions.id", ondelete="SET NULL"), default=None
    )
    environment: Mapped[str | None] = mapped_column(String(64), default=None)
    test_run_id: Mapped[int | None] = mapped_column(
        ForeignKey("test_runs.id", ondelete="SET NULL"), default=None
    )
    test_case_id: Mapped[int | None] = mapped_column(
        ForeignKey("test_cases.id", ondelete="SET NULL"), default=None
    )
    provider: Mapped[str | None] = mapped_column(String(64), default=None)
    model: Mapped[str | None] = mapped_column(String(200), default=None)
    """A plain name, else None: what the caller named stands in the sealed content."""
    format: Mapped[str | None] = mapped_column(String(32), default=None)
    """`openai_text`, `openai_chat`, `anthropic_text` of 0.1.6; the API style of 0.6.1."""
    is_complete: Mapped[bool] = mapped_column(default=True)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    duration_ms: Mapped[int | None] = mapped_column(default=None)
    input_tokens: Mapped[int | None] = mapped_column(default=None)
    output_tokens: Mapped[int | None] = mapped_column(default=None)
    tokens_estimated: Mapped[bool] = mapped_column(default=False)
    cost: Mapped[int | None] = mapped_column(BigInteger, default=None)
    """Millionths of a US dollar; None where the price is not known."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    counted_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    """When tokens, cost and the session's sums were worked out; None: not yet."""
    policy_group_id: Mapped[int]
    policy_version: Mapped[int]
    detector_version: Mapped[str] = mapped_column(String(64))
    manifest: Mapped[Counts] = mapped_column(JSON, default=dict)
    content_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """JSON, cleansed: messages, inputs, answer, tool and output schema, parameters."""
    raw_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    """The same as it came, where the project keeps it."""
    repeat_key: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True, default=None)
    """Keyed hash of the client's `Idempotency-Key`: what is sent again is not recorded twice."""


class RecordingEntityType(Base):
    """That something of a type was found in a recording: by which recordings are searched.

    Triggers of the database keep it as the manifest is, so that nobody who records has to.
    """

    __tablename__ = "recording_entity_types"
    __table_args__ = (
        Index(
            "ix_recording_entity_types_project_id",
            "project_id",
            "entity_type",
            "recording_id",
        ),
        {"sqlite_with_rowid": False},
    )

    recording_id: Mapped[int] = mapped_column(
        ForeignKey("recordings.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    entity_type: Mapped[str] = mapped_column(Text, primary_key=True)
    project_id: Mapped[int]


class Trace(Base):
    """A step of an agent, or a tool's: an input, an output, and recordings below it."""

    __tablename__ = "traces"
    __table_args__ = (
        UniqueConstraint("project_id", "uid"),
        Index("ix_traces_session_id_id", "session_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(64))
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    session_id: Mapped[int] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    parent_uid: Mapped[str | None] = mapped_column(String(64), default=None)
    kind: Mapped[str | None] = mapped_column(String(16), default=None)
    test_run_id: Mapped[int | None] = mapped_column(
        ForeignKey("test_runs.id", ondelete="SET NULL"), index=True, default=None
    )
    test_case_id: Mapped[int | None] = mapped_column(
        ForeignKey("test_cases.id", ondelete="SET NULL"), index=True, default=None
    )
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    policy_group_id: Mapped[int]
    policy_version: Mapped[int]
    detector_version: Mapped[str] = mapped_column(String(64))
    manifest: Mapped[Counts] = mapped_column(JSON, default=dict)
    content_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """JSON, cleansed: agent's name, name, input, output."""
    raw_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)


class Attribute(Base):
    """A named value of a session, a recording or a trace: metadata, feedback, an evaluation."""

    __tablename__ = "attributes"
    __table_args__ = (
        Index("ix_attributes_text", "project_id", "holder", "name", "text", "holder_id"),
        Index("ix_attributes_number", "project_id", "holder", "name", "number", "holder_id"),
        Index("ix_attributes_session_id", "session_id"),
    )

    holder: Mapped[str] = mapped_column(String(16), primary_key=True)
    """`session`, `recording` or `trace`."""
    holder_id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(256), primary_key=True)
    """`metadata.user.plan`, `feedback.rating`, `evaluation.exact`: cleansed."""
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    session_id: Mapped[int] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    text: Mapped[str | None] = mapped_column(String(1000), default=None)
    """Cleansed; the beginning of a longer one."""
    number: Mapped[float | None] = mapped_column(Float, default=None)
    """A number, and 1 or 0 for true and false."""
