"""Comparisons of test runs on our own API."""

from __future__ import annotations

from typing import Literal, Self

from sluice.server.features.testruns.comparing.service import ComparedCase, ComparedRuns
from sluice.server.features.testruns.running.schemas import ResultOut, SummaryOut, TestRunOut
from sluice.server.kit.wire import WireModel


class IntervalOut(WireModel):
    """Both ends of a 95 % interval."""

    low: float
    high: float


class PairedOut(WireModel):
    """A run against the first one, case by case."""

    pairs: int
    difference: float | None
    """The mean of this run less that of the first."""
    interval: IntervalOut | None
    wins: int
    """Cases in which this run has more than the first."""
    losses: int
    ties: int
    p_value: float | None
    """How likely such a split of wins and losses were, if both were equally likely."""


class AgainstOut(WireModel):
    """A run against the first one."""

    run_id: str
    evaluators: dict[str, PairedOut]
    cost_microdollars: PairedOut
    duration_ms: PairedOut


class SegmentOut(WireModel):
    """A stretch that both outputs have, or one of them."""

    kind: Literal["same", "removed", "added"]
    text: str


class ComparedCaseOut(WireModel):
    """One case in every run."""

    test_case_id: str
    results: list[ResultOut | None]
    differences: list[list[SegmentOut] | None]
    """Of the second run's output and those behind it from the first one's."""

    @classmethod
    def of(cls, case: ComparedCase) -> Self:
        """A case as it was compared."""
        return cls(
            test_case_id=case.uid,
            results=[None if one is None else ResultOut.of(one) for one in case.results],
            differences=[
                None if segments is None else [SegmentOut.model_validate(one) for one in segments]
                for segments in case.differences
            ],
        )


class ComparisonOut(WireModel):
    """Test runs side by side; the first is what the others are held against."""

    runs: list[TestRunOut]
    summaries: list[SummaryOut]
    shared_cases: int
    """Cases that all of them completed."""
    regressions: int
    """Cases that failed in a run, or that an evaluator gives less, where the first one did well."""
    against: list[AgainstOut]
    cases: list[ComparedCaseOut]
    next_cursor: str | None
    """Give it as `cursor` for more cases."""

    @classmethod
    def of(cls, compared: ComparedRuns) -> Self:
        """A comparison as it was worked out."""
        others = zip(compared.runs[1:], compared.comparison.against, strict=True)
        return cls(
            runs=[TestRunOut.of(run) for run in compared.runs],
            summaries=[SummaryOut.of(one) for one in compared.comparison.summaries],
            shared_cases=compared.comparison.shared,
            regressions=compared.regressions,
            against=[
                AgainstOut(
                    run_id=run.uid,
                    evaluators={
                        name: PairedOut.model_validate(paired)
                        for name, paired in against.evaluators.items()
                    },
                    cost_microdollars=PairedOut.model_validate(against.cost),
                    duration_ms=PairedOut.model_validate(against.duration_ms),
                )
                for run, against in others
            ],
            cases=[ComparedCaseOut.of(case) for case in compared.cases],
            next_cursor=None if compared.more_after is None else str(compared.more_after),
        )
