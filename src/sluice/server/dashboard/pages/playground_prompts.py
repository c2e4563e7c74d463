"""Screen: the playground for templates: versions and instances side by side, on the same inputs."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sluice.server.auth.auth import Caller
from sluice.server.auth.roles import Permission
from sluice.server.dashboard.forms import every, fields_of, validated
from sluice.server.dashboard.guarding import GuardedRouter
from sluice.server.dashboard.in_project import EditedPage
from sluice.server.dashboard.pages.playground_draft import (
    DRAFT,
    ROLES,
    Line,
    base_of,
    document,
    lines_in,
    lines_of,
    may_draft,
)
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
from sluice.server.errors import NotFound, SluiceError, Unprocessable
from sluice.server.features.models.named import NamedInstance
from sluice.server.features.playground.schemas import PromptRunIn
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.projects.roles import ProjectRole
from sluice.server.features.templates.known import KnownVersion
from sluice.server.features.templates.listing import Asked
from sluice.server.features.templates.schemas import SaveIn, TemplateOut
from sluice.server.features.testruns.playlists import KnownPlaylist
from sluice.server.features.testruns.running.documents import StartIn
from sluice.server.services import Services, ServicesDep

router = GuardedRouter()

_VERSIONS = 30
"""Of a template, the newest ones."""
_LISTED = 500
_OTHERS = 100
"""Other templates that may be compared with."""
_UID_LENGTH = 36


@dataclass(frozen=True, slots=True)
class _Found:
    """What there is to choose from."""

    instances: list[NamedInstance]
    templates: list[TemplateOut]
    template: TemplateOut | None
    versions: list[KnownVersion]
    others: list[KnownVersion]
    """The newest version of each other template."""
    playlists: list[KnownPlaylist]

    @property
    def variables(self) -> list[str]:
        """Of the template's versions, each once."""
        return _variables(self.versions)

    @property
    def others_variables(self) -> list[str]:
        """Of the other templates, without those."""
        own = set(self.variables)
        return [name for name in _variables(self.others) if name not in own]

    @property
    def by_version(self) -> dict[str, list[str]]:
        """The variables of each version, for scripts."""
        return {one.uid: one.content.variables for one in [*self.versions, *self.others]}

    @property
    def newest(self) -> KnownVersion | None:
        """Of the template, if there is one."""
        return self.versions[0] if self.versions else None

    def label(self, version: KnownVersion) -> str:
        """A version with the environments that point to it."""
        pointers = self.template.environments if self.template is not None else {}
        environments = [name for name, one in pointers.items() if one.version_id == version.uid]
        newest = ["newest"] if self.versions and self.versions[0].uid == version.uid else []
        told = ", ".join([*newest, *environments])
        return f"Version {version.number}" + (f" ({told})" if told else "")


def _variables(versions: Sequence[KnownVersion]) -> list[str]:
    names = (name for version in versions for name in version.content.variables)
    return list(dict.fromkeys(names))


@dataclass(frozen=True, slots=True)
class _Column:
    """What stands in one column."""

    version: str
    instance: int


@dataclass(slots=True)
class _Tried:
    """What a form asks for, and what came of it."""

    asked: list[_Column]
    variables: dict[str, str] = field(default_factory=dict, repr=False)
    draft: list[Line] = field(default_factory=list)
    columns: list[ShownColumn] = field(default_factory=list)
    problem: str = ""


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
    return _shown(request, project, found, _Tried(asked))


@router.post("/projects/{project_id}/playground")
async def try_out(
    request: Request, project: EditedPage, caller: Visitor, services: ServicesDep
) -> Response:
    """Send every column, or run every column on a playlist."""
    fields = await fields_of(request)
    asked = _asked(await every(request, "version"), await every(request, "instance"))
    found = await _found(services, caller, project, fields.get("template", ""))
    tried = _Tried(asked, _values(fields), lines_in(fields))
    try:
        if fields.get("do") == "run":
            playlist = fields.get("playlist", "")
            return await _run(request, services, caller, project, found, tried, playlist)
        if fields.get("do") == "save":
            return await _save(request, services, caller, project, found, tried)
        tried.columns = await _columns(services, caller, project, found, tried)
    except SluiceError as error:
        tried.problem = " ".join([error.message, *(one.message for one in error.errors)])
    return _shown(request, project, found, tried)


def _values(fields: dict[str, str]) -> dict[str, str]:
    """The inputs by the names of their variables."""
    values = {}
    for key, value in fields.items():
        index = key.removeprefix("variable-name-")
        if index != key:
            values[value] = fields.get(f"variable-{index}", "")
    return values


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
    chosen = await _chosen(services, project, templates, template_uid)
    versions: list[KnownVersion] = []
    if chosen is not None:
        versions = await listing.versions(project, chosen.id, before=2**31 - 1, limit=_VERSIONS)
        if all(one.id != chosen.id for one in templates):
            templates = [chosen, *templates]
    newest = [one.latest.version_id for one in templates if one.latest and one is not chosen]
    others = await listing.some_versions(project, newest[:_OTHERS])
    return _Found(instances, templates, chosen, versions, others, playlists)


async def _chosen(
    services: Services, project: KnownProject, templates: Sequence[TemplateOut], uid: str
) -> TemplateOut | None:
    """The template that the address names, else the first."""
    known = next((one for one in templates if one.id == uid), None)
    if known is None and uid.isprintable() and 0 < len(uid) <= _UID_LENGTH:
        with suppress(NotFound):
            known = await services.workbench.template_listing.template(project, uid)
    return known or next(iter(templates), None)


async def _columns(
    services: Services, caller: Caller, project: KnownProject, found: _Found, tried: _Tried
) -> list[ShownColumn]:
    async def column(one: _Column) -> ShownColumn:
        title = _title(one, found)
        try:
            body = validated(PromptRunIn, _body(one, found, tried))
            run = await services.playground.projects.begin(project, caller, body)
            return await shown_column(title, run)
        except SluiceError as error:
            return refused_column(title, error)

    _refuse_none(tried)
    return list(await asyncio.gather(*(column(one) for one in tried.asked)))


def _body(column: _Column, found: _Found, tried: _Tried) -> dict[str, Any]:
    version: dict[str, Any] = {"templateVersion": column.version}
    if column.version == DRAFT:
        version = {"content": _draft(found, tried)}
    return {"modelInstanceId": column.instance, "variables": tried.variables, **version}


def _draft(found: _Found, tried: _Tried) -> dict[str, Any]:
    if found.newest is None or not may_draft(found.newest) or not tried.draft:
        raise Unprocessable("There is no draft to be sent or saved.")
    return document(found.newest, tried.draft)


def _refuse_none(tried: _Tried) -> None:
    if not tried.asked:
        raise Unprocessable("Choose a version and a model instance for one column at least.")


async def _save(
    request: Request,
    services: Services,
    caller: Caller,
    project: KnownProject,
    found: _Found,
    tried: _Tried,
) -> Response:
    """Save the draft as a version."""
    name = found.template.name if found.template is not None else ""
    body = validated(SaveIn, {"name": name, "content": _draft(found, tried)})
    saved = await services.workbench.templates.save(
        project, body.name, body.content, user_id=caller.user_id
    )
    number = saved.version.number
    said = f"Saved as version {number}."
    if not saved.is_new:
        said = f"Version {number} says the same already."
    address = f"/projects/{project.uid}/playground?template={saved.version.template_uid}"
    return see_other(request, address, said)


async def _run(
    request: Request,
    services: Services,
    caller: Caller,
    project: KnownProject,
    found: _Found,
    tried: _Tried,
    playlist: str,
) -> Response:
    """Start a test run for each column."""
    _refuse_none(tried)
    if any(one.version == DRAFT for one in tried.asked):
        raise Unprocessable("Save the draft as a version first: test runs are made of versions.")
    runs: list[str] = []
    for one in tried.asked:
        wanted: dict[str, Any] = {
            "playlist": playlist,
            "name": _title(one, found),
            "templateVersion": one.version,
            "modelInstance": one.instance,
        }
        body = validated(StartIn, wanted)
        run = await services.workbench.server_runs.starting.start(project, caller, body)
        runs.append(run.uid)
    compared = f"/compare?runs={','.join(runs)}" if len(runs) > 1 else f"/{runs[0]}"
    address = f"/projects/{project.uid}/runs{compared}"
    return see_other(request, address, "The test runs have started.")


def _title(column: _Column, found: _Found) -> str:
    instance = next((one.name for one in found.instances if one.id == column.instance), "")
    if column.version == DRAFT:
        return f"Draft · {instance}"
    own = next((one for one in found.versions if one.uid == column.version), None)
    other = next((one for one in found.others if one.uid == column.version), None)
    if own is not None:
        return f"Version {own.number} · {instance}"
    name = f"{other.template_name} {other.number}" if other is not None else "Version"
    return f"{name} · {instance}"


def _shown(request: Request, project: KnownProject, found: _Found, tried: _Tried) -> Response:
    asked = tried.asked
    if not asked and found.versions and found.instances:
        asked = [_Column(one.uid, found.instances[0].id) for one in found.versions[:2]]
    newest = found.newest if may_draft(found.newest) else None
    return page(
        request,
        "playground/prompts.html",
        status=422 if tried.problem else 200,
        title="Playground",
        found=found,
        choices=[(one.id, one.name) for one in found.templates],
        versions=[(one.uid, found.label(one)) for one in found.versions],
        chosen=[*asked, *([_Column("", 0)] * (MOST_COLUMNS - len(asked)))],
        variables=tried.variables,
        draft=tried.draft or (lines_of(newest) if newest is not None else []),
        is_drafted=bool(tried.draft),
        roles=ROLES,
        columns=tried.columns,
        problem=tried.problem,
        views=VIEWS,
        about={
            "families": families(),
            "mode": "prompts",
            "project": project.uid,
            "variables": found.by_version,
            "base": base_of(newest) if newest is not None else None,
        },
    )
