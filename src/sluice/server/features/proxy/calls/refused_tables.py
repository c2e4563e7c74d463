"""The table of what was refused because it was not understood."""

from __future__ import annotations

from datetime import date
from typing import Final

from sqlalchemy import BigInteger, Date, String
from sqlalchemy.orm import Mapped, mapped_column

from sluice.server.kit.database import Base

LONGEST_PATH: Final = 200


class RefusedPath(Base):
    """How often requests of a day (UTC) were refused for what stood at one path.

    A path says nothing of a value: it has no indices, and keys in it are names of fields.
    """

    __tablename__ = "refused_paths"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    wire: Mapped[str] = mapped_column(String(32), primary_key=True)
    path: Mapped[str] = mapped_column(String(LONGEST_PATH), primary_key=True)
    """"" counts the requests themselves."""
    reason: Mapped[str] = mapped_column(String(32), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
