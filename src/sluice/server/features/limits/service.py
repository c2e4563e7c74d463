"""Limits of model instances: asked by every surface that sends a call to one.

running = await limits.begin(session, NewCall(…))   # in the transaction that records it
…
await limits.end(session, running, used, cost)   # in the one that records how it ended
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.features.limits import rules
from sluice.server.features.limits.calls_repository import INSTANCES, LimitedCallRepository
from sluice.server.features.limits.counting import Counting, KeptBriefly
from sluice.server.features.limits.repository import LimitsRepository, limits_of
from sluice.server.features.limits.rules import NO_LIMITS, Limits, Whose
from sluice.server.kit.database import utc_now
from sluice.server.providers.base import Usage


class Price(Protocol):
    """What tokens of a model cost."""

    def __call__(self, provider: str, model: str, usage: Usage | None) -> int | None:
        """In millionths of a US dollar; None where nobody knows."""
        ...


@dataclass(frozen=True, slots=True)
class NewCall:
    """A call of a model instance that is about to begin."""

    model_instance_id: int
    provider: str
    """Which is asked first, and the model that it is asked for."""
    model: str
    streamed: bool
    expected: Usage
    """An estimate, until the provider has counted."""


@dataclass(frozen=True, slots=True)
class RunningCall:
    """A call that counts."""

    id: int
    expected_input_tokens: int
    provider: str
    """Which was asked first, and the model that it was asked for."""
    model: str


class InstanceLimits:
    """The limits of model instances. Works in the caller's transaction and never commits."""

    def __init__(
        self,
        price: Price,
        *,
        longest: timedelta = timedelta(hours=1),
        clock: Callable[[], datetime] = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`longest`: a call that has been pending for so long runs no more, whatever it says."""
        self.clock = clock
        self.counting = Counting(INSTANCES, longest=longest, clock=clock)
        self.price = price
        self._kept = KeptBriefly[Limits](monotonic)

    async def of(self, session: AsyncSession, instance_id: int) -> Limits:
        """The limits of an instance, as of a second ago."""
        return await self._kept.get(instance_id, partial(self.read, session, instance_id))

    async def read(self, session: AsyncSession, instance_id: int) -> Limits:
        """The limits of an instance now."""
        row = await LimitsRepository(session, INSTANCES).row(instance_id)
        return limits_of(row) if row is not None else NO_LIMITS

    def changed(self, instance_id: int) -> None:
        """Its limits were changed by this process: they are in force here at once."""
        self._kept.forget(instance_id)

    async def refuse_early(
        self, session: AsyncSession, instance_id: int, *, streamed: bool
    ) -> None:
        """Raise `RateLimited` if a limit is met as it is, before any work is done."""
        if await self.of(session, instance_id) != NO_LIMITS:
            await self.counting.refuse_early(session, instance_id, streamed=streamed)

    async def begin(self, session: AsyncSession, ask: NewCall) -> RunningCall | None:
        """Count a call as running; None for an instance without limits.

        In the transaction that records the call, which must not be long: on PostgreSQL other calls
        of the instance wait for it. Raises `RateLimited` over a limit, `Unprocessable` where a
        budget meets a model without a price.
        """
        instance_id, streamed = ask.model_instance_id, ask.streamed
        if await self.of(session, instance_id) == NO_LIMITS:
            return None
        limits, now = await self.counting.check(session, instance_id, streamed=streamed)
        if limits == NO_LIMITS:
            return None
        cost = self.price(ask.provider, ask.model, ask.expected)
        if limits.monthly_budget is not None and cost is None:
            raise rules.without_price(Whose.INSTANCE, ask.provider)
        call_id = await LimitedCallRepository(session).insert(
            model_instance_id=instance_id,
            streamed=streamed,
            created_at=now,
            counted_tokens=ask.expected.input_tokens + ask.expected.output_tokens,
            counted_cost=cost or 0,
        )
        return RunningCall(call_id, ask.expected.input_tokens, ask.provider, ask.model)

    async def end(
        self, session: AsyncSession, running: RunningCall | None, used: Usage, cost: int | None
    ) -> None:
        """Note what a call used, in tokens and millionths of a US dollar.

        A `cost` that nobody knows counts as that of who was asked first.
        """
        if running is not None:
            if cost is None:
                cost = self.price(running.provider, running.model, used)
            tokens, at = used.input_tokens + used.output_tokens, self.clock()
            await LimitedCallRepository(session).end(running.id, at, tokens, cost or 0)

    async def interrupt_pending(self, session: AsyncSession, before: datetime) -> None:
        """After a crash: end calls that nobody is working on any more."""
        await LimitedCallRepository(session).interrupt_pending(before, self.clock())
