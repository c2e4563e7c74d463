"""The tables of what model instances may use, and of the calls that this counts.

They hold numbers and times, and nothing that a caller sent.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from sluice.server.kit.database import Base, UtcDateTime, utc_now


class LimitColumns:
    """What any table of limits holds: what is set, and what was used of a month."""

    requests_per_minute: Mapped[int | None] = mapped_column(default=None)
    tokens_per_minute: Mapped[int | None] = mapped_column(default=None)
    concurrent_streams: Mapped[int | None] = mapped_column(default=None)
    monthly_tokens: Mapped[int | None] = mapped_column(BigInteger, default=None)
    monthly_budget: Mapped[int | None] = mapped_column(BigInteger, default=None)
    """Millionths of a US dollar, like `summed_cost`."""
    summed_month: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    """The month that the next columns are about; None: nothing was summed yet."""
    summed_until: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    summed_tokens: Mapped[int] = mapped_column(BigInteger, default=0)
    summed_cost: Mapped[int] = mapped_column(BigInteger, default=0)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, onupdate=utc_now)


class ModelInstanceLimits(LimitColumns, Base):
    """Limits of one model instance; one without a row has none."""

    __tablename__ = "model_instance_limits"

    model_instance_id: Mapped[int] = mapped_column(
        ForeignKey("model_instances.id"), primary_key=True
    )


class LimitedCall(Base):
    """A call of an instance that has limits, on whichever surface, until it is summed."""

    __tablename__ = "limited_calls"
    __table_args__ = (
        Index("ix_limited_calls_model_instance_id_created_at", "model_instance_id", "created_at"),
        # A pending call has no end, and stands first.
        Index("ix_limited_calls_model_instance_id_finished_at", "model_instance_id", "finished_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    model_instance_id: Mapped[int] = mapped_column(ForeignKey("model_instances.id"))
    streamed: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    counted_tokens: Mapped[int] = mapped_column(BigInteger, default=0)
    """Expected while pending, then as counted or, failing that, estimated."""
    counted_cost: Mapped[int] = mapped_column(BigInteger, default=0)
    """The same in millionths of a US dollar."""
