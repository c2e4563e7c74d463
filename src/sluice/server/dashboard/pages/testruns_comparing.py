"""Test runs side by side: numbers for each evaluator, and the cases with their outputs."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from sluice.server.dashboard.guarding import GuardedRouter
from sluice.server.dashboard.in_project import ViewedPage
from sluice.server.dashboard.pages.testruns_shown import evaluated, shown_comparison
from sluice.server.dashboard.rendering import page
from sluice.server.errors import Unprocessable
from sluice.server.features.testruns.playlists_endpoints import Cursor
from sluice.server.features.testruns.running.schemas import TestRunOut
from sluice.server.services import ServicesDep

router = GuardedRouter(prefix="/projects/{project_id}/runs")
CASES: Final = 20
Chosen = Annotated[list[str] | None, Query(alias="run", max_length=8)]
Named = Annotated[str, Query(max_length=400)]
OnlySuch = Annotated[Literal["regressions", ""], Query()]


@router.get("/compare")
async def compare(
    request: Request,
    project: ViewedPage,
    services: ServicesDep,
    run: Chosen = None,
    runs: Named = "",
    cursor: Cursor = 0,
    only: OnlySuch = "",
) -> Response:
    """Two to eight runs over one playlist; the first is what the others are held against.

    Of runs that were chosen in no order that is the oldest one.
    """
    workbench = services.workbench
    chosen = [await workbench.test_runs.known(project, uid) for uid in dict.fromkeys(run or [])]
    uids = [one.uid for one in sorted(chosen, key=lambda one: one.id)]
    uids += [uid for one in runs.split(",") if (uid := one.strip())]
    if len(uids) < 2:
        raise Unprocessable("Choose two test runs or more over the same playlist to compare them.")
    compared = await workbench.server_runs.comparing.compare(
        project, uids, after=cursor, limit=CASES, only_regressions=only == "regressions"
    )
    playlist_id = compared.runs[0].playlist_id
    cases = (
        await workbench.playlists.some_cases(project, playlist_id, [c.uid for c in compared.cases])
        if playlist_id is not None
        else {}
    )
    return page(
        request,
        "testruns/compare.html",
        title="Compare test runs",
        runs=[TestRunOut.of(one) for one in compared.runs],
        compared=compared,
        evaluators=evaluated(compared),
        rows=shown_comparison(compared.cases, cases),
        uids=",".join(uids),
        leading=[",".join([uid, *(u for u in uids if u != uid)]) for uid in uids],
        only=only,
        cursor=cursor,
    )
