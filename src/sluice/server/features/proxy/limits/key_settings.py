"""Settings of API tokens: read for every call, kept in memory for a second; and their limits.

A change is in force everywhere a second after it was made. What a limit counts is never kept in
memory.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.auth.callers import Caller
from sluice.server.auth.roles import Permission
from sluice.server.errors import NotFound
from sluice.server.features.audit import service as audit
from sluice.server.features.proxy.limits import rules
from sluice.server.features.proxy.limits.repository import LimitsRepository
from sluice.server.features.proxy.limits.rules import (
    NO_LIMITS,
    KeySettings,
    Limits,
    MonthSoFar,
    Used,
)
from sluice.server.kit.database import utc_now

KEPT_SECONDS: Final = 1.0
MOST_KEPT: Final = 10_000


class KeySettingsService:
    """What is set for API tokens. Works in the caller's transaction and never commits."""

    def __init__(
        self,
        *,
        longest: timedelta = timedelta(hours=1),
        clock: Callable[[], datetime] = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`longest`: a call that has been pending for so long runs no more, whatever it says."""
        self._longest = longest
        self._clock = clock
        self._monotonic = monotonic
        self._kept: dict[int, tuple[float, KeySettings]] = {}

    async def of(self, session: AsyncSession, token_id: int | None) -> KeySettings:
        """What is set for a token; a session of the dashboard has none."""
        if token_id is None:
            return rules.NOTHING_SET
        now = self._monotonic()
        until, settings = self._kept.get(token_id, (0.0, rules.NOTHING_SET))
        if now < until:
            return settings
        settings = await self.read(session, token_id)
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        self._kept[token_id] = (now + KEPT_SECONDS, settings)
        return settings

    async def read(self, session: AsyncSession, token_id: int) -> KeySettings:
        """What is set for a token now."""
        return await LimitsRepository(session).settings(token_id) or rules.NOTHING_SET

    async def shown(
        self, session: AsyncSession, caller: Caller, token_id: int
    ) -> tuple[KeySettings, Used]:
        """What is set for anybody's token, and what its ended calls have used of this month."""
        caller.require(Permission.VIEW_PEOPLE)
        return await self.read(session, token_id), await self.used(session, token_id)

    async def set(
        self, session: AsyncSession, caller: Caller, token_id: int, settings: KeySettings
    ) -> None:
        """Replace what is set for a token, recorded in the audit log. Raises `NotFound`."""
        caller.require(Permission.MANAGE_PEOPLE)
        missing = False
        try:
            await LimitsRepository(session).set(token_id, settings, self._clock())
        except IntegrityError:
            missing = True
        if missing:
            raise NotFound(f"There is no API token {token_id}, or no such model instance.")
        self._kept.pop(token_id, None)
        if settings.limits.by_month:
            # Now, not at each call that is refused: a refusal keeps nothing.
            await self._counted(session, token_id, settings.limits).sum_month(None)
        await audit.record(
            session,
            "auth.token_limited",
            actor_id=caller.actor_id,
            subject=f"token:{token_id}",
            details=_told(settings),
        )

    async def used(self, session: AsyncSession, token_id: int) -> Used:
        """What a token's ended calls have used of this month."""
        since = rules.month_of(self._clock())
        return await LimitsRepository(session).ended(token_id, since)

    async def refuse_early(
        self, session: AsyncSession, token_id: int | None, *, streamed: bool
    ) -> None:
        """Raise `RateLimited` if the token is over a limit as it is, before any work is done.

        It only reads. What decides is `check`: of calls that come at once, all may pass here.
        """
        if token_id is None or (await self.of(session, token_id)).limits == NO_LIMITS:
            return
        limits, month = await LimitsRepository(session).unlocked(token_id) or (NO_LIMITS, None)
        counted = self._counted(session, token_id, limits)
        await counted.check_minute(streamed=streamed)
        if limits.by_month and month is not None and month.month == rules.month_of(counted.now):
            await counted.check_used(month)

    async def check(
        self, session: AsyncSession, token_id: int, *, streamed: bool
    ) -> tuple[Limits, datetime]:
        """Raise `RateLimited` if one more call would be over a limit.

        To be asked in the transaction that records the call, which then has the returned moment as
        its beginning: the moment is taken after everybody else's calls of this token.
        """
        if (await self.of(session, token_id)).limits == NO_LIMITS:
            return NO_LIMITS, self._clock()
        limits, month = await LimitsRepository(session).locked(token_id) or (NO_LIMITS, None)
        counted = self._counted(session, token_id, limits)
        await counted.check_minute(streamed=streamed)
        if limits.by_month:
            await counted.check_used(await counted.sum_month(month))
        return limits, counted.now

    def _counted(self, session: AsyncSession, token_id: int, limits: Limits) -> _Counted:
        repository = LimitsRepository(session)
        return _Counted(repository, token_id, limits, self._clock(), self._longest)


class _Counted:
    """One question whether a token may begin a call."""

    def __init__(
        self,
        repository: LimitsRepository,
        token_id: int,
        limits: Limits,
        now: datetime,
        longest: timedelta,
    ) -> None:
        self._repository = repository
        self._token_id = token_id
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
            raise rules.over_requests(0, self.now, self.now)
        oldest = await self._repository.begun(self._token_id, self._minute, limit - 1)
        if oldest is not None:
            raise rules.over_requests(limit, oldest, self.now)

    async def _check_streams(self) -> None:
        limit = self._limits.concurrent_streams
        if limit is not None:
            running = await self._repository.streams(self._token_id, self._alive)
            if running >= limit:
                raise rules.over_streams(limit)

    async def _check_tokens(self) -> None:
        limit = self._limits.tokens_per_minute
        if limit is None:
            return
        used = await self._repository.ended_after(self._token_id, self._minute)
        used += await self._repository.expected(self._token_id, self._alive)
        if used.tokens >= limit:
            raise rules.over_tokens(limit, await self._until_below(used.tokens - limit))

    async def _until_below(self, over: int) -> float:
        """Seconds until more than `over` tokens are a minute old."""
        for moment, tokens in await self._repository.ends(self._token_id, self._minute):
            over -= tokens
            if over < 0:
                return (moment - self._minute).total_seconds()
        # What runs alone is too much: nobody knows when it ends.
        return rules.STREAM_RETRY_SECONDS

    async def check_used(self, month: MonthSoFar) -> None:
        """The month, of which a sum is known."""
        used = month.used + await self._repository.ended(self._token_id, month.until)
        used += await self._repository.expected(self._token_id, self._alive)
        rules.check_month(self._limits, used, self.now)

    async def sum_month(self, month: MonthSoFar | None) -> MonthSoFar:
        """The month's sum, moved on and kept where that is worth its while."""
        began = rules.month_of(self.now)
        if month is None or month.month != began:
            month = MonthSoFar(began, began)
        until = max(began, self.now - rules.LAG)
        if until - month.until > rules.MOVE_AFTER:
            passed = await self._repository.ended(self._token_id, month.until, until)
            month = month.moved(until, passed)
            await self._repository.move(self._token_id, month)
        return month


def _told(settings: KeySettings) -> dict[str, int]:
    """For the audit log: only what limits."""
    limits = settings.limits
    values = {
        "default_instance_id": settings.default_instance_id,
        "requests_per_minute": limits.requests_per_minute,
        "tokens_per_minute": limits.tokens_per_minute,
        "concurrent_streams": limits.concurrent_streams,
        "monthly_tokens": limits.monthly_tokens,
        "monthly_budget": limits.monthly_budget,
    }
    return {name: value for name, value in values.items() if value is not None}
