"""Group commit: jobs share a transaction, and none takes another one down."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import ContextVar
from functools import partial
from types import SimpleNamespace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.kit.batching import BatchedWriter, Job, Result
from sluice.server.kit.database import Database
from sluice.server.kit.sqlite_direct import DirectSession

pytestmark = pytest.mark.anyio

WHO: ContextVar[str] = ContextVar("WHO", default="nobody")


@pytest.fixture(params=[False, True], ids=["mapped", "quick"])
async def writer(request: pytest.FixtureRequest, database: Database) -> _Writer:
    """A writer of jobs of one kind."""
    async with database.write() as session:
        await session.execute(text("CREATE TABLE written (n INTEGER PRIMARY KEY)"))
    return _Writer(database, quick=request.param)


class _Writer(BatchedWriter):
    def __init__(self, database: Database, *, quick: bool) -> None:
        super().__init__(database)
        self._quick = quick

    async def submit(self, job: Job[Result], *, quick: bool = False) -> Result:
        return await super().submit(job, quick=quick or self._quick)


async def _insert(number: int, session: AsyncSession) -> int:
    await session.execute(text("INSERT INTO written VALUES (:n)"), {"n": number})
    return number


async def _fail_after_inserting(number: int, session: AsyncSession) -> int:
    await _insert(number, session)
    raise RuntimeError


async def _written(database: Database) -> set[int]:
    async with database.read() as session:
        return set((await session.scalars(text("SELECT n FROM written"))).all())


async def test_each_of_many_concurrent_jobs_has_its_result_and_is_kept(
    writer: _Writer, database: Database
) -> None:
    jobs = [writer.submit(partial(_insert, n)) for n in range(300)]
    assert await asyncio.gather(*jobs) == list(range(300))
    assert await _written(database) == set(range(300))


async def test_a_failing_job_keeps_nothing_and_takes_no_other_down(
    writer: _Writer, database: Database
) -> None:
    jobs = [
        writer.submit(partial(_fail_after_inserting if n % 3 == 0 else _insert, n))
        for n in range(30)
    ]
    results = await asyncio.gather(*jobs, return_exceptions=True)
    kept = {n for n in range(30) if n % 3}
    assert {n for n, result in enumerate(results) if result == n} == kept
    assert all(isinstance(results[n], RuntimeError) for n in range(30) if n not in kept)
    assert await _written(database) == kept


async def test_a_job_that_breaks_a_constraint_fails_alone(
    writer: _Writer, database: Database
) -> None:
    jobs = [writer.submit(partial(_insert, n)) for n in (1, 2, 2, 3)]
    results = await asyncio.gather(*jobs, return_exceptions=True)
    # Which of the two equal ones was faster is open on PostgreSQL.
    failed = [index for index, result in enumerate(results) if isinstance(result, IntegrityError)]
    assert failed in ([1], [2])
    assert await _written(database) == {1, 2, 3}


async def test_others_go_on_between_the_jobs_of_a_transaction_and_between_their_answers(
    writer: _Writer, database: Database
) -> None:
    if not database.is_sqlite:
        pytest.skip("PostgreSQL has a transaction for each job")
    turns, ended = 0, asyncio.Event()

    async def others() -> None:
        nonlocal turns
        while not ended.is_set():
            turns += 1
            await asyncio.sleep(0)

    async def job(_: AsyncSession) -> int:
        return turns

    async def submitted() -> tuple[int, int]:
        return await writer.submit(job), turns

    beside = asyncio.create_task(others())
    told = await asyncio.gather(*(submitted() for _ in range(8)))
    ended.set()
    await beside
    assert len({begun for begun, _ in told}) == 8
    assert len({answered for _, answered in told}) == 8


async def test_when_the_commit_fails_every_job_fails(
    writer: _Writer, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:

    async def no_room(self: AsyncSession) -> None:
        raise OSError

    with monkeypatch.context() as broken:
        broken.setattr(AsyncSession, "commit", no_room)
        broken.setattr(DirectSession, "commit", no_room)
        jobs = [writer.submit(partial(_insert, n)) for n in range(5)]
        results = await asyncio.gather(*jobs, return_exceptions=True)
    assert [type(result) for result in results] == [OSError] * 5
    assert await _written(database) == set()
    assert await writer.submit(partial(_insert, 7)) == 7


async def test_a_job_runs_in_the_context_of_who_submitted_it(
    writer: _Writer, database: Database
) -> None:

    async def who(session: AsyncSession) -> str:
        return WHO.get()

    async def submit_as(name: str) -> str:
        WHO.set(name)
        return await writer.submit(who)

    names = [f"caller {n}" for n in range(20)]
    assert await asyncio.gather(*map(submit_as, names)) == names


async def test_a_caller_who_leaves_before_the_job_began_withdraws_it(
    writer: _Writer, database: Database
) -> None:
    async with database.write() as session:
        await session.execute(text("INSERT INTO written VALUES (0)"))
        tasks = [asyncio.create_task(writer.submit(partial(_insert, n))) for n in (1, 2)]
        await asyncio.sleep(0)
        if database.is_sqlite:
            tasks[0].cancel()
    await asyncio.wait(tasks)
    await writer.close()
    assert await _written(database) == ({0, 2} if database.is_sqlite else {0, 1, 2})


async def test_jobs_of_both_kinds_are_written_in_the_order_in_which_they_came(
    database: Database, writer: _Writer
) -> None:
    both = BatchedWriter(database)

    async def next_number(session: AsyncSession) -> int:
        highest = (await session.execute(text("SELECT count(*) FROM written"))).scalar_one()
        return await _insert(int(highest), session)

    jobs = [both.submit(next_number, quick=n % 3 > 0) for n in range(30)]
    numbers = await asyncio.gather(*jobs, return_exceptions=True)
    if database.is_sqlite:
        assert numbers == list(range(30))


async def test_a_job_that_waits_for_something_goes_on_in_its_context(
    database: Database, writer: _Writer
) -> None:
    async def later(session: AsyncSession) -> str:
        await _insert(1, session)
        await asyncio.sleep(0.01)
        return WHO.get()

    WHO.set("somebody")
    assert await writer.submit(later) == "somebody"
    assert await _written(database) == {1}


async def test_what_was_handed_in_is_found_by_whoever_reads_or_writes_after(
    database: Database, writer: _Writer
) -> None:
    if not database.is_sqlite:
        with pytest.raises(RuntimeError, match="in order"):
            writer.hand_in(partial(_insert, 1))
        return
    for number in range(20):
        done = writer.hand_in(partial(_insert, number), quick=number % 2 > 0)
        if number % 4 < 2:
            assert number in await _written(database)
        else:
            async with database.write() as session:
                assert number in (await session.scalars(text("SELECT n FROM written"))).all()
        assert done.done()


async def test_what_was_handed_in_and_fails_takes_no_reader_down(
    database: Database, writer: _Writer
) -> None:
    if database.is_sqlite:
        done = writer.hand_in(partial(_fail_after_inserting, 1))
        assert await _written(database) == set()
        assert isinstance(done.exception(), RuntimeError)


async def test_what_was_handed_in_is_written_with_the_next_job_or_soon(
    database: Database, writer: _Writer
) -> None:
    if not database.is_sqlite:
        return
    done = writer.hand_in(partial(_insert, 1), quick=True)
    await asyncio.sleep(0)
    assert not done.done()
    await writer.submit(partial(_insert, 2), quick=True)
    assert done.done()
    alone = writer.hand_in(partial(_insert, 3))
    assert await asyncio.wait_for(alone, 10) == 3
    last = writer.hand_in(partial(_insert, 4))
    await writer.close()
    assert last.result() == 4
    assert await _written(database) == {1, 2, 3, 4}


async def test_a_stop_waits_for_what_was_submitted_and_says_so(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sluice.server.kit.batching.SAID_EVERY", 0.01)
    if not database.is_sqlite:
        pytest.skip("PostgreSQL has nothing that waits in line")
    async with database.write() as session:
        await session.execute(text("CREATE TABLE written (n INTEGER PRIMARY KEY)"))
    writer, go_on, said = BatchedWriter(database), asyncio.Event(), asyncio.Event()

    async def slow(session: AsyncSession) -> int:
        await go_on.wait()
        return await _insert(1, session)

    monkeypatch.setattr("sluice.server.kit.batching.log", SimpleNamespace(warning=_noting(said)))
    submitted = asyncio.create_task(writer.submit(slow))
    await asyncio.sleep(0)
    closing = asyncio.create_task(writer.close())
    await said.wait()
    assert not closing.done()
    go_on.set()
    await closing
    assert await submitted == 1
    assert await _written(database) == {1}


def _noting(said: asyncio.Event) -> Callable[..., None]:
    def warning(event: str, **fields: object) -> None:
        assert (event, fields) == ("stop_waits_for_writes", {"jobs": 0})
        said.set()

    return warning
