"""Calls of a test run are recordings of the run's session, which has the run's id as its name.

A case's recording has an id that follows from the run and the case. Where a process was killed
between a recording and its result, the case is asked again and its recording is there already: the
first one stays, and the result refers to it.
"""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from sluice.server.errors import Conflict
from sluice.server.features.proxy.wires.reading import Body
from sluice.server.features.sessions.new import Linked, NewRecording
from sluice.server.features.sessions.recording import Recordings
from sluice.server.features.testruns.cases import KnownCase
from sluice.server.features.testruns.running.executing import Plan
from sluice.server.features.testruns.running.summary import Scores, score_of
from sluice.server.features.testruns.running.targets import Answered
from sluice.server.kit.database import utc_now

FORMAT = "openai_chat"
_NOT_PARAMETERS = frozenset({"model", "messages", "tools", "response_format"})


class RunRecorder:
    """Records what the server asked, and what evaluators said of the answer."""

    def __init__(self, recordings: Recordings) -> None:
        self._recordings = recordings

    async def record(
        self, plan: Plan, case: KnownCase, body: Body, answered: Answered, scores: Scores
    ) -> str:
        """See `Recorder.record`."""
        uid = str(uuid5(UUID(plan.run.uid), case.uid))
        finished, usage, version = utc_now(), answered.usage, plan.version
        new = NewRecording(
            session_uid=plan.run.uid,
            content=_content(plan, case, body, answered),
            uid=uid,
            evaluations={
                name: value
                for name, verdict in scores.items()
                if (value := score_of(verdict)) is not None
            },
            environment=plan.document.environment,
            provider=answered.provider,
            model=answered.model,
            format=FORMAT,
            linked=Linked(
                template_id=version.template_id if version is not None else None,
                template_version_id=version.id if version is not None else None,
                test_run_id=plan.run.id,
                test_case_id=case.id,
            ),
            started_at=finished - timedelta(milliseconds=answered.duration_ms),
            finished_at=finished,
            input_tokens=usage.input_tokens if usage else None,
            output_tokens=usage.output_tokens if usage else None,
        )
        try:
            return (await self._recordings.record(plan.project, plan.caller, new)).uid
        except Conflict:
            return uid


def _content(plan: Plan, case: KnownCase, body: Body, answered: Answered) -> dict[str, Any]:
    """As `sessions.reading` says."""
    content = plan.version.content.document() if plan.version is not None else {}
    said = {
        "messages": body["messages"],
        "answer": {"role": "assistant", "content": answered.output},
        "inputs": case.inputs,
        "parameters": {k: v for k, v in body.items() if k not in _NOT_PARAMETERS},
        "tool_schema": content.get("toolSchema"),
        "output_schema": content.get("outputSchema"),
    }
    # A copy, since it is cleansed in place.
    return copy.deepcopy({name: value for name, value in said.items() if value})
