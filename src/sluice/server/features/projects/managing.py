"""Making and changing projects, who works on them, and their keys.

A project has a user of its own, whose API tokens are its keys, and a conversation of its own, whose
placeholders stand in everything of it. What deletes it, and what other features do for that, is in
`deleting`.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.engine.errors import Problem
from sluice.server.auth.auth import Caller
from sluice.server.auth.roles import Permission, Scope
from sluice.server.auth.schemas import NewTokenData, TokenData
from sluice.server.auth.service import SignInService
from sluice.server.errors import Conflict, Forbidden, NotFound, Unprocessable
from sluice.server.features.audit import service as audit
from sluice.server.features.policies.service import Policies
from sluice.server.features.projects import naming
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.projects.repository import ProjectRepository
from sluice.server.features.projects.roles import ProjectRole
from sluice.server.features.projects.schemas import (
    KeyIn,
    MemberOut,
    ProjectChange,
    ProjectIn,
    ProjectOut,
)
from sluice.server.features.projects.service import NO_PROJECT, roles_of
from sluice.server.features.projects.tables import Project, ProjectMember
from sluice.server.features.proxy.conversations.service import Conversations

DEFAULT_POLICY = "Default"
KEY_SCOPES: Final = frozenset({Scope.MODELS, Scope.PROJECTS})
"""What a key of a project may: neither read nor manage the server."""
TAKEN = "A project of this name or id exists already; choose another."


class ManagedProjects:
    """Works in the caller's transaction and never commits."""

    def __init__(
        self, signing_in: SignInService, policies: Policies, conversations: Conversations
    ) -> None:
        self._users = signing_in.users
        self._tokens = signing_in.tokens
        self._policies = policies
        self._conversations = conversations

    async def listing(self, session: AsyncSession, caller: Caller) -> list[ProjectOut]:
        """Every project in which the caller has a role, by name."""
        rows = await roles_of(ProjectRepository(session), caller)
        return [ProjectOut.of(row, role) for row, role in rows]

    async def get(self, session: AsyncSession, project: KnownProject) -> ProjectOut:
        """One project."""
        return ProjectOut.of(await _row(session, project), project.role)

    async def any_ever(self, session: AsyncSession) -> bool:
        """Whether there is a project, or was one."""
        return await ProjectRepository(session).any_ever()

    async def create(self, session: AsyncSession, caller: Caller, body: ProjectIn) -> ProjectOut:
        """Make a project with its own user and conversation.

        Raises `Conflict` for a name or an id that is taken, `Unprocessable` for a policy group that
        is not there.
        """
        caller.require(Permission.MANAGE_PROJECTS)
        actor_id, repository = caller.actor_id, ProjectRepository(session)
        uid = await _free_uid(repository, body)
        if await repository.name_is_taken(body.name):
            raise Conflict(TAKEN, code="project_taken")
        group_id = await self._policy_group(session, caller, body.policy_group_id)
        user = await self._users.new_project_user(session, body.name, actor_id=actor_id)
        row = Project(
            uid=uid,
            name=body.name,
            user_id=user.id,
            conversation_id=await self._conversations.new_space(session, user_id=user.id),
            policy_group_id=group_id,
            keep_raw=body.keep_raw,
            findings=body.on_findings.value,
            format_dialect=body.format_dialect.value,
            retention_days=body.retention_days,
            call_retention_days=body.call_retention_days,
            created_by=actor_id,
        )
        await repository.add(row)
        await _record(session, "project.created", row.id, actor_id)
        return ProjectOut.of(row, ProjectRole.OWNER)

    async def change(
        self, session: AsyncSession, project: KnownProject, body: ProjectChange, caller: Caller
    ) -> ProjectOut:
        """Change what the body says. Raises like `create`; `Forbidden` for the policy group."""
        project.require(ProjectRole.OWNER)
        row = await _row(session, project)
        said = {name: getattr(body, name) for name in body.model_fields_set}
        said = {n: v for n, v in said.items() if v is not None or n in _NULLABLE}
        if "policy_group_id" in said and said["policy_group_id"] != row.policy_group_id:
            _may_choose_policy(caller)
            await self._policy_group(session, caller, body.policy_group_id)
        if "name" in said and said["name"] != row.name:
            if await ProjectRepository(session).name_is_taken(said["name"]):
                raise Conflict(TAKEN, code="project_taken")
            await self._users.rename_project_user(session, row.user_id, said["name"])
        changed = _apply(row, said)
        await session.flush()
        if changed:
            await _record(
                session, "project.changed", row.id, caller.user_id, fields=", ".join(changed)
            )
        return ProjectOut.of(row, project.role)

    async def names_using(self, session: AsyncSession, group_id: int) -> list[str]:
        """The names of the projects that use a policy group."""
        return await ProjectRepository(session).names_using(group_id)

    async def members(self, session: AsyncSession, project: KnownProject) -> list[MemberOut]:
        """Who works on a project, by user id."""
        project.require(ProjectRole.OWNER)
        rows = await ProjectRepository(session).members(project.id)
        users = await self._users.people(session, [row.user_id for row in rows])
        return [MemberOut.of(row, users[row.user_id]) for row in rows if row.user_id in users]

    async def set_member(
        self,
        session: AsyncSession,
        project: KnownProject,
        user_id: int,
        role: ProjectRole,
        *,
        actor_id: int,
    ) -> MemberOut:
        """Give somebody a role in a project; raises `NotFound` for who is no person here."""
        project.require(ProjectRole.OWNER)
        row = await _row(session, project)
        user = (await self._users.people(session, [user_id])).get(user_id)
        if user is None:
            raise NotFound("There is no such user.")
        member = await ProjectRepository(session).member(row.id, user_id)
        if member is not None and member.role == role.value:
            return MemberOut.of(member, user)
        if member is None:
            member = ProjectMember(project_id=row.id, user_id=user_id)
        member.role = role.value
        await ProjectRepository(session).add(member)
        await _record(
            session, "project.member_set", row.id, actor_id, user_id=user_id, role=role.value
        )
        return MemberOut.of(member, user)

    async def remove_member(
        self, session: AsyncSession, project: KnownProject, user_id: int, *, actor_id: int
    ) -> None:
        """Take somebody's role away; raises `NotFound` for who has none."""
        project.require(ProjectRole.OWNER)
        if not await ProjectRepository(session).remove_member(project.id, user_id):
            raise NotFound("This user is no member of the project.")
        await _record(session, "project.member_removed", project.id, actor_id, user_id=user_id)

    async def keys(self, session: AsyncSession, project: KnownProject) -> list[TokenData]:
        """The project's keys that are not revoked; never the keys themselves."""
        project.require(ProjectRole.OWNER)
        return [TokenData.of(row) for row in await self._tokens.of_user(session, project.user_id)]

    async def new_key(
        self, session: AsyncSession, caller: Caller, project: KnownProject, body: KeyIn
    ) -> NewTokenData:
        """A key of the project: what is returned is the only thing that ever holds it.

        Raises `Forbidden` for a token with scopes that lacks one of those that a key has.
        """
        project.require(ProjectRole.OWNER)
        caller.require_scopes(KEY_SCOPES)
        made = await self._tokens.issue(
            session,
            user_id=project.user_id,
            name=body.name,
            actor_id=caller.actor_id,
            expires_at=body.expires_at,
        )
        return NewTokenData.made(made.row, made.token)

    async def revoke_key(
        self, session: AsyncSession, project: KnownProject, key_id: int, *, actor_id: int
    ) -> None:
        """End a key at once; raises `NotFound` for one of another user."""
        project.require(ProjectRole.OWNER)
        await self._tokens.revoke_of_user(session, project.user_id, key_id, actor_id=actor_id)

    async def _policy_group(self, session: AsyncSession, caller: Caller, wanted: int | None) -> int:
        if wanted is not None:
            if not await self._policies.exists(session, wanted):
                message = "there is no policy group with this id"
                problems = [Problem("policyGroupId", message)]
                raise Unprocessable("The project cannot be saved.", errors=problems)
            return wanted
        if (named := await self._policies.find(session, caller, DEFAULT_POLICY)) is not None:
            return named.id
        if groups := await self._policies.listing(session, caller):
            return min(group.id for group in groups)
        raise Unprocessable(
            "There is no policy group yet; make one first.",
            errors=[Problem("policyGroupId", "there is no policy group")],
        )


async def _free_uid(repository: ProjectRepository, body: ProjectIn) -> str:
    if body.id is not None:
        if await repository.uids_like(body.id, exact=True):
            raise Conflict(TAKEN, code="project_taken")
        return body.id
    slug = naming.slug_of(body.name)
    return naming.free_slug(slug, await repository.uids_like(slug))


async def _row(session: AsyncSession, project: KnownProject) -> Project:
    row = await ProjectRepository(session).by_uid(project.uid)
    if row is None or row.id != project.id:
        raise NotFound(NO_PROJECT)
    return row


def _may_choose_policy(caller: Caller) -> None:
    if not caller.may(Permission.MANAGE_POLICIES):
        raise Forbidden(
            "Which policy group a project uses is chosen by an administrator.",
            code="missing_permission",
        )


_NULLABLE = frozenset({"retention_days", "call_retention_days"})
_COLUMNS = {"on_findings": "findings"}


def _apply(row: Project, said: dict[str, object]) -> list[str]:
    """Set what was said; the names of what is another value by that."""
    changed = []
    for name, value in said.items():
        column = _COLUMNS.get(name, name)
        if getattr(row, column) != value:
            setattr(row, column, value)
            changed.append(name)
    return sorted(changed)


async def _record(
    session: AsyncSession,
    event: str,
    project_id: int,
    actor_id: int | None,
    **details: str | int | bool,
) -> None:
    await audit.record(
        session, event, actor_id=actor_id, subject=f"project:{project_id}", details=details
    )
