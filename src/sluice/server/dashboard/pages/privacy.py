"""Erasing people's data, how long things are kept, master keys, and where text was scanned."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sluice.engine.errors import Problem
from sluice.server.auth.auth import Caller
from sluice.server.auth.roles import Permission
from sluice.server.dashboard.forms import fields_of, problems_by_field, validated
from sluice.server.dashboard.guarding import GuardedRouter
from sluice.server.dashboard.rendering import page, see_other
from sluice.server.dashboard.signing_in import Visitor, visit_of
from sluice.server.errors import SluiceError, Unprocessable
from sluice.server.features.keys import service as keys
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.projects.roles import ProjectRole
from sluice.server.features.projects.schemas import ProjectChange
from sluice.server.features.proxy.calls.coverage import CoverageFilter, coverage
from sluice.server.features.proxy.calls.refused import Reason
from sluice.server.features.sessions.erasing_endpoints import ErasureIn, ErasureOut
from sluice.server.kit.sealing import SealingError
from sluice.server.services import Services, ServicesDep, services_of

REASONS: Final = {
    Reason.MISSING: "is missing",
    Reason.WRONG_TYPE: "is of another type than expected",
    Reason.UNREADABLE: "cannot be decoded",
    Reason.TOO_DEEP: "is nested too deep",
    Reason.NOT_UNDERSTOOD: "is not understood",
    Reason.NOT_SUPPORTED: "cannot be sent on",
}
"""Why requests were refused, for people."""

router = GuardedRouter(prefix="/privacy")


KEPT_DAYS = ("retentionDays", "callRetentionDays")


@router.get("")
async def index() -> Response:
    """The first of these pages."""
    return RedirectResponse("/dashboard/privacy/erasure", status_code=303)


def _owned(request: Request) -> list[KnownProject]:
    visit = visit_of(request)
    projects = visit.projects if visit is not None else []
    return [one for one in projects if one.role.may(ProjectRole.OWNER)]


@router.get("/erasure")
async def erasure(request: Request, caller: Visitor) -> Response:
    """The form by which a person's data are erased."""
    return _erasure_page(request)


def _erasure_page(
    request: Request,
    report: ErasureOut | None = None,
    project: str = "",
    error: SluiceError | None = None,
) -> Response:
    """Never with a value: what was typed is in no page afterwards."""
    return page(
        request,
        "privacy/erasure.html",
        status=error.status if error is not None else 200,
        title="Erase a person's data",
        tab="erasure",
        owned=_owned(request),
        report=report,
        chosen=project,
        problems=problems_by_field(error) if error is not None else {},
    )


@router.post("/erasure")
async def erase(request: Request, caller: Visitor, services: ServicesDep) -> Response:
    """Erase what the values stand for, and tell what went."""
    fields = await fields_of(request)
    uid = fields.get("project", "")
    try:
        project = await services.workbench.projects.of(caller, uid, ProjectRole.OWNER)
        values = [line.strip() for line in fields.get("values", "").splitlines() if line.strip()]
        body = validated(ErasureIn, {"values": values, "recordings": "recordings" in fields})
        if fields.get("sure") != "true":
            problem = Problem("sure", "say that you are sure: nothing brings it back")
            raise Unprocessable("Please look at what is marked.", errors=[problem])
        erased = await services.workbench.search.erasures.erase(
            project, caller, body.values, recordings=body.recordings
        )
    except SluiceError as error:
        return _erasure_page(request, project=uid, error=error)
    return _erasure_page(request, ErasureOut.of(erased), uid)


@router.get("/retention")
async def retention(request: Request, caller: Visitor) -> Response:
    """How long each project's sessions and calls are kept."""
    return _retention_page(request)


def _retention_page(request: Request, uid: str = "", error: SluiceError | None = None) -> Response:
    visit = visit_of(request)
    return page(
        request,
        "privacy/retention.html",
        status=error.status if error is not None else 200,
        title="Retention",
        tab="retention",
        shown=visit.projects if visit is not None else [],
        owner=ProjectRole.OWNER,
        call_days=services_of(request).workbench.search.retention.call_days,
        wrong=uid,
        problems=problems_by_field(error) if error is not None else {},
    )


@router.post("/retention")
async def keep_for(request: Request, caller: Visitor, services: ServicesDep) -> Response:
    """Set how long a project's sessions and calls are kept."""
    fields = await fields_of(request)
    uid = fields.get("project", "")
    try:
        project = await services.workbench.projects.of(caller, uid, ProjectRole.OWNER)
        days = {name: fields.get(name, "").strip() or None for name in KEPT_DAYS}
        body = validated(ProjectChange, days)
        async with services.database.write() as session:
            await services.workbench.managed_projects.change(session, project, body, caller)
    except SluiceError as error:
        return _retention_page(request, uid, error)
    return see_other(request, "/privacy/retention", "The time is set.")


@router.get("/keys")
async def master_keys(request: Request, caller: Visitor, services: ServicesDep) -> Response:
    """Which master keys wrap how many data keys."""
    return await _keys_page(request, caller, services)


async def _keys_page(
    request: Request, caller: Caller, services: Services, message: str = ""
) -> Response:
    counts = await keys.master_key_use(services.database, services.vault, caller)
    return page(
        request,
        "privacy/keys.html",
        status=409 if message else 200,
        title="Master keys",
        tab="keys",
        current=services.vault.current_master_key_id,
        counts=counts,
        message=message,
    )


@router.post("/keys")
async def rotate(request: Request, caller: Visitor, services: ServicesDep) -> Response:
    """Wrap every data key under the current master key."""
    message = ""
    try:
        done = await keys.rotate(services.database, services.vault, caller)
    except SealingError as error:
        message = str(error)
    if message:
        return await _keys_page(request, caller, services, message)
    return see_other(request, "/privacy/keys", f"{done} data key(s) were wrapped anew.")


@router.get("/coverage")
async def covered(
    request: Request,
    caller: Visitor,
    services: ServicesDep,
    instance: Annotated[str, Query(max_length=10, pattern="^[0-9]*$")] = "",
) -> Response:
    """Where text stood in the newest calls, and what was done with it."""
    chosen = int(instance) if instance and int(instance) < 2**31 else None
    found = await coverage(services.records, caller, CoverageFilter(model_instance_id=chosen))
    instances = []
    if caller.may(Permission.VIEW_MODELS):
        async with services.database.read() as session:
            instances = await services.models.admin_listing(session, caller)
    wires: dict[str, list[object]] = {}
    for one in found.paths:
        wires.setdefault(one.wire, []).append(one)
    return page(
        request,
        "privacy/coverage.html",
        title="Coverage",
        tab="coverage",
        found=found,
        wires=wires,
        reasons=REASONS,
        instances=instances,
        chosen=instance,
    )
