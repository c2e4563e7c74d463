"""The queries of projects and their members."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select, update

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

    async def note_format_use(self, project_id: int, now: datetime) -> None:
        """Note that a client of 0.1.6 reads templates here, unless that is noted."""
        await self._session.execute(
            update(Project)
            .where(Project.id == project_id, Project.format_used_at.is_(None))
            .values(format_used_at=now)
        )
