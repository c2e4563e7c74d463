"""Lists of a project's sessions and recordings: searched, kept as views, exported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Depends, Path
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sluice.server.auth.auth import Caller
from sluice.server.dashboard.forms import every, fields_of, validated
from sluice.server.dashboard.guarding import GuardedRouter
from sluice.server.dashboard.in_project import EditedPage, ViewedPage
from sluice.server.dashboard.pages.playground_shown import known_types
from sluice.server.dashboard.pages.sessions_filter import (
    IN_ADDRESS,
    OPS,
    ROWS,
    Asked,
    fields_of_tree,
)
from sluice.server.dashboard.pages.sessions_shown import flat
from sluice.server.dashboard.rendering import page, see_other
from sluice.server.dashboard.signing_in import Visitor
from sluice.server.errors import SluiceError, Unprocessable
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.sessions.export_endpoints import ExportIn, export_some
from sluice.server.features.sessions.finding import can_be_id
from sluice.server.features.sessions.search.fields import Target, field_names
from sluice.server.features.sessions.search.schemas import FoundRecording, FoundSession
from sluice.server.features.sessions.search.service import Found
from sluice.server.features.sessions.uses import PlaceholderIn
from sluice.server.features.sessions.views.schemas import ViewIn, ViewOf, ViewOut
from sluice.server.features.testruns.playlists import NO_PLAYLIST
from sluice.server.features.testruns.schemas import FromRecordingsIn
from sluice.server.services import Services, ServicesDep

router = GuardedRouter(prefix="/projects/{project_id}")

ROWS_OF_A_PAGE: Final = 50
MOST_PLAYLISTS: Final = 200
ViewUid = Annotated[str, Path(pattern=r"^[0-9a-f-]{1,36}$")]


COLUMNS: Final = {
    Target.SESSIONS: (
        ("lastRecordedAt", "Last recorded"),
        ("createdAt", "Begun"),
        ("environment", "Environment"),
        ("metadata", "Metadata"),
        ("recordings", "Recordings"),
        ("inputTokens", "Tokens in"),
        ("outputTokens", "Tokens out"),
        ("costMicrodollars", "Cost"),
    ),
    Target.RECORDINGS: (
        ("templateName", "Prompt"),
        ("environment", "Environment"),
        ("model", "Model"),
        ("provider", "Provider"),
        ("entityTypes", "Found"),
        ("durationMs", "Took"),
        ("inputTokens", "Tokens"),
        ("costMicrodollars", "Cost"),
        ("complete", "State"),
        ("session", "Session"),
    ),
}
"""Columns that a view may choose, beside the one that leads to the row's page."""
_NOT_AT_FIRST: Final = frozenset({"createdAt", "provider", "session"})


def shown_columns(target: Target, view: ViewOut | None) -> list[str]:
    """Which columns a list shows: those of the view, or the usual ones."""
    known = [name for name, _ in COLUMNS[target]]
    if view is not None and (chosen := [name for name in view.columns if name in known]):
        return chosen
    return [name for name in known if name not in _NOT_AT_FIRST]


async def _target(request: Request) -> Target:
    """Which list the path is of."""
    return Target.SESSIONS if "/sessions/" in request.url.path else Target.RECORDINGS


ListOf = Annotated[Target, Depends(_target)]


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of a list, or why there is none."""

    rows: list[FoundSession] | list[FoundRecording]
    next_cursor: str | None = None
    error: SluiceError | None = None


@router.get("/sessions")
async def list_sessions(
    request: Request, project: ViewedPage, caller: Visitor, services: ServicesDep
) -> Response:
    """Sessions, the newest first, or those of a filter that may stand in an address."""
    return await _of_address(request, project, caller, services, Target.SESSIONS)


@router.get("/recordings")
async def list_recordings(
    request: Request, project: ViewedPage, caller: Visitor, services: ServicesDep
) -> Response:
    """The same of recordings."""
    return await _of_address(request, project, caller, services, Target.RECORDINGS)


@router.post("/sessions/search")
@router.post("/recordings/search")
async def search(
    request: Request, project: ViewedPage, caller: Visitor, services: ServicesDep, target: ListOf
) -> Response:
    """What a form asks for; what was typed stands in no address."""
    fields = await fields_of(request)
    asked = Asked(target, fields)
    if asked.is_safe and "cursor" not in fields:
        return RedirectResponse(_address(project, asked), status_code=303)
    return await _shown(request, project, caller, services, asked, fields.get("cursor"))


@router.post("/sessions/export")
@router.post("/recordings/export")
async def export(
    request: Request, project: ViewedPage, caller: Visitor, services: ServicesDep, target: ListOf
) -> Response:
    """The file of what a form asks for: with placeholders, never originals."""
    asked = Asked(target, await fields_of(request))
    try:
        body = validated(ExportIn, {"kind": target.value, "filter": asked.tree()})
        return await export_some(body, project, caller, services)
    except SluiceError as error:
        return await _shown(request, project, caller, services, asked, None, error)


@router.post("/sessions/views")
@router.post("/recordings/views")
async def save_view(
    request: Request, project: ViewedPage, caller: Visitor, services: ServicesDep, target: ListOf
) -> Response:
    """Keep what a form asks for under a name; its address holds the view's id alone."""
    fields = await fields_of(request)
    asked, views = Asked(target, fields), services.workbench.search.saved_views
    try:
        body = validated(
            ViewIn,
            {
                "name": fields.get("view_name", ""),
                "target": ViewOf(target.value),
                "filter": asked.tree(),
                "order": asked.order,
                "shared": "shared" in fields,
                "columns": await every(request, "column"),
            },
        )
        if fields.get("replace"):
            view = await views.change(project, caller, fields["replace"], body)
        else:
            view = await views.create(project, caller, body)
    except SluiceError as error:
        return await _shown(request, project, caller, services, asked, None, error)
    return see_other(request, f"/projects/{project.uid}/{target}?view={view.id}", "Saved.")


@router.post("/sessions/views/{view_id}/delete")
@router.post("/recordings/views/{view_id}/delete")
async def delete_view(
    request: Request,
    project: ViewedPage,
    caller: Visitor,
    services: ServicesDep,
    target: ListOf,
    view_id: ViewUid,
) -> Response:
    """Delete a view."""
    await services.workbench.search.saved_views.delete(project, caller, view_id)
    return see_other(request, f"/projects/{project.uid}/{target}", "The view is deleted.")


@router.post("/recordings/add")
async def add_to_playlist(
    request: Request, project: EditedPage, caller: Visitor, services: ServicesDep
) -> Response:
    """Make test cases of the recordings, or of all of the sessions, that were chosen."""
    workbench, wanted = services.workbench, (await fields_of(request)).get("playlist", "")
    chosen = validated(
        FromRecordingsIn,
        {
            "recordings": await every(request, "recording"),
            "sessions": await every(request, "session"),
        },
    )
    if not chosen.recordings and not chosen.sessions:
        raise Unprocessable("Choose at least one recording.")
    can_be_id(wanted, NO_PLAYLIST)
    playlist = await workbench.playlists.find(project, wanted)
    added = await workbench.from_recordings.add(
        project, caller, playlist, recordings=chosen.recordings, sessions=chosen.sessions
    )
    said = f"Added {len(added)} test cases; those that were there already are left out."
    return see_other(request, f"/projects/{project.uid}/playlists/{playlist.uid}", said)


@router.post("/placeholders/uses")
async def uses(
    request: Request, project: ViewedPage, caller: Visitor, services: ServicesDep
) -> Response:
    """Where else a placeholder stands, as a part of a page."""
    body = validated(PlaceholderIn, {"placeholder": (await fields_of(request)).get("placeholder")})
    found = await services.workbench.search.uses.of(project, body.placeholder)
    return page(
        request, "sessions/uses.html", title="Uses", placeholder=body.placeholder, uses=found
    )


async def playlists_of(services: Services, project: KnownProject) -> list[tuple[str, str]]:
    """Playlists to choose from: ids and names."""
    found = await services.workbench.playlists.page(project, limit=MOST_PLAYLISTS)
    return [(one.uid, one.name) for one in found]


async def _of_address(
    request: Request, project: KnownProject, caller: Caller, services: Services, target: Target
) -> Response:
    query = request.query_params
    fields = {name: query[name] for name in IN_ADDRESS if name in query}
    view: ViewOut | None = None
    if "view" in fields:
        views = services.workbench.search.saved_views
        view = await views.get(project, caller, fields["view"])
        meant = fields_of_tree(target, view.filter)
        fields = {**meant, "view": view.id, "order": view.order.value}
    asked = Asked(target, fields)
    return await _shown(
        request, project, caller, services, asked, query.get("cursor"), view=view, by_address=True
    )


async def _shown(
    request: Request,
    project: KnownProject,
    caller: Caller,
    services: Services,
    asked: Asked,
    cursor: str | None,
    error: SluiceError | None = None,
    *,
    view: ViewOut | None = None,
    by_address: bool = False,
) -> Response:
    listed = Listed([], error=error)
    if error is None:
        listed = await _listed(project, caller, services, asked, cursor)
    error = listed.error
    target = asked.target
    views = services.workbench.search.saved_views
    return page(
        request,
        f"sessions/{target.value}.html",
        title=target.value.capitalize(),
        status=error.status if error is not None else 200,
        asked=asked,
        fields=asked.fields,
        listed=listed,
        metadata={
            one.id: flat(one.metadata) for one in listed.rows if isinstance(one, FoundSession)
        },
        problems=asked.problems(error) if error is not None else {},
        first=cursor is None,
        older=_older(project, asked, listed.next_cursor) if by_address else None,
        view=view,
        columns=COLUMNS[target],
        shown=shown_columns(target, view),
        views=await views.listing(project, caller, ViewOf(target.value)),
        playlists=await playlists_of(services, project),
        **_choices(asked),
    )


async def _listed(
    project: KnownProject, caller: Caller, services: Services, asked: Asked, cursor: str | None
) -> Listed:
    searching = services.workbench.search.searching
    try:
        begun = await searching.begin(project, caller, asked.target, asked.tree(), asked.order)
        found = await searching.page(begun, cursor or None, ROWS_OF_A_PAGE)
    except SluiceError as error:
        return Listed([], error=error)
    return _rows(asked.target, found)


def _rows(target: Target, found: Found) -> Listed:
    if target is Target.SESSIONS:
        return Listed([FoundSession.of(row) for row in found.rows], found.next_cursor)
    return Listed([FoundRecording.of(row) for row in found.rows], found.next_cursor)


def _choices(asked: Asked) -> Mapping[str, Any]:
    """What may be chosen in the filter bar."""
    return {
        "entity_type_choices": [("", "Anything"), *((one, one) for one in known_types())],
        "order_choices": [(one, one) for one in asked.orders],
        "field_choices": [name for name in field_names(asked.target) if "…" not in name],
        "op_choices": [(op.value, text) for op, text in OPS],
        "condition_rows": range(1, ROWS + 1),
    }


def _address(project: KnownProject, asked: Asked) -> str:
    path, query = f"/dashboard/projects/{project.uid}/{asked.target}", asked.address
    return f"{path}?{query}" if query else path


def _older(project: KnownProject, asked: Asked, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    address = _address(project, asked)
    return f"{address}{'&' if '?' in address else '?'}cursor={cursor}"
