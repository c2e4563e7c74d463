"""Screen: prompts: writing a new version, looked through while it is written."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from sluice.engine.errors import Problem
from sluice.server.auth.auth import Caller
from sluice.server.dashboard.forms import every, fields_of, validated
from sluice.server.dashboard.guarding import GuardedRouter
from sluice.server.dashboard.in_project import EditedPage
from sluice.server.dashboard.pages.prompts import TemplateUid, about, common, guarded
from sluice.server.dashboard.pages.prompts_deploying import ASKED
from sluice.server.dashboard.pages.prompts_drafts import (
    ROLES,
    Draft,
    at_fields,
    body_of,
    draft_from,
    draft_of,
    empty_draft,
    label_of,
)
from sluice.server.dashboard.rendering import page, see_other
from sluice.server.dashboard.signing_in import Visitor
from sluice.server.errors import SluiceError, Unprocessable
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.projects.linting import Lint
from sluice.server.features.templates.content import unsayable
from sluice.server.features.templates.listing import Asked
from sluice.server.features.templates.schemas import SaveIn, TemplateOut, VersionNumber
from sluice.server.services import Services, ServicesDep

router = GuardedRouter(prefix="/projects/{project_id}/prompts")

UNNAMED = "template"
"""What is looked through before it has a name."""


@dataclass(frozen=True, slots=True)
class Check:
    """What there is to say about a draft."""

    problems: dict[str, str] = field(default_factory=dict)
    message: str = ""
    variables: list[str] = field(default_factory=list)
    lint: Lint = field(default_factory=Lint)
    same_as: int | None = None
    format_problems: list[Problem] = field(default_factory=list)

    @property
    def told(self) -> list[tuple[str, str]]:
        """Every problem, with the name of its field as people read it."""
        return [(label_of(name), message) for name, message in self.problems.items()]

    @property
    def is_fine(self) -> bool:
        """Whether it could be saved."""
        return not self.problems and not self.message


@router.get("/new")
async def new(request: Request, project: EditedPage, services: ServicesDep) -> Response:
    """A new template."""
    return await _editor(request, project, services, empty_draft(), None, Check())


@router.post("/new")
async def make(
    request: Request, project: EditedPage, caller: Visitor, services: ServicesDep
) -> Response:
    """Save it, or change the form as its button says."""
    draft = await _draft(request, None)
    return await _done(request, project, caller, services, draft, None)


@router.get("/{template_id}/edit")
async def edit(
    request: Request,
    project: EditedPage,
    services: ServicesDep,
    template_id: TemplateUid,
    version: Annotated[VersionNumber | None, Query()] = None,
) -> Response:
    """A new version, out of the newest one or the one that is named."""
    listing = services.workbench.template_listing
    template = await listing.template(project, template_id)
    newest = template.latest.number if template.latest is not None else 1
    shown = await listing.version(project, template_id, version or newest)
    draft = draft_of(template.name, shown.content)
    return await _editor(request, project, services, draft, template, Check())


@router.post("/{template_id}/edit")
async def save(
    request: Request,
    project: EditedPage,
    caller: Visitor,
    services: ServicesDep,
    template_id: TemplateUid,
) -> Response:
    """Save it, or change the form as its button says."""
    template = await services.workbench.template_listing.template(project, template_id)
    draft = await _draft(request, template)
    return await _done(request, project, caller, services, draft, template)


@router.post("/check")
async def check(request: Request, project: EditedPage, services: ServicesDep) -> Response:
    """What there is to say about what stands in the form, without saving it."""
    draft = await _draft(request, None)
    named = draft if draft.name else replace(draft, name=UNNAMED)
    checked = await _checked(services, project, named)
    return page(request, "prompts/check.html", check=checked, draft=draft)


async def _draft(request: Request, template: TemplateOut | None) -> Draft:
    fields = await fields_of(request)
    name = template.name if template is not None else fields.get("name", "").strip()
    return draft_from(fields, await every(request, "environments"), name)


async def _done(
    request: Request,
    project: KnownProject,
    caller: Caller,
    services: Services,
    draft: Draft,
    template: TemplateOut | None,
) -> Response:
    do = (await fields_of(request)).get("do", "save")
    if do == "check":
        checked = await _checked(services, project, draft)
        return await _editor(request, project, services, draft, template, checked)
    if do != "save":
        return await _editor(request, project, services, draft.changed(do), template, Check())
    try:
        if template is None:
            await _refuse_taken(services, project, draft.name)
        return await _saved(request, project, caller, services, draft)
    except SluiceError as error:
        wrong = Check(at_fields(error.errors) | body_of(draft)[1], error.message)
        return await _editor(
            request, project, services, draft, template, wrong, status=error.status
        )


async def _saved(
    request: Request, project: KnownProject, caller: Caller, services: Services, draft: Draft
) -> Response:
    body = _body(draft)
    saved = await services.workbench.templates.save(
        project,
        body.name,
        body.content,
        user_id=caller.user_id,
        environments=body.environments,
    )
    number = saved.version.number
    said = f"Version {number} is saved."
    if not saved.is_new:
        said = f"Version {number} says the same already, so no other was made."
    if saved.waiting:
        said = f"{said} {ASKED}"
    address = f"/projects/{project.uid}/prompts/{saved.version.template_uid}?version={number}"
    return see_other(request, address, said)


def _body(draft: Draft) -> SaveIn:
    body, problems = body_of(draft)
    if problems:
        told = [Problem(name, message) for name, message in problems.items()]
        raise Unprocessable("Please look at what is marked.", errors=told)
    return validated(SaveIn, body)


async def _refuse_taken(services: Services, project: KnownProject, name: str) -> None:
    listing = services.workbench.template_listing
    if name and await listing.page(project, Asked(1, name=name)):
        told = Problem("name", "there is a template of this name; make a version of it there")
        raise Unprocessable("Please look at what is marked.", errors=[told])


async def _checked(services: Services, project: KnownProject, draft: Draft) -> Check:
    templates = services.workbench.templates
    problems = body_of(draft)[1]
    try:
        body = _body(draft)
        lint = await templates.lint(project, body.name, body.content)
    except SluiceError as error:
        return Check(at_fields(error.errors) | problems, error.message)
    return Check(
        variables=body.content.variables,
        lint=lint,
        same_as=await templates.same_as(project, body.name, body.content),
        format_problems=unsayable(body.content),
    )


async def _editor(
    request: Request,
    project: KnownProject,
    services: Services,
    draft: Draft,
    template: TemplateOut | None,
    checked: Check,
    *,
    status: int = 200,
) -> Response:
    environments = await services.workbench.template_listing.environments(project)
    shared: dict[str, Any] = common(project) if template is None else about(project, template)
    action = f"{shared['base']}/new" if template is None else f"{shared['here']}/edit"
    return page(
        request,
        "prompts/editor.html",
        status=status,
        title="New prompt" if template is None else f"New version of {template.name}",
        draft=draft,
        check=checked,
        is_new=template is None,
        action=action,
        roles=ROLES,
        environments=[one.name for one in environments],
        guarded=await guarded(services, project),
        **shared,
    )
