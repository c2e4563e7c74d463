"""Comparing the test runs of a project: the numbers, and the outputs of each case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import anyio.to_thread

from sluice.engine.errors import Problem
from sluice.server.errors import Unprocessable
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.testruns.comparing.comparison import Comparison, compared, regressed
from sluice.server.features.testruns.comparing.words import Segment, differences
from sluice.server.features.testruns.running.reading import (
    ReadResult,
    RunReading,
    evaluator_names,
)
from sluice.server.features.testruns.service import KnownTestRun

MOST_RUNS = 8


@dataclass(frozen=True, slots=True)
class ComparedCase:
    """One case in every run."""

    id: int
    uid: str
    results: tuple[ReadResult | None, ...]
    """By run; None where there is no result yet."""
    differences: tuple[tuple[Segment, ...] | None, ...] = field(repr=False)
    """Of the second run's output and those behind it from the first one's; None where one is
    missing or too long."""


@dataclass(frozen=True, slots=True)
class ComparedRuns:
    """Runs, the numbers, and some of the cases."""

    runs: tuple[KnownTestRun, ...]
    comparison: Comparison
    regressions: int
    """Cases that came out worse in a run than in the first one."""
    cases: tuple[ComparedCase, ...]
    more_after: int | None
    """The last case that is here, where others follow."""


class Comparing:
    """The service of comparisons."""

    def __init__(self, reading: RunReading) -> None:
        self._reading = reading

    async def compare(
        self,
        project: KnownProject,
        uids: Sequence[str],
        *,
        after: int,
        limit: int,
        only_regressions: bool = False,
    ) -> ComparedRuns:
        """Compare runs with the first of them, and show `limit` of the cases behind `after`.

        With `only_regressions` those that came out worse than in the first one (see `regressed`).

        Raises `NotFound` for a run that is not there, `Unprocessable` for runs that have nothing
        to be compared by.
        """
        runs = [await self._reading.run(project, uid) for uid in _checked(uids)]
        _check_comparable(runs)
        outcomes = await self._reading.outcomes(project, runs)
        names = list(dict.fromkeys(name for run in runs for name in evaluator_names(run)))
        comparison = await anyio.to_thread.run_sync(partial(compared, outcomes, names))
        worse = await anyio.to_thread.run_sync(partial(regressed, outcomes))
        chosen = [one for one in comparison.cases if one in worse or not only_regressions]
        behind = [case for case in chosen if case > after]
        shown = behind[:limit]
        read = await self._reading.results_of(project, runs, shown) if shown else []
        cases = await anyio.to_thread.run_sync(partial(_side_by_side, runs, read))
        more = (shown[-1] if shown else after) if len(behind) > len(shown) else None
        return ComparedRuns(tuple(runs), comparison, len(worse), tuple(cases), more)


def _checked(uids: Sequence[str]) -> Sequence[str]:
    if not 2 <= len(uids) <= MOST_RUNS or len(set(uids)) < len(uids):
        message = f"name 2 to {MOST_RUNS} different test runs, divided by commas"
        raise Unprocessable("There is nothing to compare.", errors=[Problem("runs", message)])
    return uids


def _check_comparable(runs: Sequence[KnownTestRun]) -> None:
    problems = [
        Problem(f"runs[{index}]", message)
        for index, run in enumerate(runs)
        if (message := _problem(run, runs[0]))
    ]
    if problems:
        raise Unprocessable("These test runs cannot be compared.", errors=problems)


def _problem(run: KnownTestRun, first: KnownTestRun) -> str:
    if run.playlist_id is None or run.playlist_id != first.playlist_id:
        return "is over another playlist than the first one, or its playlist was deleted"
    return ""


def _side_by_side(runs: Sequence[KnownTestRun], read: Sequence[ReadResult]) -> list[ComparedCase]:
    by_case: dict[int, dict[int, ReadResult]] = {}
    for result in read:
        by_case.setdefault(result.row.test_case_id, {})[result.row.test_run_id] = result
    return [_case(case_id, runs, results) for case_id, results in sorted(by_case.items())]


def _case(
    case_id: int, runs: Sequence[KnownTestRun], results: dict[int, ReadResult]
) -> ComparedCase:
    in_order = tuple(results.get(run.id) for run in runs)
    outputs = [None if result is None else result.texts.output for result in in_order]
    first = outputs[0]
    return ComparedCase(
        id=case_id,
        uid=next(iter(results.values())).case_uid,
        results=in_order,
        differences=tuple(
            None if first is None or other is None else differences(first, other)
            for other in outputs[1:]
        ),
    )
