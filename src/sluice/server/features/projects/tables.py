"""The tables of projects and of who works on them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from sluice.server.kit.database import Base, Timestamps, UtcDateTime, utc_now


class Project(Timestamps, Base):
    """One project; `deleted_at` set: nothing of its content can be read any more."""

    __tablename__ = "projects"

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(64), unique=True)
    """Its public id, fit for a path as it is: letters, digits, `-` and `_`."""
    name: Mapped[str] = mapped_column(String(128), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), unique=True)
    """The project's own user: whose API tokens are the project's keys."""
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), unique=True)
    """Whose placeholders stand in everything of the project; its data key seals templates, test
    cases and test runs."""
    policy_group_id: Mapped[int] = mapped_column(ForeignKey("policy_groups.id"))
    """The rules for recordings, templates and test cases."""
    keep_raw: Mapped[bool] = mapped_column(default=False)
    """Whether recordings are kept, sealed, as they came too."""
    findings: Mapped[str] = mapped_column(String(16), default="warn")
    """What findings in templates and test cases lead to: `warn` or `refuse`."""
    format_dialect: Mapped[str] = mapped_column(String(16), default="when_used")
    """When a version must be sayable to clients of 0.1.6: `always`, `never`, or `when_used`."""
    format_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    """When such a client first read templates here."""
    retention_days: Mapped[int | None] = mapped_column(default=None)
    """Days after which sessions are deleted; None: never."""
    call_retention_days: Mapped[int | None] = mapped_column(default=None)
    """Days after which the gateway's calls are deleted; None: with their session, or never."""
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"), default=None)
    cleared_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    """When, after its deletion, the last row of its content was gone."""


class ProjectTeam(Base):
    """A team whose people work on a project."""

    __tablename__ = "project_teams"

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), primary_key=True)
    team_id: Mapped[int] = mapped_column(
        ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    role: Mapped[str] = mapped_column(String(16))
    """`viewer`, `editor` or `owner`."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class ProjectMember(Base):
    """A person who works on a project."""

    __tablename__ = "project_members"

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(16))
    """`viewer`, `editor` or `owner`."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
