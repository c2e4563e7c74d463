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

    def start(self) -> None:
        """Begin; the first portion is done at once."""
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name=self._name)

    def wake(self) -> None:
        """There is something to do; costs nothing."""
        self._wanted.set()

    async def close(self) -> None:
        """End, and wait until a portion that is being done was ended."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
            self._task = None

    async def _run(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            self._wanted.clear()
            try:
                more = await self._work()
            except Exception as error:  # whatever it is: it is tried again
                log.error("periodic_work_failed", work=self._name, **describe_exception(error))
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
                continue
            pause = _FIRST_PAUSE
            if not more:
                await self._idle()

    async def _idle(self) -> None:
        try:
            await asyncio.wait_for(self._wanted.wait(), self._every)
        except TimeoutError:
            return
