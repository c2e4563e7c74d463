"""Runs side by side."""

from __future__ import annotations

from typing import Any

from sluice.server.features.testruns.comparing.comparison import compared, regressed
from sluice.server.features.testruns.running.summary import Outcome


def outcome(case: int, status: str = "complete", cost: int | None = 10, **scores: Any) -> Outcome:  # noqa: ANN401 (a verdict)
    verdicts = {name: {"passed": value >= 0.5, "score": value} for name, value in scores.items()}
    return Outcome(case, status, None, verdicts, 1, 1, cost, 100 * case)


def test_only_cases_that_both_completed_are_pairs() -> None:
    first = [outcome(1, e=1.0), outcome(2, e=0.0), outcome(3, "failed"), outcome(4, e=0.0)]
    second = [outcome(1, e=0.0), outcome(2, e=1.0), outcome(3, e=1.0)]
    found = compared([first, second])
    assert (found.cases, found.shared) == ((1, 2, 3, 4), 2)
    paired = found.against[0].evaluators["e"]
    assert (paired.pairs, paired.wins, paired.losses) == (2, 1, 1)


def test_every_further_run_is_held_against_the_first() -> None:
    runs = [[outcome(1, e=score)] for score in (0.5, 0.25, 1.0)]
    found = compared(runs)
    assert [one.evaluators["e"].difference for one in found.against] == [-0.25, 0.5]


def test_what_is_not_priced_or_not_judged_is_no_pair() -> None:
    found = compared([[outcome(1, cost=None, e=1.0)], [outcome(1, f=1.0)]], ["g"])
    against = found.against[0]
    assert against.cost.pairs == 0
    assert {name: one.pairs for name, one in against.evaluators.items()} == {"g": 0, "e": 0, "f": 0}
    assert against.duration_ms.pairs == 1


def test_a_regression_is_less_of_an_evaluator_or_no_answer_where_there_was_one() -> None:
    first = [outcome(n, e=1.0, f=0.5) for n in range(4)] + [outcome(4, "failed"), outcome(5)]
    better = [outcome(n, e=1.0, f=0.75) for n in range(6)]
    worse = [
        outcome(0, e=0.5, f=1.0),
        outcome(1, "failed"),
        outcome(2, g=0.0),
        outcome(4, "failed"),
    ]
    assert regressed([first, better]) == set()
    assert regressed([first, better, worse]) == {0, 1}
