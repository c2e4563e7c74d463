"""Saved views on our own API."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from sluice.server.features.projects.calling import KnownCaller, Viewed
from sluice.server.features.sessions.views.schemas import ViewIn, ViewOf, ViewOut
from sluice.server.kit.wire import Data
from sluice.server.services import ServicesDep

router = APIRouter(prefix="/api/v1/projects/{project_id}/views", tags=["Saved views"])

ViewUid = Annotated[str, Path(max_length=36, pattern=r"^[0-9a-f-]*$", description="The view's id.")]


@router.get("")
async def list_views(
    project: Viewed, caller: KnownCaller, services: ServicesDep, target: ViewOf | None = None
) -> Data[list[ViewOut]]:
    """The caller's own views and the shared ones."""
    return Data(data=await services.workbench.search.saved_views.listing(project, caller, target))


@router.post("", status_code=201)
async def create(
    body: ViewIn, project: Viewed, caller: KnownCaller, services: ServicesDep
) -> Data[ViewOut]:
    """Save a view; what people typed into its filter is kept with placeholders."""
    return Data(data=await services.workbench.search.saved_views.create(project, caller, body))


@router.get("/{view_id}")
async def get(
    view_id: ViewUid, project: Viewed, caller: KnownCaller, services: ServicesDep
) -> Data[ViewOut]:
    """One view."""
    return Data(data=await services.workbench.search.saved_views.get(project, caller, view_id))


@router.put("/{view_id}")
async def change(
    view_id: ViewUid, body: ViewIn, project: Viewed, caller: KnownCaller, services: ServicesDep
) -> Data[ViewOut]:
    """Put another view in its place."""
    return Data(
        data=await services.workbench.search.saved_views.change(project, caller, view_id, body)
    )


@router.delete("/{view_id}", status_code=204)
async def delete(
    view_id: ViewUid, project: Viewed, caller: KnownCaller, services: ServicesDep
) -> None:
    """Delete a view."""
    await services.workbench.search.saved_views.delete(project, caller, view_id)
