"""Asking a model for a test run: the same rules as for anybody's call, and nothing is restored.

What is sent is cleansed under the project's policy, and under that of the model instance, which may
block; instructions of the instance go in front. The answer is cleansed under the project's policy
as it came: originals are never put back.
"""

from __future__ import annotations

import random
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any, Final

import anyio
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.engine import RawText
from sluice.server.errors import NotFound, Unprocessable
from sluice.server.features.models.service import Models
from sluice.server.features.policies.service import Policies
from sluice.server.features.projects.cleansing import ProjectCleansing
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.proxy.calls.prices import Prices
from sluice.server.features.proxy.cleansing.cleansed_call import CleansedCall
from sluice.server.features.proxy.cleansing.service import GatewayCleansing
from sluice.server.features.proxy.conversations.service import Conversation
from sluice.server.features.proxy.translate.base import Translated
from sluice.server.features.proxy.translate.openai_chat import ChatTranslation
from sluice.server.features.proxy.wires.openai.chat import ChatWire
from sluice.server.features.proxy.wires.reading import Body, Reading
from sluice.server.features.testruns.running import bodies
from sluice.server.features.testruns.running.spending import Spender, Spending
from sluice.server.features.testruns.running.targets import Answered, Target
from sluice.server.kit.database import Database
from sluice.server.kit.metrics import Metrics
from sluice.server.provider_failures import outcome_of
from sluice.server.providers.base import (
    Connection,
    Delta,
    ProviderError,
    ProviderProtocolError,
)
from sluice.server.providers.fallback import Fallback
from sluice.server.providers.registry import Providers
from sluice.server.providers.retry import Retries

Write = Callable[[AsyncSession], Awaitable[None]]
Hold = Callable[[AsyncSession, Sequence[str]], Awaitable[None]]
"""Notes in the transaction that stores originals who has their placeholders. It may refuse: then
nothing is stored, and nothing sent."""

PATIENCE: Final = Retries(attempts=6, first_wait=1, longest_wait=30, longest_retry_after=120)
"""Nobody waits for an answer, so a vendor that is overloaded is asked again for some minutes."""


class ModelCalls:
    """Asks model instances."""

    def __init__(
        self,
        *,
        database: Database,
        models: Models,
        policies: Policies,
        cleansing: ProjectCleansing,
        gateway_cleansing: GatewayCleansing,
        providers: Providers,
        prices: Prices,
        metrics: Metrics,
        spending: Spending,
        patience: Retries,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
    ) -> None:
        self._database = database
        self._models = models
        self._policies = policies
        self._cleansing = cleansing
        self._gateway_cleansing = gateway_cleansing
        self._providers = providers
        self._prices = prices
        self._metrics = metrics
        self._spending = spending
        self._patience = patience
        self._sleep = sleep

    async def target(self, user_id: int, instance: int | str, model: str | None) -> Target:
        """The instance of this id or name, if this user may use it.

        Raises `NotFound`, or `Unprocessable` for one without a connection.
        """
        async with self._database.read() as session:
            instance_id = await self._named(session, user_id, instance)
            usable = await self._models.usable(session, instance_id, user_id)
            policy = await self._policies.in_force(session, usable.policy_group_id)
        if not usable.connections:
            raise Unprocessable("This model instance has no connection.", code="no_connection")
        first, *others = usable.connections
        asked = first if model is None else replace(first, model=model)
        return Target(usable, policy, (asked, *others))

    async def _named(self, session: AsyncSession, user_id: int, instance: int | str) -> int:
        if isinstance(instance, int):
            return instance
        names = await self._models.names(session, user_id)
        found = next((known.id for known in names if known.name == instance), None)
        if found is None:
            raise NotFound("There is no such model instance, or you may not use it.")
        return found

    async def answered(
        self,
        project: KnownProject,
        conversation: Conversation,
        hold: Hold,
        target: Target,
        body: Body,
        spender: Spender,
    ) -> Answered:
        """Cleanse a request, ask the model, and ask again while it fails for the moment.

        What is in `body` is cleansed by then; the instance's instructions are not put into it.
        Raises `Blocked`, what `Spending.begin` raises, other `SluiceError`s, or the last
        `ProviderError`.
        """
        asked = await self._sayable(project, conversation, hold, target, body)
        attempt = 0
        while True:
            attempt += 1
            try:
                return await self._counted(target, body, asked, spender)
            except ProviderError as error:
                # Jitter only spreads load; it protects no secret.
                wait = self._patience.wait(attempt, error, random.random())  # noqa: S311
                if wait is None:
                    raise
            await self._sleep(wait)

    async def cleansed(
        self, project: KnownProject, conversation: Conversation, hold: Hold, text: str
    ) -> str:
        """What a model wrote, under the project's policy; its originals are stored by then."""
        said, reading = {"output": text}, Reading()
        reading.json_text(said, "output", "output", "assistant")
        await self._cleansing.save(project, conversation, reading, _holding(hold))
        return said["output"]

    async def _sayable(
        self,
        project: KnownProject,
        conversation: Conversation,
        hold: Hold,
        target: Target,
        body: Body,
    ) -> Translated:
        reading = bodies.read(body)
        if target.policy.group_id != project.policy_group_id:
            await self._cleansing.save(project, conversation, reading, _holding(hold))
            reading = bodies.read(body)
        call, _ = await self._gateway_cleansing.cleanse_and_record(
            conversation,
            reading,
            target.policy,
            RawText(target.instance.instructions),
            _holding(hold),
            subject=f"model_instance:{target.instance.id}",
        )
        for (entity_type, action), count in call.manifest.items():
            self._metrics.findings(entity_type, action, count)
        sent = {**body, "messages": list(body["messages"])}
        if call.instructions:
            ChatWire().instruct(sent, call.instructions)
        return bodies.translated(sent)

    async def _counted(
        self, target: Target, body: Body, asked: Translated, spender: Spender
    ) -> Answered:
        begun = await self._spending.begin(spender, target, body)
        try:
            answered = await self._attempt(target, body, asked)
        except ProviderError as error:
            await self._spending.failed(begun, f"provider_{outcome_of(error)}")
            raise
        except BaseException:
            await self._spending.failed(begun, "interrupted")
            raise
        await self._spending.answered(begun, answered)
        return answered

    async def _attempt(self, target: Target, body: Body, asked: Translated) -> Answered:
        started, deltas = time.monotonic(), list[Delta]()
        fallback = Fallback(
            target.connections,
            lambda one: self._providers[one.provider_key].stream(one, asked.messages, asked.asked),
        )
        try:
            async with aclosing(fallback.pieces()) as pieces:
                deltas = [delta async for delta in pieces]
        except ProviderError as error:
            seconds = time.monotonic() - started
            self._metrics.provider_call(error.provider, outcome_of(error), seconds)
            raise
        connection = fallback.answered or target.connections[0]
        return self._told(connection, body, deltas, time.monotonic() - started)

    def _told(
        self, connection: Connection, body: Body, deltas: list[Delta], seconds: float
    ) -> Answered:
        provider, last = connection.provider_key, deltas[-1] if deltas else None
        self._metrics.provider_call(provider, "answered", seconds)
        if last is None or last.finish_reason in (None, "error"):
            raise ProviderProtocolError(provider, f"{provider} did not end its answer.", status=200)
        said: dict[str, Any] = ChatTranslation().answer(body, connection.model, deltas)
        usage = next((d.usage for d in reversed(deltas) if d.usage is not None), None)
        model = next((d.model for d in reversed(deltas) if d.model), connection.model)
        cost = self._prices.cost(provider, model, usage)
        if cost is None:
            cost = self._prices.cost(provider, connection.model, usage)
        return Answered(
            output=bodies.output_of(said),
            finish=last.finish_reason,
            usage=usage,
            provider=provider,
            asked=connection.model,
            model=model,
            cost=cost,
            duration_ms=round(seconds * 1000),
        )


def _holding(hold: Hold) -> Callable[[CleansedCall], Awaitable[Write]]:
    """Stores nothing but new originals, and who has them."""

    async def ready(call: CleansedCall) -> Write:
        names = [entry.placeholder for entry in call.mapping.entries]
        return lambda session: hold(session, names)

    return ready
