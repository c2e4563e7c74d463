"""Which runs this process executes: it takes those that nobody does, a few at a time.

A run is taken with a lease: `UPDATE … WHERE` nobody has one that still holds, so two replicas never
take the same. Who is killed leaves a lease that ends by itself; the next one goes on with the cases
that have no result. Who ends gives it up. On SQLite, which one process uses at a time, whatever a
dead process had is free at the start.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final
from uuid import uuid4

import structlog

from sluice.server.errors import SluiceError, Unavailable
from sluice.server.features.testruns.running.executing import Execution, LeaseLost, Tools
from sluice.server.features.testruns.running.planning import Planning
from sluice.server.features.testruns.running.repository import RunRepository
from sluice.server.kit.database import utc_now
from sluice.server.kit.logs import describe_exception
from sluice.server.kit.periodic import Periodic, wait_at_most

log: structlog.typing.FilteringBoundLogger = structlog.get_logger(__name__)

MOST_RUNS: Final = 4
"""Runs that one process executes at once."""
EVERY: Final = 5.0
"""Seconds after which a replica looks for runs that another one was told of, or left."""


class Runner:
    """Executes runs beside the requests."""

    def __init__(self, tools: Tools, planning: Planning) -> None:
        self._tools = tools
        self._planning = planning
        self._wanted = asyncio.Event()
        self._executing: dict[str, Execution | None] = {}
        """By holder of the lease: a run that was cancelled and resumed may be here twice, while
        who has lost it still ends."""
        self._first = True
        self.periodic = Periodic("test runs", self._work, every=EVERY)

    def wake(self) -> None:
        """There is a run to be executed, or one was cancelled."""
        self._wanted.set()
        self.periodic.wake()
        for execution in self._executing.values():
            if execution is not None:
                execution.look()

    async def _work(self) -> bool:
        """Execute runs until there are none; what comes meanwhile is taken too."""
        if self._first and self._tools.database.is_sqlite:
            async with self._tools.database.write() as session:
                await RunRepository(session).free_all()
        self._first = False
        async with asyncio.TaskGroup() as group:
            while True:
                self._wanted.clear()
                for run_id, holder in await self._taken(MOST_RUNS - len(self._executing)):
                    self._executing[holder] = None
                    group.create_task(self._execute(run_id, holder))
                if not self._executing:
                    return False
                await wait_at_most(self._wanted, EVERY)  # until a run has come or ended

    async def _taken(self, most: int) -> list[tuple[int, str]]:
        """Runs that are this process's now, with a new holder for each."""
        if most <= 0:
            return []
        now = utc_now()
        until = now + timedelta(seconds=self._tools.lease_seconds)
        async with self._tools.database.read() as session:
            waiting = await RunRepository(session).waiting(now, most)
        if not waiting:
            return []
        wanted = [(run_id, str(uuid4())) for run_id in waiting]
        async with self._tools.database.write() as session:
            runs = RunRepository(session)
            return [
                (run_id, holder)
                for run_id, holder in wanted
                if await runs.take(run_id, holder, now=now, until=until)
            ]

    async def _execute(self, run_id: int, holder: str) -> None:
        try:
            await self._run(run_id, holder)
        except asyncio.CancelledError:
            await self._give_up(run_id, holder)
            raise
        except LeaseLost:
            log.info("test_run_left", test_run=run_id)
        except Exception as error:  # its lease ends by itself: then it is tried again
            log.error("test_run_failed", test_run=run_id, **describe_exception(error))
        finally:
            del self._executing[holder]
            self._wanted.set()

    async def _run(self, run_id: int, holder: str) -> None:
        try:
            plan = await self._planning.plan(await self._planning.opened(run_id))
        except Unavailable:
            raise
        except SluiceError as error:
            await self._fail(run_id, holder, error)
            return
        self._executing[holder] = execution = Execution(self._tools, plan, holder)
        try:
            await execution.run()
        except Unavailable:
            raise
        except SluiceError as error:
            await execution.fail(error)

    async def _give_up(self, run_id: int, holder: str) -> None:
        """Let another process, or the next start, go on at once."""
        execution = self._executing[holder]
        if execution is not None:
            await execution.give_up()
            return
        async with self._tools.database.write() as session:
            await RunRepository(session).free(run_id, holder)

    async def _fail(self, run_id: int, holder: str, error: SluiceError) -> None:
        async with self._tools.database.write() as session:
            await RunRepository(session).finish(
                run_id, holder, status="failed", finished_at=utc_now(), error_code=error.code
            )
