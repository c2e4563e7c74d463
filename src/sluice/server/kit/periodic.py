"""Work that is done again and again beside the requests: when something is to do, or by the clock.

What fails is logged without any text and done again; nothing ends the loop but its `close`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from sluice.server.kit.logs import describe_exception

log: structlog.typing.FilteringBoundLogger = structlog.get_logger(__name__)

LONGEST_PAUSE: Final = 60.0
"""Seconds between attempts while the work keeps failing."""
_FIRST_PAUSE: Final = 0.5
ENDING_SECONDS: Final = 5.0
"""How long `close` waits for work that it cancelled, before and after it cancels once more."""


class Periodic:
    """One piece of work, run by one task of this process.

    `work` does a portion and says whether there may be more of it now. It must be fit to be run
    twice, and by several replicas at once.
    """

    def __init__(self, name: str, work: Callable[[], Awaitable[bool]], *, every: float) -> None:
        self._name = name
        self._work = work
        self._every = every
        self._wanted = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._ending = False

    def start(self) -> None:
        """Begin; the first portion is done at once."""
        if self._task is None:
            self._ending = False
            self._task = asyncio.create_task(self._run(), name=self._name)

    def wake(self) -> None:
        """There is something to do; costs nothing."""
        self._wanted.set()

    async def close(self) -> None:
        """End, and wait until a portion that is being done was ended.

        Work may lose that it was cancelled (it fails while it tidies up, say): then no further
        portion is begun. What does not end is cancelled once more, and left in the end.
        """
        task, self._task, self._ending = self._task, None, True
        if task is None:
            return
        for _ in range(2):
            task.cancel()
            await asyncio.wait([task], timeout=ENDING_SECONDS)
            if task.done():
                return
        log.error("periodic_work_does_not_end", work=self._name)

    async def _run(self) -> None:
        pause = _FIRST_PAUSE
        while not self._ending:
            self._wanted.clear()
            try:
                more = await self._work()
            except Exception as error:  # whatever it is: it is tried again
                log.error("periodic_work_failed", work=self._name, **describe_exception(error))
                if not self._ending:
                    await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
                continue
            pause = _FIRST_PAUSE
            if not more and not self._ending:
                await wait_at_most(self._wanted, self._every)


async def wait_at_most(event: asyncio.Event, seconds: float) -> None:
    """Wait until the event is set, or so long.

    Whoever is cancelled meanwhile is: `asyncio.wait_for` forgets it on Python 3.11 if the event was
    set just before (https://github.com/python/cpython/issues/86296).
    """
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
