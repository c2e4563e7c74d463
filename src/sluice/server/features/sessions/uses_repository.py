"""The query of sessions in which a placeholder stands."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from sluice.server.features.sessions.tables import Session
from sluice.server.kit.repository import Repository


class SessionUsesRepository(Repository):
    """Sessions by their conversations."""

    async def newest(
        self, project_id: int, conversation_ids: Collection[int], limit: int
    ) -> list[Session]:
        """The sessions of these conversations in which something was recorded last."""
        query = (
            select(Session)
            .where(
                Session.project_id == project_id,
                Session.conversation_id.in_(sorted(conversation_ids)),
            )
            .order_by(Session.last_recorded_at.desc(), Session.id.desc())
            .limit(limit)
        )
        return list((await self._session.scalars(query)).all())
