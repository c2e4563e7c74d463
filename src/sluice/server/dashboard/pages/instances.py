"""Model instances: the list with their use and health, one with its usage and a test."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from sluice.server.auth.auth import Caller
from sluice.server.auth.roles import Permission
from sluice.server.dashboard.charts import calls_chart
from sluice.server.dashboard.guarding import GuardedRouter
from sluice.server.dashboard.pages.instances_limits import limits_of
from sluice.server.dashboard.rendering import is_part, page, see_other
from sluice.server.dashboard.signing_in import Visitor, visit_of
from sluice.server.features.models.schemas import InstanceTrialOut, ModelInstanceAdminOut
from sluice.server.features.models.trying import Trials
from sluice.server.features.statistics.periods import Period, last, last_days
from sluice.server.features.statistics.schemas import SumsOut
from sluice.server.features.statistics.wanted import Of
from sluice.server.kit.database import utc_now
from sluice.server.kit.wire import RowId
from sluice.server.services import Services, ServicesDep

router = GuardedRouter(prefix="/instances")

ROWS: Final = 50
USERS_SHOWN: Final = 10
TEAMS: Final = 500
"""Of which names are told; the API tells all."""
WEEK: Final = 7
"""Days of the list's numbers."""
SOME_FAIL: Final = 0.02
MANY_FAIL: Final = 0.2
"""Parts of an instance's calls from which it is marked."""


@dataclass(frozen=True, slots=True)
class Used:
    """What an instance was used for in the last days."""

    days: list[SumsOut]

    @property
    def calls(self) -> int:
        """All of them."""
        return sum(day.calls for day in self.days)

    @property
    def cost(self) -> int:
        """In millionths of a dollar."""
        return sum(day.cost_microdollars for day in self.days)

    @property
    def failed(self) -> float:
        """Which part of what was sent to its providers failed, 0 to 1."""
        sent = sum(day.calls - day.blocked for day in self.days)
        return sum(day.failed for day in self.days) / sent if sent else 0.0

    @property
    def health(self) -> tuple[str, str]:
        """The kind of the mark, and what it says."""
        if not self.calls:
            return "", "not used"
        if self.failed >= MANY_FAIL:
            return "bad", "many calls fail"
        return ("warn", "some calls fail") if self.failed >= SOME_FAIL else ("good", "answers")


@router.get("")
async def index(
    request: Request,
    caller: Visitor,
    services: ServicesDep,
    after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> Response:
    """Every model instance, with its last seven days."""
    async with services.database.read() as session:
        shown = await services.models.admin_listing(session, caller, after=after, limit=ROWS + 1)
    groups = await group_names(services, caller)
    found = await services.workbench.statistics.reading.by_instance(
        caller, last_days(WEEK, utc_now())
    )
    return page(
        request,
        "instances/index.html",
        title="Model instances",
        instances=shown[:ROWS],
        groups=groups,
        used={one.id: Used(found.get(one.id, [SumsOut()])) for one in shown[:ROWS]},
        first="/dashboard/instances" if after else None,
        after=f"/dashboard/instances?after={shown[ROWS - 1].id}" if len(shown) > ROWS else None,
    )


@router.get("/{instance_id:int}")
async def show(
    request: Request, caller: Visitor, services: ServicesDep, instance_id: RowId
) -> Response:
    """One model instance."""
    return await _shown(request, caller, services, instance_id)


@router.post("/{instance_id:int}/test")
async def test(
    request: Request, caller: Visitor, services: ServicesDep, instance_id: RowId
) -> Response:
    """Send a small call through each of its connections, and say what came of it."""
    trials = Trials(services.database, services.models, services.providers)
    tried = await trials.run(caller, instance_id)
    if is_part(request):
        return page(request, "instances/tried.html", tried=tried)
    return await _shown(request, caller, services, instance_id, tried)


@router.get("/{instance_id:int}/test")
async def after_test(request: Request, caller: Visitor, instance_id: RowId) -> Response:
    """Who loads the address of the test again gets the instance."""
    return see_other(request, f"/instances/{instance_id}")


@router.post("/{instance_id:int}/delete")
async def delete(
    request: Request, caller: Visitor, services: ServicesDep, instance_id: RowId
) -> Response:
    """Delete an instance; the button asks first."""
    async with services.database.write() as session:
        await services.models.delete(session, caller, instance_id)
    said = "The model instance is deleted, and its credentials are forgotten."
    return see_other(request, "/instances", said)


async def _shown(
    request: Request,
    caller: Caller,
    services: Services,
    instance_id: int,
    tried: InstanceTrialOut | None = None,
) -> Response:
    async with services.database.read() as session:
        one = await services.models.admin_get(session, caller, instance_id)
    groups = await group_names(services, caller)
    reading = services.workbench.statistics.reading
    found = await reading.read(
        caller, last(Period.MONTH, utc_now()), Of(model_instance_id=instance_id)
    )
    return page(
        request,
        "instances/show.html",
        title=one.name,
        one=one,
        connections=[*([one.connection] if one.connection else []), *one.fallbacks],
        groups=groups,
        open_to=await open_to(request, services, caller, one),
        found=found,
        calls_chart=calls_chart(found),
        users=await reading.users(caller, instance_id, most=USERS_SHOWN),
        project_names={user: f"Keys of {name}" for user, name in _projects(request).items()},
        tried=tried,
        used=await limits_of(services, caller, instance_id),
        snippet=_snippet(one.name),
    )


def _snippet(name: str) -> str:
    """A call of the gateway, safe in a shell: JSON without single quotes."""
    said = {"role": "user", "content": "I am jane@example.com"}
    body = json.dumps({"model": name, "messages": [said]}).replace("'", "\\u0027")
    return (
        'curl -sS "$SLUICE_URL/v1/chat/completions" -H "Authorization: Bearer $SLUICE_TOKEN" \\\n'
        f"  -H 'Content-Type: application/json' \\\n  -d '{body}'"
    )


async def open_to(
    request: Request, services: Services, caller: Caller, one: ModelInstanceAdminOut
) -> list[tuple[str, str]]:
    """Who may use an instance: what they are and their names; nobody named means everybody."""
    projects, people = await allowed(request, services, one)
    teams = await team_names(services, caller) if one.allowed_teams else {}
    return [
        *(("team", teams.get(team, f"team {team}")) for team in one.allowed_teams),
        *(("project", name) for _, name in projects),
        *(("user", name) for name in people),
    ]


async def allowed(
    request: Request, services: Services, one: ModelInstanceAdminOut
) -> tuple[list[tuple[int, str]], list[str]]:
    """The projects (their users' ids and names) and the people that an instance is open to.

    People by address; those without one, and projects that the visitor does not see, by id.
    """
    known = _projects(request)
    async with services.database.read() as session:
        people = await services.auth.service.users.people(session, one.allowed_users)
    projects = [(user, known[user]) for user in one.allowed_users if user in known]
    others = [user for user in one.allowed_users if user not in known]
    named = {user: people[user].email for user in others if user in people}
    return projects, [named.get(user) or str(user) for user in others]


def _projects(request: Request) -> dict[int, str]:
    """The names of the visitor's projects by their own users."""
    visit = visit_of(request)
    return {one.user_id: one.name for one in (visit.projects if visit is not None else [])}


async def group_names(services: Services, caller: Caller) -> dict[int, str]:
    """The names of policy groups by id."""
    async with services.database.read() as session:
        return {one.id: one.name for one in await services.policies.named(session, caller)}


async def team_names(services: Services, caller: Caller) -> dict[int, str]:
    """The names of teams by id, for who may see them."""
    if not caller.may(Permission.VIEW_PEOPLE):
        return {}
    async with services.database.read() as session:
        rows: Sequence[Any] = await services.teams.page(session, caller, after=0, limit=TEAMS)
    return {row.id: row.name for row in rows}
