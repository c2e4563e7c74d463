"""Protected environments and requests for them on our own API, under `/api/v1/projects/{id}`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from sluice.server.features.projects.calling import Edited, KnownCaller, Owned, Viewed
from sluice.server.features.templates.approval_schemas import (
    DecisionIn,
    ProtectionIn,
    ProtectionOut,
    RejectionIn,
    RequestOut,
    protection_of,
)
from sluice.server.features.templates.content import Environment, Uid
from sluice.server.features.templates.requested import KnownRequest, RequestStatus
from sluice.server.kit.wire import Data, Page
from sluice.server.services import ServicesDep

router = APIRouter(prefix="/api/v1/projects/{project_id}", tags=["Deployment requests"])

RequestUid = Annotated[Uid, Path(description="The request's id.")]


@router.get("/environments/{environment}/protection")
async def get_protection(
    environment: Environment, project: Viewed, services: ServicesDep
) -> Data[ProtectionOut]:
    """How an environment is protected; 404 where it is not."""
    found = await services.workbench.approvals.protection(project, environment)
    return Data(data=ProtectionOut.model_validate(found))


@router.put("/environments/{environment}/protection")
async def protect(
    environment: Environment,
    body: ProtectionIn,
    project: Owned,
    caller: KnownCaller,
    services: ServicesDep,
) -> Data[ProtectionOut]:
    """Let nothing change in an environment before a second person has approved it."""
    protection = await services.workbench.approvals.protect(
        project, protection_of(environment, body), user_id=caller.user_id
    )
    return Data(data=ProtectionOut.model_validate(protection))


@router.delete("/environments/{environment}/protection", status_code=204)
async def unprotect(
    environment: Environment, project: Owned, caller: KnownCaller, services: ServicesDep
) -> None:
    """Protect it no more; what waits for approval there is withdrawn."""
    await services.workbench.approvals.unprotect(project, environment, user_id=caller.user_id)


@router.get("/deployment-requests")
async def list_requests(
    project: Viewed,
    services: ServicesDep,
    status: Annotated[
        list[RequestStatus] | None, Query(description="Only these; may be repeated.")
    ] = None,
    template: Annotated[Uid | None, Query(description="Only of this template's id.")] = None,
    cursor: Annotated[
        int | None, Query(ge=1, le=2**31 - 1, description="`nextCursor` of the page before.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=500, description="Rows at most.")] = 100,
) -> Page[RequestOut]:
    """Requests to change protected environments, newest first."""
    rows = await services.workbench.approvals.page(
        project, statuses=status or (), template_uid=template, before=cursor, limit=limit
    )
    more = str(rows[-1].row_id) if len(rows) == limit else None
    return Page(data=[RequestOut.of(row) for row in rows], next_cursor=more)


@router.get("/deployment-requests/{request_id}")
async def get_request(
    request_id: RequestUid, project: Viewed, services: ServicesDep
) -> Data[RequestOut]:
    """One request."""
    return _data(await services.workbench.approvals.get(project, request_id))


@router.post("/deployment-requests/{request_id}/approve")
async def approve(
    request_id: RequestUid,
    body: DecisionIn,
    project: Edited,
    caller: KnownCaller,
    services: ServicesDep,
) -> Data[RequestOut]:
    """Do what was asked for; for somebody else than who asked."""
    approvals = services.workbench.approvals
    done = await approvals.approve(project, request_id, note=body.note, user_id=caller.user_id)
    return _data(done)


@router.post("/deployment-requests/{request_id}/reject")
async def reject(
    request_id: RequestUid,
    body: RejectionIn,
    project: Edited,
    caller: KnownCaller,
    services: ServicesDep,
) -> Data[RequestOut]:
    """Say no, and why; for somebody else than who asked."""
    approvals = services.workbench.approvals
    done = await approvals.reject(project, request_id, note=body.note, user_id=caller.user_id)
    return _data(done)


@router.post("/deployment-requests/{request_id}/withdraw")
async def withdraw(
    request_id: RequestUid, project: Edited, caller: KnownCaller, services: ServicesDep
) -> Data[RequestOut]:
    """Ask for it no more; for who asked, and for owners."""
    approvals = services.workbench.approvals
    return _data(await approvals.withdraw(project, request_id, user_id=caller.user_id))


def _data(request: KnownRequest) -> Data[RequestOut]:
    return Data(data=RequestOut.of(request))
