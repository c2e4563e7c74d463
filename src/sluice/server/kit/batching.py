"""Group commit: what concurrent requests write shares one transaction, and one sync of the disk.

SQLite has one writer, and each commit waits for the disk: jobs that come while it writes are run
together in the next transaction, each behind a savepoint, so that one that fails takes no other
down. PostgreSQL joins the syncs of concurrent commits by itself; there each job has a transaction
of its own, so that jobs never wait for each other's locks.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Generator
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.kit.database import Database

log: structlog.typing.FilteringBoundLogger = structlog.get_logger(__name__)

Result = TypeVar("Result")
Job = Callable[[AsyncSession], Awaitable[Result]]

MOST: Final = 128
"""Jobs of one transaction at the most."""
PATIENCE: Final = 0.05
"""Seconds that a job that nobody waits for waits for company."""
SAID_EVERY: Final = 5.0
"""Seconds between two lines of the log while a stop waits."""


@dataclass(slots=True)
class _Waiting:
    """A job, who waits for it, and the context (request id) in which it is run."""

    job: Job[Any]
    quick: bool
    done: asyncio.Future[Any]
    context: Context = field(default_factory=copy_context)


class BatchedWriter:
    """Runs jobs that write; one for each database and event loop."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._queue: deque[_Waiting] = deque()
        self._writing: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._handed_in: asyncio.Future[Any] | None = None

    async def submit(self, job: Job[Result], *, quick: bool = False) -> Result:
        """Run a job once in a transaction; returns its result after the commit.

        A `quick` job runs statements on tables only, no mapped objects (`sqlite_direct`).

        What the job raises is raised here, and nothing of it is kept; jobs flush, but never
        commit. If the commit fails, it fails for every job of the transaction. A caller who is
        cancelled while waiting withdraws a job that has not begun; one that has begun is
        committed all the same.
        """
        if not self.in_order:
            async with self._database.write() as session:
                return await job(session)
        waiting = _Waiting(job, quick, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        self._write()
        result: Result = await waiting.done
        return result

    @property
    def in_order(self) -> bool:
        """Whether jobs are written in the order in which they come."""
        return self._database.is_sqlite

    def hand_in(self, job: Job[Result], *, quick: bool = False) -> asyncio.Future[Result]:
        """Submit a job that nobody waits for; the future is done after its commit.

        Only where jobs are written `in_order`. It is written with the next job that somebody waits
        for, or after `PATIENCE`: so it costs no sync of the disk of its own. Whoever begins to
        read finds what it wrote. Whoever hands it in must look at the future's exception.
        """
        if not self.in_order:
            raise RuntimeError("jobs that are not written in order have to be waited for")
        loop = asyncio.get_running_loop()
        waiting = _Waiting(job, quick, loop.create_future())
        self._queue.append(waiting)
        self._handed_in = waiting.done
        self._database.read_after(self.written)
        if self._timer is None:
            self._timer = loop.call_later(PATIENCE, self._write)
        return waiting.done

    async def written(self) -> None:
        """Wait until everything that was handed in so far is written, or has failed."""
        if (handed_in := self._handed_in) is not None:
            if not handed_in.done():
                self._write()
                await asyncio.wait([handed_in])
            if self._handed_in is handed_in:
                self._handed_in = None

    def _write(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all(), context=Context())

    async def close(self) -> None:
        """Wait until everything that was submitted is written or has failed.

        Each transaction fails after the database's own patience (`BUSY_TIMEOUT_MS`) at the latest.
        Meanwhile the log says what the stop waits for.
        """
        if self._queue:
            self._write()
        while self._writing is not None and not self._writing.done():
            _, unfinished = await asyncio.wait([self._writing], timeout=SAID_EVERY)
            if unfinished:
                log.warning("stop_waits_for_writes", jobs=len(self._queue))

    async def _write_all(self) -> None:
        while self._queue:
            quick = self._queue[0].quick
            batch = _Batch(quick=quick)
            try:
                async with self._database.turn_to_write(quick=quick) as session:
                    # Taken only now: more have come while another writer was waited for.
                    batch.take(self._queue)
                    await batch.run(session)
            except Exception as error:
                # What fails before anything was taken would fail again for whoever waits.
                batch.take(self._queue)
                batch.fail(error)
            except BaseException:
                batch.take(self._queue)
                batch.cancel()
                raise
            else:
                batch.succeed()


class _Batch:
    """The jobs of one transaction, all of one kind."""

    def __init__(self, *, quick: bool) -> None:
        self._quick = quick
        self._taken: list[_Waiting] = []
        self._results: list[tuple[_Waiting, Any]] = []

    def take(self, queue: deque[_Waiting]) -> None:
        """Take jobs whose callers still wait, unless some were taken before."""
        if self._taken:
            return
        while queue and len(self._taken) < MOST and queue[0].quick == self._quick:
            waiting = queue.popleft()
            if not waiting.done.done():
                self._taken.append(waiting)

    async def run(self, session: AsyncSession) -> None:
        """Run every job; raises only what must undo all of them."""
        if len(self._taken) == 1:
            waiting = self._taken[0]
            self._results.append((waiting, await _begun(waiting, session)))
            return
        for number, waiting in enumerate(self._taken):
            if number:
                # A job takes up to a millisecond: whoever reads meanwhile waits for one of them.
                await asyncio.sleep(0)
            await self._run_apart(session, waiting)

    async def _run_apart(self, session: AsyncSession, waiting: _Waiting) -> None:
        savepoint = await session.begin_nested()
        try:
            result = await _begun(waiting, session)
            await savepoint.commit()
        except Exception as error:
            # SQLite drops the whole transaction for some errors: then this raises too.
            await savepoint.rollback()
            _fail(waiting, error)
        else:
            self._results.append((waiting, result))

    def succeed(self) -> None:
        """It is committed: one after the other is told, and others go on in between."""
        loop = asyncio.get_running_loop()
        results = deque(self._results)

        def tell_next() -> None:
            waiting, result = results.popleft()
            if not waiting.done.done():
                waiting.done.set_result(result)
            if results:
                loop.call_soon(tell_next)

        if results:
            tell_next()

    def fail(self, error: Exception) -> None:
        """Nothing is committed."""
        for waiting in self._taken:
            _fail(waiting, error)

    def cancel(self) -> None:
        """The writer was ended."""
        for waiting in self._taken:
            waiting.done.cancel()


async def _begun(waiting: _Waiting, session: AsyncSession) -> Any:  # noqa: ANN401 (any result)
    return await _InContext(waiting.job(session), waiting.context)


class _InContext:
    """Awaits something in a context of its own, without a task of its own."""

    def __init__(self, work: Awaitable[Any], context: Context) -> None:
        self._steps = work.__await__()
        self._context = context

    def __await__(self) -> Generator[Any, Any, Any]:
        step: Callable[[], Any] = partial(next, self._steps)
        while True:
            try:
                waited = self._context.run(step)
            except StopIteration as end:
                return end.value
            try:
                yield waited
                step = partial(next, self._steps)
            except BaseException as error:  # a cancellation, which is the work's affair
                step = partial(self._thrown, error)

    def _thrown(self, error: BaseException) -> Any:  # noqa: ANN401 (what it waits for next)
        return self._steps.throw(error)


def _fail(waiting: _Waiting, error: Exception) -> None:
    if not waiting.done.done():
        waiting.done.set_exception(error)
