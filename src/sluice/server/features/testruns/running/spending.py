"""What a test run may use: the limits and budgets of the API token that started it, and of the
model instances that it asks.

Each time that a model is asked is recorded like a call of the gateway, without any text, so that
runs and calls of a token count together; of a run that somebody started on a page only the
instance's limits know. Over a limit by the minute a run waits; what a month's
budget does not allow ends it, and it can be resumed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import anyio
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.errors import RateLimited
from sluice.server.features.limits.rules import Closed, estimated
from sluice.server.features.limits.service import InstanceLimits, NewCall, RunningCall
from sluice.server.features.proxy.calls.body import RecordedBody
from sluice.server.features.proxy.calls.recording import (
    BegunCall,
    CallFacts,
    CallOutcome,
    Calls,
)
from sluice.server.features.proxy.calls.status import TEST_RUN, CallStatus
from sluice.server.features.proxy.expected import expected_tokens
from sluice.server.features.proxy.wires.reading import Body
from sluice.server.features.testruns.running import bodies
from sluice.server.features.testruns.running.targets import Answered, Target
from sluice.server.kit.batching import BatchedWriter
from sluice.server.kit.sealing import DataKey
from sluice.server.providers.base import Usage

LONGEST_WAIT: Final = 120.0
"""Seconds; for what takes longer a run is not kept waiting."""
MOST_WAITS: Final = 30
"""For one call: a token that may make none at all is told from one that is busy."""


@dataclass(slots=True)
class Spender:
    """On whose account a run asks models."""

    user_id: int
    api_token_id: int | None
    """None: nobody's limits, as for calls of a session of the dashboard."""
    conversation_id: int
    """The project's own."""
    key: DataKey = field(repr=False)
    waiting_for: str | None = None
    """The limit that the run waits for at this moment, by its code."""
    over: RateLimited | None = None
    """The limit for which it cannot wait: nothing more begins."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Whose call begins next: who has waited longest."""


@dataclass(frozen=True, slots=True)
class Spent:
    """A call that counts; of one that nobody limits, nothing."""

    call: BegunCall | None = None
    """For the limits of a token, and of the instance."""
    running: RunningCall | None = None
    """For those of the instance alone."""


class Spending:
    """Counts what runs use."""

    def __init__(
        self,
        calls: Calls,
        limits: InstanceLimits,
        writer: BatchedWriter,
        detector_version: str,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
    ) -> None:
        self._calls = calls
        self._limits = limits
        self._writer = writer
        self._detector_version = detector_version
        self._sleep = sleep

    async def begin(self, spender: Spender, target: Target, body: Body) -> Spent:
        """Count a call as soon as it may be made.

        Raises `RateLimited` where that would take too long, and `Unprocessable` for a budget with
        a model whose price is not known.
        """
        begin = self._beginning(spender, target, body)
        async with spender.turn:
            if spender.over is None:
                try:
                    return await self._in_time(spender, begin)
                except RateLimited as over:
                    spender.over = over
            raise spender.over

    async def _in_time(
        self, spender: Spender, begin: Callable[[AsyncSession], Awaitable[Spent]]
    ) -> Spent:
        for _ in range(MOST_WAITS):
            try:
                return await self._writer.submit(begin)
            except Closed:
                raise
            except RateLimited as error:
                over = error
            wait = over.retry_after or 1.0
            if wait > LONGEST_WAIT:
                break
            spender.waiting_for = over.code
            try:
                await self._sleep(wait)
            finally:
                spender.waiting_for = None
        raise over

    async def answered(self, spent: Spent, answered: Answered) -> None:
        """Count what an answer took."""
        if spent.call is not None:
            outcome = CallOutcome(
                CallStatus.COMPLETE,
                usage=answered.usage,
                model=answered.model,
                answered_by=(answered.provider, answered.asked),
            )
            await _whatever_ends(self._calls.finish(spent.call, outcome))
        elif spent.running is not None:
            said = estimated(spent.running.expected_input_tokens, len(answered.output))
            used = answered.usage or said
            cost = answered.cost
            if cost is None:
                cost = self._limits.price(answered.provider, answered.asked, used)
            await self._end(spent.running, used, cost)

    async def failed(self, spent: Spent, code: str) -> None:
        """There was no answer."""
        if spent.call is not None:
            outcome = CallOutcome(CallStatus.FAILED, error_code=code)
            await _whatever_ends(self._calls.finish(spent.call, outcome))
        elif spent.running is not None:
            await self._end(spent.running, Usage(0, 0), 0)

    async def _end(self, running: RunningCall, used: Usage, cost: int | None) -> None:
        async def job(session: AsyncSession) -> None:
            await self._limits.end(session, running, used, cost)

        await _whatever_ends(self._writer.submit(job))

    def _beginning(
        self, spender: Spender, target: Target, body: Body
    ) -> Callable[[AsyncSession], Awaitable[Spent]]:
        if spender.api_token_id is None:
            return partial(self._begin_limited, call=_new_call(target, body))
        facts = self._facts(spender, spender.api_token_id, target, body)
        return partial(self._begin_recorded, facts=facts)

    async def _begin_limited(self, session: AsyncSession, call: NewCall) -> Spent:
        return Spent(running=await self._limits.begin(session, call))

    async def _begin_recorded(self, session: AsyncSession, facts: CallFacts) -> Spent:
        return Spent(call=await self._calls.begin_without_texts(session, facts))

    def _facts(self, spender: Spender, token_id: int, target: Target, body: Body) -> CallFacts:
        expected = expected_tokens(body, bodies.read(body))
        first, policy = target.connections[0], target.policy
        return CallFacts(
            conversation_id=spender.conversation_id,
            key=spender.key,
            user_id=spender.user_id,
            api_token_id=token_id,
            model_instance_id=target.instance.id,
            wire=TEST_RUN,
            provider=first.provider_key,
            model=first.model,
            streamed=False,
            policy=(policy.group_id, policy.number),
            answer_policy=None,
            detector_version=self._detector_version,
            request=RecordedBody("{}", {}),
            expected_input_tokens=expected.input_tokens,
            expected_output_tokens=expected.output_tokens,
        )


def _new_call(target: Target, body: Body) -> NewCall:
    first, expected = target.connections[0], expected_tokens(body, bodies.read(body))
    asked = (first.provider_key, first.model)
    return NewCall(target.instance.id, *asked, streamed=False, expected=expected)


async def _whatever_ends(counting: Coroutine[Any, Any, None]) -> None:
    """Count what was used, though the run is cancelled meanwhile."""
    await asyncio.shield(asyncio.create_task(counting))
