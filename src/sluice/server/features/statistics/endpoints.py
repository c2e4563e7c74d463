"""Statistics over our own API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime

from sluice.engine.errors import Problem
from sluice.server.auth.caller import CurrentCaller
from sluice.server.errors import Unprocessable
from sluice.server.features.projects.roles import ProjectRole
from sluice.server.features.statistics.ended import SourceName
from sluice.server.features.statistics.periods import Period, Range, between, last
from sluice.server.features.statistics.schemas import StatisticsOut, UserOfInstanceOut
from sluice.server.features.statistics.wanted import Of
from sluice.server.kit.database import utc_now
from sluice.server.kit.wire import Data, RowId
from sluice.server.services import ServicesDep

admin_router = APIRouter(prefix="/api/admin/v1", tags=["Manage: statistics"])

Since = Annotated[AwareDatetime | None, Query(description="In place of `period`; with its offset.")]
Until = Annotated[AwareDatetime | None, Query(description="Together with `since`; else now.")]
OfInstance = Annotated[RowId | None, Query(alias="modelInstanceId")]
OfProject = Annotated[str | None, Query(max_length=64, description="A project's id.")]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for."""

    time: Range
    source: SourceName | None
    model_instance_id: int | None
    project: str | None


async def wanted_statistics(
    period: Period = Period.DAY,
    since: Since = None,
    until: Until = None,
    source: SourceName | None = None,
    instance: OfInstance = None,
    project: OfProject = None,
) -> Wanted:
    """The last 24 hours, unless something else is said."""
    now = utc_now()
    if since is None and until is not None:
        raise Unprocessable(
            "No statistics of this time.", errors=[Problem("since", "give it together with until")]
        )
    time = last(period, now) if since is None else between(since, until or now, now)
    return Wanted(time, source, instance, project)


@admin_router.get("/statistics")
async def read(
    wanted: Annotated[Wanted, Depends(wanted_statistics)],
    caller: CurrentCaller,
    services: ServicesDep,
) -> Data[StatisticsOut]:
    """Calls, tokens, cost, findings, failures and times, by hour or day (UTC).

    A time is widened to whole hours, one beyond 8 days to whole days.
    """
    space_id = None
    if wanted.project is not None:
        projects = services.workbench.projects
        space_id = (await projects.of(caller, wanted.project, ProjectRole.VIEWER)).space_id
    source = wanted.source.value if wanted.source is not None else None
    of = Of(source, space_id, wanted.model_instance_id)
    return Data(data=await services.workbench.statistics.reading.read(caller, wanted.time, of))


@admin_router.get("/model-instances/{instance_id}/users")
async def users_of_instance(
    instance_id: RowId,
    caller: CurrentCaller,
    services: ServicesDep,
    days: Annotated[int, Query(ge=1, le=366)] = 30,
) -> Data[list[UserOfInstanceOut]]:
    """Who used a model instance in the last days, most calls first."""
    reading = services.workbench.statistics.reading
    return Data(data=await reading.users(caller, instance_id, days))
