"""What the results of a test run come to: counts, means and costs, without any text (pure)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sluice.server.features.testruns.comparing.statistics import mean, quantile
from sluice.server.features.testruns.evaluators.scoring import Score

COMPLETE: Final = "complete"
FAILED: Final = "failed"

Scores = Mapping[str, Mapping[str, Any]]
"""By evaluator: `passed`, `score`, and `error` where it could not judge."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one test case, as far as it is no text."""

    test_case_id: int
    status: str
    error_code: str | None
    scores: Scores
    input_tokens: int | None
    output_tokens: int | None
    cost: int | None
    """Millionths of a US dollar."""
    duration_ms: int | None

    @property
    def passed(self) -> bool:
        """Whether there is an answer and no evaluator says that it has not passed."""
        verdicts = (verdict.get("passed") for verdict in self.scores.values())
        return self.status == COMPLETE and all(passed is not False for passed in verdicts)


@dataclass(frozen=True, slots=True)
class EvaluatorSummary:
    """One evaluator over all cases."""

    judged: int
    """Cases with a verdict; those that it could not judge are among them, as not passed."""
    passed: int
    pass_rate: float | None
    mean: float | None
    """Of the scores; what it could not judge counts as 0."""
    errors: int
    """Cases that it could not judge."""


@dataclass(frozen=True, slots=True)
class Summary:
    """All results of a run so far."""

    complete: int
    failed: int
    evaluators: dict[str, EvaluatorSummary]
    input_tokens: int
    output_tokens: int
    cost: int
    """Millionths of a US dollar, of what has a known price."""
    unpriced: int
    """Complete cases whose price is not known."""
    median_ms: float | None
    p95_ms: float | None
    errors: dict[str, int] = field(default_factory=dict)
    """Failed cases by code."""


def plain(scores: Mapping[str, Score]) -> dict[str, dict[str, Any]]:
    """Scores as they stand in a result: no details, which may hold text."""
    return {
        name: {"passed": score.passed, "score": score.score}
        | ({"error": score.error} if score.error else {})
        for name, score in scores.items()
    }


def summary_of(outcomes: Sequence[Outcome], evaluators: Iterable[str] = ()) -> Summary:
    """The summary; evaluators that are named stand in it without a verdict too."""
    done = [outcome for outcome in outcomes if outcome.status == COMPLETE]
    names = dict.fromkeys([*evaluators, *(name for one in done for name in one.scores)])
    durations = [one.duration_ms for one in done if one.duration_ms is not None]
    return Summary(
        complete=len(done),
        failed=len(outcomes) - len(done),
        evaluators={name: _evaluator(name, done) for name in names},
        input_tokens=sum(one.input_tokens or 0 for one in outcomes),
        output_tokens=sum(one.output_tokens or 0 for one in outcomes),
        cost=sum(one.cost or 0 for one in outcomes),
        unpriced=sum(one.cost is None for one in done),
        median_ms=quantile(durations, 0.5),
        p95_ms=quantile(durations, 0.95),
        errors=dict(
            Counter(one.error_code or "unknown" for one in outcomes if one.status != COMPLETE)
        ),
    )


def score_of(verdict: Mapping[str, Any] | None) -> float | None:
    """A verdict as a number from 0 to 1; None where there is none.

    What an evaluator could not judge is 0: a run must not look better for it.
    """
    if verdict is None or verdict.get("passed") is None:
        return None
    if verdict.get("error"):
        return 0.0
    score = verdict.get("score")
    return float(score) if score is not None else float(verdict["passed"])


def _evaluator(name: str, done: Sequence[Outcome]) -> EvaluatorSummary:
    verdicts = [one.scores[name] for one in done if name in one.scores]
    judged = [verdict for verdict in verdicts if verdict.get("passed") is not None]
    passed = sum(verdict["passed"] is True for verdict in judged)
    return EvaluatorSummary(
        judged=len(judged),
        passed=passed,
        pass_rate=passed / len(judged) if judged else None,
        mean=mean(score for verdict in judged if (score := score_of(verdict)) is not None),
        errors=sum(bool(verdict.get("error")) for verdict in judged),
    )
