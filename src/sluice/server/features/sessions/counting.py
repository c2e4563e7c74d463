"""What is worked out after a recording was answered: its cost, and the sums of its session.

A recording that was not counted is found by its row, so a crash delays this and loses nothing. Each
is counted in the transaction that adds it to its session, so nothing is counted twice: on
PostgreSQL several replicas take different ones, SQLite has one process.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from typing import Final, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.features.proxy.calls.prices import Prices
from sluice.server.features.sessions.counting_repository import (
    CountingRepository,
    Sums,
    Uncounted,
)
from sluice.server.kit.batching import BatchedWriter
from sluice.server.kit.database import Database, utc_now
from sluice.server.providers.base import Usage

PORTION: Final = 200
"""Recordings that are counted in one transaction."""
EVERY: Final = 30.0
"""Seconds after which it is looked what other processes left."""
REST: Final = 0.5
"""Seconds in which recordings come together, so that counting costs little beside recording."""
_SAME_VENDOR: Final = {
    "azure": "azure_openai",
    "bedrock": "amazon_bedrock",
    "vertex": "google",
    "gemini": "google",
}
"""Freeplay's names of vendors that have another one here."""


class Priced(NamedTuple):
    """A recording and what it cost, in millionths of a US dollar; None: not known."""

    row: Uncounted
    cost: int | None


class Counting:
    """Counts what was recorded, a portion at a time."""

    def __init__(self, database: Database, writer: BatchedWriter, prices: Prices) -> None:
        self._database = database
        self._writer = writer
        self._prices = prices
        self._more = False

    async def work(self) -> bool:
        """`count_some` for whoever is woken by each recording: at most twice a second."""
        if not self._more:
            await asyncio.sleep(REST)
        self._more = await self.count_some()
        return self._more

    async def count_some(self) -> bool:
        """Count a portion; whether there may be more of it."""
        if self._writer.in_order:
            async with self._database.reading() as session:
                counted = await self._priced(session)
            if counted:
                await self._writer.submit(partial(_save, counted), quick=True)
        else:
            async with self._database.write() as session:
                counted = await self._priced(session)
                await _save(counted, session)
        return len(counted) == PORTION

    async def _priced(self, session: AsyncSession) -> list[Priced]:
        rows = await CountingRepository(session).uncounted(PORTION)
        return [Priced(row, self._cost(row)) for row in rows]

    def _cost(self, row: Uncounted) -> int | None:
        if row.model is None:
            return None
        provider = _SAME_VENDOR.get(row.provider or "", row.provider or "")
        usage = Usage(row.input_tokens or 0, row.output_tokens or 0)
        return self._prices.cost(provider, row.model, usage)


async def _save(counted: Sequence[Priced], session: AsyncSession) -> None:
    repository, sums, now = CountingRepository(session), defaultdict[int, Sums](Sums), utc_now()
    for row, cost in counted:
        if await repository.count(row.id, cost, now):
            sums[row.session_id].add(row, cost)
    # In one order, so that two writers never wait for each other in a circle.
    for session_id in sorted(sums):
        await repository.add_to_session(session_id, sums[session_id])
