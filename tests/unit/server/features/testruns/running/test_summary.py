"""What results come to."""

from __future__ import annotations

from dataclasses import asdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.server.features.testruns.evaluators.scoring import Score, failed
from sluice.server.features.testruns.running.schemas import SummaryOut
from sluice.server.features.testruns.running.summary import Outcome, plain, score_of, summary_of

SCORES = {
    "good": Score(True, 1.0),
    "bad": Score(False, 0.25),
    "silent": Score(None, detail="nothing to judge by"),
    "broken": failed("timeout", "too late"),
}


def outcome(status: str = "complete", code: str | None = None) -> Outcome:
    return Outcome(1, status, code, plain(SCORES), 10, 5, None if code else 7, 100)


def test_what_an_evaluator_could_not_judge_counts_as_not_passed_and_silence_as_nothing() -> None:
    evaluators = summary_of([outcome()] * 2).evaluators
    told = {
        name: (one.judged, one.passed, one.pass_rate, one.mean, one.errors)
        for name, one in evaluators.items()
    }
    assert told == {
        "good": (2, 2, 1.0, 1.0, 0),
        "bad": (2, 0, 0.0, 0.25, 0),
        "silent": (0, 0, None, None, 0),
        "broken": (2, 0, 0.0, 0.0, 2),
    }


def test_failed_cases_are_counted_by_code_and_not_judged() -> None:
    outcomes = [outcome(), outcome("failed", "a"), outcome("failed", "a"), outcome("failed", "b")]
    summary = summary_of(outcomes)
    assert (summary.complete, summary.failed, summary.errors) == (1, 3, {"a": 2, "b": 1})
    assert summary.evaluators["good"].judged == 1
    assert (summary.cost, summary.unpriced, summary.input_tokens) == (7, 0, 40)


def test_evaluators_without_a_verdict_stand_in_the_summary() -> None:
    summary = summary_of([], ["exact"])
    assert (summary.evaluators["exact"].judged, summary.median_ms) == (0, None)


def test_no_detail_stands_in_what_is_not_sealed() -> None:
    assert "nothing to judge by" not in str(plain(SCORES))


@pytest.mark.parametrize("summary", [{}, asdict(summary_of([outcome()]))], ids=["none", "noted"])
def test_a_noted_summary_is_told_as_it_was(summary: dict[str, object]) -> None:
    told = SummaryOut.of(summary).model_dump(by_alias=True)
    assert told["costMicrodollars"] == (7 if summary else 0)
    assert ("p95Ms" in told, "medianMs" in told) == (True, True)


@given(st.booleans() | st.none(), st.floats(0, 1) | st.none(), st.booleans())
@settings(max_examples=60)
def test_a_verdict_is_a_share_or_nothing(
    passed: bool | None, score: float | None, broken: bool
) -> None:
    verdict = {"passed": passed, "score": score} | ({"error": "x"} if broken else {})
    number = score_of(verdict)
    assert (number is None) is (passed is None)
    assert number is None or 0 <= number <= 1
    assert number == 0 or not broken or number is None
