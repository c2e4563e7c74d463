"""Calls of a run begin one after the other; what one used counts whatever becomes of the run."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from sluice.server.errors import RateLimited
from sluice.server.features.limits.service import RunningCall
from sluice.server.features.testruns.running import spending
from sluice.server.features.testruns.running.spending import Spender, Spending, Spent
from sluice.server.features.testruns.running.targets import Target
from sluice.server.kit.sealing import DataKey

pytestmark = pytest.mark.anyio
BODY = {"model": "scripted", "messages": [{"role": "user", "content": "Hello"}]}


class Permits:
    """A writer that lets one call begin for each minute that somebody waited."""

    def __init__(self, permits: int = 0) -> None:
        self.permits = permits
        self.waiting = self.most_waiting = 0

    async def submit(self, job: object) -> Spent:
        await asyncio.sleep(0)
        if not self.permits:
            raise RateLimited("Not yet.", code="requests_per_minute", retry_after=60)
        self.permits -= 1
        return Spent()

    async def sleep(self, seconds: float) -> None:
        self.waiting += 1
        self.most_waiting = max(self.waiting, self.most_waiting)
        await asyncio.sleep(0)
        self.permits += 1
        self.waiting -= 1


def _spending(writer: object, sleep: Any = asyncio.sleep) -> Spending:  # noqa: ANN401
    limits = SimpleNamespace(end=None)
    return Spending(cast("Any", None), cast("Any", limits), cast("Any", writer), "1", sleep)


def _spender() -> Spender:
    return Spender(1, None, 1, cast("DataKey", None))


def _target() -> Target:
    connection = SimpleNamespace(provider_key="scripted", model="scripted")
    return cast("Target", SimpleNamespace(instance=SimpleNamespace(id=1), connections=[connection]))


async def test_who_has_waited_longest_begins_first_and_one_waits_for_all() -> None:
    writer, spender, order = Permits(), _spender(), list[int]()
    made = _spending(writer, writer.sleep)

    async def case(number: int) -> None:
        await made.begin(spender, _target(), BODY)
        order.append(number)

    await asyncio.gather(*(case(n) for n in range(16)))
    assert order == list(range(16))
    assert writer.most_waiting == 1


async def test_after_a_limit_that_is_not_waited_for_nothing_begins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(spending, "LONGEST_WAIT", 1.0)
    writer, spender = Permits(permits=1), _spender()
    made = _spending(writer, writer.sleep)
    asked = (made.begin(spender, _target(), BODY) for _ in range(3))
    first, *others = await asyncio.gather(*asked, return_exceptions=True)
    assert isinstance(first, Spent)
    writer.permits = 9
    with pytest.raises(RateLimited):
        await made.begin(spender, _target(), BODY)
    assert {type(other) for other in others} == {RateLimited}


async def test_what_a_call_used_counts_though_its_run_is_cancelled_meanwhile() -> None:
    begun, written = asyncio.Event(), asyncio.Event()

    class Slow:
        async def submit(self, job: object) -> None:
            begun.set()
            await asyncio.sleep(0)
            written.set()

    running = RunningCall(1, 5, "openai", "scripted")
    task = asyncio.create_task(_spending(Slow()).failed(Spent(running=running), "x"))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(10):
        await written.wait()
