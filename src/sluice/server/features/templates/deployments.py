"""Where environments point: deploying, rolling back, withdrawing, and the history of it.

What would change a protected environment becomes a request, which a second person approves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.engine.errors import Problem
from sluice.server.errors import Conflict, NotFound, Unprocessable
from sluice.server.features.audit import service as audit
from sluice.server.features.projects.known import FormatDialect, KnownProject
from sluice.server.features.projects.roles import ProjectRole
from sluice.server.features.projects.service import Projects
from sluice.server.features.templates.approval_repository import RequestRepository
from sluice.server.features.templates.content import LATEST, TemplateContent, unsayable
from sluice.server.features.templates.deployment_repository import (
    DeploymentRepository,
    StoredDeployment,
)
from sluice.server.features.templates.known import KnownVersion
from sluice.server.features.templates.opened import opened, project_key
from sluice.server.features.templates.repository import (
    StoredTemplate,
    StoredVersion,
    TemplateRepository,
)
from sluice.server.features.templates.requested import KnownRequest, RequestKind
from sluice.server.features.templates.requesting import Wanted, protections, request
from sluice.server.kit.database import Database, utc_now
from sluice.server.kit.sealing import DataKey, Place
from sluice.server.vault.service import Vault

NO_TEMPLATE: Final = "There is no such template in this project."
NO_VERSION: Final = "There is no such version of this template."
NOT_DEPLOYED: Final = "Nothing of this template is deployed to this environment."


@dataclass(frozen=True, slots=True)
class Intent:
    """Who changes where environments point, and why."""

    user_id: int | None
    note: str = field(default="", repr=False)
    kind: RequestKind = RequestKind.DEPLOY
    is_emergency: bool = False
    """A rollback that waits for nobody's approval."""
    approved_by: int | None = None
    """The second person, who has approved."""


@dataclass(frozen=True, slots=True)
class Pointing:
    """An environment that is to point to a version; whoever makes it holds the template's lock."""

    environment: str
    version: KnownVersion
    intent: Intent


@dataclass(frozen=True, slots=True)
class KnownDeployment:
    """One deployment of the history."""

    id: int
    environment: str
    number: int
    version_uid: str
    previous_number: int | None
    """Where the environment pointed before; None: nowhere."""
    note: str = field(repr=False)
    user_id: int | None
    at: datetime
    approved_by: int | None
    """The second person, where the environment is protected."""
    is_emergency: bool


class Deployments:
    """Deploys versions of templates."""

    def __init__(self, database: Database, vault: Vault, projects: Projects) -> None:
        self._database = database
        self._vault = vault
        self._projects = projects

    async def deploy(
        self,
        project: KnownProject,
        template_uid: str,
        number: int,
        environment: str,
        *,
        note: str = "",
        user_id: int | None,
    ) -> KnownRequest | None:
        """Let an environment point to a version; nothing happens where it does already.

        Where the environment is protected it is asked for: the answer is the request. Raises
        `NotFound`, `Forbidden` for who is no editor, `Conflict` for `latest`, and `Unprocessable`
        with every problem where clients of 0.1.6 must be told of what is deployed and cannot be.
        """
        project.require(ProjectRole.EDITOR)
        refuse_latest(environment)
        version = await self._numbered(project, template_uid, number)
        return await self._deploy_to(project, version, environment, Intent(user_id, note))

    async def roll_back(
        self,
        project: KnownProject,
        template_uid: str,
        environment: str,
        *,
        number: int | None = None,
        note: str = "",
        user_id: int | None,
        is_emergency: bool = False,
    ) -> KnownRequest | None:
        """Deploy the version that was there before the present one, or the one of this number.

        Asked again, it goes one further back. In an emergency, which takes an owner and a reason,
        it waits for nobody's approval. Answers and raises as `deploy`; `Conflict` where there is
        nothing before.
        """
        project.require(ProjectRole.OWNER if is_emergency else ProjectRole.EDITOR)
        refuse_latest(environment)
        if is_emergency:
            _refuse_without_reason(note)
        if number is None:
            async with self._database.read() as session:
                template = await self._template(session, project, template_uid)
                number = await _before(DeploymentRepository(session), template.id, environment)
        version = await self._numbered(project, template_uid, number)
        intent = Intent(user_id, note, RequestKind.ROLLBACK, is_emergency)
        return await self._deploy_to(project, version, environment, intent)

    async def _deploy_to(
        self, project: KnownProject, version: KnownVersion, environment: str, intent: Intent
    ) -> KnownRequest | None:
        waiting = await self.deploy_everywhere(project, version, [environment], intent)
        return waiting[0] if waiting else None

    async def deploy_everywhere(
        self,
        project: KnownProject,
        version: KnownVersion,
        environments: Sequence[str],
        intent: Intent,
    ) -> list[KnownRequest]:
        """Deploy a version to several environments at once; what waits for approval.

        `latest` may be among them for the newest version. Raises as `deploy`.
        """
        project.require(ProjectRole.EDITOR)
        wanted = [one for one in environments if one != LATEST]
        if wanted:
            # Before the transaction: what it asks waits for what others are writing.
            await self.refuse_unsayable(project, version.template_name, version.content, wanted)
        async with self._database.write() as session:
            repository = TemplateRepository(session)
            template = await repository.locked(project.id, version.template_uid)
            if template is None:
                raise NotFound(NO_TEMPLATE)
            if len(wanted) < len(environments):
                await refuse_as_latest(repository, template, version.number)
            key = await project_key(self._vault, session, project)
            return await self.place(session, project, key, version, wanted, intent)

    async def place(
        self,
        session: AsyncSession,
        project: KnownProject,
        key: DataKey,
        version: KnownVersion,
        environments: Sequence[str],
        intent: Intent,
    ) -> list[KnownRequest]:
        """Let environments point to a version; what was asked for where they are protected.

        Whoever calls holds the template's lock.
        """
        guarded = await protections(session, project) if environments else {}
        waiting: list[KnownRequest] = []
        for environment in environments:
            protection = guarded.get(environment)
            pointing = Pointing(environment, version, intent)
            if protection is None:
                pointing = replace(pointing, intent=replace(intent, is_emergency=False))
            if protection is None or intent.is_emergency:
                await self.point(session, project, key, pointing)
            elif (wanted := await _wanted(session, pointing)) is not None:
                waiting.append(await request(session, project, key, protection, wanted))
        return waiting

    async def withdraw(
        self,
        project: KnownProject,
        template_uid: str,
        environment: str,
        *,
        user_id: int,
        note: str = "",
    ) -> KnownRequest | None:
        """Let an environment point nowhere for this template.

        Answers and raises as `deploy`; `NotFound` where it points nowhere already.
        """
        project.require(ProjectRole.EDITOR)
        refuse_latest(environment)
        async with self._database.write() as session:
            template = await TemplateRepository(session).locked(project.id, template_uid)
            if template is None:
                raise NotFound(NO_TEMPLATE)
            protection = (await protections(session, project)).get(environment)
            if protection is None:
                await self.point_nowhere(session, template.id, environment, Intent(user_id, note))
                return None
            base = await DeploymentRepository(session).version_id(template.id, environment)
            if base is None:
                raise NotFound(NOT_DEPLOYED)
            key = await project_key(self._vault, session, project)
            kind = RequestKind.WITHDRAW
            wanted = Wanted(template.id, environment, kind, None, base, note, user_id)
            return await request(session, project, key, protection, wanted)

    async def point_nowhere(
        self, session: AsyncSession, template_id: int, environment: str, intent: Intent
    ) -> None:
        """Let an environment point nowhere, in the caller's transaction; raises `NotFound`."""
        if not await DeploymentRepository(session).withdraw(template_id, environment):
            raise NotFound(NOT_DEPLOYED)
        await RequestRepository(session).make_stale(template_id, environment, utc_now())
        await audit.record(
            session,
            "template.withdrawn",
            actor_id=intent.user_id,
            subject=f"template:{template_id}",
            details={"environment": environment, **_approved(intent)},
        )

    async def history(
        self,
        project: KnownProject,
        template_uid: str,
        *,
        environment: str | None,
        before: int | None,
        limit: int,
    ) -> list[KnownDeployment]:
        """The deployments of a template, newest first; raises `NotFound`."""
        async with self._database.read() as session:
            template = await self._template(session, project, template_uid)
            key = await project_key(self._vault, session, project)
            rows = await DeploymentRepository(session).page(
                template.id, environment=environment, before=before, limit=limit
            )
        return [_known(row, template, key, project.scope) for row in rows]

    async def refuse_unsayable(
        self,
        project: KnownProject,
        name: str,
        content: TemplateContent,
        environments: Sequence[str],
    ) -> None:
        """Raise `Unprocessable` where 0.1.6 must be told of a version and cannot be.

        Unless the project says `always`, that is where its clients would lose what they read now.
        """
        problems = unsayable(content)
        if not problems or not await self._projects.must_be_formattable(project):
            return
        if project.format_dialect is FormatDialect.ALWAYS or await self._is_said(
            project, name, environments
        ):
            raise Unprocessable(
                "Clients of SDK 0.1.6 read this template, and this version cannot be said in "
                "their dialect. Mend it, or change the project's formatDialect to never.",
                code="not_formattable",
                errors=problems,
            )

    async def _is_said(self, project: KnownProject, name: str, environments: Sequence[str]) -> bool:
        """Whether clients of 0.1.6 get this template from one of the environments."""
        async with self._database.read() as session:
            repository = TemplateRepository(session)
            key = await project_key(self._vault, session, project)
            for environment in environments:
                row = await repository.pointed_to(project.id, name, environment)
                if row is not None and not unsayable(opened(row, key, project.scope).content):
                    return True
        return False

    async def point(
        self, session: AsyncSession, project: KnownProject, key: DataKey, pointing: Pointing
    ) -> None:
        """Let an environment point to a version in the caller's transaction, unless it does."""
        repository, version = DeploymentRepository(session), pointing.version
        environment, intent = pointing.environment, pointing.intent
        before = await repository.version_id(version.template_id, environment)
        if before == version.id:
            return
        if intent.is_emergency:
            await _refuse_never_there(repository, pointing)
        now = utc_now()
        await repository.point(version.template_id, environment, version.id, now)
        await RequestRepository(session).make_stale(version.template_id, environment, now)
        place = _note_place(version.template_uid, environment, now, project.scope)
        await repository.append(
            {
                "template_id": version.template_id,
                "environment": environment,
                "version_id": version.id,
                "previous_version_id": before,
                "note_sealed": key.seal(intent.note, place) if intent.note else None,
                "user_id": intent.user_id,
                "at": now,
                "approved_by": intent.approved_by,
                "is_emergency": intent.is_emergency,
            }
        )
        await audit.record(
            session,
            "template.emergency_rollback" if intent.is_emergency else "template.deployed",
            actor_id=intent.user_id,
            subject=f"template:{version.template_id}",
            details={"environment": environment, "version": version.number, **_approved(intent)},
        )

    async def _numbered(
        self, project: KnownProject, template_uid: str, number: int
    ) -> KnownVersion:
        async with self._database.read() as session:
            template = await self._template(session, project, template_uid)
            row = await TemplateRepository(session).numbered(template, number)
            if row is None:
                raise NotFound(NO_VERSION)
            return opened(row, await project_key(self._vault, session, project), project.scope)

    async def _template(
        self, session: AsyncSession, project: KnownProject, template_uid: str
    ) -> StoredTemplate:
        template = await TemplateRepository(session).template(project.id, template_uid)
        if template is None:
            raise NotFound(NO_TEMPLATE)
        return template


def refuse_latest(environment: str) -> None:
    """Raise `Conflict`: `latest` is not deployed to."""
    if environment == LATEST:
        raise Conflict(
            "latest always points to the newest version; choose another environment, such as prod."
        )


async def refuse_as_latest(
    repository: TemplateRepository, template: StoredTemplate, number: int
) -> None:
    """Raise `Conflict` where somebody wants `latest` to be a version that is not the newest."""
    newest = await repository.versions(template, before=2**31 - 1, limit=1)
    if newest and newest[0].number != number:
        raise Conflict(
            f"This is version {number}; latest always points to the newest one, which is "
            f"{newest[0].number}. Choose another environment, such as prod."
        )


async def all_in(
    repository: TemplateRepository, project_id: int, environment: str
) -> list[StoredVersion]:
    """Every version of an environment; `latest` may be empty, another one raises `NotFound`."""
    rows = await repository.in_environment(project_id, environment)
    if not rows and environment != LATEST:
        raise await not_there(repository, project_id, environment)
    return rows


async def not_there(repository: TemplateRepository, project_id: int, environment: str) -> NotFound:
    """The error for an environment or for a template that is not in it; names what there is."""
    there = [LATEST, *await repository.environments(project_id)]
    if environment in there:
        return NotFound("There is no template of this name in this environment.")
    return NotFound(f"There is no such environment; there are: {', '.join(there)}.")


async def _wanted(session: AsyncSession, pointing: Pointing) -> Wanted | None:
    """What is to be asked for; None where the environment points there already."""
    version, intent = pointing.version, pointing.intent
    base = await DeploymentRepository(session).version_id(version.template_id, pointing.environment)
    if base == version.id:
        return None
    return Wanted(
        template_id=version.template_id,
        environment=pointing.environment,
        kind=intent.kind,
        version_id=version.id,
        base_version_id=base,
        note=intent.note,
        user_id=intent.user_id,
    )


def _approved(intent: Intent) -> dict[str, int]:
    return {"approved_by": intent.approved_by} if intent.approved_by is not None else {}


def _refuse_without_reason(note: str) -> None:
    if not note.strip():
        raise Unprocessable(
            "An emergency rollback needs a reason.", errors=[Problem("note", "must not be empty")]
        )


async def _refuse_never_there(repository: DeploymentRepository, pointing: Pointing) -> None:
    there = await repository.version_ids(pointing.version.template_id, pointing.environment)
    if pointing.version.id not in there:
        raise Conflict("In an emergency only a version that was there before can be deployed.")


async def _before(repository: DeploymentRepository, template_id: int, environment: str) -> int:
    """The number of the version before the present one.

    Deploying a version that was there already takes back what was deployed since.
    """
    stack: list[int] = []
    for version_id in await repository.version_ids(template_id, environment):
        if version_id in stack:
            del stack[stack.index(version_id) + 1 :]
        else:
            stack.append(version_id)
    if len(stack) < 2:
        raise Conflict("Nothing was deployed to this environment before; name a version.")
    return await repository.number(stack[-2])


def _note_place(template_uid: str, environment: str, at: datetime, scope: str) -> Place:
    return Place("deployments", "note_sealed", f"{template_uid}:{environment}:{at}", scope)


def _known(
    row: StoredDeployment, template: StoredTemplate, key: DataKey, scope: str
) -> KnownDeployment:
    place = _note_place(template.uid, row.environment, row.at, scope)
    return KnownDeployment(
        id=row.id,
        environment=row.environment,
        number=row.number,
        version_uid=row.version_uid,
        previous_number=row.previous_number,
        note=key.open(row.note_sealed, place) if row.note_sealed is not None else "",
        user_id=row.user_id,
        at=row.at,
        approved_by=row.approved_by,
        is_emergency=row.is_emergency,
    )
