"""Work beside the requests ends when the server ends, whatever it is doing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from structlog.testing import capture_logs

from sluice.server.kit import periodic
from sluice.server.kit.periodic import Periodic, wait_at_most

pytestmark = pytest.mark.anyio

HANGS = 30.0
"""Seconds after which something will never end."""


async def _nothing_to_do() -> bool:
    return False


async def _turns(number: int) -> None:
    """Let everything else that is ready go on, so many times."""
    for _ in range(number):
        await asyncio.sleep(0)


@pytest.mark.parametrize("turns", range(5))
async def test_ends_although_it_was_woken_just_before(turns: int) -> None:
    idle = Periodic("idle", _nothing_to_do, every=HANGS * 2)
    idle.start()
    await _turns(5)

    idle.wake()
    await _turns(turns)

    async with asyncio.timeout(HANGS):
        await idle.close()


@pytest.mark.parametrize("turns", range(5))
async def test_who_waits_for_an_event_is_cancelled_although_it_was_just_set(turns: int) -> None:
    event, passed = asyncio.Event(), asyncio.Event()

    async def waits() -> None:
        await wait_at_most(event, HANGS)
        passed.set()
        await asyncio.Event().wait()

    waiting = asyncio.create_task(waits())
    await _turns(5)
    event.set()
    await _turns(turns)
    waiting.cancel()

    done, _ = await asyncio.wait([waiting], timeout=HANGS)
    assert done
    assert waiting.cancelled()
    assert turns or not passed.is_set()


async def test_waiting_goes_on_when_the_time_is_over() -> None:
    await wait_at_most(asyncio.Event(), 0.001)


async def _fails_while_it_tidies_up() -> bool:
    try:
        await asyncio.Event().wait()
    finally:
        raise OSError


async def _forgets_that_it_was_cancelled() -> bool:
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        return True
    return True


async def _forgets_it_and_goes_on() -> bool:
    await _forgets_that_it_was_cancelled()
    await asyncio.Event().wait()
    return True


@pytest.mark.parametrize(
    "work", [_fails_while_it_tidies_up, _forgets_that_it_was_cancelled, _forgets_it_and_goes_on]
)
async def test_ends_although_its_work_loses_that_it_was_cancelled(
    work: Callable[[], Awaitable[bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(periodic, "ENDING_SECONDS", 0.2)
    begun = 0

    async def counted() -> bool:
        nonlocal begun
        begun += 1
        return await work()

    careless = Periodic("careless", counted, every=HANGS * 2)
    careless.start()
    await _turns(5)

    async with asyncio.timeout(HANGS):
        await careless.close()
    await _turns(5)

    assert begun == 1


async def test_work_that_cannot_be_cancelled_is_left_and_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(periodic, "ENDING_SECONDS", 0.01)
    released, ended = asyncio.Event(), asyncio.Event()

    async def deaf() -> bool:
        while not released.is_set():
            try:
                await released.wait()
            except asyncio.CancelledError:
                continue
        ended.set()
        return False

    stuck = Periodic("stuck", deaf, every=HANGS * 2)
    stuck.start()
    await _turns(5)

    with capture_logs() as logs:
        async with asyncio.timeout(HANGS):
            await stuck.close()

    assert [line["event"] for line in logs] == ["periodic_work_does_not_end"]
    released.set()
    async with asyncio.timeout(HANGS):
        await ended.wait()


async def test_can_be_started_again_after_its_end() -> None:
    begun = asyncio.Event()

    async def noted() -> bool:
        begun.set()
        return False

    again = Periodic("again", noted, every=HANGS * 2)
    again.start()
    await again.close()
    again.start()
    async with asyncio.timeout(HANGS):
        await begun.wait()
        await again.close()
