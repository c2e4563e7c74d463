"""The tables of model instances and their connections."""

from __future__ import annotations

from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sluice.server.kit.database import Base, Timestamps


class ModelInstance(Timestamps, Base):
    """A policy group, instructions, and who may use it."""

    __tablename__ = "model_instances"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(128), unique=True)
    policy_group_id: Mapped[int] = mapped_column(ForeignKey("policy_groups.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), default=None)
    """Who made it."""
    answer_policy_group_id: Mapped[int | None] = mapped_column(
        ForeignKey("policy_groups.id"), default=None
    )
    """What decides about sensitive data that a model brings up; None: the built-in rules."""
    attachments: Mapped[str] = mapped_column(String(16), default="refuse", server_default="refuse")
    """What happens to images, sounds and documents: `refuse`, `pass` or `extract`."""
    revision: Mapped[int] = mapped_column(default=1)
    """Counts changes, so that what was read once may be kept in memory."""
    instructions_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    connections: Mapped[list[ModelConnection]] = relationship(
        lazy="raise", order_by="ModelConnection.position", cascade="all, delete-orphan"
    )
    allowed_users: Mapped[list[AllowedUser]] = relationship(
        lazy="raise", order_by="AllowedUser.user_id", cascade="all, delete-orphan"
    )
    allowed_teams: Mapped[list[AllowedTeam]] = relationship(
        lazy="raise", order_by="AllowedTeam.team_id", cascade="all, delete-orphan"
    )


class AllowedUser(Base):
    """A user who may use an instance; one without any user and team is open to all."""

    __tablename__ = "model_instance_users"

    model_instance_id: Mapped[int] = mapped_column(
        ForeignKey("model_instances.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)


class AllowedTeam(Base):
    """A team whose people may use an instance."""

    __tablename__ = "model_instance_teams"

    model_instance_id: Mapped[int] = mapped_column(
        ForeignKey("model_instances.id", ondelete="CASCADE"), primary_key=True
    )
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"), primary_key=True, index=True)


class ModelConnection(Timestamps, Base):
    """Which provider, model and credentials an instance uses."""

    __tablename__ = "model_connections"

    id: Mapped[int] = mapped_column(primary_key=True)
    model_instance_id: Mapped[int] = mapped_column(
        ForeignKey("model_instances.id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int] = mapped_column(default=0, server_default="0")
    """0 is asked first; the next ones when those before could not begin to answer."""
    provider_key: Mapped[str] = mapped_column(String(32))
    model: Mapped[str] = mapped_column(String(200))
    base_url: Mapped[str | None] = mapped_column(String(500), default=None)
    options: Mapped[dict[str, str | int | float | bool]] = mapped_column(JSON, default=dict)
    credentials_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
