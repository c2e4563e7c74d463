"""What pages show of results: outputs beside what was expected, verdicts, wins (pure)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sluice.server.dashboard.pages.playlists_shown import (
    Marked,
    ShownCase,
    against,
    shown_case,
)
from sluice.server.dashboard.pages.sessions_shown import Piece, Texts
from sluice.server.features.testruns.cases import KnownCase
from sluice.server.features.testruns.comparing.service import ComparedCase, ComparedRuns
from sluice.server.features.testruns.comparing.statistics import Paired
from sluice.server.features.testruns.running.reading import ReadResult
from sluice.server.features.testruns.running.summary import EvaluatorSummary


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one evaluator says of an output."""

    name: str
    kind: str
    """`good`, `bad`, or "" where there was nothing to judge by."""
    score: float | None
    detail: list[Piece] = field(repr=False)
    error: str | None


@dataclass(frozen=True, slots=True)
class ShownResult:
    """What came of a case in one run."""

    status: str
    error_code: str | None
    finish: str | None
    output: list[Marked] = field(repr=False)
    differs: bool
    verdicts: list[Verdict]
    recording_uid: str | None
    input_tokens: int | None
    output_tokens: int | None
    cost: int | None
    duration_ms: int | None


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A case and what came of it in each of some runs; None where nothing has yet."""

    case_uid: str
    case: ShownCase | None
    """None for one that was deleted."""
    results: list[ShownResult | None]


@dataclass(frozen=True, slots=True)
class Split:
    """Wins, ties and losses of one run against the first."""

    run: int
    """Its place, from 1 for the second run."""
    paired: Paired
    summary: EvaluatorSummary | None
    """Of that run."""

    @property
    def shares(self) -> tuple[float, float, float]:
        """In percent of all pairs: wins, ties, losses."""
        pairs = max(1, self.paired.pairs)
        told = (self.paired.wins, self.paired.ties, self.paired.losses)
        return tuple(round(100 * count / pairs, 2) for count in told)  # type: ignore[return-value] # (three of three)


@dataclass(frozen=True, slots=True)
class Evaluated:
    """One evaluator in all runs."""

    name: str
    first: EvaluatorSummary | None
    splits: list[Split]


def shown_results(read: Sequence[ReadResult], cases: Mapping[str, KnownCase]) -> list[ResultRow]:
    """The results of one run, with their cases."""
    texts = Texts()
    return [_row(texts, one.case_uid, cases.get(one.case_uid), [one]) for one in read]


def shown_comparison(
    compared: Sequence[ComparedCase], cases: Mapping[str, KnownCase]
) -> list[ResultRow]:
    """The results of several runs, side by side."""
    texts = Texts()
    return [_row(texts, one.uid, cases.get(one.uid), one.results) for one in compared]


def evaluated(compared: ComparedRuns) -> list[Evaluated]:
    """Every evaluator of a comparison, in the order in which runs name them."""
    summaries = compared.comparison.summaries
    names = dict.fromkeys(name for one in summaries for name in one.evaluators)
    return [
        Evaluated(
            name,
            summaries[0].evaluators.get(name),
            [
                Split(place, against.evaluators[name], summaries[place].evaluators.get(name))
                for place, against in enumerate(compared.comparison.against, 1)
                if name in against.evaluators
            ],
        )
        for name in names
    ]


def _row(
    texts: Texts, uid: str, case: KnownCase | None, results: Sequence[ReadResult | None]
) -> ResultRow:
    expected = case.output if case is not None else None
    shown = [None if one is None else _result(texts, expected, one) for one in results]
    return ResultRow(uid, shown_case(case, texts) if case is not None else None, shown)


def _result(texts: Texts, expected: str | None, read: ReadResult) -> ShownResult:
    row, output = read.row, read.texts.output
    marked = against(texts, expected, output)
    return ShownResult(
        status=row.status,
        error_code=row.error_code,
        finish=read.texts.finish,
        output=marked,
        differs=any(one.kind != "same" for one in marked),
        verdicts=[
            Verdict(
                name,
                {True: "good", False: "bad"}.get(verdict["passed"], ""),
                verdict["score"],
                texts.cut(read.texts.details.get(name, "")),
                verdict.get("error"),
            )
            for name, verdict in row.scores.items()
        ],
        recording_uid=row.recording_uid,
        input_tokens=row.input_tokens,
        output_tokens=row.output_tokens,
        cost=row.cost,
        duration_ms=row.duration_ms,
    )
