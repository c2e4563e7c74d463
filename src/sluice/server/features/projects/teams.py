"""Teams that work on a project."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.auth.callers import Caller
from sluice.server.errors import NotFound
from sluice.server.features.audit import service as audit
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.projects.repository import ProjectRepository
from sluice.server.features.projects.roles import ProjectRole
from sluice.server.features.projects.schemas import ProjectTeamOut
from sluice.server.features.projects.tables import ProjectTeam
from sluice.server.features.teams.service import Teams


class ProjectTeams:
    """Works in the caller's transaction and never commits."""

    def __init__(self, teams: Teams) -> None:
        self._teams = teams

    async def listing(self, session: AsyncSession, project: KnownProject) -> list[ProjectTeamOut]:
        """The teams that work on a project, by team id."""
        project.require(ProjectRole.OWNER)
        rows = await ProjectRepository(session).teams(project.id)
        known = await self._teams.known(session, [row.team_id for row in rows])
        names = {team.id: team.name for team in known}
        return [ProjectTeamOut.of(row, names[row.team_id]) for row in rows]

    async def set(
        self,
        session: AsyncSession,
        caller: Caller,
        project: KnownProject,
        team_id: int,
        role: ProjectRole,
    ) -> ProjectTeamOut:
        """Give a team's people a role; who has a higher one keeps it. Raises `NotFound`."""
        project.require(ProjectRole.OWNER)
        known = await self._teams.known(session, [team_id])
        if not known:
            raise NotFound("There is no such team.")
        repository = ProjectRepository(session)
        row = await repository.team(project.id, team_id)
        if row is None:
            row = ProjectTeam(project_id=project.id, team_id=team_id)
        if row.role != role.value:
            row.role = role.value
            await repository.add(row)
            await _record(
                session, "project.team_set", project, caller, team_id=team_id, role=role.value
            )
        return ProjectTeamOut.of(row, known[0].name)

    async def remove(
        self, session: AsyncSession, caller: Caller, project: KnownProject, team_id: int
    ) -> None:
        """Take a team's role away; raises `NotFound` where it has none."""
        project.require(ProjectRole.OWNER)
        if not await ProjectRepository(session).remove_team(project.id, team_id):
            raise NotFound("This team does not work on the project.")
        await _record(session, "project.team_removed", project, caller, team_id=team_id)


async def _record(
    session: AsyncSession,
    event: str,
    project: KnownProject,
    caller: Caller,
    **details: str | int | bool,
) -> None:
    subject = f"project:{project.id}"
    await audit.record(session, event, actor_id=caller.actor_id, subject=subject, details=details)
