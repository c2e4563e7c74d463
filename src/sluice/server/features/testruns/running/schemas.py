"""Test runs on our own API."""

from __future__ import annotations

from typing import Any, Self

from pydantic import Field

from sluice.server.features.testruns.running.reading import ReadResult
from sluice.server.features.testruns.running.summary import Summary, summary_of
from sluice.server.features.testruns.service import KnownTestRun, MadeBy, RunStatus
from sluice.server.kit.wire import StrictModel, WireModel, WireTime


class EvaluatorSummaryOut(WireModel):
    """One evaluator over all cases that have an answer."""

    judged: int
    passed: int
    pass_rate: float | None
    mean: float | None
    errors: int
    """Cases that it could not judge; they count as not passed."""


class SummaryOut(WireModel):
    """What the results come to."""

    complete: int
    failed: int
    evaluators: dict[str, EvaluatorSummaryOut]
    input_tokens: int
    output_tokens: int
    cost_microdollars: int = Field(validation_alias="cost")
    """Of what has a known price."""
    unpriced: int
    median_ms: float | None
    p95_ms: float | None = Field(alias="p95Ms")
    errors: dict[str, int]
    """Failed cases by code."""
    waiting_for: str | None = None
    """The limit that a run waits for, by its code; told every few seconds."""

    @classmethod
    def of(cls, summary: Summary | dict[str, Any]) -> Self:
        """As it was worked out, or noted."""
        return cls.model_validate(summary or summary_of([]))


class TestRunOut(WireModel):
    """A test run; everything that names words of people is cleansed."""

    __test__ = False

    id: str
    name: str
    description: str
    made_by: MadeBy
    status: RunStatus
    error_code: str | None
    """Why it failed as a whole."""
    playlist_id: str | None
    playlist: str | None
    template: str | None
    template_version: str | None
    environment: str | None
    model_instance_id: int | None
    model_instance: str | None
    model: str | None
    parameters: dict[str, Any]
    evaluators: list[dict[str, Any]]
    concurrency: int | None
    cases: int
    summary: SummaryOut
    created_at: WireTime
    started_at: WireTime | None
    finished_at: WireTime | None

    @classmethod
    def of(cls, run: KnownTestRun) -> Self:
        """A run as it was read."""
        said = run.document.get
        return cls(
            id=run.uid,
            name=run.name,
            description=run.description,
            made_by=run.made_by,
            status=run.status,
            error_code=run.error_code,
            playlist_id=said("playlist"),
            playlist=said("playlist_name"),
            template=said("template"),
            template_version=said("template_version"),
            environment=said("environment"),
            model_instance_id=run.model_instance_id,
            model_instance=said("instance_name"),
            model=said("model"),
            parameters=said("parameters") or {},
            evaluators=said("evaluators") or [],
            concurrency=said("concurrency"),
            cases=run.cases,
            summary=SummaryOut.of(run.summary),
            created_at=run.created_at,
            started_at=run.started_at,
            finished_at=run.finished_at,
        )


class ResumeIn(StrictModel):
    """How a run goes on."""

    failed: bool = True
    """Whether cases that failed are asked again."""


class ScoreOut(WireModel):
    """What one evaluator says of one output."""

    passed: bool | None
    """Null: there was nothing to judge by."""
    score: float | None
    detail: str
    error: str | None


class ResultOut(WireModel):
    """What came of one case."""

    test_case_id: str
    status: str
    error_code: str | None
    output: str | None
    finish: str | None
    scores: dict[str, ScoreOut]
    recording_id: str | None
    input_tokens: int | None
    output_tokens: int | None
    cost_microdollars: int | None
    duration_ms: int | None
    created_at: WireTime

    @classmethod
    def of(cls, read: ReadResult) -> Self:
        """A result as it was read."""
        row, texts = read.row, read.texts
        return cls(
            test_case_id=read.case_uid,
            status=row.status,
            error_code=row.error_code,
            output=texts.output,
            finish=texts.finish,
            scores={
                name: ScoreOut(
                    passed=verdict["passed"],
                    score=verdict["score"],
                    detail=texts.details.get(name, ""),
                    error=verdict.get("error"),
                )
                for name, verdict in row.scores.items()
            },
            recording_id=row.recording_uid,
            input_tokens=row.input_tokens,
            output_tokens=row.output_tokens,
            cost_microdollars=row.cost,
            duration_ms=row.duration_ms,
            created_at=row.created_at,
        )
