"""Management of teams."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from sluice.server.auth.caller import CurrentCaller
from sluice.server.features.teams.schemas import TeamDetail, TeamIn, TeamOut
from sluice.server.kit.wire import Data, RowId
from sluice.server.services import ServicesDep

admin_router = APIRouter(prefix="/api/admin/v1/teams", tags=["Manage: teams"])

After = Annotated[RowId, Query(description="Only teams with an id above this one.")]
Limit = Annotated[int, Query(ge=1, le=500, description="Rows at most.")]


@admin_router.get("")
async def list_all(
    caller: CurrentCaller, services: ServicesDep, after: After = 0, limit: Limit = 100
) -> Data[list[TeamOut]]:
    """Teams by id."""
    async with services.database.read() as session:
        return Data(data=await services.teams.page(session, caller, after=after, limit=limit))


@admin_router.post("", status_code=201)
async def create(body: TeamIn, caller: CurrentCaller, services: ServicesDep) -> Data[TeamDetail]:
    """Make an empty team."""
    async with services.database.write() as session:
        made = await services.teams.create(session, caller, body)
    return Data(data=made)


@admin_router.get("/{team_id}")
async def get(team_id: RowId, caller: CurrentCaller, services: ServicesDep) -> Data[TeamDetail]:
    """One team with its people."""
    async with services.database.read() as session:
        return Data(data=await services.teams.get(session, caller, team_id))


@admin_router.patch("/{team_id}")
async def rename(
    team_id: RowId, body: TeamIn, caller: CurrentCaller, services: ServicesDep
) -> Data[TeamDetail]:
    """Give a team another name."""
    async with services.database.write() as session:
        renamed = await services.teams.rename(session, caller, team_id, body)
    return Data(data=renamed)


@admin_router.delete("/{team_id}", status_code=204)
async def delete(team_id: RowId, caller: CurrentCaller, services: ServicesDep) -> None:
    """Delete a team that no model instance names; its roles in projects end."""
    async with services.database.write() as session:
        await services.teams.delete(session, caller, team_id)


@admin_router.put("/{team_id}/members/{user_id}")
async def add_member(
    team_id: RowId, user_id: RowId, caller: CurrentCaller, services: ServicesDep
) -> Data[TeamDetail]:
    """Take somebody into a team."""
    async with services.database.write() as session:
        changed = await services.teams.add_member(session, caller, team_id, user_id)
    return Data(data=changed)


@admin_router.delete("/{team_id}/members/{user_id}", status_code=204)
async def remove_member(
    team_id: RowId, user_id: RowId, caller: CurrentCaller, services: ServicesDep
) -> None:
    """Take somebody out of a team."""
    async with services.database.write() as session:
        await services.teams.remove_member(session, caller, team_id, user_id)
