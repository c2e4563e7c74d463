"""Two or more test runs side by side; the first is what the others are held against (pure)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sluice.server.features.testruns.comparing.statistics import SAME, Paired, paired
from sluice.server.features.testruns.running.summary import (
    COMPLETE,
    Outcome,
    Summary,
    score_of,
    summary_of,
)

ByCase = Mapping[int, Outcome]


@dataclass(frozen=True, slots=True)
class Against:
    """One run against the first one."""

    evaluators: dict[str, Paired]
    """On cases that both completed and the evaluator judged in both."""
    cost: Paired
    """In millionths of a US dollar, and the next in milliseconds: a win costs more or takes
    longer."""
    duration_ms: Paired


@dataclass(frozen=True, slots=True)
class Comparison:
    """Runs in the order in which they were asked for."""

    cases: tuple[int, ...]
    """Test cases with a result in any of them, by id."""
    shared: int
    """Cases that all of them completed."""
    summaries: tuple[Summary, ...]
    against: tuple[Against, ...]
    """The second run and those behind it, each against the first."""


def compared(runs: Sequence[Sequence[Outcome]], evaluators: Sequence[str] = ()) -> Comparison:
    """The comparison of these runs' outcomes."""
    by_case = [{outcome.test_case_id: outcome for outcome in run} for run in runs]
    cases = sorted({case for run in by_case for case in run})
    names = list(
        dict.fromkeys([*evaluators, *(name for run in runs for one in run for name in one.scores)])
    )
    done = [{case for case, one in run.items() if one.status == COMPLETE} for run in by_case]
    return Comparison(
        cases=tuple(cases),
        shared=len(set.intersection(*done)) if done else 0,
        summaries=tuple(summary_of(run, evaluators) for run in runs),
        against=tuple(_against(by_case[0], other, names) for other in by_case[1:]),
    )


def regressed(runs: Sequence[Sequence[Outcome]]) -> set[int]:
    """The cases that came out worse in a run than in the first one.

    A case that the first one completed is worse where it failed, and where an evaluator that
    judged it in both gives it less.
    """
    by_case = [{outcome.test_case_id: outcome for outcome in run} for run in runs]
    first = by_case[0]
    return {
        case
        for other in by_case[1:]
        for case in first.keys() & other.keys()
        if first[case].status == COMPLETE and _is_worse(first[case], other[case])
    }


def _is_worse(first: Outcome, other: Outcome) -> bool:
    if other.status != COMPLETE:
        return True
    pairs = [_scores([(first, other)], name) for name in first.scores]
    return any(after < before - SAME for pair in pairs for before, after in pair)


def _against(first: ByCase, other: ByCase, names: Sequence[str]) -> Against:
    pairs = [
        (first[case], other[case])
        for case in sorted(first.keys() & other.keys())
        if first[case].status == other[case].status == COMPLETE
    ]
    return Against(
        evaluators={name: paired(_scores(pairs, name)) for name in names},
        cost=paired(
            [(a.cost, b.cost) for a, b in pairs if a.cost is not None and b.cost is not None]
        ),
        duration_ms=paired(
            [
                (a.duration_ms, b.duration_ms)
                for a, b in pairs
                if a.duration_ms is not None and b.duration_ms is not None
            ]
        ),
    )


def _scores(pairs: Sequence[tuple[Outcome, Outcome]], name: str) -> list[tuple[float, float]]:
    scores = ((score_of(a.scores.get(name)), score_of(b.scores.get(name))) for a, b in pairs)
    return [(a, b) for a, b in scores if a is not None and b is not None]
