"""Teams: who is in them."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from sluice.server.auth.callers import Caller
from sluice.server.auth.roles import Permission
from sluice.server.dashboard.forms import fields_of, problems_by_field, validated
from sluice.server.dashboard.guarding import GuardedRouter
from sluice.server.dashboard.rendering import page, see_other
from sluice.server.dashboard.signing_in import Visitor
from sluice.server.errors import SluiceError
from sluice.server.features.teams.schemas import TeamIn
from sluice.server.kit.wire import RowId
from sluice.server.services import Services, ServicesDep

router = GuardedRouter(prefix="/people/teams")

ROWS: Final = 50


@router.get("")
async def index(
    request: Request, caller: Visitor, services: ServicesDep, after: Annotated[RowId, Query()] = 0
) -> Response:
    """Every team."""
    return await _listed(request, caller, services, after=after)


@router.post("")
async def create(request: Request, caller: Visitor, services: ServicesDep) -> Response:
    """Make an empty team."""
    fields = await fields_of(request)
    try:
        body = validated(TeamIn, {"name": fields.get("name", "")})
        async with services.database.write() as session:
            made = await services.teams.create(session, caller, body)
    except SluiceError as error:
        return await _listed(request, caller, services, fields=fields, error=error)
    return see_other(request, f"/people/teams/{made.id}", "The team is made. Add its people.")


@router.get("/{team_id:int}")
async def show(
    request: Request, caller: Visitor, services: ServicesDep, team_id: RowId
) -> Response:
    """One team and its people."""
    return await _shown(request, caller, services, team_id)


@router.post("/{team_id:int}/rename")
async def rename(
    request: Request, caller: Visitor, services: ServicesDep, team_id: RowId
) -> Response:
    """Give a team another name."""
    fields = await fields_of(request)
    try:
        body = validated(TeamIn, {"name": fields.get("name", "")})
        async with services.database.write() as session:
            await services.teams.rename(session, caller, team_id, body)
    except SluiceError as error:
        return await _shown(request, caller, services, team_id, fields, error)
    return see_other(request, f"/people/teams/{team_id}", "The team has another name.")


@router.post("/{team_id:int}/members")
async def add_member(
    request: Request, caller: Visitor, services: ServicesDep, team_id: RowId
) -> Response:
    """Take somebody into a team."""
    fields = await fields_of(request)
    caller.require(Permission.MANAGE_PEOPLE)
    try:
        async with services.database.write() as session:
            user = await services.auth.service.users.with_email(session, fields.get("email", ""))
            await services.teams.add_member(session, caller, team_id, user)
    except SluiceError as error:
        return await _shown(request, caller, services, team_id, fields, error)
    return see_other(request, f"/people/teams/{team_id}", "This person is in the team now.")


@router.post("/{team_id:int}/members/{user_id:int}/remove")
async def remove_member(
    request: Request, caller: Visitor, services: ServicesDep, team_id: RowId, user_id: RowId
) -> Response:
    """Take somebody out of a team."""
    async with services.database.write() as session:
        await services.teams.remove_member(session, caller, team_id, user_id)
    return see_other(request, f"/people/teams/{team_id}", "This person is not in the team now.")


@router.post("/{team_id:int}/delete")
async def delete(
    request: Request, caller: Visitor, services: ServicesDep, team_id: RowId
) -> Response:
    """Delete a team that no model instance names."""
    try:
        async with services.database.write() as session:
            await services.teams.delete(session, caller, team_id)
    except SluiceError as error:
        return await _shown(request, caller, services, team_id, error=error)
    return see_other(request, "/people/teams", "The team is deleted.")


async def _listed(
    request: Request,
    caller: Caller,
    services: Services,
    *,
    after: int = 0,
    fields: dict[str, str] | None = None,
    error: SluiceError | None = None,
) -> Response:
    async with services.database.read() as session:
        found = await services.teams.page(session, caller, after=after, limit=ROWS + 1)
    return page(
        request,
        "people/teams.html",
        status=error.status if error is not None else 200,
        title="Teams",
        teams=found[:ROWS],
        more=found[ROWS - 1].id if len(found) > ROWS else None,
        fields=fields or {},
        problems=problems_by_field(error) if error is not None else {},
    )


async def _shown(
    request: Request,
    caller: Caller,
    services: Services,
    team_id: int,
    fields: dict[str, str] | None = None,
    error: SluiceError | None = None,
) -> Response:
    async with services.database.read() as session:
        team = await services.teams.get(session, caller, team_id)
        may_see = caller.may(Permission.VIEW_MODELS)
        instances = await services.models.admin_listing(session, caller) if may_see else []
    return page(
        request,
        "people/team.html",
        status=error.status if error is not None else 200,
        title=team.name,
        team=team,
        instances=[one for one in instances if team_id in one.allowed_teams],
        fields=fields or {},
        problems=problems_by_field(error) if error is not None else {},
    )
