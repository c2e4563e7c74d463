"""The queries of projects and their members."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Subquery, delete, or_, select, union_all, update

from sluice.server.features.projects.tables import Project, ProjectMember, ProjectTeam
from sluice.server.features.teams.membership import teams_of
from sluice.server.kit.repository import Repository


class ProjectRepository(Repository):
    """Projects that are not deleted."""

    async def by_uid(self, uid: str) -> Project | None:
        """One by its public id."""
        query = select(Project).where(Project.uid == uid, Project.deleted_at.is_(None))
        return (await self._session.scalars(query)).one_or_none()

    async def roles(self, project_id: int, user_id: int) -> list[str]:
        """What somebody is in a project by themselves and by their teams."""
        given = _given(user_id)
        query = select(given.c.role).where(given.c.project_id == project_id)
        return list((await self._session.scalars(query)).all())

    async def all(self) -> list[Project]:
        """Every project by name."""
        query = select(Project).where(Project.deleted_at.is_(None)).order_by(Project.name)
        return list((await self._session.scalars(query)).all())

    async def any_ever(self) -> bool:
        """Whether there is a project, deleted ones too."""
        return (await self._session.scalars(select(Project.id).limit(1))).first() is not None

    async def spaces(self) -> dict[int, int]:
        """The own conversations of all projects, deleted ones too."""
        rows = await self._session.execute(select(Project.id, Project.conversation_id))
        return {row[0]: row[1] for row in rows}

    async def of_user(self, user_id: int) -> list[tuple[Project, str | None]]:
        """Those of which somebody is the own user or has a role, each with it, by name.

        A project comes as often as somebody has a role in it, by themselves and by their teams.
        """
        given = _given(user_id)
        query = (
            select(Project, given.c.role)
            .outerjoin(given, given.c.project_id == Project.id)
            .where(
                Project.deleted_at.is_(None),
                or_(Project.user_id == user_id, given.c.role.is_not(None)),
            )
            .order_by(Project.name)
        )
        return [(row[0], row[1]) for row in await self._session.execute(query)]

    async def name_is_taken(self, name: str) -> bool:
        """Whether a project has this name."""
        return (
            await self._session.scalars(select(Project.id).where(Project.name == name))
        ).first() is not None

    async def uids_like(self, slug: str, *, exact: bool = False) -> set[str]:
        """The ids that are this one or, unless it must be exact, begin with it."""
        begins = Project.uid == slug if exact else Project.uid.startswith(slug, autoescape=True)
        return set((await self._session.scalars(select(Project.uid).where(begins))).all())

    async def names_using(self, group_id: int) -> list[str]:
        """The names of the projects that use a policy group."""
        query = select(Project.name).where(
            Project.policy_group_id == group_id, Project.deleted_at.is_(None)
        )
        return list((await self._session.scalars(query)).all())

    async def members(self, project_id: int) -> list[ProjectMember]:
        """The members of a project, by user."""
        query = (
            select(ProjectMember)
            .where(ProjectMember.project_id == project_id)
            .order_by(ProjectMember.user_id)
        )
        return list((await self._session.scalars(query)).all())

    async def member(self, project_id: int, user_id: int) -> ProjectMember | None:
        """One member."""
        return await self._session.get(ProjectMember, (project_id, user_id))

    async def remove_member(self, project_id: int, user_id: int) -> bool:
        """Delete a member; whether there was one."""
        removed = await self._session.execute(
            delete(ProjectMember)
            .where(ProjectMember.project_id == project_id, ProjectMember.user_id == user_id)
            .returning(ProjectMember.user_id)
        )
        return removed.one_or_none() is not None

    async def shut(self, project_id: int, now: datetime) -> bool:
        """Mark a project as deleted, and free its id and name; whether it was not yet."""
        # Neither is what a project can be called.
        freed = {"uid": f"~{project_id}", "name": f" {project_id}"}
        shut = await self._session.execute(
            update(Project)
            .where(Project.id == project_id, Project.deleted_at.is_(None))
            .values(deleted_at=now, **freed)
            .returning(Project.id)
        )
        return shut.one_or_none() is not None

    async def remove_members(self, project_id: int) -> None:
        """Delete every member, and every team's role."""
        for table in (ProjectMember, ProjectTeam):
            await self._session.execute(delete(table).where(table.project_id == project_id))

    async def teams(self, project_id: int) -> list[ProjectTeam]:
        """The teams that work on a project, by team."""
        query = (
            select(ProjectTeam)
            .where(ProjectTeam.project_id == project_id)
            .order_by(ProjectTeam.team_id)
        )
        return list((await self._session.scalars(query)).all())

    async def team(self, project_id: int, team_id: int) -> ProjectTeam | None:
        """One team's role."""
        return await self._session.get(ProjectTeam, (project_id, team_id))

    async def remove_team(self, project_id: int, team_id: int) -> bool:
        """Delete a team's role; whether it had one."""
        removed = await self._session.execute(
            delete(ProjectTeam)
            .where(ProjectTeam.project_id == project_id, ProjectTeam.team_id == team_id)
            .returning(ProjectTeam.team_id)
        )
        return removed.one_or_none() is not None

    async def uncleared(self) -> list[Project]:
        """Deleted projects of which rows may be left, the oldest first."""
        query = (
            select(Project)
            .where(Project.deleted_at.is_not(None), Project.cleared_at.is_(None))
            .order_by(Project.deleted_at)
        )
        return list((await self._session.scalars(query)).all())

    async def note_cleared(self, project_id: int, now: datetime) -> None:
        """Note that nothing of a deleted project is left."""
        await self._session.execute(
            update(Project).where(Project.id == project_id).values(cleared_at=now)
        )

    async def note_format_use(self, project_id: int, now: datetime) -> None:
        """Note that a client of 0.1.6 reads templates here, unless that is noted."""
        await self._session.execute(
            update(Project)
            .where(Project.id == project_id, Project.format_used_at.is_(None))
            .values(format_used_at=now)
        )


def _given(user_id: int) -> Subquery:
    """The roles that somebody was given in projects, by themselves and by their teams."""
    return union_all(
        select(ProjectMember.project_id, ProjectMember.role).where(
            ProjectMember.user_id == user_id
        ),
        select(ProjectTeam.project_id, ProjectTeam.role).where(
            ProjectTeam.team_id.in_(teams_of(user_id))
        ),
    ).subquery()
