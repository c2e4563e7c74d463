"""The table of what is set for an API token: its default instance and its limits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from sluice.server.kit.database import Base, UtcDateTime, utc_now


class ApiTokenSettings(Base):
    """Settings of one API token; one without a row has none."""

    __tablename__ = "api_token_settings"

    api_token_id: Mapped[int] = mapped_column(ForeignKey("api_tokens.id"), primary_key=True)
    default_instance_id: Mapped[int | None] = mapped_column(
        ForeignKey("model_instances.id"), default=None
    )
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
