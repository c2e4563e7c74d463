"""A project's settings: what it keeps, who works on it, its keys; and making a project."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from sluice.server.auth.auth import Caller
from sluice.server.auth.roles import Permission
from sluice.server.auth.schemas import NewTokenData
from sluice.server.dashboard.forms import day_of, fields_of, problems_by_field, validated
from sluice.server.dashboard.guarding import GuardedRouter
from sluice.server.dashboard.in_project import OwnedPage, ViewedPage
from sluice.server.dashboard.rendering import page, see_other
from sluice.server.dashboard.signing_in import Visitor
from sluice.server.errors import SluiceError, Unprocessable
from sluice.server.features.projects.known import FormatDialect, KnownProject, OnFindings
from sluice.server.features.projects.roles import ProjectRole
from sluice.server.features.projects.schemas import KeyIn, MemberIn, ProjectChange, ProjectIn
from sluice.server.kit.wire import RowId
from sluice.server.services import Services, ServicesDep

router = GuardedRouter()
TABS = ("general", "members", "keys")


@router.get("/projects/{project_id}/settings")
async def show(
    request: Request,
    project: ViewedPage,
    caller: Visitor,
    services: ServicesDep,
    tab: Annotated[str, Query(pattern="^(general|members|keys)$")] = "general",
) -> Response:
    """A project's settings; members and keys for its owners."""
    return await shown_settings(request, project, caller, services, tab)


@router.post("/projects/{project_id}/settings")
async def change(
    request: Request, project: OwnedPage, caller: Visitor, services: ServicesDep
) -> Response:
    """Change what a project keeps and refuses."""
    fields = await fields_of(request)
    managed = services.workbench.managed_projects
    try:
        body = validated(ProjectChange, _change(fields, caller))
        async with services.database.write() as session:
            await managed.change(session, project, body, caller)
    except SluiceError as error:
        return await shown_settings(request, project, caller, services, "general", fields, error)
    return see_other(request, f"/projects/{project.uid}/settings", "The project is saved.")


@router.post("/projects/{project_id}/settings/members")
async def set_member(
    request: Request, project: OwnedPage, caller: Visitor, services: ServicesDep
) -> Response:
    """Give somebody a role in the project."""
    fields = await fields_of(request)
    managed = services.workbench.managed_projects
    try:
        body = validated(MemberIn, {"role": fields.get("role", "")})
        async with services.database.write() as session:
            user = await services.auth.service.users.with_email(session, fields.get("email", ""))
            await managed.set_member(session, project, user, body.role, actor_id=caller.user_id)
    except SluiceError as error:
        return await shown_settings(request, project, caller, services, "members", fields, error)
    return see_other(request, f"/projects/{project.uid}/settings?tab=members", "Saved.")


@router.post("/projects/{project_id}/settings/members/{user_id}/remove")
async def remove_member(
    request: Request, project: OwnedPage, caller: Visitor, services: ServicesDep, user_id: RowId
) -> Response:
    """Take somebody's role in the project away."""
    managed = services.workbench.managed_projects
    async with services.database.write() as session:
        await managed.remove_member(session, project, user_id, actor_id=caller.user_id)
    said = "This person is no member of the project any more."
    return see_other(request, f"/projects/{project.uid}/settings?tab=members", said)


@router.post("/projects/{project_id}/settings/keys")
async def make_key(
    request: Request, project: OwnedPage, caller: Visitor, services: ServicesDep
) -> Response:
    """Make a key; the page that answers is the only one that ever shows it."""
    fields = await fields_of(request)
    managed = services.workbench.managed_projects
    try:
        expires_at = day_of(fields.get("expires", ""), "expires")
        body = validated(KeyIn, {"name": fields.get("name", ""), "expires_at": expires_at})
        async with services.database.write() as session:
            made = await managed.new_key(session, caller, project, body)
    except SluiceError as error:
        return await shown_settings(request, project, caller, services, "keys", fields, error)
    return await shown_settings(request, project, caller, services, "keys", made=made)


@router.post("/projects/{project_id}/settings/keys/{key_id}/revoke")
async def revoke_key(
    request: Request, project: OwnedPage, caller: Visitor, services: ServicesDep, key_id: RowId
) -> Response:
    """End a key at once."""
    managed = services.workbench.managed_projects
    async with services.database.write() as session:
        await managed.revoke_key(session, project, key_id, actor_id=caller.user_id)
    said = "The key is revoked: from now on it is refused."
    return see_other(request, f"/projects/{project.uid}/settings?tab=keys", said)


@router.post("/projects/{project_id}/settings/delete")
async def delete(
    request: Request, project: OwnedPage, caller: Visitor, services: ServicesDep
) -> Response:
    """Delete a project whose id was typed to confirm it."""
    fields = await fields_of(request)
    if fields.get("confirm", "").strip() != project.uid:
        error = Unprocessable("The project is not deleted: type its id to confirm.")
        return await shown_settings(request, project, caller, services, "general", {}, error)
    await services.workbench.project_deletion.delete(project, actor_id=caller.user_id)
    return see_other(request, "/", "The project is deleted: nothing of it can be read any more.")


@router.get("/new-project")
async def new(request: Request, caller: Visitor) -> Response:
    """The form for a new project."""
    caller.require(Permission.MANAGE_PROJECTS)
    return page(request, "project/new.html", title="New project", fields={}, problems={})


@router.post("/new-project")
async def make(request: Request, caller: Visitor, services: ServicesDep) -> Response:
    """Make a project."""
    fields = await fields_of(request)
    try:
        said = {"name": fields.get("name", ""), "id": fields.get("id", "").strip() or None}
        body = validated(ProjectIn, said)
        async with services.database.write() as session:
            made = await services.workbench.managed_projects.create(session, caller, body)
    except SluiceError as error:
        shown: dict[str, Any] = {"fields": fields, "problems": problems_by_field(error)}
        return page(request, "project/new.html", status=error.status, title="New project", **shown)
    return see_other(request, f"/projects/{made.id}/settings", "The project is made.")


def _change(fields: dict[str, str], caller: Caller) -> dict[str, Any]:
    change: dict[str, Any] = {
        "name": fields.get("name", ""),
        "keepRaw": fields.get("keepRaw") == "true",
        "onFindings": fields.get("onFindings", ""),
        "formatDialect": fields.get("formatDialect", ""),
        "retentionDays": fields.get("retentionDays", "").strip() or None,
        "callRetentionDays": fields.get("callRetentionDays", "").strip() or None,
    }
    if caller.may(Permission.MANAGE_POLICIES):
        change["policyGroupId"] = fields.get("policyGroupId") or None
    return change


async def shown_settings(
    request: Request,
    project: KnownProject,
    caller: Caller,
    services: Services,
    tab: str,
    fields: dict[str, str] | None = None,
    error: SluiceError | None = None,
    made: NewTokenData | None = None,
) -> Response:
    """The settings' page, with what was typed and what is wrong with it."""
    is_owner = project.role.may(ProjectRole.OWNER)
    managed = services.workbench.managed_projects
    async with services.database.read() as session:
        shown = await managed.get(session, project)
        may_choose = caller.may(Permission.VIEW_POLICIES)
        groups = await services.policies.named(session, caller) if may_choose else []
        members = await managed.members(session, project) if is_owner else []
        keys = await managed.keys(session, project) if is_owner else []
        given = services.workbench.project_teams
        teams = await given.listing(session, project) if is_owner else []
    return page(
        request,
        "project/settings.html",
        status=error.status if error is not None else 200,
        title="Project settings",
        tab=tab if is_owner else "general",
        is_owner=is_owner,
        shown=shown,
        groups=groups,
        members=members,
        teams=teams,
        keys=keys,
        made=made,
        fields=fields or {},
        problems=problems_by_field(error) if error is not None else {},
        on_findings=list(OnFindings),
        dialects=list(FormatDialect),
        roles=list(ProjectRole),
    )
