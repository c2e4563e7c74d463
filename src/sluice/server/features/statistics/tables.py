"""The tables of statistics: counts by hour and by day, and chats that are to be counted.

They hold numbers, names that an administrator or a vendor gave, and entity types. Rows do not
refer to others, because they stay when a project, an instance or a user is deleted.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from sqlalchemy import JSON, BigInteger, Date, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from sluice.server.kit.database import Base, UtcDateTime

COMPACT: Final = {"sqlite_with_rowid": False}
"""The rows stand in the primary key itself: they are only ever read by it."""


class StatisticsProgress(Base):
    """How far a source is counted: everything that ended until then, once."""

    __tablename__ = "statistics_progress"

    source: Mapped[str] = mapped_column(String(16), primary_key=True)
    counted_until: Mapped[datetime] = mapped_column(UtcDateTime)


class StatisticsSum(Base):
    """Calls, tokens and cost of an hour or a day (UTC)."""

    __tablename__ = "statistics_sums"
    __table_args__ = COMPACT

    grain: Mapped[str] = mapped_column(String(4), primary_key=True)
    """`hour` or `day`: everything stands in both."""
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    source: Mapped[str] = mapped_column(String(16), primary_key=True)
    space_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """The own conversation of the project; 0 outside of projects."""
    model_instance_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """0: none."""
    provider: Mapped[str] = mapped_column(String(64), primary_key=True)
    model: Mapped[str] = mapped_column(String(200), primary_key=True)
    calls: Mapped[int] = mapped_column(BigInteger)
    failed: Mapped[int] = mapped_column(BigInteger)
    blocked: Mapped[int] = mapped_column(BigInteger)
    input_tokens: Mapped[int] = mapped_column(BigInteger)
    output_tokens: Mapped[int] = mapped_column(BigInteger)
    cost: Mapped[int] = mapped_column(BigInteger)
    """Millionths of a US dollar."""
    unpriced: Mapped[int] = mapped_column(BigInteger)
    """Calls that were answered and whose cost is not known."""


class StatisticsCount(Base):
    """How often something of one kind was met in an hour or a day (UTC)."""

    __tablename__ = "statistics_counts"
    __table_args__ = COMPACT

    grain: Mapped[str] = mapped_column(String(4), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    """`entity`, `failure`, `duration` or `first_token`."""
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    source: Mapped[str] = mapped_column(String(16), primary_key=True)
    space_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    model_instance_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(128), primary_key=True)
    """The entity type; the provider; the class of times (see `histogram`)."""
    detail: Mapped[str] = mapped_column(String(64), primary_key=True)
    """The action; the error's code; nothing."""
    number: Mapped[int] = mapped_column(BigInteger)


class StatisticsUser(Base):
    """How often somebody used a model instance on a day (UTC)."""

    __tablename__ = "statistics_users"
    __table_args__ = COMPACT

    model_instance_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    calls: Mapped[int] = mapped_column(BigInteger)


class EndedChat(Base):
    """A chat that ended, or a prompt that was blocked, until it is counted.

    Chats go with their threads, and blocked prompts leave none.
    """

    __tablename__ = "ended_chats"
    __table_args__ = (Index("ix_ended_chats_ended_at", "ended_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime] = mapped_column(UtcDateTime)
    user_id: Mapped[int]
    model_instance_id: Mapped[int]
    provider: Mapped[str] = mapped_column(String(64))
    model: Mapped[str] = mapped_column(String(200))
    ending: Mapped[str] = mapped_column(String(16))
    error_code: Mapped[str | None] = mapped_column(String(64), default=None)
    duration_ms: Mapped[int | None] = mapped_column(default=None)
    first_token_ms: Mapped[int | None] = mapped_column(default=None)
    input_tokens: Mapped[int] = mapped_column(default=0)
    output_tokens: Mapped[int] = mapped_column(default=0)
    manifest: Mapped[dict[str, dict[str, int]]] = mapped_column(JSON, default=dict)
