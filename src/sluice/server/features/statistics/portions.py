"""Where a portion of rows ends that are read in the order of a time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession


async def end_of_portion(
    session: AsyncSession,
    moment: Column[datetime],
    after: datetime,
    settled: datetime,
    most: int,
    *conditions: ColumnElement[bool],
) -> datetime | None:
    """The time of the last of the next `most` rows; None where there are none.

    Whoever reads all rows until that time, this one included, reads each exactly once.
    """
    query = (
        select(moment)
        .where(moment > after, moment <= settled, *conditions)
        .order_by(moment)
        .limit(most)
    )
    times = (await session.scalars(query)).all()
    return times[-1] if times else None
