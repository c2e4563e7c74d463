"""Deleting sessions and calls that are older than their project wants them kept.

A session is as old as what was recorded in it last. It goes as a whole, as if somebody had deleted
it: its key, its rows, its calls' texts, and originals that nothing else of the project uses. Calls
of the gateway have a time of their own; for those of no project it is the server's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sluice.server.features.audit import service as audit
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.projects.service import Projects
from sluice.server.features.proxy.calls.expiring import ExpiringCalls, KeptCalls
from sluice.server.features.sessions.retention_repository import RetentionRepository
from sluice.server.features.sessions.service import Sessions
from sluice.server.kit.database import Database, utc_now
from sluice.server.vault import erasing

PORTION: Final = 50
"""Sessions of one transaction: some ten milliseconds in which nobody else writes on SQLite."""
EVERY: Final = 600.0
"""Seconds between two looks at the clock."""


@dataclass(frozen=True, slots=True)
class Retention:
    """Work for a `Periodic`; several replicas may do it at once."""

    database: Database
    projects: Projects
    sessions: Sessions
    calls: ExpiringCalls
    call_days: int | None = None
    """For how long calls of no project are kept; None: for ever."""
    clock: Callable[[], datetime] = utc_now

    async def work(self) -> bool:
        """Delete a portion of each project's; whether there may be more."""
        projects = await self.projects.kept_for_days()
        deleted = [await self._expire(one) for one in projects]
        more = [await self.calls.expire(kept) for kept in self._kept_calls(projects)]
        return any(count == PORTION for count in deleted) or any(more)

    def _kept_calls(self, projects: Sequence[KnownProject]) -> list[KeptCalls]:
        days = {f"project:{one.id}": (one.space_id, one.call_retention_days) for one in projects}
        of_all = {**days, "server": (None, self.call_days)}
        return [
            KeptCalls(space_id, of, self.clock() - timedelta(days=of), subject)
            for subject, (space_id, of) in of_all.items()
            if of is not None
        ]

    async def _expire(self, project: KnownProject) -> int:
        if project.retention_days is None:
            return 0
        before = self.clock() - timedelta(days=project.retention_days)
        async with self.database.read() as session:
            if not await RetentionRepository(session).expired(project.id, before, 1):
                return 0
        async with self.database.write() as session:
            # From here on nothing is recorded in the project: what is old now stays so.
            await erasing.lock(session, project.scope)
            found = await RetentionRepository(session).expired(project.id, before, PORTION)
            if not found:
                return 0  # another replica was faster
            for one in found:
                await self.sessions.delete_in(session, project, one)
            await audit.record(
                session,
                "sessions.expired",
                actor_id=None,
                subject=f"project:{project.id}",
                details={"sessions": len(found), "days": project.retention_days},
            )
        await self.sessions.deleted(project, found)
        return len(found)
