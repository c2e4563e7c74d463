"""Deleting sessions that are older than their project wants them kept.

A session is as old as what was recorded in it last. It goes as a whole, as if somebody had deleted
it: its key, its rows, its calls' texts, and originals that nothing else of the project uses.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from sluice.server.features.audit import service as audit
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.projects.service import Projects
from sluice.server.features.sessions.retention_repository import RetentionRepository
from sluice.server.features.sessions.service import Sessions
from sluice.server.kit.database import Database, utc_now
from sluice.server.vault import erasing

PORTION: Final = 50
"""Sessions of one transaction: some ten milliseconds in which nobody else writes on SQLite."""
EVERY: Final = 600.0
"""Seconds between two looks at the clock."""


class Retention:
    """Work for a `Periodic`; several replicas may do it at once."""

    def __init__(
        self,
        database: Database,
        projects: Projects,
        sessions: Sessions,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database = database
        self._projects = projects
        self._sessions = sessions
        self._clock = clock

    async def work(self) -> bool:
        """Delete a portion of each project's; whether there may be more."""
        deleted = [await self._expire(one) for one in await self._projects.kept_for_days()]
        return any(count == PORTION for count in deleted)

    async def _expire(self, project: KnownProject) -> int:
        if project.retention_days is None:
            return 0
        before = self._clock() - timedelta(days=project.retention_days)
        async with self._database.read() as session:
            if not await RetentionRepository(session).expired(project.id, before, 1):
                return 0
        async with self._database.write() as session:
            # From here on nothing is recorded in the project: what is old now stays so.
            await erasing.lock(session, project.scope)
            found = await RetentionRepository(session).expired(project.id, before, PORTION)
            if not found:
                return 0  # another replica was faster
            for one in found:
                await self._sessions.delete_in(session, project, one)
            await audit.record(
                session,
                "sessions.expired",
                actor_id=None,
                subject=f"project:{project.id}",
                details={"sessions": len(found), "days": project.retention_days},
            )
        await self._sessions.deleted(project, found)
        return len(found)
