"""The tables of templates, their versions, environments, deployments, and requests for them.

What a version holds, and what people note, is sealed under the project's data key.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from sluice.server.kit.database import Base, UtcDateTime, utc_now


class Template(Base):
    """A prompt template: a name in a project, and its versions."""

    __tablename__ = "templates"
    __table_args__ = (UniqueConstraint("project_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    name: Mapped[str] = mapped_column(String(200))
    """`/` divides folders."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class TemplateVersion(Base):
    """One immutable version."""

    __tablename__ = "template_versions"
    __table_args__ = (
        UniqueConstraint("template_id", "number"),
        UniqueConstraint("template_id", "digest"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True)
    template_id: Mapped[int] = mapped_column(ForeignKey("templates.id", ondelete="CASCADE"))
    number: Mapped[int]
    """From 1; the highest is `latest`."""
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    """Keyed hash of the content: an identical version is not saved twice."""
    document_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """JSON: messages or text, model, provider, parameters, tool and output schema, the version's
    name and note."""
    findings: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    """What was found in it when it was saved: counts by entity type."""
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"), default=None)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class DeployedVersion(Base):
    """Where an environment of a project points for one template. `latest` has no row."""

    __tablename__ = "deployed_versions"
    __table_args__ = (Index("ix_deployed_versions_version_id", "version_id"),)

    template_id: Mapped[int] = mapped_column(
        ForeignKey("templates.id", ondelete="CASCADE"), primary_key=True
    )
    environment: Mapped[str] = mapped_column(String(64), primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("template_versions.id", ondelete="CASCADE"))
    deployed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class Deployment(Base):
    """One deployment or rollback; the history of an environment."""

    __tablename__ = "deployments"
    __table_args__ = (Index("ix_deployments_template_id_id", "template_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    template_id: Mapped[int] = mapped_column(ForeignKey("templates.id", ondelete="CASCADE"))
    environment: Mapped[str] = mapped_column(String(64))
    version_id: Mapped[int] = mapped_column(ForeignKey("template_versions.id", ondelete="CASCADE"))
    previous_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("template_versions.id", ondelete="CASCADE"), default=None
    )
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), default=None)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"), default=None)
    """The second person, where the environment is protected."""
    is_emergency: Mapped[bool] = mapped_column(default=False)
    """A rollback of a protected environment that nobody approved; the note says why."""


class ProtectedEnvironment(Base):
    """An environment of a project in which nothing changes without a second person."""

    __tablename__ = "protected_environments"

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), primary_key=True)
    environment: Mapped[str] = mapped_column(String(64), primary_key=True)
    approver_role: Mapped[str] = mapped_column(String(16))
    """The lowest role in the project that may approve."""
    expires_hours: Mapped[int]
    """After so many hours nobody can approve a request any more."""
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"), default=None)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class DeploymentRequest(Base):
    """What somebody wants to change in a protected environment, and what came of it."""

    __tablename__ = "deployment_requests"
    __table_args__ = (
        Index("ix_deployment_requests_project_id_status_id", "project_id", "status", "id"),
        Index(
            "ix_deployment_requests_template_id_environment_status",
            "template_id",
            "environment",
            "status",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    template_id: Mapped[int] = mapped_column(ForeignKey("templates.id", ondelete="CASCADE"))
    environment: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(16))
    version_id: Mapped[int | None] = mapped_column(
        ForeignKey("template_versions.id", ondelete="CASCADE"), default=None
    )
    """None: the environment is to point nowhere."""
    base_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("template_versions.id", ondelete="CASCADE"), default=None
    )
    """Where the environment pointed when this was asked for."""
    status: Mapped[str] = mapped_column(String(16))
    """That it has expired is not written: the time says so."""
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    requested_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"), default=None)
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"), default=None)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    decision_note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
