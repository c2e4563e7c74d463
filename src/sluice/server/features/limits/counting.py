"""Whether one more call may begin, of one kind of what has limits.

What a limit counts is never kept in memory.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.features.limits import rules
from sluice.server.features.limits.queries import LimitQueries
from sluice.server.features.limits.repository import LimitsRepository
from sluice.server.features.limits.rules import NO_LIMITS, Limits, MonthSoFar, Used
from sluice.server.kit.database import utc_now

KEPT_SECONDS: Final = 1.0
MOST_KEPT: Final = 10_000

Setting = TypeVar("Setting")


class KeptBriefly(Generic[Setting]):
    """What is set, by id: read for every call, kept in memory for a second.

    So a change is in force everywhere a second after it was made.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._kept: dict[int, tuple[float, Setting]] = {}

    def __len__(self) -> int:
        return len(self._kept)

    async def get(self, of_id: int, read: Callable[[], Awaitable[Setting]]) -> Setting:
        """What is kept, else what `read` gives."""
        now = self._monotonic()
        if (kept := self._kept.get(of_id)) is not None and now < kept[0]:
            return kept[1]
        setting = await read()
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        self._kept[of_id] = (now + KEPT_SECONDS, setting)
        return setting

    def forget(self, of_id: int) -> None:
        """Read it anew the next time."""
        self._kept.pop(of_id, None)


class Counting:
    """Asks the database. Works in the caller's transaction and never commits."""

    def __init__(
        self,
        queries: LimitQueries,
        *,
        longest: timedelta = timedelta(hours=1),
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """`longest`: a call that has been pending for so long runs no more, whatever it says."""
        self._queries = queries
        self._longest = longest
        self._clock = clock

    async def refuse_early(self, session: AsyncSession, of_id: int, *, streamed: bool) -> None:
        """Raise `RateLimited` if a limit is met as it is, before any work is done.

        It only reads. What decides is `check`: of calls that come at once, all may pass here.
        """
        found = await LimitsRepository(session, self._queries).unlocked(of_id)
        limits, month = found or (NO_LIMITS, None)
        counted = self.of(session, of_id, limits)
        await counted.check_minute(streamed=streamed)
        if limits.by_month and month is not None and month.month == rules.month_of(counted.now):
            await counted.check_used(month)

    async def check(
        self, session: AsyncSession, of_id: int, *, streamed: bool
    ) -> tuple[Limits, datetime]:
        """Raise `RateLimited` if one more call would be over a limit.

        To be asked in the transaction that records the call, which then has the returned moment as
        its beginning: the moment is taken after everybody else's calls.
        """
        found = await LimitsRepository(session, self._queries).locked(of_id)
        limits, month = found or (NO_LIMITS, None)
        counted = self.of(session, of_id, limits)
        await counted.check_minute(streamed=streamed)
        if limits.by_month:
            await counted.check_used(await counted.sum_month(month))
        elif self._queries.forgets and limits != NO_LIMITS:
            await counted.sum_month(month)
        return limits, counted.now

    def of(self, session: AsyncSession, of_id: int, limits: Limits) -> Counted:
        """One question, as of now."""
        return Counted(session, self._queries, of_id, limits, self._clock(), self._longest)


class Counted:
    """One question whether a call may begin, or what was used."""

    def __init__(
        self,
        session: AsyncSession,
        queries: LimitQueries,
        of_id: int,
        limits: Limits,
        now: datetime,
        longest: timedelta,
    ) -> None:
        self._repository = LimitsRepository(session, queries)
        self._whose = queries.whose
        self._forgets = queries.forgets
        self._of_id = of_id
        self._limits = limits
        self.now = now
        self._alive = now - longest
        self._minute = now - rules.MINUTE

    async def check_minute(self, *, streamed: bool) -> None:
        """Whatever is limited but the month."""
        await self._check_requests()
        if streamed:
            await self._check_streams()
        await self._check_tokens()

    async def _check_requests(self) -> None:
        limit = self._limits.requests_per_minute
        if limit is None:
            return
        if limit == 0:
            raise rules.over_requests(self._whose, 0, self.now, self.now)
        oldest = await self._repository.begun(self._of_id, self._minute, limit - 1)
        if oldest is not None:
            raise rules.over_requests(self._whose, limit, oldest, self.now)

    async def _check_streams(self) -> None:
        limit = self._limits.concurrent_streams
        if limit is not None and await self.streams() >= limit:
            raise rules.over_streams(self._whose, limit)

    async def _check_tokens(self) -> None:
        limit = self._limits.tokens_per_minute
        if limit is None:
            return
        used = await self.used_lately()
        if used.tokens >= limit:
            wait = await self._until_below(used.tokens - limit)
            raise rules.over_tokens(self._whose, limit, wait)

    async def _until_below(self, over: int) -> float:
        """Seconds until more than `over` tokens are a minute old."""
        for moment, tokens in await self._repository.ends(self._of_id, self._minute):
            over -= tokens
            if over < 0:
                return (moment - self._minute).total_seconds()
        # What runs alone is too much: nobody knows when it ends.
        return rules.STREAM_RETRY_SECONDS

    async def check_used(self, month: MonthSoFar) -> None:
        """The month, of which a sum is known."""
        used = month.used + await self._repository.ended(self._of_id, month.until)
        used += await self._repository.expected(self._of_id, self._alive)
        rules.check_month(self._whose, self._limits, used, self.now)

    async def requests_lately(self) -> int:
        """Calls that began within the last minute."""
        return await self._repository.begun_since(self._of_id, self._minute)

    async def streams(self) -> int:
        """Streamed calls that run."""
        return await self._repository.streams(self._of_id, self._alive)

    async def used_lately(self) -> Used:
        """What ended within the last minute, and what is expected of what runs."""
        used = await self._repository.ended_after(self._of_id, self._minute)
        return used + await self._repository.expected(self._of_id, self._alive)

    async def used_since(self, month: MonthSoFar) -> Used:
        """What ended calls used of the month, of which a sum is known."""
        return month.used + await self._repository.ended(self._of_id, month.until)

    async def sum_month(self, month: MonthSoFar | None) -> MonthSoFar:
        """The month's sum, moved on and kept where that is worth its while."""
        began = rules.month_of(self.now)
        if month is None or month.month != began:
            month = MonthSoFar(began, began)
        until = max(began, self.now - rules.LAG)
        if until - month.until > rules.MOVE_AFTER:
            passed = await self._repository.ended(self._of_id, month.until, until)
            month = month.moved(until, passed)
            await self._repository.move(self._of_id, month)
            if self._forgets:
                await self._repository.forget(self._of_id, until, self._alive)
        return month
