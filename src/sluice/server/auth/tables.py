"""The tables of users, sessions and API tokens. Ids and tokens are stored hashed only."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from sluice.server.auth.roles import Role
from sluice.server.kit.database import Base, Timestamps, UtcDateTime, utc_now


class User(Timestamps, Base):
    """A person of the operator's staff; `deleted_at` set means disabled."""

    __tablename__ = "users"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str | None] = mapped_column(String(320), unique=True, default=None)
    """ASCII, lower case; None if the identity provider vouches for none."""
    name: Mapped[str] = mapped_column(String(256), default="")
    role: Mapped[str] = mapped_column(String(32), default=Role.MEMBER.value)
    role_set_by_hand: Mapped[bool] = mapped_column(default=False)
    """An administrator chose the role, so that sign-ins no longer change it."""
    issuer: Mapped[str | None] = mapped_column(String(512), default=None)
    subject: Mapped[str | None] = mapped_column(String(256), default=None)
    """With the issuer: who the user is. An e-mail address alone never is."""
    of_project: Mapped[bool] = mapped_column(default=False, server_default=false())
    """A project's own user and no person: its API tokens are the project's keys, it signs in no
    other way, and never manages."""
    first_steps_closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    """When the administrator put the dashboard's first steps away."""


class AuthSession(Base):
    """One sign-in, until it ends. Its id changes now and then; the row stays."""

    __tablename__ = "auth_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    api_token_id: Mapped[int | None] = mapped_column(
        ForeignKey("api_tokens.id"), index=True, default=None
    )
    """The API token that opened it, if one did: the session ends with the token."""
    id_hash: Mapped[str] = mapped_column(String(64), unique=True)
    previous_id_hash: Mapped[str | None] = mapped_column(String(64), unique=True, default=None)
    """The id before the last rotation, valid until `previous_valid_until`."""
    previous_valid_until: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    rotation_key: Mapped[bytes | None] = mapped_column(LargeBinary(32), default=None)
    """The present id is an HMAC of the previous one under it; kept for the grace only."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    rotated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    last_used_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    absolute_expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


class ApiToken(Base):
    """A token for programs: it acts as its user, with the user's role."""

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    name: Mapped[str] = mapped_column(String(128))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    prefix: Mapped[str] = mapped_column(String(8), default="")
    """The first 8 characters of a token that we made; empty for one that was given."""
    scopes: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True), default=None)
    """Words of `Scope`; None: whatever its user may do."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
