"""What came of the cases of a run that an SDK made: its recordings, as results.

Of several recordings of a case the last one counts; where an agent recorded traces of it, the last
of these. SDK 0.1.6 does not say of which case a recording is: that is the one with its inputs.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import anyio.to_thread
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.features.projects.known import KnownProject
from sluice.server.features.proxy.wires.reading import Body
from sluice.server.features.sessions.attributes import Holder
from sluice.server.features.sessions.run_recordings import RunRecording, RunRecordings
from sluice.server.features.testruns.cases import opened_case
from sluice.server.features.testruns.recorded import text_of
from sluice.server.features.testruns.repository import TestCaseRepository
from sluice.server.features.testruns.running.repository import ResultRepository
from sluice.server.features.testruns.running.results import OpenedResult
from sluice.server.features.testruns.running.summary import COMPLETE, Outcome
from sluice.server.features.testruns.service import KnownTestRun
from sluice.server.features.testruns.tables import TestCase, TestCaseResult
from sluice.server.features.testruns.wire_form import old_inputs
from sluice.server.kit.database import Database
from sluice.server.kit.sealing import DataKey
from sluice.server.vault.service import Vault

PASSES: Final = 0.5
"""The least number from 0 to 1 with which a client's own evaluation counts as passed."""
PORTION: Final = 1_000

ByCase = Mapping[int, RunRecording]


class SdkResults:
    """Reads results of SDKs' runs."""

    def __init__(self, database: Database, vault: Vault, recordings: RunRecordings) -> None:
        self._database = database
        self._vault = vault
        self._recordings = recordings

    async def by_case(self, project: KnownProject, run: KnownTestRun) -> ByCase:
        """The recording that counts, by the row of its case, in the order of the cases."""
        found = await self._recordings.of_run(run.id)
        unnamed = [
            one for one in found if one.test_case_id is None and one.holder is Holder.RECORDING
        ]
        named = {one.test_case_id: one for one in found if one.test_case_id is not None}
        by_inputs: dict[int, RunRecording] = {}
        if unnamed and run.playlist_id is not None:
            by_inputs = await self._matched(project, run.playlist_id, unnamed)
        # What names its case goes before what is only like it.
        return dict(sorted({**by_inputs, **named}.items()))

    async def outcomes(self, project: KnownProject, run: KnownTestRun) -> list[Outcome]:
        """What came of its cases, without texts."""
        return [outcome_of(case, one) for case, one in (await self.by_case(project, run)).items()]

    async def results(
        self, run: KnownTestRun, by_case: ByCase
    ) -> list[tuple[str, TestCaseResult, OpenedResult]]:
        """The same of some cases, with texts: the case's public id, a row that stands in no
        table, and what is in it."""
        contents = await self._recordings.contents(list(by_case.values()))
        async with self._database.read() as session:
            uids = await ResultRepository(session).uids_of(list(by_case))
        return [
            (uids[case], _row(run, case, one), OpenedResult(_output(contents, one)))
            for case, one in by_case.items()
            if case in uids
        ]

    async def _matched(
        self, project: KnownProject, playlist_id: int, unnamed: Sequence[RunRecording]
    ) -> dict[int, RunRecording]:
        contents = await self._recordings.contents(unnamed)
        said = [(one, contents.get((one.holder, one.id), {}).get("inputs")) for one in unnamed]
        cases: dict[str, list[int]] = defaultdict(list)
        async with self._database.read() as session:
            key = await self._vault.key(session, project.scope)
            if key is not None:
                for case, inputs in await _cases(session, playlist_id, project.scope, key):
                    cases[inputs].append(case)
        found: dict[int, RunRecording] = {}
        had: dict[str, int] = defaultdict(int)
        for one, recorded in said:
            name = _name(recorded)
            if alike := cases.get(name):
                # Cases with the same inputs were asked one after another.
                found[alike[had[name] % len(alike)]] = one
                had[name] += 1
        return found


async def _cases(
    session: AsyncSession, playlist_id: int, scope: str, key: DataKey
) -> list[tuple[int, str]]:
    """Every case of a playlist, and the name of its inputs."""
    found: list[tuple[int, str]] = []
    after = 0
    while rows := await TestCaseRepository(session).page(playlist_id, after=after, limit=PORTION):
        after = rows[-1].id
        found += await anyio.to_thread.run_sync(_named, rows, scope, key)
    return found


def _named(rows: Iterable[TestCase], scope: str, key: DataKey) -> list[tuple[int, str]]:
    return [(row.id, _name(old_inputs(opened_case(row, scope, key)))) for row in rows]


def _name(inputs: object) -> str:
    """Under which inputs are compared: as 0.1.6 was given them."""
    return json.dumps(inputs or {}, sort_keys=True)


def outcome_of(case: int, one: RunRecording) -> Outcome:
    """What came of a case, of which this is the recording that counts."""
    return Outcome(
        case,
        COMPLETE,
        None,
        _scores(one),
        one.input_tokens,
        one.output_tokens,
        one.cost,
        one.duration_ms,
    )


def _scores(one: RunRecording) -> dict[str, dict[str, Any]]:
    """Verdicts of a client: numbers from 0 to 1; what else it found is none."""
    return {
        name: {"passed": value >= PASSES, "score": value}
        for name, value in one.evaluations.items()
        if 0 <= value <= 1
    }


def _row(run: KnownTestRun, case: int, one: RunRecording) -> TestCaseResult:
    return TestCaseResult(
        uid=one.uid,
        test_run_id=run.id,
        test_case_id=case,
        recording_uid=one.uid if one.holder is Holder.RECORDING else None,
        status=COMPLETE,
        error_code=None,
        scores=_scores(one),
        input_tokens=one.input_tokens,
        output_tokens=one.output_tokens,
        cost=one.cost,
        duration_ms=one.duration_ms,
        created_at=one.created_at,
    )


def _output(contents: Mapping[tuple[Holder, int], Body], one: RunRecording) -> str | None:
    said = contents.get((one.holder, one.id), {})
    return text_of(said.get("answer" if one.holder is Holder.RECORDING else "output"))
