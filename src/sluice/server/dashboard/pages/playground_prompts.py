"""Screen: the playground for templates: versions and instances side by side, on the same inputs."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from sluice.server.auth.auth import Caller
from sluice.server.auth.roles import Permission
from sluice.server.dashboard.forms import every, fields_of, validated
from sluice.server.dashboard.in_project import EditedPage
from sluice.server.dashboard.pages.playground_shown import (
    MOST_COLUMNS,
    VIEWS,
    ShownColumn,
    families,
    refused_column,
    shown_column,
)
from sluice.server.dashboard.rendering import page, see_other
from sluice.server.dashboard.signing_in import Visitor
from sluice.server.errors import SluiceError, Unprocessable
from sluice.server.features.models.named import NamedInstance
from sluice.server.features.playground.schemas import PromptRunIn
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.projects.roles import ProjectRole
from sluice.server.features.templates.known import KnownVersion
from sluice.server.features.templates.listing import Asked
from sluice.server.features.templates.schemas import TemplateOut
from sluice.server.features.testruns.playlists import KnownPlaylist
from sluice.server.features.testruns.running.documents import StartIn
from sluice.server.services import Services, ServicesDep

router = APIRouter()

_VERSIONS = 30
"""Of a template, the newest ones."""
_LISTED = 500


@dataclass(frozen=True, slots=True)
class _Found:
    """What there is to choose from."""

    instances: list[NamedInstance]
    templates: list[TemplateOut]
    template: TemplateOut | None
    versions: list[KnownVersion]
    playlists: list[KnownPlaylist]

    @property
    def variables(self) -> list[str]:
        """Of all versions, each once."""
        names = (name for version in self.versions for name in version.content.variables)
        return list(dict.fromkeys(names))

    def label(self, version: KnownVersion) -> str:
        """A version with the environments that point to it."""
        pointers = self.template.environments if self.template is not None else {}
        environments = [name for name, one in pointers.items() if one.version_id == version.uid]
        newest = ["newest"] if self.versions and self.versions[0].uid == version.uid else []
        told = ", ".join([*newest, *environments])
        return f"Version {version.number}" + (f" ({told})" if told else "")


@dataclass(frozen=True, slots=True)
class _Column:
    """What stands in one column."""

    version: str
    instance: int


@router.get("/playground/prompts")
async def choose(request: Request, caller: Visitor) -> Response:
    """To the first project in which the visitor may try templates."""
    caller.require(Permission.USE_MODELS)
    projects = [p for p in request.state.visit.projects if p.role.may(ProjectRole.EDITOR)]
    if not projects:
        return page(request, "playground/no_project.html", title="Playground")
    return see_other(request, f"/projects/{projects[0].uid}/playground")


@router.get("/projects/{project_id}/playground")
async def show(
    request: Request, project: EditedPage, caller: Visitor, services: ServicesDep
) -> Response:
    """A template's versions in columns; the address says which."""
    caller.require(Permission.USE_MODELS)
    asked = _asked(
        request.query_params.getlist("version"), request.query_params.getlist("instance")
    )
    found = await _found(services, caller, project, request.query_params.get("template", ""))
    return _shown(request, project, found, asked)


@router.post("/projects/{project_id}/playground")
async def try_out(
    request: Request, project: EditedPage, caller: Visitor, services: ServicesDep
) -> Response:
    """Send every column, or run every column on a playlist."""
    fields = await fields_of(request)
    asked = _asked(await every(request, "version"), await every(request, "instance"))
    found = await _found(services, caller, project, fields.get("template", ""))
    variables = {
        name: fields.get(f"variable-{index}", "") for index, name in enumerate(found.variables)
    }
    columns: list[ShownColumn] = []
    problem = ""
    try:
        if fields.get("do") == "run":
            runs = await _started(services, caller, project, asked, found, fields)
            compared = f"/compare?runs={','.join(runs)}" if len(runs) > 1 else f"/{runs[0]}"
            return see_other(
                request, f"/projects/{project.uid}/runs{compared}", "The test runs have started."
            )
        columns = await _columns(services, caller, project, asked, found, variables)
    except SluiceError as error:
        problem = " ".join([error.message, *(one.message for one in error.errors)])
    return _shown(request, project, found, asked, variables, columns, problem)


def _asked(versions: Sequence[str], instances: Sequence[str]) -> list[_Column]:
    pairs = zip(versions, instances, strict=False)
    found = [_Column(v, int(i)) for v, i in pairs if v and i.isdecimal()]
    return found[:MOST_COLUMNS]


async def _found(
    services: Services, caller: Caller, project: KnownProject, template_uid: str
) -> _Found:
    workbench = services.workbench
    async with services.database.read() as session:
        instances = await services.models.names(session, caller.user_id)
    listing = workbench.template_listing
    templates = await listing.page(project, Asked(_LISTED))
    playlists = await workbench.playlists.page(project, limit=_LISTED)
    chosen = next((one for one in templates if one.id == template_uid), None)
    chosen = chosen or (templates[0] if templates else None)
    versions: list[KnownVersion] = []
    if chosen is not None:
        versions = await listing.versions(project, chosen.id, before=2**31 - 1, limit=_VERSIONS)
    return _Found(instances, templates, chosen, versions, playlists)


async def _columns(
    services: Services,
    caller: Caller,
    project: KnownProject,
    asked: list[_Column],
    found: _Found,
    variables: dict[str, str],
) -> list[ShownColumn]:
    async def column(one: _Column) -> ShownColumn:
        title = _title(one, found)
        try:
            body = validated(
                PromptRunIn,
                {
                    "modelInstanceId": one.instance,
                    "templateVersion": one.version,
                    "variables": variables,
                },
            )
            run = await services.playground.projects.begin(project, caller, body)
            return await shown_column(title, run)
        except SluiceError as error:
            return refused_column(title, error)

    if not asked:
        raise Unprocessable("Choose a version and a model instance for one column at least.")
    return list(await asyncio.gather(*(column(one) for one in asked)))


async def _started(
    services: Services,
    caller: Caller,
    project: KnownProject,
    asked: list[_Column],
    found: _Found,
    fields: dict[str, str],
) -> list[str]:
    """The ids of a test run for each column."""
    if not asked:
        raise Unprocessable("Choose a version and a model instance for one column at least.")
    runs: list[str] = []
    for one in asked:
        wanted: dict[str, Any] = {
            "playlist": fields.get("playlist", ""),
            "name": _title(one, found),
            "templateVersion": one.version,
            "modelInstance": one.instance,
        }
        body = validated(StartIn, wanted)
        run = await services.workbench.server_runs.starting.start(project, caller, body)
        runs.append(run.uid)
    return runs


def _title(column: _Column, found: _Found) -> str:
    version = next((one for one in found.versions if one.uid == column.version), None)
    instance = next((one.name for one in found.instances if one.id == column.instance), "")
    number = f"Version {version.number}" if version is not None else "Version"
    return f"{number} · {instance}"


def _shown(
    request: Request,
    project: KnownProject,
    found: _Found,
    asked: list[_Column],
    variables: dict[str, str] | None = None,
    columns: list[ShownColumn] | None = None,
    problem: str = "",
) -> Response:
    if not asked and found.versions and found.instances:
        asked = [_Column(one.uid, found.instances[0].id) for one in found.versions[:2]]
    chosen = [*asked, *([_Column("", 0)] * (MOST_COLUMNS - len(asked)))]
    return page(
        request,
        "playground/prompts.html",
        status=422 if problem else 200,
        title="Playground",
        found=found,
        choices=[(one.id, one.name) for one in found.templates],
        versions=[(one.uid, found.label(one)) for one in found.versions],
        chosen=chosen,
        variables=variables or {},
        columns=columns or [],
        problem=problem,
        views=VIEWS,
        about={"families": families(), "mode": "prompts", "project": project.uid},
    )
