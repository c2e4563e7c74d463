"""Trying a model instance: one small call through each of its connections.

What is sent says nothing of anybody, and what comes back is not kept. The instance's instructions
are left out: whether a connection works is asked, not what an instance says.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Final

import anyio

from sluice.engine import CleansedText
from sluice.server.auth.callers import Caller
from sluice.server.auth.roles import Permission
from sluice.server.features.audit import service as audit
from sluice.server.features.models.schemas import InstanceTrialOut, TrialOut
from sluice.server.features.models.service import Models
from sluice.server.kit.database import Database
from sluice.server.provider_failures import provider_failure
from sluice.server.providers.base import Connection, Message, ProviderError, ProviderTimeout
from sluice.server.providers.model_names import plain
from sluice.server.providers.registry import Providers

PROBE: Final = CleansedText("Answer with one word: ready.")
SECONDS: Final = 60.0
"""How long a connection may take to answer."""


@dataclass(slots=True)
class _Trial:
    """What has come of one call."""

    began: float
    first_token_ms: int | None = None
    characters: int = 0
    model: str | None = None

    def elapsed(self) -> int:
        """Milliseconds since it began."""
        return round((time.perf_counter() - self.began) * 1000)


class Trials:
    """Tries model instances."""

    def __init__(self, database: Database, models: Models, providers: Providers) -> None:
        self._database = database
        self._models = models
        self._providers = providers

    async def run(self, caller: Caller, instance_id: int) -> InstanceTrialOut:
        """Ask every connection of an instance at once; no row is held meanwhile.

        Raises `NotFound`. A provider that fails is told in the result.
        """
        caller.require(Permission.MANAGE_MODELS)
        async with self._database.read() as session:
            connections = await self._models.connections(session, caller, instance_id)
        results = await self._all(connections)
        ok = bool(results) and all(result.ok for result in results)
        async with self._database.write() as session:
            await audit.record(
                session,
                "model_instance.tested",
                actor_id=caller.actor_id,
                subject=f"model_instance:{instance_id}",
                details={"connections": len(results), "answered": sum(r.ok for r in results)},
            )
        return InstanceTrialOut(ok=ok, connections=results)

    async def _all(self, connections: Sequence[Connection]) -> list[TrialOut]:
        results: dict[int, TrialOut] = {}

        async def one(position: int, connection: Connection) -> None:
            results[position] = await self._one(position, connection)

        async with anyio.create_task_group() as group:
            for position, connection in enumerate(connections):
                group.start_soon(partial(one, position, connection))
        return [results[position] for position in sorted(results)]

    async def _one(self, position: int, connection: Connection) -> TrialOut:
        trial = _Trial(time.perf_counter())
        failure: ProviderError | None = None
        try:
            with anyio.fail_after(SECONDS):
                await self._ask(connection, trial)
        except ProviderError as error:
            failure = error
        except TimeoutError:
            message = f"The provider has not answered within {SECONDS:.0f} seconds."
            failure = ProviderTimeout(connection.provider_key, message)
        told = provider_failure(failure) if failure is not None else None
        return TrialOut(
            position=position,
            provider_key=connection.provider_key,
            model=connection.model,
            ok=told is None,
            first_token_ms=trial.first_token_ms,
            duration_ms=trial.elapsed(),
            model_answered=plain(trial.model),
            characters=trial.characters,
            error_code=told.code if told is not None else None,
            error=told.message if told is not None else None,
        )

    async def _ask(self, connection: Connection, trial: _Trial) -> None:
        provider = self._providers[connection.provider_key]
        async with aclosing(provider.stream(connection, (Message("user", PROBE),))) as deltas:
            async for delta in deltas:
                if trial.first_token_ms is None and delta.text:
                    trial.first_token_ms = trial.elapsed()
                trial.characters += len(delta.text)
                trial.model = delta.model or trial.model
