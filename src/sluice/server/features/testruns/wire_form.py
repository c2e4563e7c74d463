"""Test cases and test runs as the Freeplay wire has them (pure)."""

from __future__ import annotations

import json
from typing import Any

from sluice.server.features.sessions.run_values import RunValues, ValueSummary
from sluice.server.features.testruns.cases import KnownCase
from sluice.server.features.testruns.service import KnownTestRun, RunStatus

Json = dict[str, Any]

STATUSES = {
    RunStatus.OPEN: "in-progress",
    RunStatus.PENDING: "in-progress",
    RunStatus.RUNNING: "in-progress",
    RunStatus.COMPLETE: "completed",
    RunStatus.FAILED: "failed",
    RunStatus.CANCELLED: "cancelled",
}


def old_inputs(case: KnownCase) -> dict[str, str]:
    """The variables for 0.1.6, which knows texts only; other values as compact JSON."""
    return {
        name: value if isinstance(value, str) else _compact(value)
        for name, value in case.inputs.items()
    }


def completion_case(case: KnownCase, *, with_output: bool) -> Json:
    """A case of a template for 0.6.1."""
    expected: Json = {}
    if with_output:
        expected = {"output": case.output, "output_message": case.output_message}
    return {
        "test_case_id": case.uid,
        "variables": case.inputs,
        **expected,
        "history": case.history,
        "custom_metadata": case.metadata,
        "media_variables": case.media_inputs,
    }


def trace_case(case: KnownCase, *, with_output: bool) -> Json:
    """A case of an agent for 0.6.1."""
    return {
        "test_case_id": case.uid,
        "input": case.trace_input,
        **({"output": case.output} if with_output else {}),
        "custom_metadata": case.metadata,
    }


def dataset_case(case: KnownCase) -> Json:
    """A case of a dataset for 0.6.1; `output` is always there."""
    return {
        "id": case.uid,
        "values": case.inputs,
        "output": case.output,
        "output_message": case.output_message,
        "history": case.history,
        "metadata": case.metadata,
        "media_inputs": case.media_inputs,
    }


def status_of(run: KnownTestRun, values: RunValues) -> str:
    """How far a run is; an SDK's is complete when every case has been recorded."""
    if run.status is RunStatus.OPEN and run.cases:
        # 0.1.6 does not say of which case a recording is.
        recorded = max(values.cases, values.recordings if not values.cases else 0)
        return "completed" if recorded >= run.cases else "in-progress"
    return STATUSES[run.status]


def statistics_of(run: KnownTestRun, values: RunValues) -> Json:
    """By name: what the server's evaluators found, what the client did, and people's feedback."""
    own = dict(run.summary.get("evaluators", {}))
    # What the server's evaluators found stands with its recordings too.
    by_client = {name: one for name, one in values.evaluations.items() if name not in own}
    return {
        "auto_evaluation": own,
        "client_evaluation": _shown(by_client),
        "human_evaluation": _shown(values.feedback),
    }


def run_form(run: KnownTestRun, values: RunValues) -> Json:
    """A run for 0.6.1, which reads two kinds of statistics: the client's go with the server's."""
    found = statistics_of(run, values)
    return {
        "id": run.uid,
        "name": run.name,
        "description": run.description,
        "summary_statistics": {
            "auto_evaluation": {**found["client_evaluation"], **found["auto_evaluation"]},
            "human_evaluation": found["human_evaluation"],
        },
        "status": status_of(run, values),
    }


def _shown(values: dict[str, ValueSummary]) -> Json:
    return {
        name: {"count": one.count, "mean": one.mean, "min": one.least, "max": one.most}
        for name, one in values.items()
    }


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
