"""What is worked out after a recording was answered: tokens, cost, and the sums of its session.

A recording that was not counted is found by its row, so a crash delays this and loses nothing. Each
is counted in the transaction that adds it to its session, so nothing is counted twice: on
PostgreSQL several replicas take different ones, SQLite has one process.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.features.proxy.calls.prices import Prices
from sluice.server.features.proxy.calls.recording import CHARS_A_TOKEN
from sluice.server.features.sessions.content import opened
from sluice.server.features.sessions.counting_repository import (
    CountingRepository,
    Sums,
    Uncounted,
)
from sluice.server.features.sessions.recording import TABLE
from sluice.server.kit.batching import BatchedWriter
from sluice.server.kit.database import Database, utc_now
from sluice.server.kit.sealing import DataKey
from sluice.server.providers.base import Usage
from sluice.server.vault.scopes import ScopeVault
from sluice.server.vault.service import Vault, conversation_scope

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


@dataclass(frozen=True, slots=True)
class Counted:
    """What came of one recording."""

    id: int
    session_id: int
    usage: Usage
    estimated: bool
    cost: int | None
    created_at: datetime
    before: tuple[int, int, int] | None
    """Input and output tokens and cost that its session's sums hold already, if it is counted
    again because there is more text."""


class Counting:
    """Counts what was recorded, a portion at a time."""

    def __init__(
        self, database: Database, writer: BatchedWriter, vault: Vault, prices: Prices
    ) -> None:
        self._database = database
        self._writer = writer
        self._vault = vault
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
        if self._database.is_sqlite:
            async with self._database.read() as session:
                counted = await self._counted(session)
            if counted:
                await self._writer.submit(partial(_save, counted), quick=True)
        else:
            async with self._database.write() as session:
                counted = await self._counted(session)
                await _save(counted, session)
        return len(counted) == PORTION

    async def _counted(self, session: AsyncSession) -> list[Counted]:
        rows = await CountingRepository(session).uncounted(PORTION)
        scopes = {conversation_scope(row.conversation_id) for row in rows if row.needs_text}
        keys = await self._vault.keys(session, sorted(scopes))
        return [self._one(row, keys) for row in rows]

    def _one(self, row: Uncounted, keys: dict[str, DataKey]) -> Counted:
        scope = conversation_scope(row.conversation_id)
        usage = Usage(row.input_tokens or 0, row.output_tokens or 0)
        if row.needs_text:
            usage = _estimated(row, ScopeVault(scope, keys[scope])) if scope in keys else usage
        provider = _SAME_VENDOR.get(row.provider or "", row.provider or "")
        cost = self._prices.cost(provider, row.model, usage) if row.model else None
        again = row.tokens_estimated
        before = (row.input_tokens or 0, row.output_tokens or 0, row.cost or 0) if again else None
        return Counted(row.id, row.session_id, usage, row.needs_text, cost, row.created_at, before)


async def _save(counted: Sequence[Counted], session: AsyncSession) -> None:
    repository, sums, now = CountingRepository(session), defaultdict[int, Sums](Sums), utc_now()
    for one in counted:
        usage = one.usage
        if await repository.count(
            one.id, usage.input_tokens, usage.output_tokens, one.cost, one.estimated, now
        ):
            before = one.before or (0, 0, 0)
            sums[one.session_id].add(
                0 if one.before is not None else 1,
                usage.input_tokens - before[0],
                usage.output_tokens - before[1],
                (one.cost or 0) - before[2],
                one.created_at,
            )
    # In one order, so that two writers never wait for each other in a circle.
    for session_id in sorted(sums):
        await repository.add_to_session(session_id, sums[session_id])


def _estimated(row: Uncounted, vault: ScopeVault) -> Usage:
    """What nobody counted, by a rule of thumb: four code points are a token."""
    content = opened(vault, TABLE, row.uid, row.content_sealed)
    answer = content.pop("answer", None)
    content.pop("named", None)
    content.pop("inputs", None)
    given, said = _tokens(content), _tokens(answer)
    if not row.tokens_estimated:
        given = given if row.input_tokens is None else row.input_tokens
        said = said if row.output_tokens is None else row.output_tokens
    return Usage(given, said)


def _tokens(value: object) -> int:
    return -(-sum(map(len, _strings(value))) // CHARS_A_TOKEN)


def _strings(value: Any) -> Iterator[str]:  # noqa: ANN401 (JSON)
    """The texts of a JSON value as a model reads them: objects that are no messages as JSON."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            if name not in _NO_WORDS:
                yield from (_strings(item) if not isinstance(item, int | float) else (str(item),))
            if name not in _PLAIN:
                yield name


_NO_WORDS: Final = frozenset({"role", "type", "id", "tool_call_id", "tool_use_id", "left_out"})
_PLAIN: Final = frozenset(
    {"role", "type", "content", "text", "parts", "messages", "prompt", "answer"}
)
