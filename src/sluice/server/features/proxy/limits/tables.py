"""The table of what is set for an API token: its default instance and its limits."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from sluice.server.features.limits.tables import LimitColumns
from sluice.server.kit.database import Base


class ApiTokenSettings(LimitColumns, Base):
    """Settings of one API token; one without a row has none."""

    __tablename__ = "api_token_settings"

    api_token_id: Mapped[int] = mapped_column(ForeignKey("api_tokens.id"), primary_key=True)
    default_instance_id: Mapped[int | None] = mapped_column(
        ForeignKey("model_instances.id"), default=None
    )
