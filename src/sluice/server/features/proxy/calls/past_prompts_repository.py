"""The queries of calls whose prompts a policy is tried on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import load_only

from sluice.server.features.proxy.calls.status import CallStatus
from sluice.server.features.proxy.calls.tables import Call
from sluice.server.kit.repository import Repository


class PastPromptRepository(Repository):
    """Calls that are not deleted, and of which something is kept or that were refused."""

    async def newest(self, instance_ids: Collection[int], limit: int) -> list[tuple[int, datetime]]:
        """Ids and times of the newest calls of these model instances, newest first."""
        is_there = Call.request_sealed.is_not(None) | (Call.status == CallStatus.BLOCKED.value)
        query = (
            select(Call.id, Call.created_at)
            .where(Call.model_instance_id.in_(instance_ids), Call.deleted_at.is_(None), is_there)
            .order_by(Call.id.desc())
            .limit(limit)
        )
        return [(row.id, row.created_at) for row in await self._session.execute(query)]

    async def some(self, call_ids: Collection[int]) -> list[Call]:
        """Some calls, without their answers."""
        columns = (Call.uid, Call.conversation_id, Call.wire, Call.manifest, Call.request_sealed)
        query = select(Call).where(Call.id.in_(call_ids), Call.deleted_at.is_(None))
        query = query.options(load_only(*columns, raiseload=True)).order_by(Call.id)
        return list((await self._session.scalars(query)).all())
