"""Playlists and test runs on the Freeplay wire, as SDK 0.1.6 and SDK 0.6.1 speak it."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.responses import StreamingResponse
from pydantic import Field

from sluice.server.features.projects.calling import Edited, KnownCaller, Viewed
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.sessions.run_values import run_values
from sluice.server.features.testruns import wire_form
from sluice.server.features.testruns.cases import CaseContent, CaseKind, CasePath
from sluice.server.features.testruns.playlists import KnownPlaylist, Playlists
from sluice.server.features.testruns.saving import NewCase
from sluice.server.features.testruns.schemas import AT_ONCE
from sluice.server.features.testruns.service import LONGEST_NAME, NewTestRun
from sluice.server.kit.wire import NoNul, SnakeModel
from sluice.server.services import ServicesDep

router = APIRouter(tags=["Freeplay: test runs"])

Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME), NoNul]
Uid = Annotated[str, Path(max_length=200), NoNul]


class OldTestRunIn(SnakeModel):
    """A test run as SDK 0.1.6 asks for it."""

    playlist_name: Name


class OldTestRunOut(SnakeModel):
    """The run, and the variables of each test case: with the project's placeholders."""

    test_run_id: str
    inputs: list[dict[str, str]]


class TestRunIn(SnakeModel):
    """A test run as SDK 0.6.1 asks for it."""

    __test__ = False

    dataset_name: Name
    include_outputs: bool = False
    test_run_name: Annotated[str, Field(max_length=LONGEST_NAME), NoNul] | None = None
    test_run_description: Annotated[str, Field(max_length=5_000)] | None = None
    flavor_name: Annotated[str, Field(max_length=LONGEST_NAME)] | None = None
    target_evaluation_ids: Annotated[list[str], Field(max_length=100)] | None = None


class TestRunOut(SnakeModel):
    """The run and its test cases, of one kind: with the project's placeholders."""

    __test__ = False

    test_run_id: str
    test_cases: list[dict[str, Any]] | None
    trace_test_cases: list[dict[str, Any]] | None


class RunStateOut(SnakeModel):
    """How far a run is, and what came of it."""

    id: str
    name: str
    description: str
    summary_statistics: dict[str, Any]
    status: str


class ExamplesIn(SnakeModel):
    """Test cases as SDK 0.6.1 sends them."""

    examples: Annotated[list[CaseContent], Field(min_length=1, max_length=AT_ONCE)]


class ExamplesOut(SnakeModel):
    """The ids of what was saved, and what was found: counts by entity type."""

    test_case_ids: list[str]
    findings: dict[str, int]


@router.post("/projects/{project_id}/test-runs", status_code=201)
async def create_old_run(
    body: OldTestRunIn, project: Edited, caller: KnownCaller, services: ServicesDep
) -> OldTestRunOut:
    """Begin a test run over a playlist."""
    workbench = services.workbench
    playlist = await workbench.playlists.find(project, body.playlist_name)
    cases = await workbench.playlists.cases(project, playlist)
    new = NewTestRun(cases=len(cases), playlist_id=playlist.id)
    run = await workbench.test_runs.create(project, caller, new)
    return OldTestRunOut(test_run_id=run.uid, inputs=[wire_form.old_inputs(c) for c in cases])


@router.post("/v2/projects/{project_id}/test-runs", status_code=201)
async def create_run(
    body: TestRunIn, project: Edited, caller: KnownCaller, services: ServicesDep
) -> TestRunOut:
    """Begin a test run over a dataset."""
    workbench = services.workbench
    playlist = await workbench.playlists.find(project, body.dataset_name)
    cases = await workbench.playlists.cases(project, playlist)
    new = NewTestRun(
        cases=len(cases),
        playlist_id=playlist.id,
        name=body.test_run_name or "",
        description=body.test_run_description or "",
        said={
            "flavor": body.flavor_name,
            "target_evaluations": body.target_evaluation_ids,
        },
        document={"include_outputs": body.include_outputs},
    )
    run = await workbench.test_runs.create(project, caller, new)
    traces = [c for c in cases if c.kind is CaseKind.TRACE]
    others = [c for c in cases if c.kind is CaseKind.COMPLETION]
    outputs = body.include_outputs
    return TestRunOut(
        test_run_id=run.uid,
        test_cases=[wire_form.completion_case(c, with_output=outputs) for c in others],
        trace_test_cases=[wire_form.trace_case(c, with_output=outputs) for c in traces] or None,
    )


@router.get("/v2/projects/{project_id}/test-runs/id/{test_run_id}")
async def get_run(test_run_id: Uid, project: Viewed, services: ServicesDep) -> RunStateOut:
    """What came of a test run so far."""
    run = await services.workbench.test_runs.known(project, test_run_id)
    values = await run_values(services.database, run.id)
    return RunStateOut.model_validate(wire_form.run_form(run, values))


@router.post("/v2/projects/{project_id}/datasets/id/{dataset_id}/test-cases", status_code=201)
async def add_examples(
    dataset_id: Uid, body: ExamplesIn, project: Edited, caller: KnownCaller, services: ServicesDep
) -> ExamplesOut:
    """Add test cases to a dataset, all or none; what is found becomes placeholders."""
    playlist = await services.workbench.playlists.find(project, dataset_id)
    cases = [
        NewCase(content, CasePath(f"examples[{index}].", snake=True))
        for index, content in enumerate(body.examples)
    ]
    saved = await services.workbench.test_cases.add(project, caller, playlist, cases)
    findings: dict[str, int] = {}
    for one in saved:
        for kind, count in one.findings.items():
            findings[kind] = findings.get(kind, 0) + count
    return ExamplesOut(test_case_ids=[one.uid for one in saved], findings=findings)


@router.get(
    "/v2/projects/{project_id}/datasets/id/{dataset_id}/test-cases",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/json": {"schema": {"type": "array"}}}}},
)
async def list_examples(
    dataset_id: Uid, project: Viewed, services: ServicesDep
) -> StreamingResponse:
    """Every test case of a dataset, as a bare array."""
    playlists = services.workbench.playlists
    playlist = await playlists.find(project, dataset_id)
    return StreamingResponse(_array(playlists, project, playlist), media_type="application/json")


async def _array(
    playlists: Playlists, project: KnownProject, playlist: KnownPlaylist
) -> AsyncGenerator[str, None]:
    before = "["
    async for portion in playlists.portions(project, playlist):
        said = [json.dumps(wire_form.dataset_case(case), ensure_ascii=False) for case in portion]
        yield before + ",".join(said)
        before = ","
    yield "[]" if before == "[" else "]"
