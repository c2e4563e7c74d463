"""Screen: prompts: deploying, rolling back, what waits for approval, protected environments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Path, Query
from starlette.requests import Request
from starlette.responses import Response

from sluice.server.auth.auth import Caller
from sluice.server.dashboard.forms import fields_of, problems_by_field, validated
from sluice.server.dashboard.guarding import GuardedRouter
from sluice.server.dashboard.in_project import EditedPage, OwnedPage, ViewedPage
from sluice.server.dashboard.pages.prompts import (
    PAGE,
    TemplateUid,
    common,
    guarded,
    people_of,
)
from sluice.server.dashboard.rendering import page, see_other
from sluice.server.dashboard.signing_in import Visitor
from sluice.server.errors import SluiceError
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.templates.approval_schemas import (
    DecisionIn,
    ProtectionIn,
    RejectionIn,
    protection_of,
)
from sluice.server.features.templates.content import Environment, Uid
from sluice.server.features.templates.requested import KnownRequest, RequestStatus
from sluice.server.features.templates.schemas import DeployIn, RollbackIn
from sluice.server.kit.wire import RowId
from sluice.server.services import Services, ServicesDep

router = GuardedRouter(prefix="/projects/{project_id}/prompts")


class _ProtectedIn(ProtectionIn):
    """The form that protects an environment."""

    environment: Environment


ASKED = "The environment is protected: your request waits for a second person."


@router.get("/approvals")
async def approvals(
    request: Request,
    project: ViewedPage,
    caller: Visitor,
    services: ServicesDep,
    tab: Annotated[str, Query(pattern="^(waiting|decided|environments)$")] = "waiting",
    before: Annotated[RowId | None, Query()] = None,
) -> Response:
    """What waits for a second person, what was decided, and which environments are protected."""
    return await _inbox(request, project, caller, services, tab, before)


@router.post("/approvals/{request_id}/{verb}")
async def decide(
    request: Request,
    project: EditedPage,
    caller: Visitor,
    services: ServicesDep,
    request_id: Annotated[Uid, Path()],
    verb: Annotated[str, Path(pattern="^(approve|reject|withdraw)$")],
) -> Response:
    """Approve, reject or withdraw a request."""
    fields = await fields_of(request)
    try:
        done = await _decided(services, project, caller, request_id, verb, fields)
    except SluiceError as error:
        return await _inbox(request, project, caller, services, "waiting", None, error)
    said = {
        RequestStatus.APPROVED: "The request is approved, and done.",
        RequestStatus.REJECTED: "The request is rejected.",
    }.get(done.status, "The request is withdrawn.")
    return see_other(request, f"/projects/{project.uid}/prompts/approvals", said)


async def _decided(
    services: Services,
    project: KnownProject,
    caller: Caller,
    uid: str,
    verb: str,
    fields: dict[str, str],
) -> KnownRequest:
    approvals, note = services.workbench.approvals, fields.get("note", "")
    if verb == "approve":
        said = validated(DecisionIn, {"note": note}).note
        return await approvals.approve(project, uid, note=said, user_id=caller.user_id)
    if verb == "reject":
        said = validated(RejectionIn, {"note": note}).note
        return await approvals.reject(project, uid, note=said, user_id=caller.user_id)
    return await approvals.withdraw(project, uid, user_id=caller.user_id)


@router.post("/environments")
async def protect(
    request: Request, project: OwnedPage, caller: Visitor, services: ServicesDep
) -> Response:
    """Protect an environment, or change how."""
    fields = await fields_of(request)
    said = {
        "environment": fields.get("environment", "").strip(),
        "approverRole": fields.get("approver"),
        "expiresHours": fields.get("hours"),
    }
    try:
        body = validated(_ProtectedIn, said)
        protection = protection_of(body.environment, body)
        await services.workbench.approvals.protect(project, protection, user_id=caller.user_id)
    except SluiceError as error:
        return await _inbox(request, project, caller, services, "environments", None, error, fields)
    return see_other(
        request,
        f"/projects/{project.uid}/prompts/approvals?tab=environments",
        "The environment is protected.",
    )


@router.post("/environments/{environment}/unprotect")
async def unprotect(
    request: Request,
    project: OwnedPage,
    caller: Visitor,
    services: ServicesDep,
    environment: Environment,
) -> Response:
    """Protect it no more; what waits there is withdrawn."""
    await services.workbench.approvals.unprotect(project, environment, user_id=caller.user_id)
    return see_other(
        request,
        f"/projects/{project.uid}/prompts/approvals?tab=environments",
        "The environment is not protected any more.",
    )


@router.post("/{template_id}/deploy")
async def deploy(
    request: Request,
    project: EditedPage,
    caller: Visitor,
    services: ServicesDep,
    template_id: TemplateUid,
) -> Response:
    """Let an environment point to a version."""
    fields = await fields_of(request)
    body = validated(
        DeployIn,
        {
            "environment": fields.get("other", "").strip() or fields.get("environment", ""),
            "version": fields.get("version"),
            "note": fields.get("note", ""),
        },
    )
    waiting = await services.workbench.deployments.deploy(
        project,
        template_id,
        body.version,
        body.environment,
        note=body.note,
        user_id=caller.user_id,
    )
    done = f"{body.environment} is version {body.version} now."
    address = f"/projects/{project.uid}/prompts/{template_id}?version={body.version}"
    return see_other(request, address, done if waiting is None else ASKED)


@router.post("/{template_id}/rollback")
async def roll_back(
    request: Request,
    project: EditedPage,
    caller: Visitor,
    services: ServicesDep,
    template_id: TemplateUid,
) -> Response:
    """Let an environment point to the version before."""
    fields = await fields_of(request)
    body = validated(
        RollbackIn,
        {
            "environment": fields.get("environment", ""),
            "note": fields.get("note", ""),
            "emergency": fields.get("emergency") == "true",
        },
    )
    waiting = await services.workbench.deployments.roll_back(
        project,
        template_id,
        body.environment,
        note=body.note,
        user_id=caller.user_id,
        is_emergency=body.emergency,
    )
    done = f"{body.environment} was rolled back."
    address = f"/projects/{project.uid}/prompts/{template_id}"
    return see_other(request, address, done if waiting is None else ASKED)


@router.post("/{template_id}/withdraw/{environment}")
async def withdraw(
    request: Request,
    project: EditedPage,
    caller: Visitor,
    services: ServicesDep,
    template_id: TemplateUid,
    environment: Environment,
) -> Response:
    """Let an environment point nowhere for this template."""
    waiting = await services.workbench.deployments.withdraw(
        project, template_id, environment, user_id=caller.user_id
    )
    done = "Nothing of this template is deployed there any more."
    address = f"/projects/{project.uid}/prompts/{template_id}"
    return see_other(request, address, done if waiting is None else ASKED)


@router.post("/{template_id}/delete")
async def delete(
    request: Request,
    project: EditedPage,
    caller: Visitor,
    services: ServicesDep,
    template_id: TemplateUid,
) -> Response:
    """Delete a template with its versions and its history."""
    await services.workbench.templates.delete(project, template_id, user_id=caller.user_id)
    return see_other(request, f"/projects/{project.uid}/prompts", "The template is deleted.")


async def _inbox(
    request: Request,
    project: KnownProject,
    caller: Caller,
    services: Services,
    tab: str,
    before: int | None,
    error: SluiceError | None = None,
    fields: dict[str, str] | None = None,
) -> Response:
    found = await _requests(services, project, tab, before)
    users = [user for one in found for user in (one.requested_by, one.decided_by)]
    environments = await services.workbench.template_listing.environments(project)
    shown: dict[str, Any] = {
        "tab": tab,
        "requests": found,
        "more": found[-1].row_id if len(found) == PAGE else None,
        "people": await people_of(services, users),
        "guarded": await guarded(services, project),
        "environments": environments,
        "problems": problems_by_field(error) if error is not None else {},
        "message": error.message if error is not None else "",
        "fields": fields or {},
        "may_approve": _may_approve(project, caller),
    }
    return page(
        request,
        "prompts/approvals.html",
        status=error.status if error is not None else 200,
        title="Approvals",
        **shown,
        **common(project),
    )


async def _requests(
    services: Services, project: KnownProject, tab: str, before: int | None
) -> list[KnownRequest]:
    if tab == "environments":
        return []
    is_open = [RequestStatus.OPEN]
    statuses: Sequence[RequestStatus] = is_open
    if tab == "decided":
        statuses = [one for one in RequestStatus if one is not RequestStatus.OPEN]
    return await services.workbench.approvals.page(
        project, statuses=statuses, before=before, limit=PAGE
    )


def _may_approve(project: KnownProject, caller: Caller) -> Any:  # noqa: ANN401 (a function)
    """For pages: whether the visitor could approve a request under a protection."""

    def may(one: KnownRequest, protection: Any) -> bool:  # noqa: ANN401 (a protection, or None)
        if protection is None or one.requested_by == caller.user_id:
            return False
        return project.role.may(protection.approver_role)

    return may
