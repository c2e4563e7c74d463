"""Chats that ended, kept until they are counted: nothing of their texts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import Table, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.features.proxy.calls.prices import Prices
from sluice.server.features.statistics.ended import Ended, Ending, Manifest, SourceName
from sluice.server.features.statistics.portions import end_of_portion
from sluice.server.features.statistics.tables import EndedChat
from sluice.server.kit.repository import Repository
from sluice.server.providers.base import Usage

_CHATS: Final = cast("Table", EndedChat.__table__)
_ADD: Final = insert(_CHATS)
_SAME: Final = (
    "began_at", "ended_at", "user_id", "model_instance_id", "provider", "model", "error_code",
    "duration_ms", "first_token_ms", "input_tokens", "output_tokens",
)  # fmt: skip
_COLUMNS: Final = tuple(_CHATS.c[name] for name in (*_SAME, "ending", "manifest"))


class EndedChatRepository(Repository):
    """Chats that are not counted yet."""

    async def note(self, one: Ended) -> None:
        """Keep one."""
        manifest = one.manifests[0] if one.manifests else {}
        values = {name: getattr(one, name) for name in _SAME}
        await self._session.execute(
            _ADD, {**values, "ending": one.ending.value, "manifest": _plain(manifest)}
        )

    async def ended(
        self, after: datetime, until: datetime | None, most: int | None
    ) -> list[Mapping[str, Any]]:
        """Those that ended in a time, the oldest first."""
        query = select(*_COLUMNS).where(_CHATS.c.ended_at > after).order_by(_CHATS.c.ended_at)
        if until is not None:
            query = query.where(_CHATS.c.ended_at <= until)
        rows = await self._session.execute(query.limit(most))
        return [dict(row) for row in rows.mappings()]

    async def forget(self, until: datetime) -> None:
        """Remove what ended until then."""
        await self._session.execute(delete(_CHATS).where(_CHATS.c.ended_at <= until))


class Chats:
    """A source of statistics."""

    name = SourceName.CHATS

    def __init__(self, prices: Prices) -> None:
        self._prices = prices

    async def portion(
        self, session: AsyncSession, after: datetime, settled: datetime, most: int
    ) -> datetime | None:
        """See `Source`."""
        return await end_of_portion(session, _CHATS.c.ended_at, after, settled, most)

    async def ended(
        self, session: AsyncSession, after: datetime, until: datetime | None, most: int | None
    ) -> list[Ended]:
        """See `Source`."""
        rows = await EndedChatRepository(session).ended(after, until, most)
        return [self._priced(_ended(row)) for row in rows]

    def _priced(self, one: Ended) -> Ended:
        used = Usage(one.input_tokens, one.output_tokens)
        known = used.input_tokens or used.output_tokens
        return one._replace(
            cost=self._prices.cost(one.provider, one.model, used if known else None)
        )

    async def counted(self, session: AsyncSession, until: datetime) -> None:
        """They were kept for this alone."""
        await EndedChatRepository(session).forget(until)


async def chat_ended(session: AsyncSession, one: Ended) -> None:
    """A chat ended, or a prompt was blocked; in the transaction that records it."""
    await EndedChatRepository(session).note(one)


def _ended(row: Mapping[str, Any]) -> Ended:
    same = {name: row[name] for name in _SAME}
    return Ended(**same, ending=Ending(row["ending"]), manifests=(row["manifest"],))


def _plain(manifest: Manifest) -> dict[str, dict[str, int]]:
    return {entity_type: dict(actions) for entity_type, actions in manifest.items()}
