"""The page that starts a test run."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from sluice.server.auth.auth import Caller
from sluice.server.auth.roles import Permission
from sluice.server.dashboard.forms import fields_of, validated
from sluice.server.dashboard.guarding import GuardedRouter
from sluice.server.dashboard.in_project import EditedPage
from sluice.server.dashboard.pages.testruns_form import TEMPLATE, VERSION, places, start_body
from sluice.server.dashboard.rendering import page, see_other
from sluice.server.dashboard.signing_in import Visitor
from sluice.server.errors import NotFound, SluiceError
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.templates.listing import Asked
from sluice.server.features.testruns.running.documents import StartIn
from sluice.server.services import Services, ServicesDep

router = GuardedRouter(prefix="/projects/{project_id}/runs")
CHOICES: Final = 500
"""Playlists and templates that are offered."""
Wanted = Annotated[str, Query(max_length=200)]


@router.get("/new")
async def new(
    request: Request,
    project: EditedPage,
    caller: Visitor,
    services: ServicesDep,
    playlist: Wanted = "",
    template: Wanted = "",
    version: Wanted = "",
    environment: Wanted = "",
) -> Response:
    """The form; what is known already can stand in its address."""
    caller.require(Permission.USE_MODELS)
    what = f"{VERSION}{version}" if version else f"{TEMPLATE}{template}" if template else ""
    fields = {"playlist": playlist, "what": what, "environment": environment, "exact": "true"}
    return await _form(request, project, caller, services, fields)


@router.post("/new")
async def start(
    request: Request, project: EditedPage, caller: Visitor, services: ServicesDep
) -> Response:
    """Start a run, which goes on by itself."""
    fields = await fields_of(request)
    try:
        body = validated(StartIn, start_body(fields))
        run = await services.workbench.server_runs.starting.start(project, caller, body)
    except SluiceError as error:
        return await _form(request, project, caller, services, fields, error)
    return see_other(request, f"/projects/{project.uid}/runs/{run.uid}", "The run has begun.")


async def _form(
    request: Request,
    project: KnownProject,
    caller: Caller,
    services: Services,
    fields: dict[str, str],
    error: SluiceError | None = None,
) -> Response:
    workbench = services.workbench
    playlists = await workbench.playlists.page(project, limit=CHOICES)
    templates = await workbench.template_listing.page(project, Asked(limit=CHOICES))
    environments = {"latest", *(name for one in templates for name in one.environments)}
    async with services.database.read() as session:
        instances = await services.models.names(session, caller.user_id)
    return page(
        request,
        "testruns/new.html",
        status=error.status if error else 200,
        title="New test run",
        playlists=[(one.uid, f"{one.name} ({one.cases:,})") for one in playlists],
        whats=await _whats(
            services, project, [one.name for one in templates], fields.get("what", "")
        ),
        environments=[(name, name) for name in sorted(environments)],
        instances=[(str(one.id), one.name) for one in instances],
        fields=fields,
        problems=_at_fields(error, fields),
    )


async def _whats(
    services: Services, project: KnownProject, names: list[str], chosen: str
) -> list[tuple[str, str]]:
    """What can be asked: a template, a version that an address named, or what was recorded."""
    whats = [(f"{TEMPLATE}{name}", name) for name in names]
    if chosen.startswith(VERSION):
        try:
            uid = chosen.removeprefix(VERSION)
            version = await services.workbench.templates.version(project, uid)
        except NotFound:
            return whats
        whats.insert(0, (chosen, f"{version.template_name}, version {version.number}"))
    return [*whats, ("recorded", "The messages of the cases' recordings")]


def _at_fields(error: SluiceError | None, fields: dict[str, str]) -> dict[str, str]:
    """The problems by field; those of an evaluator stand at its kind."""
    if error is None:
        return {}
    told: dict[str, Any] = {}
    where = places(fields)
    for one in error.errors:
        begins = [beginning for beginning in where if one.path.startswith(beginning)]
        field = where[max(begins, key=len)] if begins else one.path.partition(".")[0]
        told.setdefault(field, one.message.removeprefix("Value error, "))
    return told or {"": error.message}
