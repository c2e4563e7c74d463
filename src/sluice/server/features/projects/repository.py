"""The queries of projects and their members."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, or_, select, update

from sluice.server.features.projects.tables import Project, ProjectMember
from sluice.server.kit.repository import Repository


class ProjectRepository(Repository):
    """Projects that are not deleted."""

    async def by_uid(self, uid: str) -> Project | None:
        """One by its public id."""
        query = select(Project).where(Project.uid == uid, Project.deleted_at.is_(None))
        return (await self._session.scalars(query)).one_or_none()

    async def role(self, project_id: int, user_id: int) -> str | None:
        """The role of a member; None for who is none."""
        query = select(ProjectMember.role).where(
            ProjectMember.project_id == project_id, ProjectMember.user_id == user_id
        )
        return (await self._session.scalars(query)).one_or_none()

    async def all(self) -> list[Project]:
        """Every project by name."""
        query = select(Project).where(Project.deleted_at.is_(None)).order_by(Project.name)
        return list((await self._session.scalars(query)).all())

    async def of_user(self, user_id: int) -> list[tuple[Project, str | None]]:
        """Those of which somebody is a member or the own user, with the member's role, by name."""
        query = (
            select(Project, ProjectMember.role)
            .outerjoin(
                ProjectMember,
                (ProjectMember.project_id == Project.id) & (ProjectMember.user_id == user_id),
            )
            .where(
                Project.deleted_at.is_(None),
                or_(Project.user_id == user_id, ProjectMember.user_id == user_id),
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
        """Delete every member."""
        await self._session.execute(
            delete(ProjectMember).where(ProjectMember.project_id == project_id)
        )

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
