"""Reading the audit log."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from sluice.server.auth.auth import Caller
from sluice.server.auth.caller import require
from sluice.server.auth.roles import Permission
from sluice.server.features.audit import service
from sluice.server.features.audit.schemas import AuditEventOut
from sluice.server.kit.wire import Data, RowId
from sluice.server.services import ServicesDep

admin_router = APIRouter(prefix="/api/admin/v1/audit-events", tags=["Manage: audit"])

Auditor = Annotated[Caller, Depends(require(Permission.AUDIT))]


@admin_router.get("")
async def newest(
    caller: Auditor,
    services: ServicesDep,
    before: Annotated[RowId | None, Query(description="only events with a smaller id")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    event: Annotated[str | None, Query(max_length=64, pattern=r"^[a-z_.]*$")] = None,
) -> Data[list[AuditEventOut]]:
    """The newest events first."""
    async with services.database.read() as session:
        rows = await service.list_events(session, before=before, limit=limit, event=event)
    return Data(data=[AuditEventOut.model_validate(row) for row in rows])
