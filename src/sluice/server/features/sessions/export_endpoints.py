"""Exports on our own API, streamed."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import ConfigDict, Field

from sluice.server.auth.auth import Caller
from sluice.server.features.audit import service as audit
from sluice.server.features.projects.calling import KnownCaller, Viewed
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.sessions.export_rows import ExportKind
from sluice.server.features.sessions.exporting import ExportFormat, exported, require
from sluice.server.features.sessions.search.ordering import Order
from sluice.server.kit.wire import StrictModel
from sluice.server.services import Services, ServicesDep

router = APIRouter(prefix="/api/v1/projects/{project_id}", tags=["Export"])

_FILES: dict[int | str, dict[str, Any]] = {
    200: {"content": {one.media_type: {} for one in ExportFormat}, "description": "The file."}
}


class ExportIn(StrictModel):
    """What is exported; a filter stands here, not in an address: it may hold people's data."""

    model_config = ConfigDict(hide_input_in_errors=True)

    format: ExportFormat = ExportFormat.JSONL
    kind: ExportKind = ExportKind.RECORDINGS
    filter: Any = Field(default=None, repr=False)
    """As in a search: of recordings, or of sessions (for traces, of the sessions they are in)."""


@router.get("/export", response_class=StreamingResponse, responses=_FILES)
async def export(
    project: Viewed,
    caller: KnownCaller,
    services: ServicesDep,
    export_format: Annotated[ExportFormat, Query(alias="format")] = ExportFormat.JSONL,
    kind: ExportKind = ExportKind.RECORDINGS,
) -> StreamingResponse:
    """Everything of one kind as a file, the oldest first; with placeholders, never originals."""
    return await _file(services, project, caller, ExportIn(format=export_format, kind=kind))


@router.post("/export", response_class=StreamingResponse, responses=_FILES)
async def export_some(
    body: ExportIn, project: Viewed, caller: KnownCaller, services: ServicesDep
) -> StreamingResponse:
    """What a filter lets through as a file, the oldest first."""
    return await _file(services, project, caller, body)


async def _file(
    services: Services, project: KnownProject, caller: Caller, body: ExportIn
) -> StreamingResponse:
    require(body.format)
    workbench = services.workbench.search
    search = await workbench.searching.begin(
        project, caller, body.kind.target, body.filter, Order.OLDEST
    )
    async with services.database.write() as session:
        await audit.record(
            session,
            "project.exported",
            actor_id=caller.user_id,
            subject=f"project:{project.id}",
            details={"kind": body.kind.value, "format": body.format.value},
        )
    pieces = exported(body.format, body.kind, workbench.export_rows.portions(body.kind, search))
    name = f"{project.uid}-{body.kind}.{body.format}"
    return StreamingResponse(
        pieces,
        media_type=body.format.media_type,
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )
