"""Screen: prompts: the library, a template with its versions, two versions compared."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import Path, Query
from starlette.requests import Request
from starlette.responses import Response

from sluice.server.analysis.beside import beside
from sluice.server.auth.browser_sign_in_cookies import public_base
from sluice.server.auth.users import Person
from sluice.server.dashboard.guarding import GuardedRouter
from sluice.server.dashboard.in_project import ViewedPage
from sluice.server.dashboard.pages.prompts_shown import (
    Comparison,
    as_text,
    comparison,
    crumbs,
    folders_in,
    messages_of,
    name_of,
    rows,
    snippets,
)
from sluice.server.dashboard.rendering import page
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.projects.linting import Lint
from sluice.server.features.projects.roles import ProjectRole
from sluice.server.features.templates.content import TemplateContent, Uid, unsayable
from sluice.server.features.templates.known import KnownVersion
from sluice.server.features.templates.listing import Asked
from sluice.server.features.templates.requested import KnownRequest, RequestStatus
from sluice.server.features.templates.schemas import TemplateOut, VersionNumber
from sluice.server.kit.wire import NoNul, RowId
from sluice.server.services import Services, ServicesDep

router = GuardedRouter(prefix="/projects/{project_id}/prompts")

PAGE: Final = 50
"""Templates of one page of the library."""
VERSIONS: Final = 30
"""Versions in the timeline, until more are asked for."""
DAYS: Final = 7
LOOKED_THROUGH: Final = 100_000
"""Code points of a version that is looked through each time it is shown."""
TemplateUid = Annotated[Uid, Path()]
Words = Annotated[str, Query(max_length=200), NoNul]
Number = Annotated[VersionNumber | None, Query()]


@router.get("")
async def library(
    request: Request,
    project: ViewedPage,
    services: ServicesDep,
    folder: Words = "",
    search: Words = "",
    after: Words = "",
) -> Response:
    """Templates by folder, with where they are deployed and what they were used for."""
    asked = Asked(PAGE, after, folder=folder.strip("/"), search=search.strip())
    listing = services.workbench.template_listing
    found = await listing.page(project, asked)
    numbers = await listing.numbers(project, asked, days=DAYS)
    return page(
        request,
        "prompts/library_rows.html"
        if request.headers.get("hx-target") == "library"
        else "prompts/library.html",
        title="Prompts",
        rows=rows(found, numbers, asked.folder),
        asked=asked,
        folders=folders_in(asked.folder, await listing.folders(project)),
        crumbs=crumbs(asked.folder),
        guarded=await guarded(services, project),
        waiting=await waiting(services, project),
        more=_more(asked, found),
        **common(project),
    )


@router.get("/{template_id}")
async def detail(
    request: Request,
    project: ViewedPage,
    services: ServicesDep,
    template_id: TemplateUid,
    version: Number = None,
) -> Response:
    """One version of a template, and everything around it."""
    listing = services.workbench.template_listing
    template = await listing.template(project, template_id)
    newest = template.latest.number if template.latest is not None else 1
    shown = await listing.version(project, template_id, version or newest)
    versions = await _around(services, project, template_id, shown, newest)
    lint = await lint_of(services, project, shown)
    open_ones = await services.workbench.approvals.page(
        project, statuses=[RequestStatus.OPEN], template_uid=template_id, limit=PAGE
    )
    return page(
        request,
        "prompts/version.html",
        title=template.name,
        tab="version",
        shown=shown,
        messages=messages_of(shown.content, lint),
        parts_said=parts_of(shown.content),
        lint=lint,
        format_problems=unsayable(shown.content),
        versions=versions,
        more=versions[-1].number if versions and versions[-1].number > 1 else None,
        requests=open_ones,
        people=await people_of(services, _named(versions, open_ones)),
        guarded=await guarded(services, project),
        **about(project, template),
    )


@router.get("/{template_id}/compare")
async def compare(
    request: Request,
    project: ViewedPage,
    services: ServicesDep,
    template_id: TemplateUid,
    before: Annotated[VersionNumber | None, Query(alias="from")] = None,
    after: Annotated[VersionNumber | None, Query(alias="to")] = None,
) -> Response:
    """Two versions side by side; without numbers the newest and the one before."""
    listing = services.workbench.template_listing
    template = await listing.template(project, template_id)
    newest = template.latest.number if template.latest is not None else 1
    new = await listing.version(project, template_id, after or newest)
    old = await listing.version(project, template_id, before or max(1, new.number - 1))
    return page(
        request,
        "prompts/compare.html",
        title=f"{template.name}: {old.number} and {new.number}",
        tab="compare",
        old=old,
        new=new,
        compared=await _compared(old.content, new.content),
        numbers=await _numbers(services, project, template_id, [old.number, new.number]),
        **about(project, template),
    )


@router.get("/{template_id}/history")
async def history(
    request: Request,
    project: ViewedPage,
    services: ServicesDep,
    template_id: TemplateUid,
    before: Annotated[RowId | None, Query()] = None,
) -> Response:
    """What was deployed where, by whom, and why."""
    workbench = services.workbench
    template = await workbench.template_listing.template(project, template_id)
    found = await workbench.deployments.history(
        project, template_id, environment=None, before=before, limit=PAGE
    )
    users = [user for one in found for user in (one.user_id, one.approved_by)]
    return page(
        request,
        "prompts/history.html",
        title=f"{template.name}: deployments",
        tab="history",
        deployments=found,
        more=found[-1].id if len(found) == PAGE else None,
        people=await people_of(services, users),
        **about(project, template),
    )


@router.get("/{template_id}/use")
async def use(
    request: Request,
    project: ViewedPage,
    services: ServicesDep,
    template_id: TemplateUid,
    environment: Annotated[str, Query(max_length=64, pattern="^[A-Za-z0-9._-]*$")] = "",
) -> Response:
    """What an application says to get this prompt."""
    listing = services.workbench.template_listing
    template = await listing.template(project, template_id)
    there = [*template.environments, "latest"]
    chosen = environment if environment in there else there[0]
    pointer = template.environments.get(chosen) or template.latest
    shown = await listing.version(project, template_id, pointer.number if pointer else 1)
    address = public_base(request, services.auth.config)
    return page(
        request,
        "prompts/use.html",
        title=f"Use {template.name}",
        tab="use",
        chosen=chosen,
        there=there,
        snippets=snippets(address, project.uid, template.name, chosen, shown.content.variables),
        **about(project, template),
    )


def common(project: KnownProject) -> dict[str, Any]:
    """What every page of prompts needs."""
    return {
        "base": f"/dashboard/projects/{project.uid}/prompts",
        "is_editor": project.role.may(ProjectRole.EDITOR),
        "is_owner": project.role.may(ProjectRole.OWNER),
        "name_of": name_of,
    }


def about(project: KnownProject, template: TemplateOut) -> dict[str, Any]:
    """What every page of one template needs."""
    shared = common(project)
    return {**shared, "prompt": template, "here": f"{shared['base']}/{template.id}"}


def parts_of(content: TemplateContent) -> list[tuple[str, str]]:
    """What a version says besides its messages, with a heading each."""
    said = content.document()
    named = (
        ("Parameters", "parameters"), ("Tools", "toolSchema"),
        ("Answer's schema", "outputSchema"), ("For the provider", "providerInfo"),
    )  # fmt: skip
    return [(title, as_text(said[key])) for title, key in named if said.get(key)]


async def lint_of(services: Services, project: KnownProject, version: KnownVersion) -> Lint | None:
    """What the project's policy finds in a version as of now; None for a long one."""
    if len(version.content.stored()) > LOOKED_THROUGH:
        return None
    templates = services.workbench.templates
    return await templates.lint(project, version.template_name, version.content)


async def guarded(services: Services, project: KnownProject) -> dict[str, Any]:
    """The protected environments by name."""
    found = await services.workbench.approvals.protections(project)
    return {one.environment: one for one in found}


async def waiting(services: Services, project: KnownProject) -> int:
    """How many requests wait for approval; as many as a page holds at most."""
    open_ones = await services.workbench.approvals.page(
        project, statuses=[RequestStatus.OPEN], limit=PAGE
    )
    return len(open_ones)


async def people_of(services: Services, user_ids: Iterable[int | None]) -> dict[int, Person]:
    """The people with these numbers."""
    wanted = {one for one in user_ids if one is not None}
    async with services.database.read() as session:
        return await services.auth.service.users.people(session, wanted)


async def _around(
    services: Services, project: KnownProject, uid: str, shown: KnownVersion, newest: int
) -> list[KnownVersion]:
    """The newest versions, and those around the one that is shown."""
    first = min(newest, max(shown.number + VERSIONS // 2, VERSIONS)) + 1
    first = newest + 1 if shown.number > newest - VERSIONS else first
    return await services.workbench.template_listing.versions(
        project, uid, before=first, limit=VERSIONS
    )


async def _numbers(
    services: Services, project: KnownProject, uid: str, chosen: list[int]
) -> list[int]:
    """The numbers to choose from: the newest, and those that are chosen."""
    found = await services.workbench.template_listing.versions(
        project, uid, before=2**31 - 1, limit=200
    )
    return sorted({*(one.number for one in found), *chosen}, reverse=True)


async def _compared(old: TemplateContent, new: TemplateContent) -> Comparison:
    size = sum(len(text) for _, text in [*old.texts(), *new.texts()])
    return await beside(size, lambda: comparison(old, new))


def _named(versions: list[KnownVersion], requests: list[KnownRequest]) -> list[int | None]:
    return [*(one.created_by for one in versions), *(one.requested_by for one in requests)]


def _more(asked: Asked, found: list[TemplateOut]) -> str | None:
    """The query of the next page."""
    if len(found) < asked.limit:
        return None
    said = {"folder": asked.folder, "search": asked.search, "after": found[-1].name}
    return urlencode({name: value for name, value in said.items() if value})
