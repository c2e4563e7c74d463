"""Deleting a test run: its results, the session of its recordings, and what nobody else needs."""

from __future__ import annotations

from sluice.server.auth.auth import Caller
from sluice.server.errors import NotFound
from sluice.server.features.audit import service as audit
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.projects.roles import ProjectRole
from sluice.server.features.sessions.finding import Found
from sluice.server.features.sessions.service import Sessions
from sluice.server.features.testruns.forgetting import Forgetting
from sluice.server.features.testruns.running.repository import RunRepository
from sluice.server.features.testruns.running.runner import Runner
from sluice.server.features.testruns.service import NO_RUN, KnownTestRun, MadeBy, run_holder
from sluice.server.kit.database import Database
from sluice.server.vault import erasing


class RunDeletion:
    """The service that deletes test runs of both kinds."""

    def __init__(
        self, database: Database, sessions: Sessions, forgetting: Forgetting, runner: Runner
    ) -> None:
        self._database = database
        self._sessions = sessions
        self._forgetting = forgetting
        self._runner = runner

    async def delete(self, project: KnownProject, run: KnownTestRun, caller: Caller) -> None:
        """Delete a run, also one that is under way: whoever executes it stores nothing more.

        What an SDK recorded of its own run is the affair of its sessions. Raises `NotFound` where
        somebody else was faster.
        """
        project.require(ProjectRole.EDITOR)
        recorded = await self._session(project, run)
        async with self._database.write() as session:
            await erasing.lock(session, project.scope)
            if not await RunRepository(session).delete(run.id):
                raise NotFound(NO_RUN, code="no_test_run")
            if recorded is not None:
                await self._sessions.delete_in(session, project, recorded)
            await erasing.erase_unused(session, project.scope, run_holder(run.id))
            await audit.record(
                session, "test_run.deleted", actor_id=caller.user_id, subject=f"test_run:{run.id}"
            )
        self._runner.wake()
        if recorded is not None:
            await self._sessions.deleted(project, [recorded])
        await self._forgetting.erased(project)

    async def _session(self, project: KnownProject, run: KnownTestRun) -> Found | None:
        if run.made_by is not MadeBy.SERVER:
            return None
        try:
            return await self._sessions.check(project, run.uid)
        except NotFound:
            return None
