"""Waiting in tests, on machines that are busy: nothing here fails because one stood still."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar, cast

HANGS: Final = 30.0
"""Seconds after which what a test waits for will not come.

A machine may stand still for ten; a server that waits for a vendor gives up after sixty.
"""
_STEP: Final = 0.005
Found = TypeVar("Found")


def until(look: Callable[[], Found | None], *, every: float = 0.02) -> Found:
    """What `look` finds, as soon as it finds something; it is asked `every` so many seconds."""
    ends = time.monotonic() + HANGS
    while not (found := look()):
        assert time.monotonic() < ends, f"nothing within {HANGS:g} seconds"
        time.sleep(every)
    return found


async def comes_within(event: asyncio.Event, seconds: float) -> None:
    """The event comes so soon, by a clock on which a machine that stands still does not count."""
    with steady_clock():
        await asyncio.wait_for(event.wait(), seconds)


@contextmanager
def steady_clock() -> Iterator[None]:
    """The running loop's clock stands still while its process is held up.

    So that of two waits in one process the shorter one ends first, however busy the machine is.
    """
    loop = cast("Any", asyncio.get_running_loop())
    clock, select = loop.time, loop._selector.select
    now: float = clock()
    before = now

    def steady() -> float:
        nonlocal before, now
        seen = clock()
        now, before = now + min(seen - before, _STEP), seen
        return now

    def briefly(timeout: float | None = None) -> Any:  # noqa: ANN401 (as there)
        return select(_STEP if timeout is None else min(timeout, _STEP))

    loop.time, loop._selector.select = steady, briefly
    try:
        yield
    finally:
        loop.time, loop._selector.select = clock, select
