"""Test runs on our own API: started, watched, cancelled, resumed and compared."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query

from sluice.server.features.projects.calling import Edited, KnownCaller, Viewed
from sluice.server.features.testruns.comparing.schemas import ComparisonOut
from sluice.server.features.testruns.playlists_endpoints import Cursor, Limit
from sluice.server.features.testruns.running.documents import StartIn
from sluice.server.features.testruns.running.schemas import ResultOut, ResumeIn, TestRunOut
from sluice.server.kit.wire import Data, Page, RowId
from sluice.server.services import ServicesDep

router = APIRouter(prefix="/api/v1/projects/{project_id}/test-runs", tags=["Test runs"])

RunUid = Annotated[str, Path(alias="run", max_length=36, description="The test run's id.")]
Before = Annotated[
    RowId | None, Query(alias="cursor", description="`nextCursor` of the part before.")
]
Runs = Annotated[
    str,
    Query(max_length=400, description="Ids, divided by commas; the first is held against."),
]
CaseLimit = Annotated[int, Query(ge=0, le=200, description="Cases at most.")]
Only = Annotated[
    Literal["complete", "failed", "not_passed"] | None,
    Query(description="Only such results; `not_passed` are those without an answer too."),
]
OfPlaylist = Annotated[
    str | None, Query(max_length=200, description="Only runs over this playlist: its id or name.")
]


@router.post("", status_code=201)
async def start(
    body: StartIn, project: Edited, caller: KnownCaller, services: ServicesDep
) -> Data[TestRunOut]:
    """Start a test run: every case of a playlist is asked of a model instance, and judged."""
    run = await services.workbench.server_runs.starting.start(project, caller, body)
    return Data(data=TestRunOut.of(run))


@router.get("")
async def list_runs(
    project: Viewed,
    services: ServicesDep,
    cursor: Before = None,
    limit: Limit = 100,
    playlist: OfPlaylist = None,
) -> Page[TestRunOut]:
    """The project's test runs, of SDKs too, newest first."""
    over = await services.workbench.playlists.find(project, playlist) if playlist else None
    reading = services.workbench.server_runs.reading
    found = await reading.page(project, before=cursor, limit=limit, playlist=over)
    more = str(found[-1].id) if len(found) == limit else None
    return Page(data=[TestRunOut.of(run) for run in found], next_cursor=more)


@router.get("/compare")
async def compare(
    runs: Runs,
    project: Viewed,
    services: ServicesDep,
    cursor: Cursor = 0,
    limit: CaseLimit = 50,
    only: Annotated[Literal["regressions"] | None, Query(description="Only such cases.")] = None,
) -> Data[ComparisonOut]:
    """Compare test runs over the same playlist, as a whole and case by case."""
    uids = [uid for one in runs.split(",") if (uid := one.strip())]
    comparing = services.workbench.server_runs.comparing
    compared = await comparing.compare(
        project, uids, after=cursor, limit=limit, only_regressions=only is not None
    )
    return Data(data=ComparisonOut.of(compared))


@router.get("/{run}")
async def get_run(run: RunUid, project: Viewed, services: ServicesDep) -> Data[TestRunOut]:
    """A test run and how far it is."""
    found = await services.workbench.server_runs.reading.run(project, run)
    return Data(data=TestRunOut.of(found))


@router.get("/{run}/results")
async def list_results(
    run: RunUid,
    project: Viewed,
    services: ServicesDep,
    cursor: Cursor = 0,
    limit: Limit = 100,
    status: Only = None,
) -> Page[ResultOut]:
    """What came of the cases, in their order; outputs hold placeholders."""
    reading = services.workbench.server_runs.reading
    known = await reading.known(project, run)
    found = await reading.results(project, known, after=cursor, limit=limit, only=status)
    more = str(found[-1].row.test_case_id) if len(found) == limit else None
    return Page(data=[ResultOut.of(one) for one in found], next_cursor=more)


@router.delete("/{run}", status_code=204)
async def delete(run: RunUid, project: Edited, caller: KnownCaller, services: ServicesDep) -> None:
    """Delete a test run, the recordings of its calls, and originals that nothing else needs."""
    runs = services.workbench.server_runs
    await runs.deletion.delete(project, await runs.reading.known(project, run), caller)


@router.post("/{run}/cancel")
async def cancel(run: RunUid, project: Edited, services: ServicesDep) -> Data[TestRunOut]:
    """End a test run that is under way; what is done stays."""
    runs = services.workbench.server_runs
    known = await runs.reading.known(project, run)
    await runs.starting.cancel(project, known)
    return Data(data=TestRunOut.of(await runs.reading.run(project, run)))


@router.post("/{run}/resume")
async def resume(
    run: RunUid, body: ResumeIn, project: Edited, caller: KnownCaller, services: ServicesDep
) -> Data[TestRunOut]:
    """Let a test run that has ended go on with the cases that are left."""
    runs = services.workbench.server_runs
    known = await runs.reading.known(project, run)
    await runs.starting.resume(project, caller, known, again=body.failed)
    return Data(data=TestRunOut.of(await runs.reading.run(project, run)))
