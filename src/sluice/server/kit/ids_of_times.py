"""Between which ids rows of a time are, in tables whose ids grow as time goes by.

So a page of any time is read by id, newest first, and not sorted out of all of that time.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

TOGETHER: Final = 10_000
"""Rows of transactions that run together may have ids in another order than their times: never so
many."""


async def ids_between(
    session: AsyncSession,
    of_id: InstrumentedAttribute[int],
    at: InstrumentedAttribute[datetime],
    since: datetime | None,
    until: datetime | None,
) -> range | None:
    """The ids among which every row of the time is, with others; None where there are none.

    `until` is the first moment that is too late. The page itself is asked for the time `by_row`.
    """
    first, behind = 0, await last_id(session, of_id) + 1
    if since is not None:
        found = await session.scalar(select(of_id).where(at >= since).order_by(at).limit(1))
        if found is None:
            return None
        first = found - TOGETHER
    if until is not None:
        found = await session.scalar(select(of_id).where(at < until).order_by(at.desc()).limit(1))
        if found is None:
            return None
        behind = min(behind, found + TOGETHER)
    return range(first, behind)


async def last_id(session: AsyncSession, of_id: InstrumentedAttribute[int]) -> int:
    """The largest id; 0 where there is no row."""
    return (await session.scalar(select(func.max(of_id)))) or 0


def by_row(at: InstrumentedAttribute[datetime]) -> Any:  # noqa: ANN401 (an expression)
    """The same time, so written that it is looked at in each row, and in no index of times."""
    return func.coalesce(at, at)
