"""Test suites on the Freeplay wire, as SDK 0.6.1 speaks it."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field

from sluice.server.errors import NotFound
from sluice.server.features.projects.calling import Edited, KnownCaller, Viewed
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.sessions.run_values import run_values
from sluice.server.features.templates.content import Environment
from sluice.server.features.templates.known import KnownVersion
from sluice.server.features.templates.wire_form import prompt_template
from sluice.server.features.testruns.cases import CaseKind
from sluice.server.features.testruns.service import LONGEST_NAME, NO_RUN, KnownTestRun, NewTestRun
from sluice.server.features.testruns.suite_runs import has_ended, results_of
from sluice.server.features.testruns.suites import KnownSuite
from sluice.server.features.testruns.wire_form import completion_case, trace_case
from sluice.server.kit.streaming import until_caller_leaves
from sluice.server.kit.wire import NoNul, SnakeModel
from sluice.server.services import Services, ServicesDep

router = APIRouter(
    prefix="/v2/projects/{project_id}/test-suites/{suite_id}/runs",
    tags=["Freeplay: test suites"],
)

WAITED: Final = 600.0
"""Seconds for which the end of a server's run is waited for; it goes on in any case."""
LOOKED: Final = 0.5
"""Seconds between two looks at it."""

SuiteId = Annotated[str, Path(max_length=200, description="The test suite's id or name."), NoNul]
RunId = Annotated[str, Path(max_length=36), NoNul]
PageNumber = Annotated[int, Query(ge=1, le=1_000_000)]
PageSize = Annotated[int, Query(ge=1, le=500)]


class SuiteRunIn(SnakeModel):
    """A suite's run as SDK 0.6.1 asks for it."""

    environment: Environment | None = None
    """Another than the suite's."""
    name: Annotated[str, Field(max_length=LONGEST_NAME), NoNul] | None = None
    prompt_template_version_id: Annotated[str, Field(max_length=64), NoNul] | None = None
    """A version in place of the suite's."""


class SuiteRunOut(SnakeModel):
    """A run that was begun, and the template's version that is to be asked."""

    run_id: str
    suite_id: str
    target_type: str
    """`prompt` or `agent`."""
    total_test_cases: int
    prompt_template: dict[str, Any] | None


class ResultsOut(SnakeModel):
    """What came of a suite's run so far."""

    run_id: str
    suite_id: str
    status: str
    passed: bool | None
    eval_results: dict[str, Any] | None
    summary_statistics: dict[str, Any]


class Pagination(SnakeModel):
    """Which page it is."""

    page: int
    page_size: int
    has_next: bool


class RunCasesOut(SnakeModel):
    """A page of a run's test cases."""

    data: list[dict[str, Any]]
    pagination: Pagination


@router.post("", status_code=201)
async def create_suite_run(
    suite_id: SuiteId,
    body: SuiteRunIn,
    project: Edited,
    caller: KnownCaller,
    services: ServicesDep,
) -> SuiteRunOut:
    """Begin a run in which the client asks the model itself."""
    workbench = services.workbench
    suite = await workbench.suites.find(project, suite_id)
    playlist = await workbench.playlists.by_id(project, suite.playlist_id)
    kind = await workbench.test_cases.kind(playlist, None)
    version = None
    if kind is CaseKind.COMPLETION:
        version = await _version(services, project, suite, body)
    new = NewTestRun(
        cases=playlist.cases,
        playlist_id=playlist.id,
        test_suite_id=suite.id,
        name=body.name or suite.name,
        template_version_id=version.id if version is not None else None,
    )
    run = await workbench.test_runs.create(project, caller, new)
    return SuiteRunOut(
        run_id=run.uid,
        suite_id=suite.uid,
        target_type="agent" if kind is CaseKind.TRACE else "prompt",
        total_test_cases=playlist.cases,
        prompt_template=version and prompt_template(version, project.uid, None),
    )


@router.post("/execute", status_code=201)
async def execute_suite(
    suite_id: SuiteId,
    body: SuiteRunIn,
    project: Edited,
    caller: KnownCaller,
    services: ServicesDep,
    request: Request,
) -> ResultsOut:
    """Let the server run a suite; answers when the run has ended, or after ten minutes."""
    workbench = services.workbench
    suite = await workbench.suites.find(project, suite_id)
    playlist = await workbench.playlists.by_id(project, suite.playlist_id)
    order = suite.start(
        playlist.uid,
        name=body.name,
        environment=body.environment,
        version=body.prompt_template_version_id,
    )
    run = await workbench.server_runs.starting.start(project, caller, order)
    await workbench.test_runs.put_into_suite(run, suite.id)
    run = await until_caller_leaves(request, partial(_ended, services, project, run))
    return await _results(services, suite, run)


@router.get("/{run_id}/results")
async def get_results(
    suite_id: SuiteId, run_id: RunId, project: Viewed, services: ServicesDep
) -> ResultsOut:
    """What came of a run so far."""
    suite, run = await _found(services, project, suite_id, run_id)
    return await _results(services, suite, run)


@router.get("/{run_id}/test-cases")
async def list_run_cases(
    suite_id: SuiteId,
    run_id: RunId,
    project: Viewed,
    services: ServicesDep,
    page: PageNumber = 1,
    page_size: PageSize = 50,
) -> RunCasesOut:
    """The test cases of a run, with what is expected."""
    suite, _ = await _found(services, project, suite_id, run_id)
    playlists = services.workbench.playlists
    playlist = await playlists.by_id(project, suite.playlist_id)
    cases = await playlists.numbered_page(project, playlist, page=page, size=page_size)
    form = {CaseKind.TRACE: trace_case, CaseKind.COMPLETION: completion_case}
    return RunCasesOut(
        data=[form[case.kind](case, with_output=True) for case in cases[:page_size]],
        pagination=Pagination(page=page, page_size=page_size, has_next=len(cases) > page_size),
    )


async def _version(
    services: Services, project: KnownProject, suite: KnownSuite, body: SuiteRunIn
) -> KnownVersion | None:
    templates, runs = services.workbench.templates, suite.runs
    pinned = body.prompt_template_version_id
    if pinned is None and body.environment is None:
        pinned = runs.template_version
    if pinned is not None:
        return await templates.version(project, pinned)
    if runs.template is None:
        return None
    environment = body.environment or runs.environment
    return await templates.in_environment(project, runs.template, environment)


async def _found(
    services: Services, project: KnownProject, suite_id: str, run_id: str
) -> tuple[KnownSuite, KnownTestRun]:
    suite = await services.workbench.suites.find(project, suite_id)
    run = await services.workbench.test_runs.known(project, run_id)
    if run.test_suite_id != suite.id:
        raise NotFound(NO_RUN, code="no_test_run")
    return suite, run


async def _results(services: Services, suite: KnownSuite, run: KnownTestRun) -> ResultsOut:
    values = await run_values(services.database, run.id)
    return ResultsOut.model_validate(results_of(suite, run, values))


async def _ended(services: Services, project: KnownProject, run: KnownTestRun) -> KnownTestRun:
    until = time.monotonic() + WAITED
    while not has_ended(run) and time.monotonic() < until:
        await asyncio.sleep(LOOKED)
        run = await services.workbench.test_runs.known(project, run.uid)
    return run
