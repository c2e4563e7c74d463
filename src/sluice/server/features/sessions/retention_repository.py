"""The queries of sessions that are older than their project keeps them, and of their calls."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final, cast

from sqlalchemy import Table, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.features.sessions.finding import Found
from sluice.server.features.sessions.tables import Recording, Session
from sluice.server.kit.repository import Repository

_SESSIONS: Final = cast("Table", Session.__table__)
_RECORDINGS: Final = cast("Table", Recording.__table__)


class RetentionRepository(Repository):
    """Sessions of a project by age."""

    async def expired(self, project_id: int, before: datetime, limit: int) -> list[Found]:
        """Some in which nothing was recorded since, the oldest first."""
        held = _SESSIONS.c
        # What is not counted yet has not moved the session's own time.
        newer = exists().where(
            _RECORDINGS.c.session_id == held.id, _RECORDINGS.c.created_at >= before
        )
        query = (
            select(held.id, held.id, held.uid, held.conversation_id)
            .where(held.project_id == project_id, held.last_recorded_at < before, ~newer)
            .order_by(held.last_recorded_at)
            .limit(limit)
        )
        return [Found(*row) for row in await self._session.execute(query)]

    async def of_sessions(self, conversation_ids: Collection[int]) -> set[int]:
        """Those of these conversations that belong to a session."""
        of_session = _SESSIONS.c.conversation_id
        query = select(of_session).where(of_session.in_(sorted(conversation_ids)))
        return set((await self._session.scalars(query)).all())


async def of_sessions(session: AsyncSession, conversation_ids: Collection[int]) -> set[int]:
    """Those of these conversations that belong to a session."""
    return await RetentionRepository(session).of_sessions(conversation_ids)
