"""Setting the limits of model instances, and telling what is used of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.auth.callers import Caller
from sluice.server.auth.roles import Permission
from sluice.server.errors import NotFound
from sluice.server.features.audit import service as audit
from sluice.server.features.limits import rules
from sluice.server.features.limits.calls_repository import INSTANCES, LimitedCallRepository
from sluice.server.features.limits.repository import LimitsRepository
from sluice.server.features.limits.rules import NO_LIMITS, Limits, MonthSoFar, Used
from sluice.server.features.limits.service import InstanceLimits


class Names(Protocol):
    """What is asked about model instances."""

    async def labels(self, session: AsyncSession) -> dict[int, str]:
        """The names of those that are not deleted, by id."""
        ...


class UsedBefore(Protocol):
    """What is known of calls that no limit counted."""

    async def used_since(
        self, session: AsyncSession, model_instance_id: int, since: datetime
    ) -> tuple[int, int]:
        """Tokens, and millionths of a US dollar, up to now."""
        ...


@dataclass(frozen=True, slots=True)
class Lately:
    """What minutes and streams limit, as of now."""

    requests: int
    """Begun within sixty seconds."""
    tokens: int
    """Of calls that ended within sixty seconds, and expected of those that run."""
    streams: int
    """That run."""


@dataclass(frozen=True, slots=True)
class ShownLimits:
    """What is set for an instance, and what its calls have used."""

    limits: Limits
    month: Used
    lately: Lately | None
    """None for an instance without limits: nothing counts its minutes."""


class ManagedLimits:
    """What pages, API and command line do with limits. Never commits."""

    def __init__(self, limits: InstanceLimits, names: Names, before: UsedBefore) -> None:
        self._limits = limits
        self._names = names
        self._before = before

    async def shown(self, session: AsyncSession, caller: Caller, instance_id: int) -> ShownLimits:
        """What is set and used. Raises `NotFound`."""
        caller.require(Permission.VIEW_MODELS)
        await self._require(session, instance_id)
        found = await LimitsRepository(session, INSTANCES).unlocked(instance_id)
        if found is None or found[0] == NO_LIMITS:
            return ShownLimits(NO_LIMITS, await self._used_before(session, instance_id), None)
        limits, month = found
        counted = self._limits.counting.of(session, instance_id, limits)
        began = rules.month_of(counted.now)
        if month is None or month.month != began:
            month = MonthSoFar(began, began)
        tokens = (await counted.used_lately()).tokens
        lately = Lately(await counted.requests_lately(), tokens, await counted.streams())
        return ShownLimits(limits, await counted.used_since(month), lately)

    async def set(
        self, session: AsyncSession, caller: Caller, instance_id: int, limits: Limits
    ) -> None:
        """Replace what is set, recorded in the audit log. Raises `NotFound`.

        An instance that had no limits is counted from now on; what was used of the month until
        now is what statistics know.
        """
        caller.require(Permission.MANAGE_MODELS)
        await self._require(session, instance_id)
        repository, now = LimitsRepository(session, INSTANCES), self._limits.clock()
        # First: of calls that begin at the same time none is left behind when all are forgotten.
        is_new = await repository.locked(instance_id) is None
        if limits == NO_LIMITS:
            await LimitedCallRepository(session).forget_instance(instance_id)
        else:
            await repository.set(instance_id, limits, now)
            if is_new:
                used = await self._used_before(session, instance_id)
                month = MonthSoFar(rules.month_of(now), now, used)
                await repository.move(instance_id, month)
        self._limits.changed(instance_id)
        await audit.record(
            session,
            "model_instance.limited",
            actor_id=caller.actor_id,
            subject=f"model_instance:{instance_id}",
            details=rules.told(limits),
        )

    async def _require(self, session: AsyncSession, instance_id: int) -> None:
        if instance_id not in await self._names.labels(session):
            raise NotFound("There is no such model instance.")

    async def _used_before(self, session: AsyncSession, instance_id: int) -> Used:
        since = rules.month_of(self._limits.clock())
        return Used(*await self._before.used_since(session, instance_id, since))
