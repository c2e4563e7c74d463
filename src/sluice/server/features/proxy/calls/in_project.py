"""The calls that were made in a project, for those who may see the project."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.errors import NotFound
from sluice.server.features.proxy.calls.of_projects import InSpace
from sluice.server.features.proxy.calls.reading import NOT_YOURS, RecordedCalls
from sluice.server.features.proxy.calls.repository import CallFilter, CallRepository
from sluice.server.features.proxy.calls.schemas import CallDetail, CallOut


class CallsInProject:
    """Reads calls of one project; whoever asks has found the project, and so may view it."""

    def __init__(self, calls: RecordedCalls) -> None:
        self._calls = calls

    async def page(
        self,
        session: AsyncSession,
        project: InSpace,
        wanted: CallFilter,
        *,
        before: int | None,
        limit: int,
    ) -> list[CallOut]:
        """Calls of the project, newest first, with ids below `before`, without texts."""
        of_project = replace(wanted, space_id=project.space_id)
        rows = await CallRepository(session).page(of_project, before=before, limit=limit)
        return [CallOut.model_validate(row) for row in rows]

    async def get(self, session: AsyncSession, project: InSpace, call_id: int) -> CallDetail:
        """One call as it was cleansed; raises `NotFound` for one of somebody else."""
        if not await CallRepository(session).is_in_space(call_id, project.space_id):
            raise NotFound(NOT_YOURS)
        return await self._calls.cleansed(session, call_id)

    async def newest(
        self, session: AsyncSession, conversation_ids: Collection[int], limit: int
    ) -> list[CallOut]:
        """The newest calls of these conversations."""
        rows = await CallRepository(session).newest_of(conversation_ids, limit)
        return [CallOut.model_validate(row) for row in rows]
