"""The queries of conversations in which nothing was done for long, and that hold calls."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final, cast

from sqlalchemy import Select, Table, exists, select

from sluice.server.features.proxy.calls.tables import Call
from sluice.server.features.proxy.conversations.tables import StoredConversation
from sluice.server.kit.repository import Repository

_CALLS: Final = cast("Table", Call.__table__)
_CONVERSATIONS: Final = cast("Table", StoredConversation.__table__)


class ExpiringRepository(Repository):
    """Conversations of one project, or those of none."""

    async def unused_since(self, space_id: int | None, before: datetime, limit: int) -> list[int]:
        """Some in which nothing was done since, those of the longest time ago first."""
        held = _CONVERSATIONS.c
        query = _unused(space_id, before).order_by(held.last_used_at, held.id).limit(limit)
        return await self._ids(query)

    async def still_unused(
        self, space_id: int | None, before: datetime, among: Collection[int]
    ) -> list[int]:
        """Those of these of which that is still true, the oldest first."""
        some = _CONVERSATIONS.c.id.in_(sorted(among))
        return await self._ids(_unused(space_id, before).where(some).order_by(_CONVERSATIONS.c.id))

    async def _ids(self, query: Select[tuple[int]]) -> list[int]:
        # With WITH, so that SQLite runs it in a thread of its own.
        found = query.cte("found")
        return [int(row[0]) for row in await self._session.execute(select(found.c.id))]


def _unused(space_id: int | None, before: datetime) -> Select[tuple[int]]:
    held = _CONVERSATIONS.c
    kept = exists().where(_CALLS.c.conversation_id == held.id, _CALLS.c.deleted_at.is_(None))
    return select(held.id).where(
        held.space_id.is_(None) if space_id is None else held.space_id == space_id,
        held.deleted_at.is_(None),
        held.last_used_at < before,
        held.named_by.is_not(None),  # a project's own conversation is named by nobody
        kept,
    )
