"""Where a placeholder stands, on our own API."""

from __future__ import annotations

from fastapi import APIRouter

from sluice.server.features.projects.calling import Viewed
from sluice.server.features.sessions.uses import PlaceholderIn, UsesOut
from sluice.server.kit.wire import Data
from sluice.server.services import ServicesDep

router = APIRouter(prefix="/api/v1/projects/{project_id}", tags=["Sessions and recordings"])


@router.post("/placeholders/uses")
async def uses(body: PlaceholderIn, project: Viewed, services: ServicesDep) -> Data[UsesOut]:
    """Where else a placeholder stands: counts by kind and the latest places, no originals."""
    return Data(data=await services.workbench.search.uses.of(project, body.placeholder))
