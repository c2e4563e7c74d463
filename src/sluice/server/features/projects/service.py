"""Projects as the other features use them: whose they are, and who may do what there."""

from __future__ import annotations

from functools import partial
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.auth.auth import Caller
from sluice.server.auth.roles import Permission, Role, permissions_of
from sluice.server.errors import NotFound
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
        key = ("project", caller.user_id, caller.standing, uid)
        known = await self._configuration.get(key, partial(self._read, caller, uid))
        if known is None:
            raise NotFound(NO_PROJECT)
        known.require(needs)
        return known

    async def all_of(self, caller: Caller) -> list[KnownProject]:
        """Every project in which the caller has a role, by name."""
        await self._configuration.refresh()
        key = ("projects", caller.user_id, caller.standing)
        return list(await self._configuration.get(key, partial(self._read_all, caller)))

    async def _read_all(self, caller: Caller) -> list[KnownProject]:
        async with self._database.read() as session:
            repository = ProjectRepository(session)
            return [known_project(row, role) for row, role in await roles_of(repository, caller)]

    async def kept_for_days(self) -> list[KnownProject]:
        """Every project whose sessions or calls are deleted after some days, by name: for the
        server."""
        async with self._database.read() as session:
            rows = await ProjectRepository(session).all()
        known = [known_project(row, ProjectRole.OWNER) for row in rows]
        return [one for one in known if one.retention_days or one.call_retention_days]

    async def space_named(self, caller: Caller, uid: str) -> int:
        """The own conversation of a project in which the caller may record; raises like `of`."""
        return (await self.of(caller, uid, ProjectRole.EDITOR)).space_id

    async def spaces_of(self, caller: Caller) -> CallersSpaces:
        """The own conversations of all projects in which the caller may record.

        As of the last `refresh` of what is kept: to be asked when the caller was just verified.
        """
        key = ("spaces", caller.user_id, caller.standing)
        return await self._configuration.get(key, partial(self._spaces, caller))

    async def spaces(self, session: AsyncSession) -> dict[int, int]:
        """The own conversation of every project by the project's number, deleted ones too."""
        return await ProjectRepository(session).spaces()

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
            if row is None or not caller.is_let_into_projects:
                return None
            given = await repository.roles(row.id, caller.user_id)
        own = ProjectRole.EDITOR if row.user_id == caller.user_id else None
        role = _highest(everywhere(caller), own, *map(ProjectRole, given))
        return known_project(row, role) if role is not None else None


_EVERYWHERE: Final = {
    Role.PROMPT_EDITOR.value: ProjectRole.EDITOR,
    Role.AUDITOR.value: ProjectRole.VIEWER,
}


def everywhere(caller: Caller) -> ProjectRole | None:
    """What somebody is in every project by their role on the server; None: nothing.

    By their role, also where the API token's scopes leave out making projects.
    """
    if Permission.MANAGE_PROJECTS in caller.permissions | permissions_of(caller.role):
        return ProjectRole.OWNER
    return _EVERYWHERE.get(caller.role)


async def roles_of(
    repository: ProjectRepository, caller: Caller
) -> list[tuple[Project, ProjectRole]]:
    """Every project in which somebody has a role, by name, with the highest they have."""
    if not caller.is_let_into_projects:
        return []
    least = everywhere(caller)
    given: dict[int, tuple[Project, ProjectRole | None]] = {}
    if least is not None:
        given = {row.id: (row, least) for row in await repository.all()}
    for row, role in await repository.of_user(caller.user_id):
        # The project's own keys edit.
        present = given[row.id][1] if row.id in given else None
        given[row.id] = row, _highest(present, ProjectRole(role or ProjectRole.EDITOR))
    return [(row, role) for row, role in given.values() if role is not None]


def _highest(*roles: ProjectRole | None) -> ProjectRole | None:
    return next((role for role in reversed(ProjectRole) if role in roles), None)


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
        call_retention_days=row.call_retention_days,
        role=role,
    )
