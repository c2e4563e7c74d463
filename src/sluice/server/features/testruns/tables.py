"""The tables of playlists, test cases and test runs; texts are sealed under the project's key."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from sluice.server.kit.database import Base, UtcDateTime, utc_now


class Playlist(Base):
    """A named list of test cases (0.6.1's dataset)."""

    __tablename__ = "playlists"
    __table_args__ = (UniqueConstraint("project_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, onupdate=utc_now)


class TestCase(Base):
    """Inputs, and what is expected of them."""

    __test__ = False
    __tablename__ = "test_cases"
    __table_args__ = (Index("ix_test_cases_playlist_id_id", "playlist_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    playlist_id: Mapped[int] = mapped_column(ForeignKey("playlists.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(16), default="completion")
    """`completion`, or `trace` for a whole agent's case."""
    content_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """JSON, cleansed: inputs, output, output message, history, metadata, media inputs."""
    findings: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    """What was found in it when it was saved: counts by entity type."""
    recording_uid: Mapped[str | None] = mapped_column(String(64), default=None)
    """The recording that it was made from."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class TestRun(Base):
    """One pass over a playlist, by an SDK or by the server."""

    __test__ = False
    __tablename__ = "test_runs"
    __table_args__ = (
        Index("ix_test_runs_project_id_id", "project_id", "id"),
        Index("ix_test_runs_status", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    playlist_id: Mapped[int | None] = mapped_column(
        ForeignKey("playlists.id", ondelete="SET NULL"), index=True, default=None
    )
    test_suite_id: Mapped[int | None] = mapped_column(
        ForeignKey("test_suites.id", ondelete="SET NULL"), index=True, default=None
    )
    name: Mapped[str] = mapped_column(String(200), default="")
    document_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """JSON: description, parameters, evaluators, and for a run of the server what is run."""
    made_by: Mapped[str] = mapped_column(String(16))
    """`sdk` or `server`."""
    status: Mapped[str] = mapped_column(String(16))
    """`open` for an SDK's; `pending`, `running`, `complete`, `failed` or `cancelled`."""
    template_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("template_versions.id", ondelete="SET NULL"), index=True, default=None
    )
    model_instance_id: Mapped[int | None] = mapped_column(
        ForeignKey("model_instances.id"), default=None
    )
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    cases: Mapped[int] = mapped_column(default=0)
    summary: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Counts and means by evaluator; no text."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    error_code: Mapped[str | None] = mapped_column(String(64), default=None)
    """Why it failed as a whole."""
    lease_holder: Mapped[str | None] = mapped_column(String(36), default=None)
    """The process that executes it."""
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    """Until then no other process executes it; its holder moves this on while it works."""


class TestCaseResult(Base):
    """What came of one test case in one run."""

    __test__ = False
    __tablename__ = "test_case_results"
    __table_args__ = (UniqueConstraint("test_run_id", "test_case_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36))
    """The row's name in its sealed values."""
    test_run_id: Mapped[int] = mapped_column(ForeignKey("test_runs.id", ondelete="CASCADE"))
    test_case_id: Mapped[int] = mapped_column(
        ForeignKey("test_cases.id", ondelete="CASCADE"), index=True
    )
    recording_uid: Mapped[str | None] = mapped_column(String(64), default=None)
    status: Mapped[str] = mapped_column(String(16))
    """`complete` or `failed`."""
    error_code: Mapped[str | None] = mapped_column(String(64), default=None)
    output_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    """Cleansed."""
    scores: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """By evaluator: `{"passed": bool | null, "score": number | null}`; no text."""
    input_tokens: Mapped[int | None] = mapped_column(default=None)
    output_tokens: Mapped[int | None] = mapped_column(default=None)
    cost: Mapped[int | None] = mapped_column(BigInteger, default=None)
    duration_ms: Mapped[int | None] = mapped_column(default=None)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class TestSuite(Base):
    """A playlist with a template, a model instance and evaluators, to be run again and again."""

    __test__ = False
    __tablename__ = "test_suites"
    __table_args__ = (UniqueConstraint("project_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    playlist_id: Mapped[int] = mapped_column(ForeignKey("playlists.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    document_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """JSON: what is run, and the evaluators."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
