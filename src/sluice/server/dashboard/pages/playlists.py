"""Playlists as pages: listed, made, renamed, deleted, exported; their cases page by page."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from sluice.server.dashboard.forms import fields_of, problems_by_field, validated
from sluice.server.dashboard.guarding import GuardedRouter
from sluice.server.dashboard.in_project import ChosenPlaylist, EditedPage, ViewedPage
from sluice.server.dashboard.pages.playlists_shown import shown_cases
from sluice.server.dashboard.rendering import page, see_other
from sluice.server.dashboard.signing_in import Visitor
from sluice.server.errors import SluiceError
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.projects.linting import Lint
from sluice.server.features.projects.roles import ProjectRole
from sluice.server.features.testruns.exports import exported
from sluice.server.features.testruns.importing import FileFormat
from sluice.server.features.testruns.playlists import KnownPlaylist
from sluice.server.features.testruns.playlists_endpoints import MEDIA_TYPES, Cursor
from sluice.server.features.testruns.running.schemas import TestRunOut
from sluice.server.features.testruns.schemas import FromRecordingsIn, PlaylistIn
from sluice.server.services import Services, ServicesDep

router = GuardedRouter(prefix="/projects/{project_id}/playlists")
ROWS = 50
RUNS = 5
"""Test runs that a playlist's page shows."""


@router.get("")
async def index(
    request: Request, project: ViewedPage, services: ServicesDep, cursor: Cursor = 0
) -> Response:
    """The project's playlists."""
    return await _listed(request, project, services, cursor=cursor)


@router.post("")
async def make(
    request: Request, project: EditedPage, caller: Visitor, services: ServicesDep
) -> Response:
    """Make a playlist without cases."""
    fields = await fields_of(request)
    try:
        body = validated(PlaylistIn, {"name": fields.get("name", "")})
        lint = await _linted(services, project, body.name)
        async with services.database.write() as session:
            made = await services.workbench.playlists.create(session, project, caller, body.name)
    except SluiceError as error:
        return await _listed(request, project, services, fields=fields, error=error)
    said = _said("The playlist is made.", lint)
    return see_other(request, f"/projects/{project.uid}/playlists/{made.uid}", said)


@router.get("/{playlist}")
async def show(
    request: Request,
    project: ViewedPage,
    services: ServicesDep,
    found: ChosenPlaylist,
    cursor: Cursor = 0,
) -> Response:
    """A playlist, its cases and its latest test runs."""
    return await _shown(request, project, services, found, cursor=cursor)


@router.post("/{playlist}/rename")
async def rename(
    request: Request,
    project: EditedPage,
    caller: Visitor,
    services: ServicesDep,
    found: ChosenPlaylist,
) -> Response:
    """Give a playlist another name."""
    playlists, fields = services.workbench.playlists, await fields_of(request)
    try:
        body = validated(PlaylistIn, {"name": fields.get("name", "")})
        lint = await _linted(services, project, body.name)
        async with services.database.write() as session:
            await playlists.rename(session, project, caller, found, body.name)
    except SluiceError as error:
        return await _shown(request, project, services, found, fields=fields, error=error)
    said = _said("The playlist has another name.", lint)
    return see_other(request, f"/projects/{project.uid}/playlists/{found.uid}", said)


@router.post("/{playlist}/delete")
async def delete(
    request: Request,
    project: EditedPage,
    caller: Visitor,
    services: ServicesDep,
    found: ChosenPlaylist,
) -> Response:
    """Delete a playlist with its cases."""
    playlists = services.workbench.playlists
    async with services.database.write() as session:
        await playlists.delete(session, project, caller, found)
    await services.workbench.forgetting.erased(project)
    said = "The playlist is deleted, with its cases and originals that only they held."
    return see_other(request, f"/projects/{project.uid}/playlists", said)


@router.get("/{playlist}/export")
async def export(
    project: ViewedPage,
    services: ServicesDep,
    found: ChosenPlaylist,
    file_format: Annotated[FileFormat, Query(alias="format")] = FileFormat.CSV,
) -> StreamingResponse:
    """All cases as a file that can be imported again."""
    playlists = services.workbench.playlists
    return StreamingResponse(
        exported(playlists, project, found, file_format),
        media_type=MEDIA_TYPES[file_format],
        headers={
            "Content-Disposition": f'attachment; filename="playlist-{found.uid}.{file_format}"'
        },
    )


@router.post("/{playlist}/from-recordings")
async def add_recorded(
    request: Request,
    project: EditedPage,
    caller: Visitor,
    services: ServicesDep,
    found: ChosenPlaylist,
) -> Response:
    """Make cases from recordings and sessions whose ids were typed."""
    fields = await fields_of(request)
    try:
        told = {name: fields.get(name, "").split() for name in ("recordings", "sessions")}
        body = validated(FromRecordingsIn, told)
        saved = await services.workbench.from_recordings.add(
            project, caller, found, recordings=body.recordings, sessions=body.sessions
        )
    except SluiceError as error:
        return await _shown(request, project, services, found, fields=fields, error=error)
    said = f"{len(saved):,} test cases were made; those that were there already were left out."
    return see_other(request, f"/projects/{project.uid}/playlists/{found.uid}", said)


async def _listed(
    request: Request,
    project: KnownProject,
    services: Services,
    *,
    cursor: int = 0,
    fields: dict[str, str] | None = None,
    error: SluiceError | None = None,
) -> Response:
    found = await services.workbench.playlists.page(project, after=cursor, limit=ROWS + 1)
    return page(
        request,
        "playlists/index.html",
        status=error.status if error else 200,
        title="Playlists",
        playlists=found[:ROWS],
        more=found[ROWS - 1].id if len(found) > ROWS else None,
        cursor=cursor,
        may_edit=project.role.may(ProjectRole.EDITOR),
        fields=fields or {},
        problems=problems_by_field(error) if error else {},
    )


async def _shown(
    request: Request,
    project: KnownProject,
    services: Services,
    playlist: KnownPlaylist,
    *,
    cursor: int = 0,
    fields: dict[str, str] | None = None,
    error: SluiceError | None = None,
) -> Response:
    workbench = services.workbench
    cases = await workbench.playlists.case_page(project, playlist, after=cursor, limit=ROWS + 1)
    runs = await workbench.server_runs.reading.page(
        project, before=None, limit=RUNS, playlist=playlist
    )
    told: dict[str, Any] = problems_by_field(error) if error else {}
    return page(
        request,
        "playlists/show.html",
        status=error.status if error else 200,
        title=playlist.name,
        playlist=playlist,
        cases=shown_cases(cases[:ROWS]),
        more=cases[ROWS - 1].id if len(cases) > ROWS else None,
        cursor=cursor,
        runs=[TestRunOut.of(run) for run in runs],
        may_edit=project.role.may(ProjectRole.EDITOR),
        fields=fields or {},
        problems=told,
    )


async def _linted(services: Services, project: KnownProject, name: str) -> Lint:
    lint = await services.workbench.linter.lint(project, [("name", name)])
    if lint.findings:
        lint.refuse_if(project.on_findings)
    return lint


def _said(what: str, lint: Lint) -> str:
    if not lint.findings:
        return what
    kinds = ", ".join(sorted(lint.counts))
    return f"{what} Mind its name, which is kept as it is: {kinds} was found in it."
