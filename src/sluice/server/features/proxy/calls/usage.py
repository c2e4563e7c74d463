"""What calls used and cost, summed over a time by key, instance, model or day."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.auth.callers import Caller
from sluice.server.auth.roles import Permission
from sluice.server.features.proxy.calls.usage_repository import UsageFilter, UsageRepository
from sluice.server.kit.wire import WireModel


class UsageBy(StrEnum):
    """What calls are summed by."""

    KEY = "key"
    INSTANCE = "instance"
    MODEL = "model"
    DAY = "day"


class UsageOut(WireModel):
    """The calls of one key, instance, model or day (UTC); what it is stands in one of the first."""

    api_token_id: int | None = None
    """Null for what sessions, not keys, called."""
    model_instance_id: int | None = None
    provider: str | None = None
    model: str | None = None
    day: str | None = None
    """YYYY-MM-DD."""
    calls: int
    failed_calls: int
    """Those that failed or were interrupted."""
    blocked_calls: int
    input_tokens: int
    """All that providers counted, like the three below."""
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    cost_microdollars: int | None
    """Of the calls whose cost is known; null where none is."""
    calls_of_unknown_cost: int
    """Calls that were answered, with no price or no count of tokens: add what they cost."""


async def usage(
    session: AsyncSession, caller: Caller, by: UsageBy, wanted: UsageFilter
) -> list[UsageOut]:
    """What calls used that began in the time, the dearest first; days in their order.

    Who may not see everybody's usage asks for their own.
    """
    if wanted.user_id != caller.user_id:
        caller.require(Permission.VIEW_USAGE)
    rows = await UsageRepository(session).summed(by.value, wanted)
    return [UsageOut.model_validate(row._mapping) for row in rows]


def this_month(now: datetime) -> datetime:
    """Where a sum begins that names no beginning."""
    return now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
