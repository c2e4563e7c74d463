"""Projects, who works on them and their keys: our own API, and the list of Freeplay's wire."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from sluice.server.auth.caller import CurrentCaller
from sluice.server.auth.schemas import NewTokenData, TokenData
from sluice.server.features.projects.calling import KnownCaller, Owned, Viewed
from sluice.server.features.projects.schemas import (
    KeyIn,
    MemberIn,
    MemberOut,
    ProjectChange,
    ProjectIn,
    ProjectOut,
    ProjectTeamOut,
    WireProject,
    WireProjects,
)
from sluice.server.kit.wire import Data, RowId
from sluice.server.services import ServicesDep

own = APIRouter(prefix="/api/v1/projects", tags=["Projects"])
wire = APIRouter(tags=["Freeplay: projects"])


@wire.get("/v2/projects/all")
async def all_projects(caller: KnownCaller, services: ServicesDep) -> WireProjects:
    """Every project of the caller: a project's key has its own one."""
    found = await services.workbench.projects.all_of(caller)
    return WireProjects(projects=[WireProject(id=p.uid, name=p.name) for p in found])


@own.get("")
async def list_projects(caller: KnownCaller, services: ServicesDep) -> Data[list[ProjectOut]]:
    """The caller's projects by name; an administrator's are all."""
    async with services.database.read() as session:
        return Data(data=await services.workbench.managed_projects.listing(session, caller))


@own.post("", status_code=201)
async def create_project(
    body: ProjectIn, caller: CurrentCaller, services: ServicesDep
) -> Data[ProjectOut]:
    """Make a project."""
    managed = services.workbench.managed_projects
    async with services.database.write() as session:
        made = await managed.create(session, caller, body)
    return Data(data=made)


@own.get("/{project_id}")
async def get_project(project: Viewed, services: ServicesDep) -> Data[ProjectOut]:
    """One project, and the caller's role in it."""
    async with services.database.read() as session:
        return Data(data=await services.workbench.managed_projects.get(session, project))


@own.patch("/{project_id}")
async def change_project(
    body: ProjectChange, project: Owned, caller: KnownCaller, services: ServicesDep
) -> Data[ProjectOut]:
    """Change what is said. Another policy group takes an administrator."""
    managed = services.workbench.managed_projects
    async with services.database.write() as session:
        return Data(data=await managed.change(session, project, body, caller))


@own.delete("/{project_id}", status_code=204)
async def delete_project(project: Owned, caller: KnownCaller, services: ServicesDep) -> None:
    """Delete a project with everything in it: nothing of it can be read from now on.

    The rows of a large one are removed in the minutes after this.
    """
    await services.workbench.project_deletion.delete(project, actor_id=caller.user_id)


@own.get("/{project_id}/members")
async def list_members(project: Owned, services: ServicesDep) -> Data[list[MemberOut]]:
    """Who works on a project; administrators need no role in it and are not listed."""
    async with services.database.read() as session:
        return Data(data=await services.workbench.managed_projects.members(session, project))


@own.put("/{project_id}/members/{user_id}")
async def set_member(
    user_id: RowId, body: MemberIn, project: Owned, caller: KnownCaller, services: ServicesDep
) -> Data[MemberOut]:
    """Give somebody a role in a project, in place of the one they have."""
    managed = services.workbench.managed_projects
    async with services.database.write() as session:
        member = await managed.set_member(
            session, project, user_id, body.role, actor_id=caller.user_id
        )
    return Data(data=member)


@own.delete("/{project_id}/members/{user_id}", status_code=204)
async def remove_member(
    user_id: RowId, project: Owned, caller: KnownCaller, services: ServicesDep
) -> None:
    """Take somebody's role away."""
    managed = services.workbench.managed_projects
    async with services.database.write() as session:
        await managed.remove_member(session, project, user_id, actor_id=caller.user_id)


@own.get("/{project_id}/teams")
async def list_teams(project: Owned, services: ServicesDep) -> Data[list[ProjectTeamOut]]:
    """The teams that work on a project."""
    async with services.database.read() as session:
        return Data(data=await services.workbench.project_teams.listing(session, project))


@own.put("/{project_id}/teams/{team_id}")
async def set_team(
    team_id: RowId, body: MemberIn, project: Owned, caller: KnownCaller, services: ServicesDep
) -> Data[ProjectTeamOut]:
    """Give a team's people a role in a project, in place of the one that the team has."""
    teams = services.workbench.project_teams
    async with services.database.write() as session:
        given = await teams.set(session, caller, project, team_id, body.role)
    return Data(data=given)


@own.delete("/{project_id}/teams/{team_id}", status_code=204)
async def remove_team(
    team_id: RowId, project: Owned, caller: KnownCaller, services: ServicesDep
) -> None:
    """Take a team's role away."""
    async with services.database.write() as session:
        await services.workbench.project_teams.remove(session, caller, project, team_id)


@own.get("/{project_id}/keys")
async def list_keys(project: Owned, services: ServicesDep) -> Data[list[TokenData]]:
    """The project's keys that are not revoked; never the keys themselves."""
    async with services.database.read() as session:
        return Data(data=await services.workbench.managed_projects.keys(session, project))


@own.post("/{project_id}/keys", status_code=201)
async def create_key(
    body: KeyIn, project: Owned, caller: KnownCaller, services: ServicesDep, response: Response
) -> Data[NewTokenData]:
    """Make a key of the project. This answer is the only one that holds it."""
    managed = services.workbench.managed_projects
    async with services.database.write() as session:
        made = await managed.new_key(session, caller, project, body)
    response.headers["Cache-Control"] = "no-store"
    return Data(data=made)


@own.delete("/{project_id}/keys/{key_id}", status_code=204)
async def revoke_key(
    key_id: RowId, project: Owned, caller: KnownCaller, services: ServicesDep
) -> None:
    """Revoke a key of the project: from now on it is refused."""
    managed = services.workbench.managed_projects
    async with services.database.write() as session:
        await managed.revoke_key(session, project, key_id, actor_id=caller.user_id)
