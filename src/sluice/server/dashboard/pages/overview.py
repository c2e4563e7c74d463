"""The overview: what was called, blocked and found, what it cost and how long it took."""

from __future__ import annotations

from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from sluice.engine import Action
from sluice.server.auth.auth import Caller
from sluice.server.dashboard.charts import calls_chart, times_chart
from sluice.server.dashboard.formatting import short
from sluice.server.dashboard.guarding import GuardedRouter
from sluice.server.dashboard.rendering import page
from sluice.server.dashboard.signing_in import Visitor, visit_of
from sluice.server.features.projects.roles import ProjectRole
from sluice.server.features.statistics.ended import SourceName
from sluice.server.features.statistics.periods import Period, last
from sluice.server.features.statistics.wanted import Of
from sluice.server.kit.database import utc_now
from sluice.server.services import Services, ServicesDep

router = GuardedRouter(prefix="/overview")

PERIODS: Final = (
    (Period.DAY, "24 hours"),
    (Period.WEEK, "7 days"),
    (Period.MONTH, "30 days"),
)
SOURCES: Final = (
    ("", "Everything"),
    (SourceName.CALLS.value, "Gateway calls"),
    (SourceName.CHATS.value, "Chats in threads"),
    (SourceName.RECORDINGS.value, "Recordings"),
)
_SHORT: Final = {
    SourceName.CALLS: "gateway",
    SourceName.CHATS: "chats",
    SourceName.RECORDINGS: "recorded",
}
SHOWN: Final = 15
"""Rows of a card; the API tells them all."""


@router.get("")
async def index(
    request: Request,
    caller: Visitor,
    services: ServicesDep,
    period: Period = Period.WEEK,
    source: Annotated[str, Query(pattern="^(calls|chats|recordings)?$")] = "",
    instance: Annotated[str, Query(pattern="^[0-9]{0,9}$")] = "",
    project: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """The last 24 hours, 7 or 30 days, of everything or a part of it."""
    space_id = await _space(services, caller, project)
    of = Of(source or None, space_id, int(instance) if instance else None)
    time = last(period, utc_now())
    found = await services.workbench.statistics.reading.read(caller, time, of)
    visit = visit_of(request)
    return page(
        request,
        "overview/index.html",
        title="Overview",
        found=found,
        kept=sum(one.count - one.actions.get(Action.ALLOW.value, 0) for one in found.entities),
        calls_by_source=", ".join(
            f"{short(one.calls)} {_SHORT[one.source]}" for one in found.by_source
        ),
        calls_chart=calls_chart(found),
        times_chart=times_chart(found),
        periods=[(name, _address(one.value, source, instance, project), one is period)
                 for one, name in PERIODS],
        period=period.value,
        chosen={"source": source, "instance": instance, "project": project},
        sources=SOURCES,
        instances=await _instances(services),
        owned=[(one.uid, one.name) for one in (visit.projects if visit is not None else [])],
        most=SHOWN,
    )  # fmt: skip


async def _space(services: Services, caller: Caller, project: str) -> int | None:
    if not project:
        return None
    found = await services.workbench.projects.of(caller, project, ProjectRole.VIEWER)
    return found.space_id


async def _instances(services: Services) -> list[tuple[str, str]]:
    async with services.database.read() as session:
        names = await services.models.labels(session)
    return [(str(number), name) for number, name in sorted(names.items(), key=lambda one: one[1])]


def _address(period: str, source: str, instance: str, project: str) -> str:
    chosen = {"period": period, "source": source, "instance": instance, "project": project}
    return "/dashboard/overview?" + urlencode({k: v for k, v in chosen.items() if v})
