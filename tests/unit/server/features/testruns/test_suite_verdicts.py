"""A suite's run passes when each evaluator has passed often enough, and nothing else makes it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from sluice.server.features.sessions.run_values import RunValues, ValueSummary
from sluice.server.features.testruns.service import KnownTestRun, MadeBy, RunStatus
from sluice.server.features.testruns.suite_runs import results_of
from sluice.server.features.testruns.suites import KnownSuite, SuiteRuns
from sluice.server.features.testruns.wire_form import run_form, status_of

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def run(status: RunStatus, *, cases: int = 2, **summary: Any) -> KnownTestRun:  # noqa: ANN401 (JSON)
    """A run with this summary."""
    return KnownTestRun(
        id=1,
        uid="run",
        playlist_id=1,
        test_suite_id=1,
        name="Nightly",
        description="",
        document={},
        made_by=MadeBy.SERVER,
        status=status,
        template_version_id=None,
        model_instance_id=None,
        user_id=1,
        cases=cases,
        summary=summary,
        created_at=NOW,
        started_at=None,
        finished_at=None,
    )


def values(cases: int = 0, recordings: int = 0, **means: tuple[float, float, float]) -> RunValues:
    """What clients recorded: mean, least and most by evaluation."""
    found = {name: ValueSummary(2, *three) for name, three in means.items()}
    return RunValues(evaluations=found, feedback={}, cases=cases, recordings=recordings)


def suite(pass_rate: float) -> KnownSuite:
    """A suite that asks for so much."""
    return KnownSuite(1, "suite", "Nightly", 1, SuiteRuns(pass_rate=pass_rate), NOW)


def judged(passed: int, of: int) -> dict[str, Any]:
    """What an evaluator of the server found."""
    return {"judged": of, "passed": passed, "pass_rate": passed / of if of else None}


DONE = RunStatus.COMPLETE
VERDICTS = [
    pytest.param(run(DONE, evaluators={"exact": judged(2, 2)}), values(), 1.0, True, id="all"),
    pytest.param(run(DONE, evaluators={"exact": judged(1, 2)}), values(), 1.0, False, id="half"),
    pytest.param(run(DONE, evaluators={"exact": judged(1, 2)}), values(), 0.5, True, id="enough"),
    pytest.param(run(DONE, evaluators={"a": judged(2, 2), "b": judged(0, 2)}), values(), 0.5,
                 False, id="one of two evaluators"),
    pytest.param(run(DONE, evaluators={"exact": judged(0, 0)}), values(), 0.0, None, id="unjudged"),
    pytest.param(run(DONE), values(), 1.0, None, id="nothing judges"),
    pytest.param(run(DONE, failed=1, evaluators={"exact": judged(2, 2)}), values(), 1.0, False,
                 id="a case without an answer"),
    pytest.param(run(RunStatus.FAILED), values(), 1.0, False, id="failed"),
    pytest.param(run(RunStatus.CANCELLED), values(), 1.0, False, id="cancelled"),
    pytest.param(run(RunStatus.RUNNING, evaluators={"exact": judged(1, 1)}), values(), 1.0, None,
                 id="under way"),
    pytest.param(run(RunStatus.OPEN), values(2, 2, kind=(1.0, 1.0, 1.0)), 1.0, True,
                 id="the client's"),
    pytest.param(run(RunStatus.OPEN), values(1, 1, kind=(1.0, 1.0, 1.0)), 1.0, None,
                 id="the client is not done"),
    pytest.param(run(RunStatus.OPEN), values(2, 2, stars=(4.5, 4.0, 5.0)), 1.0, None,
                 id="no verdict of the client's"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "recorded", "pass_rate", "passed"), VERDICTS)
def test_a_verdict_follows_from_what_was_judged(
    one: KnownTestRun, recorded: RunValues, pass_rate: float, passed: bool | None
) -> None:
    """What nobody judged is no pass."""
    assert results_of(suite(pass_rate), one, recorded)["passed"] is passed


STATUSES = [
    pytest.param(run(RunStatus.OPEN), values(), "in-progress", id="begun"),
    pytest.param(run(RunStatus.OPEN), values(2, 5), "completed", id="every case"),
    pytest.param(run(RunStatus.OPEN), values(1, 5), "in-progress", id="one case five times"),
    pytest.param(run(RunStatus.OPEN), values(0, 2), "completed", id="0.1.6 names no case"),
    pytest.param(run(RunStatus.OPEN, cases=0), values(), "in-progress", id="nothing to do"),
    pytest.param(run(RunStatus.PENDING), values(), "in-progress", id="pending"),
    pytest.param(run(RunStatus.COMPLETE), values(), "completed", id="complete"),
    pytest.param(run(RunStatus.FAILED), values(), "failed", id="failed"),
    pytest.param(run(RunStatus.CANCELLED), values(), "cancelled", id="cancelled"),
]


@pytest.mark.parametrize(("one", "recorded", "status"), STATUSES)
def test_a_run_is_complete_when_every_case_was_recorded(
    one: KnownTestRun, recorded: RunValues, status: str
) -> None:
    """The server's says so itself."""
    assert status_of(one, recorded) == status


def test_both_kinds_of_statistics_are_there_for_every_run() -> None:
    """SDK 0.6.1 reads both keys; the client's own evaluations stand with the server's."""
    form = run_form(run(DONE, evaluators={"exact": judged(1, 2)}), values(kind=(0.5, 0.0, 1.0)))
    statistics = form["summary_statistics"]
    assert set(statistics) == {"auto_evaluation", "human_evaluation"}
    assert set(statistics["auto_evaluation"]) == {"exact", "kind"}
    assert statistics["human_evaluation"] == {}


def test_what_the_server_found_is_not_told_as_the_client_s() -> None:
    """Although it stands with the recordings that the server makes."""
    one = run(DONE, evaluators={"exact": judged(1, 2)})
    results = results_of(suite(0.5), one, values(exact=(0.5, 0.0, 1.0), kind=(1.0, 1.0, 1.0)))
    assert set(results["summary_statistics"]["client_evaluation"]) == {"kind"}
    assert set(results["eval_results"]) == {"exact", "kind"}
