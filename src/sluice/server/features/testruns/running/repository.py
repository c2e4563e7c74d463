"""The queries of test runs that the server executes, and of what came of their cases."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Table,
    bindparam,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from sluice.server.features.testruns.running.summary import Outcome
from sluice.server.features.testruns.service import MadeBy, RunStatus
from sluice.server.features.testruns.tables import TestCase, TestCaseResult, TestRun
from sluice.server.kit.repository import Repository

_RUNS: Final = cast("Table", TestRun.__table__)
_CASES: Final = cast("Table", TestCase.__table__)
_RESULTS: Final = cast("Table", TestCaseResult.__table__)

_UNDER_WAY: Final = (RunStatus.PENDING.value, RunStatus.RUNNING.value)
_FREE: Final = (
    _RUNS.c.made_by == MadeBy.SERVER.value,
    _RUNS.c.status.in_(_UNDER_WAY),
    or_(_RUNS.c.lease_until.is_(None), _RUNS.c.lease_until < bindparam("now")),
)
_WAITING: Final = select(_RUNS.c.id).where(*_FREE).order_by(_RUNS.c.id).limit(bindparam("most"))
_TAKE: Final = (
    update(_RUNS)
    .where(_RUNS.c.id == bindparam("of_id"), *_FREE)
    .values(
        status=RunStatus.RUNNING.value,
        lease_holder=bindparam("holder"),
        lease_until=bindparam("until"),
        started_at=func.coalesce(_RUNS.c.started_at, bindparam("now")),
    )
)
_HELD: Final = (
    _RUNS.c.id == bindparam("of_id"),
    _RUNS.c.lease_holder == bindparam("holder"),
    _RUNS.c.status == RunStatus.RUNNING.value,
)
_HOLD: Final = select(_RUNS.c.id).where(*_HELD).with_for_update(key_share=True)
_RENEW: Final = update(_RUNS).where(*_HELD)
_FREE_ALL: Final = (
    update(_RUNS)
    .where(_RUNS.c.status == RunStatus.RUNNING.value)
    .values(lease_holder=None, lease_until=None)
)
_LEFT: Final = (
    select(TestCase)
    .outerjoin(
        TestCaseResult,
        (TestCaseResult.test_case_id == TestCase.id)
        & (TestCaseResult.test_run_id == bindparam("of_run")),
    )
    .where(
        TestCase.playlist_id == bindparam("of_playlist"),
        TestCase.id > bindparam("after"),
        TestCase.id <= bindparam("last"),
        TestCaseResult.id.is_(None),
    )
    .order_by(TestCase.id)
    .limit(bindparam("most"))
)
_ADD: Final[dict[str, Any]] = {
    "sqlite": sqlite.insert(_RESULTS).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(_RESULTS).on_conflict_do_nothing(),
}
_OUTCOME: Final = tuple(
    _RESULTS.c[name]
    for name in (
        "test_case_id", "status", "error_code", "scores", "input_tokens", "output_tokens", "cost",
        "duration_ms",
    )
)  # fmt: skip

AT_ONCE: Final = 500
"""Ids of one statement."""


class StoredResult(NamedTuple):
    """A result with the public id of its case."""

    result: TestCaseResult
    case_uid: str


class RunRepository(Repository):
    """Runs that are under way."""

    async def waiting(self, now: datetime, most: int) -> list[int]:
        """Runs that nobody executes, the oldest first."""
        rows = await self._session.execute(_WAITING, {"now": now, "most": most})
        return [int(row[0]) for row in rows]

    async def take(self, run_id: int, holder: str, *, now: datetime, until: datetime) -> bool:
        """Execute a run from now on; false where another process was faster."""
        values = {"of_id": run_id, "holder": holder, "now": now, "until": until}
        return await self._changed(_TAKE, values)

    async def free_all(self) -> None:
        """Nobody executes anything: for a database that only one process uses at a time."""
        await self._session.execute(_FREE_ALL)

    async def holds(self, run_id: int, holder: str) -> bool:
        """Whether this process executes the run; so it stays until this transaction ends."""
        values = {"of_id": run_id, "holder": holder}
        return (await self._session.execute(_HOLD, values)).first() is not None

    async def renew(
        self, run_id: int, holder: str, until: datetime | None, summary: Mapping[str, Any]
    ) -> bool:
        """Move the lease on (None gives it up); false where it is lost, or the run cancelled."""
        statement = _RENEW.values(
            lease_until=until, lease_holder=holder if until else None, summary=dict(summary)
        )
        return await self._changed(statement, {"of_id": run_id, "holder": holder})

    async def free(self, run_id: int, holder: str) -> None:
        """Give up the lease."""
        statement = _RENEW.values(lease_until=None, lease_holder=None)
        await self._changed(statement, {"of_id": run_id, "holder": holder})

    async def finish(self, run_id: int, holder: str, **values: object) -> bool:
        """Set how a run ended, and give up the lease; false where it was lost."""
        statement = _RENEW.values(lease_until=None, lease_holder=None, **values)
        return await self._changed(statement, {"of_id": run_id, "holder": holder})

    async def stop(self, run_id: int, *, status: str, at: datetime) -> bool:
        """End a run that is under way, whoever executes it; false where it has ended."""
        statement = (
            update(_RUNS)
            .where(_RUNS.c.id == run_id, _RUNS.c.status.in_(_UNDER_WAY))
            .values(status=status, finished_at=at, lease_until=None, lease_holder=None)
        )
        return await self._changed(statement, {})

    async def restart(self, run_id: int, **values: object) -> bool:
        """Let a run that has ended go on; false where it is under way."""
        statement = (
            update(_RUNS)
            .where(_RUNS.c.id == run_id, _RUNS.c.status.not_in(_UNDER_WAY))
            .values(
                status=RunStatus.PENDING.value,
                finished_at=None,
                error_code=None,
                lease_until=None,
                lease_holder=None,
                **values,
            )
        )
        return await self._changed(statement, {})

    async def delete(self, run_id: int) -> bool:
        """Delete a run with its results; whether it was there."""
        return await self._changed(delete(_RUNS).where(_RUNS.c.id == run_id), {})

    async def by_id(self, run_id: int) -> TestRun | None:
        """One run."""
        query = select(TestRun).where(TestRun.id == run_id)
        return (await self._session.scalars(query)).one_or_none()

    async def page(
        self, project_id: int, *, before: int | None, limit: int, playlist_id: int | None = None
    ) -> list[TestRun]:
        """The newest runs of a project first, with ids below `before`; of one playlist, or all."""
        query = select(TestRun).where(TestRun.project_id == project_id)
        if playlist_id is not None:
            query = query.where(TestRun.playlist_id == playlist_id)
        if before is not None:
            query = query.where(TestRun.id < before)
        return list(
            (await self._session.scalars(query.order_by(TestRun.id.desc()).limit(limit))).all()
        )

    async def _changed(self, statement: Any, values: Mapping[str, Any]) -> bool:  # noqa: ANN401 (an update)
        result = await self._session.execute(statement, dict(values))
        return cast("CursorResult[Any]", result).rowcount > 0


class ResultRepository(Repository):
    """What came of the cases of runs."""

    async def left(
        self, run_id: int, playlist_id: int, *, after: int, last: int, most: int
    ) -> list[TestCase]:
        """Cases without a result in this run, with ids above `after` and up to `last`."""
        values = {
            "of_run": run_id,
            "of_playlist": playlist_id,
            "after": after,
            "last": last,
            "most": most,
        }
        return list((await self._session.scalars(_LEFT, values)).all())

    async def extent(self, playlist_id: int, kind: str) -> tuple[int, int]:
        """How many cases of a kind a playlist has, and the greatest id of them (0 for none)."""
        query = select(func.count(), func.max(_CASES.c.id)).where(
            _CASES.c.playlist_id == playlist_id, _CASES.c.kind == kind
        )
        count, last = (await self._session.execute(query)).one()
        return int(count), int(last or 0)

    async def insert(self, values: Mapping[str, Any]) -> None:
        """Insert a result, unless the case has one in this run."""
        statement = _ADD[self._session.get_bind().dialect.name]
        await self._session.execute(statement, dict(values))

    async def outcomes(self, run_ids: Sequence[int]) -> dict[int, list[Outcome]]:
        """What came of these runs' cases, without texts: by run, in the order of the cases."""
        found: dict[int, list[Outcome]] = {run_id: [] for run_id in run_ids}
        query = (
            select(_RESULTS.c.test_run_id, *_OUTCOME)
            .where(_RESULTS.c.test_run_id.in_(run_ids))
            .order_by(_RESULTS.c.test_case_id)
        )
        for run_id, *values in await self._session.execute(query):
            found[int(run_id)].append(Outcome(*values))
        return found

    async def page(
        self, run_id: int, *, after: int, limit: int, only: str | None = None
    ) -> list[StoredResult]:
        """Results of a run in the order of its cases; `after` is a case's id."""
        wanted: list[ColumnElement[bool]] = [
            TestCaseResult.test_run_id == run_id,
            TestCaseResult.test_case_id > after,
        ]
        if only is not None:
            wanted.append(TestCaseResult.status == only)
        return await self._stored(wanted, limit)

    async def of_cases(self, run_ids: Sequence[int], case_ids: Sequence[int]) -> list[StoredResult]:
        """The results of some cases in some runs."""
        wanted = [
            TestCaseResult.test_run_id.in_(run_ids),
            TestCaseResult.test_case_id.in_(case_ids),
        ]
        return await self._stored(wanted, len(run_ids) * len(case_ids))

    async def uids_of(self, case_ids: Sequence[int]) -> dict[int, str]:
        """The public ids of cases that are there."""
        found: dict[int, str] = {}
        for first in range(0, len(case_ids), AT_ONCE):
            some = _CASES.c.id.in_(case_ids[first : first + AT_ONCE])
            rows = await self._session.execute(select(_CASES.c.id, _CASES.c.uid).where(some))
            found |= {int(row[0]): str(row[1]) for row in rows}
        return found

    async def of_runs(
        self,
        project_id: int,
        run_ids: Collection[int],
        playlist_ids: Collection[int],
        *,
        after: int,
        limit: int,
    ) -> list[TestCaseResult]:
        """Results of these runs and of those over these playlists, with rows behind `after`."""
        query = (
            select(TestCaseResult)
            .join(TestRun, TestRun.id == TestCaseResult.test_run_id)
            .where(
                TestRun.project_id == project_id,
                or_(TestRun.id.in_(sorted(run_ids)), TestRun.playlist_id.in_(sorted(playlist_ids))),
                TestCaseResult.id > after,
            )
            .order_by(TestCaseResult.id)
            .limit(limit)
        )
        return list((await self._session.scalars(query)).all())

    async def replace_texts(self, result_id: int, sealed: bytes) -> None:
        """Keep other texts of a result."""
        statement = update(_RESULTS).where(_RESULTS.c.id == result_id)
        await self._session.execute(statement.values(output_sealed=sealed))

    async def delete_failed(self, run_id: int) -> int:
        """Delete the results of cases that failed, so that they are asked again; how many."""
        query = delete(TestCaseResult).where(
            TestCaseResult.test_run_id == run_id, TestCaseResult.status == "failed"
        )
        return cast("CursorResult[Any]", await self._session.execute(query)).rowcount

    async def _stored(
        self, wanted: Sequence[ColumnElement[bool]], limit: int
    ) -> list[StoredResult]:
        query = (
            select(TestCaseResult, TestCase.uid)
            .join(TestCase, TestCase.id == TestCaseResult.test_case_id)
            .where(*wanted)
            .order_by(TestCaseResult.test_case_id, TestCaseResult.test_run_id)
            .limit(limit)
        )
        return [StoredResult(row[0], row[1]) for row in await self._session.execute(query)]
