"""Test runs as pages: listed, watched, cancelled, resumed, deleted, and case by case."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from sluice.server.dashboard.forms import fields_of
from sluice.server.dashboard.guarding import GuardedRouter
from sluice.server.dashboard.in_project import EditedPage, ViewedPage
from sluice.server.dashboard.pages.testruns_shown import shown_results
from sluice.server.dashboard.rendering import is_part, page, see_other
from sluice.server.dashboard.signing_in import Visitor
from sluice.server.errors import NotFound
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.projects.roles import ProjectRole
from sluice.server.features.testruns.playlists import KnownPlaylist
from sluice.server.features.testruns.playlists_endpoints import Cursor
from sluice.server.features.testruns.running.endpoints import Before, OfPlaylist, Only, RunUid
from sluice.server.features.testruns.running.schemas import TestRunOut
from sluice.server.features.testruns.service import KnownTestRun, MadeBy, RunStatus
from sluice.server.services import Services, ServicesDep

router = GuardedRouter(prefix="/projects/{project_id}/runs")
ROWS: Final = 30
RESULTS: Final = 20
OTHERS: Final = 20
"""Runs over the same playlist that one can be compared with."""
UNDER_WAY: Final = frozenset({RunStatus.PENDING, RunStatus.RUNNING})
Part = Annotated[bool, Query(description="Only how far it is.")]


@router.get("")
async def index(
    request: Request,
    project: ViewedPage,
    services: ServicesDep,
    cursor: Before = None,
    playlist: OfPlaylist = None,
) -> Response:
    """The project's test runs, newest first."""
    workbench = services.workbench
    over = await workbench.playlists.find(project, playlist) if playlist else None
    found = await workbench.server_runs.reading.page(
        project, before=cursor, limit=ROWS + 1, playlist=over
    )
    return page(
        request,
        "testruns/index.html",
        title="Test runs",
        runs=[TestRunOut.of(run) for run in found[:ROWS]],
        more=found[ROWS - 1].id if len(found) > ROWS else None,
        cursor=cursor,
        over=over,
        may_edit=project.role.may(ProjectRole.EDITOR),
    )


@router.get("/{run}")
async def show(
    request: Request,
    project: ViewedPage,
    services: ServicesDep,
    run: RunUid,
    cursor: Cursor = 0,
    status: Only = None,
) -> Response:
    """One run: how far it is, what it comes to, and what came of its cases."""
    workbench = services.workbench
    known = await workbench.server_runs.reading.run(project, run)
    found = await workbench.server_runs.reading.results(
        project, known, after=cursor, limit=RESULTS + 1, only=status
    )
    shown = found[:RESULTS]
    uids = [one.case_uid for one in shown]
    cases = (
        await workbench.playlists.some_cases(project, known.playlist_id, uids)
        if known.playlist_id is not None
        else {}
    )
    return page(
        request,
        "testruns/show.html",
        title=known.name or "Test run",
        run=TestRunOut.of(known),
        is_under_way=known.status in UNDER_WAY,
        is_of_server=known.made_by is MadeBy.SERVER,
        results=shown_results(shown, cases),
        more=found[RESULTS - 1].row.test_case_id if len(found) > RESULTS else None,
        cursor=cursor,
        only=status or "",
        others=await _others(services, project, known),
        may_edit=project.role.may(ProjectRole.EDITOR),
    )


@router.get("/{run}/progress")
async def progress(
    request: Request, project: ViewedPage, services: ServicesDep, run: RunUid
) -> Response:
    """How far a run is, for a page that watches it; when it has ended, the page is loaded anew."""
    known = await services.workbench.server_runs.reading.run(project, run)
    if not is_part(request):
        return see_other(request, f"/projects/{project.uid}/runs/{known.uid}")
    if known.status not in UNDER_WAY:
        return Response(headers={"HX-Refresh": "true"})
    return page(request, "testruns/progress.html", run=TestRunOut.of(known), is_under_way=True)


@router.post("/{run}/cancel")
async def cancel(
    request: Request, project: EditedPage, services: ServicesDep, run: RunUid
) -> Response:
    """End a run that is under way."""
    runs = services.workbench.server_runs
    known = await runs.reading.known(project, run)
    await runs.starting.cancel(project, known)
    said = "The run is cancelled; what is done stays."
    return see_other(request, f"/projects/{project.uid}/runs/{known.uid}", said)


@router.post("/{run}/resume")
async def resume(
    request: Request, project: EditedPage, caller: Visitor, services: ServicesDep, run: RunUid
) -> Response:
    """Let a run go on with the cases that are left."""
    runs = services.workbench.server_runs
    known = await runs.reading.known(project, run)
    again = (await fields_of(request)).get("failed", "true") == "true"
    await runs.starting.resume(project, caller, known, again=again)
    return see_other(request, f"/projects/{project.uid}/runs/{known.uid}", "The run goes on.")


@router.post("/{run}/delete")
async def delete(
    request: Request, project: EditedPage, caller: Visitor, services: ServicesDep, run: RunUid
) -> Response:
    """Delete a run with the recordings of its calls."""
    runs = services.workbench.server_runs
    await runs.deletion.delete(project, await runs.reading.known(project, run), caller)
    said = "The test run is deleted, with the recordings of its calls."
    return see_other(request, f"/projects/{project.uid}/runs", said)


async def _others(services: Services, project: KnownProject, run: KnownTestRun) -> list[TestRunOut]:
    """Runs over the same playlist, with which this one can be compared."""
    playlist = await _playlist(services, project, run)
    if playlist is None:
        return []
    found = await services.workbench.server_runs.reading.page(
        project, before=None, limit=OTHERS, playlist=playlist
    )
    return [TestRunOut.of(one) for one in found if one.id != run.id]


async def _playlist(
    services: Services, project: KnownProject, run: KnownTestRun
) -> KnownPlaylist | None:
    if run.playlist_id is None:
        return None
    try:
        return await services.workbench.playlists.by_id(project, run.playlist_id)
    except NotFound:
        return None
