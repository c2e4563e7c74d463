"""Runs of test suites, whoever asks the model, and their verdict (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sluice.server.features.sessions.run_values import RunValues
from sluice.server.features.testruns.service import KnownTestRun, RunStatus
from sluice.server.features.testruns.suites import KnownSuite
from sluice.server.features.testruns.wire_form import Json, statistics_of, status_of

_ENDED = (RunStatus.COMPLETE, RunStatus.FAILED, RunStatus.CANCELLED)


def has_ended(run: KnownTestRun) -> bool:
    """Whether the server does nothing more for it."""
    return run.status in _ENDED


def results_of(suite: KnownSuite, run: KnownTestRun, values: RunValues) -> Json:
    """What came of a suite's run so far, for 0.6.1."""
    found = statistics_of(run, values)
    verdicts = _verdicts(run, values, suite.runs.pass_rate)
    status = status_of(run, values)
    return {
        "run_id": run.uid,
        "suite_id": suite.uid,
        "status": status,
        "passed": _passed(run, verdicts) if status != "in-progress" else None,
        "eval_results": verdicts or None,
        "summary_statistics": found,
    }


def _verdicts(run: KnownTestRun, values: RunValues, pass_rate: float) -> dict[str, Json]:
    """By evaluator: how many of its verdicts are good ones, and whether these are enough.

    What a client found counts where it is a number from 0 to 1, or true or false.
    """
    rates: dict[str, float] = {
        name: one.mean
        for name, one in values.evaluations.items()
        if one.least >= 0 and one.most <= 1
    }
    for name, summary in run.summary.get("evaluators", {}).items():
        if (rate := _rate(summary)) is not None:
            rates[name] = rate
    return {name: {"passed": rate >= pass_rate, "rate": rate} for name, rate in rates.items()}


def _rate(summary: Mapping[str, Any]) -> float | None:
    judged = summary.get("judged", 0)
    return summary.get("passed", 0) / judged if judged else None


def _passed(run: KnownTestRun, verdicts: Mapping[str, Json]) -> bool | None:
    """A run passes when every evaluator has; None where nothing was judged."""
    if run.status in (RunStatus.FAILED, RunStatus.CANCELLED) or run.summary.get("failed"):
        return False
    return all(verdict["passed"] for verdict in verdicts.values()) if verdicts else None
