"""Settings of API tokens, and their limits."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final, cast

from sqlalchemy import Table
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.auth.callers import Caller
from sluice.server.auth.roles import Permission
from sluice.server.errors import NotFound
from sluice.server.features.audit import service as audit
from sluice.server.features.limits import rules
from sluice.server.features.limits.counting import Counting, KeptBriefly
from sluice.server.features.limits.queries import LimitQueries
from sluice.server.features.limits.repository import LimitsRepository, limits_of
from sluice.server.features.limits.rules import NO_LIMITS, Limits, Used, Whose
from sluice.server.features.proxy.calls.tables import Call
from sluice.server.features.proxy.limits.settings import NOTHING_SET, KeySettings
from sluice.server.features.proxy.limits.tables import ApiTokenSettings
from sluice.server.kit.database import utc_now

_SETTINGS: Final = cast("Table", ApiTokenSettings.__table__)
_CALLS: Final = cast("Table", Call.__table__)
KEYS: Final = LimitQueries(Whose.KEY, _SETTINGS.c.api_token_id, _CALLS.c.api_token_id)
"""Of a token's calls over the gateway."""


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
        self._clock = clock
        self._counting = Counting(KEYS, longest=longest, clock=clock)
        self._kept = KeptBriefly[KeySettings](monotonic)

    async def of(self, session: AsyncSession, token_id: int | None) -> KeySettings:
        """What is set for a token; a session of the dashboard has none."""
        if token_id is None:
            return NOTHING_SET
        return await self._kept.get(token_id, partial(self.read, session, token_id))

    async def read(self, session: AsyncSession, token_id: int) -> KeySettings:
        """What is set for a token now."""
        row = await LimitsRepository(session, KEYS).row(token_id)
        if row is None:
            return NOTHING_SET
        return KeySettings(row.default_instance_id, limits_of(row))

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
        missing, repository = False, LimitsRepository(session, KEYS)
        more: dict[str, object] = {"default_instance_id": settings.default_instance_id}
        try:
            await repository.set(token_id, settings.limits, self._clock(), more)
        except IntegrityError:
            missing = True
        if missing:
            raise NotFound(f"There is no API token {token_id}, or no such model instance.")
        self._kept.forget(token_id)
        if settings.limits.by_month:
            # Now, not at each call that is refused: a refusal keeps nothing.
            await self._counting.of(session, token_id, settings.limits).sum_month(None)
        instance = settings.default_instance_id
        default = {} if instance is None else {"default_instance_id": instance}
        await audit.record(
            session,
            "auth.token_limited",
            actor_id=caller.actor_id,
            subject=f"token:{token_id}",
            details=default | rules.told(settings.limits),
        )

    async def used(self, session: AsyncSession, token_id: int) -> Used:
        """What a token's ended calls have used of this month."""
        since = rules.month_of(self._clock())
        return await LimitsRepository(session, KEYS).ended(token_id, since)

    async def refuse_early(
        self, session: AsyncSession, token_id: int | None, *, streamed: bool
    ) -> None:
        """Raise `RateLimited` if the token is over a limit as it is, before any work is done.

        It only reads. What decides is `check`: of calls that come at once, all may pass here.
        """
        if token_id is not None and (await self.of(session, token_id)).limits != NO_LIMITS:
            await self._counting.refuse_early(session, token_id, streamed=streamed)

    async def check(
        self, session: AsyncSession, token_id: int, *, streamed: bool
    ) -> tuple[Limits, datetime]:
        """Raise `RateLimited` if one more call would be over a limit; see `Counting.check`."""
        if (await self.of(session, token_id)).limits == NO_LIMITS:
            return NO_LIMITS, self._clock()
        return await self._counting.check(session, token_id, streamed=streamed)
