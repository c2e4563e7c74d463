"""The first steps over our own API."""

from __future__ import annotations

from typing import Self

from fastapi import APIRouter

from sluice.server.auth.caller import CurrentCaller
from sluice.server.features.firststeps.service import Progress
from sluice.server.kit.wire import Data, WireModel
from sluice.server.services import ServicesDep

admin_router = APIRouter(prefix="/api/admin/v1", tags=["Manage: model instances"])


class ProgressOut(WireModel):
    """Which of the first steps are done."""

    connected: bool
    """There is a model instance of a vendor."""
    tried: bool
    """A prompt was sent to a model instance in the last 30 days."""
    called: bool
    """An application called the gateway or recorded a call in the last 30 days."""
    closed: bool
    """The caller put the first steps away."""

    @classmethod
    def of(cls, progress: Progress) -> Self:
        """From the service's."""
        return cls.model_validate(progress)


@admin_router.get("/first-steps")
async def first_steps(caller: CurrentCaller, services: ServicesDep) -> Data[ProgressOut]:
    """How far the caller has come in setting the server up."""
    return Data(data=ProgressOut.of(await services.first_steps.progress(caller)))


@admin_router.post("/first-steps/close", status_code=204)
async def close(caller: CurrentCaller, services: ServicesDep) -> None:
    """Put the first steps away, for the caller."""
    await services.first_steps.close(caller)
