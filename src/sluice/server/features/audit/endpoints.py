"""Reading, exporting and verifying the audit log."""

from __future__ import annotations

import re
from functools import partial
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime

from sluice.engine.errors import Problem
from sluice.server.auth.caller import CurrentCaller
from sluice.server.errors import Malformed
from sluice.server.features.audit.exporting import AuditFormat
from sluice.server.features.audit.filters import AuditFilter
from sluice.server.features.audit.schemas import AuditEventOut, Verification, VerificationProgress
from sluice.server.features.audit.verifying import Noted
from sluice.server.kit.streaming import LINES, LineStream, lines_of, until_caller_leaves
from sluice.server.kit.wire import Data, Page, RowId
from sluice.server.services import ServicesDep

admin_router = APIRouter(prefix="/api/admin/v1/audit-events", tags=["Manage: audit"])

_NOTED: Final = re.compile(r"([1-9][0-9]{0,9}):([0-9a-f]{64})")
_FILES: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {one.media_type: {} for one in AuditFormat}, "description": "The file."}
}
_VERIFIED: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "model": Data[Verification],
        "description": f"The result; with `Accept: {LINES}` one line of progress after another, "
        "and the result as the last one.",
        "content": {LINES: {"schema": VerificationProgress.model_json_schema(by_alias=True)}},
    }
}


async def audit_filter(
    event: Annotated[
        str | None,
        Query(max_length=64, pattern=r"^[a-z_.]*$", description="`policy.changed`, or `policy`"),
    ] = None,
    actor: Annotated[RowId | None, Query(description="A user's id.")] = None,
    subject: Annotated[
        str | None,
        Query(max_length=128, pattern=r"^[^\x00]*$", description="`policy_group:1`, or a kind"),
    ] = None,
    since: Annotated[AwareDatetime | None, Query(description="At this time or later.")] = None,
    until: Annotated[AwareDatetime | None, Query(description="Before this time.")] = None,
) -> AuditFilter:
    """Which events are asked for."""
    return AuditFilter(event or None, actor, subject or None, since, until)


Wanted = Annotated[AuditFilter, Depends(audit_filter)]


@admin_router.get("")
async def newest(
    caller: CurrentCaller,
    services: ServicesDep,
    wanted: Wanted,
    cursor: Annotated[str | None, Query(pattern=r"^[1-9][0-9]{0,9}$")] = None,
    before: Annotated[RowId | None, Query(description="Only events with a smaller id.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Page[AuditEventOut]:
    """The newest events first."""
    below = [int(given) for given in (cursor, before) if given is not None]
    found = await services.audit.page(caller, wanted, before=min(below, default=None), limit=limit)
    following = str(found[-1].id) if len(found) == limit else None
    return Page(data=found, next_cursor=following)


@admin_router.get("/export", response_class=StreamingResponse, responses=_FILES)
async def export(
    caller: CurrentCaller,
    services: ServicesDep,
    wanted: Wanted,
    written: Annotated[AuditFormat, Query(alias="format")] = AuditFormat.JSONL,
) -> StreamingResponse:
    """The events as a file, the oldest first; that they were exported is an event too."""
    await services.audit.begin_export(caller, written)
    return StreamingResponse(
        services.audit.exported(caller, wanted, written),
        media_type=written.media_type,
        headers={"content-disposition": f'attachment; filename="audit-events.{written}"'},
    )


@admin_router.get("/verify", response_model=None, responses=_VERIFIED)
async def verify(
    caller: CurrentCaller,
    services: ServicesDep,
    request: Request,
    noted: Annotated[
        str | None,
        Query(max_length=80, description="`lastId:hash` of an earlier verification"),
    ] = None,
) -> Response | Data[Verification]:
    """Whether no event was changed, removed or added since it was written."""
    told = _noted(noted)
    if LINES not in request.headers.get("accept", ""):
        work = partial(services.audit.verification, caller, told)
        return Data(data=await until_caller_leaves(request, work))
    steps = services.audit.verify(caller, told)
    # Who may not verify is told so before the stream begins.
    first = await until_caller_leaves(request, partial(anext, steps))
    return LineStream(lines_of(first, steps))


def _noted(given: str | None) -> Noted | None:
    if given is None:
        return None
    found = _NOTED.fullmatch(given)
    if found is None:
        problem = Problem("noted", "must be an event's id, a colon, and 64 hexadecimal digits")
        raise Malformed("The request is malformed.", errors=[problem])
    return Noted(int(found[1]), bytes.fromhex(found[2]))
