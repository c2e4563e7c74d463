"""Reading test runs, how far they are, and what came of their cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.errors import NotFound
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.testruns.playlists import KnownPlaylist
from sluice.server.features.testruns.running.of_sdk import ByCase, SdkResults, outcome_of
from sluice.server.features.testruns.running.repository import (
    ResultRepository,
    RunRepository,
    StoredResult,
)
from sluice.server.features.testruns.running.results import OpenedResult, opened_result
from sluice.server.features.testruns.running.summary import Outcome, summary_of
from sluice.server.features.testruns.service import (
    NO_RUN,
    KnownTestRun,
    MadeBy,
    RunStatus,
    TestRuns,
    opened_run,
)
from sluice.server.features.testruns.tables import TestCaseResult
from sluice.server.kit.database import Database
from sluice.server.kit.sealing import DataKey
from sluice.server.vault.service import Vault

NOT_PASSED: Final = "not_passed"


@dataclass(frozen=True, slots=True)
class ReadResult:
    """What came of one case."""

    case_uid: str
    row: TestCaseResult
    texts: OpenedResult


class RunReading:
    """Test runs of both kinds, read."""

    def __init__(
        self, database: Database, vault: Vault, test_runs: TestRuns, of_sdk: SdkResults
    ) -> None:
        self._database = database
        self._vault = vault
        self._test_runs = test_runs
        self._of_sdk = of_sdk

    async def page(
        self,
        project: KnownProject,
        *,
        before: int | None,
        limit: int,
        playlist: KnownPlaylist | None = None,
    ) -> list[KnownTestRun]:
        """The newest runs first, with ids below `before`; summaries as they were last noted."""
        over = playlist.id if playlist is not None else None
        async with self._database.read() as session:
            rows = await RunRepository(session).page(
                project.id, before=before, limit=limit, playlist_id=over
            )
            key = await self._key(session, project)
        return [opened_run(row, project.scope, key) for row in rows]

    async def known(self, project: KnownProject, uid: str) -> KnownTestRun:
        """One run as it was last noted; raises `NotFound`."""
        return await self._test_runs.known(project, uid)

    async def run(self, project: KnownProject, uid: str) -> KnownTestRun:
        """One run with its summary as of now; raises `NotFound`."""
        known = await self.known(project, uid)
        outcomes = (await self.outcomes(project, [known]))[0]
        # Who cancels a run notes nothing else of it.
        is_running = known.status is RunStatus.RUNNING
        waiting = {"waiting_for": known.summary.get("waiting_for") if is_running else None}
        summary = asdict(summary_of(outcomes, evaluator_names(known)))
        return replace(known, summary={**summary, **waiting})

    async def outcomes(
        self, project: KnownProject, runs: Sequence[KnownTestRun]
    ) -> list[list[Outcome]]:
        """What came of the cases of these runs, without texts."""
        of_server = [run.id for run in runs if run.made_by is MadeBy.SERVER]
        async with self._database.read() as session:
            found = await ResultRepository(session).outcomes(of_server)
        for run in runs:
            if run.made_by is MadeBy.SDK:
                found[run.id] = await self._of_sdk.outcomes(project, run)
        return [found[run.id] for run in runs]

    async def results(
        self,
        project: KnownProject,
        run: KnownTestRun,
        *,
        after: int,
        limit: int,
        only: str | None = None,
    ) -> list[ReadResult]:
        """What came of its cases, with texts, in the order of the cases.

        `only` is `complete`, `failed`, or `not_passed`: without an answer, or with one that an
        evaluator does not let pass.
        """
        if run.made_by is MadeBy.SDK:
            by_case = await self._of_sdk.by_case(project, run)
            chosen = [
                c for c, one in by_case.items() if c > after and _is(outcome_of(c, one), only)
            ]
            return await self._recorded(run, {c: by_case[c] for c in chosen[:limit]})
        if only == NOT_PASSED:
            outcomes = (await self.outcomes(project, [run]))[0]
            ids = sorted(o.test_case_id for o in outcomes if _is(o, only))
            some = [one for one in ids if one > after][:limit]
            return await self.results_of(project, [run], some) if some else []
        async with self._database.read() as session:
            rows = await ResultRepository(session).page(run.id, after=after, limit=limit, only=only)
            key = await self._key(session, project)
        return [_read(row, project, key) for row in rows]

    async def results_of(
        self, project: KnownProject, runs: Sequence[KnownTestRun], case_ids: Sequence[int]
    ) -> list[ReadResult]:
        """The same of some cases in several runs."""
        of_server = [run.id for run in runs if run.made_by is MadeBy.SERVER]
        async with self._database.read() as session:
            rows = await ResultRepository(session).of_cases(of_server, case_ids)
            key = await self._key(session, project)
        found = [_read(row, project, key) for row in rows]
        for run in runs:
            if run.made_by is MadeBy.SDK:
                by_case = await self._of_sdk.by_case(project, run)
                some = {case: by_case[case] for case in case_ids if case in by_case}
                found += await self._recorded(run, some)
        return found

    async def _recorded(self, run: KnownTestRun, by_case: ByCase) -> list[ReadResult]:
        return [ReadResult(*one) for one in await self._of_sdk.results(run, by_case)]

    async def _key(self, session: AsyncSession, project: KnownProject) -> DataKey:
        key = await self._vault.key(session, project.scope)
        if key is None:
            raise NotFound(NO_RUN, code="no_test_run")
        return key


def evaluator_names(run: KnownTestRun) -> list[str]:
    """The names of a run's evaluators."""
    given = run.document.get("evaluators") or []
    return [str(one.get("name", one["kind"])) for one in given]


def _is(outcome: Outcome, only: str | None) -> bool:
    return not outcome.passed if only == NOT_PASSED else only in (None, outcome.status)


def _read(stored: StoredResult, project: KnownProject, key: DataKey) -> ReadResult:
    texts = opened_result(stored.result, project.scope, key)
    return ReadResult(stored.case_uid, stored.result, texts)
