"""Projects as the other features use them: whose they are, and who may do what there."""

from __future__ import annotations

from functools import partial
from typing import Final

from sluice.server.auth.auth import Caller
from sluice.server.auth.roles import Permission
from sluice.server.errors import Forbidden, NotFound
from sluice.server.features.policies.service import Policies, PolicyInForce
from sluice.server.features.projects.known import FormatDialect, KnownProject, OnFindings
from sluice.server.features.projects.naming import is_uid
from sluice.server.features.projects.repository import ProjectRepository
from sluice.server.features.projects.roles import ProjectRole
from sluice.server.features.projects.tables import Project
from sluice.server.features.proxy.in_projects import CallersSpaces
from sluice.server.kit.configuration import KeptConfiguration
from sluice.server.kit.database import Database, utc_now

NO_PROJECT: Final = "There is no such project, or you may not see it."


class Projects:
    """Reads projects; what was read is kept in memory as long as nothing has changed."""

    def __init__(
        self, database: Database, configuration: KeptConfiguration, policies: Policies
    ) -> None:
        self._database = database
        self._configuration = configuration
        self._policies = policies
        self._format_noted: set[int] = set()

    async def of(
        self, caller: Caller, uid: str, needs: ProjectRole = ProjectRole.VIEWER
    ) -> KnownProject:
        """The project of this public id, where the caller has this role or a higher one.

        Raises `NotFound` for who has no role in it, `Forbidden` for a lower one.
        """
        if not is_uid(uid):
            raise NotFound(NO_PROJECT)
        await self._configuration.refresh()
        key = ("project", caller.user_id, caller.role, uid)
        known = await self._configuration.get(key, partial(self._read, caller, uid))
        if known is None:
            raise NotFound(NO_PROJECT)
        if not known.role.may(needs):
            raise Forbidden(
                f"In this project you are {known.role}; this takes {needs}.", code="project_role"
            )
        return known

    async def all_of(self, caller: Caller) -> list[KnownProject]:
        """Every project in which the caller has a role, by name."""
        await self._configuration.refresh()
        key = ("projects", caller.user_id, caller.role)
        return list(await self._configuration.get(key, partial(self._read_all, caller)))

    async def _read_all(self, caller: Caller) -> list[KnownProject]:
        async with self._database.read() as session:
            repository = ProjectRepository(session)
            if caller.may(Permission.MANAGE_PROJECTS):
                return [known_project(row, ProjectRole.OWNER) for row in await repository.all()]
            rows = await repository.of_user(caller.user_id)
        return [known_project(row, _role(role)) for row, role in rows]

    async def kept_for_days(self) -> list[KnownProject]:
        """Every project whose sessions are deleted after some days, by name: for the server."""
        async with self._database.read() as session:
            rows = await ProjectRepository(session).all()
        known = [known_project(row, ProjectRole.OWNER) for row in rows]
        return [project for project in known if project.retention_days is not None]

    async def space_named(self, caller: Caller, uid: str) -> int:
        """The own conversation of a project in which the caller may record; raises like `of`."""
        return (await self.of(caller, uid, ProjectRole.EDITOR)).space_id

    async def spaces_of(self, caller: Caller) -> CallersSpaces:
        """The own conversations of all projects in which the caller may record.

        As of the last `refresh` of what is kept: to be asked when the caller was just verified.
        """
        key = ("spaces", caller.user_id, caller.role)
        return await self._configuration.get(key, partial(self._spaces, caller))

    async def policy(self, project: KnownProject) -> PolicyInForce:
        """The policy version in force for what is recorded and saved in a project."""
        await self._configuration.refresh()
        key = ("project policy", project.policy_group_id)

        async def read() -> PolicyInForce:
            async with self._database.read() as session:
                return await self._policies.in_force(session, project.policy_group_id)

        return await self._configuration.get(key, read)

    async def must_be_formattable(self, project: KnownProject) -> bool:
        """Whether what is deployed must be sayable to clients of 0.1.6."""
        if project.format_dialect is not FormatDialect.WHEN_USED:
            return project.format_dialect is FormatDialect.ALWAYS
        if project.id in self._format_noted:
            return True
        async with self._database.read() as session:
            row = await ProjectRepository(session).by_uid(project.uid)
        return row is not None and row.format_used_at is not None

    async def note_format_use(self, project: KnownProject) -> None:
        """A client of 0.1.6 reads templates of this project."""
        if project.id in self._format_noted:
            return
        async with self._database.write() as session:
            await ProjectRepository(session).note_format_use(project.id, utc_now())
        self._format_noted.add(project.id)

    async def _spaces(self, caller: Caller) -> CallersSpaces:
        found = [p for p in await self.all_of(caller) if p.role.may(ProjectRole.EDITOR)]
        own = next((p.space_id for p in found if p.user_id == caller.user_id), None)
        return CallersSpaces(own, tuple(sorted(p.space_id for p in found)))

    async def _read(self, caller: Caller, uid: str) -> KnownProject | None:
        async with self._database.read() as session:
            repository = ProjectRepository(session)
            row = await repository.by_uid(uid)
            if row is None:
                return None
            if caller.may(Permission.MANAGE_PROJECTS):
                return known_project(row, ProjectRole.OWNER)
            role = await repository.role(row.id, caller.user_id)
        if role is None and row.user_id != caller.user_id:
            return None
        return known_project(row, _role(role))


def _role(role: str | None) -> ProjectRole:
    """A member's role; the project's own keys edit."""
    return ProjectRole(role) if role is not None else ProjectRole.EDITOR


def known_project(row: Project, role: ProjectRole) -> KnownProject:
    """A row as the other features know it."""
    return KnownProject(
        id=row.id,
        uid=row.uid,
        name=row.name,
        user_id=row.user_id,
        space_id=row.conversation_id,
        policy_group_id=row.policy_group_id,
        keep_raw=row.keep_raw,
        on_findings=OnFindings(row.findings),
        format_dialect=FormatDialect(row.format_dialect),
        retention_days=row.retention_days,
        role=role,
    )
