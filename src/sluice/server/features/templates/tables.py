"""The tables of templates, their versions, environments and deployments.

What a version holds is sealed under the project's data key.
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
