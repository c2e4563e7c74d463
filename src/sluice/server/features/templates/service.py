"""Templates as the other features use them: reading versions, and saving them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.errors import Conflict, NotFound, Unprocessable
from sluice.server.features.audit import service as audit
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.projects.linting import Lint, Linter
from sluice.server.features.projects.roles import ProjectRole
from sluice.server.features.templates.content import LATEST, TemplateContent, is_uid
from sluice.server.features.templates.deployments import (
    NO_TEMPLATE,
    NO_VERSION,
    Deployments,
    Intent,
    not_there,
    refuse_as_latest,
)
from sluice.server.features.templates.known import KnownVersion
from sluice.server.features.templates.opened import opened, project_key, version_place
from sluice.server.features.templates.repository import (
    StoredTemplate,
    StoredVersion,
    TemplateRepository,
)
from sluice.server.features.templates.requested import KnownRequest
from sluice.server.features.templates.requesting import protections
from sluice.server.kit.configuration import KeptConfiguration
from sluice.server.kit.database import Database
from sluice.server.kit.sealing import DataKey
from sluice.server.vault.service import Vault

MOST_VERSIONS: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Saved:
    """What came of saving a version."""

    version: KnownVersion
    is_new: bool
    """False: a version that says the same was there already; this is it."""
    lint: Lint
    waiting: tuple[KnownRequest, ...] = ()
    """Deployments to protected environments, which wait for approval."""


@dataclass(frozen=True, slots=True)
class _New:
    """A version that is to be inserted."""

    template: StoredTemplate
    content: TemplateContent = field(repr=False)
    digest: bytes
    findings: dict[str, int]
    user_id: int | None


class Templates:
    """Versions of templates; what was read is kept as long as no prompt has changed."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        linter: Linter,
        deployments: Deployments,
        kept: KeptConfiguration,
    ) -> None:
        self._database = database
        self._vault = vault
        self._linter = linter
        self._deployments = deployments
        self._kept = kept

    async def version(self, project: KnownProject, version_uid: str) -> KnownVersion:
        """One version by its public id; raises `NotFound`."""
        found = await self._known(project, version_uid)
        if found is None:
            raise NotFound(NO_VERSION)
        return found

    async def version_of_wire_ids(
        self, project: KnownProject, template_uid: str | None, version_uid: str | None
    ) -> KnownVersion | None:
        """The version that a client's ids mean; None for ids that are none of this project's."""
        found = await self._known(project, version_uid) if version_uid else None
        if found is None or template_uid not in (None, "", found.template_uid):
            return None
        return found

    async def in_environment(
        self, project: KnownProject, name: str, environment: str
    ) -> KnownVersion:
        """The version to which an environment points for the template of this name.

        Raises `NotFound`, naming the environments that there are.
        """
        await self._kept.refresh()
        key = ("in environment", project.id, name, environment)
        return await self._kept.get(key, partial(self._pointed_to, project, name, environment))

    async def lint(self, project: KnownProject, name: str, content: TemplateContent) -> Lint:
        """What the project's policy finds in a version; raises as `Linter.lint_reading`."""
        reading = content.reading(name)
        if reading.problems:
            raise Unprocessable("The template cannot be looked through.", errors=reading.problems)
        return await self._linter.lint_reading(project, reading)

    async def same_as(
        self, project: KnownProject, name: str, content: TemplateContent
    ) -> int | None:
        """The number of the version of this template that says the same, if one does."""
        async with self._database.read() as session:
            repository = TemplateRepository(session)
            template = await repository.template_named(project.id, name)
            if template is None:
                return None
            key = await project_key(self._vault, session, project)
            row = await repository.same(template, content.digest(key.lookup_key, template.uid))
        return row.number if row is not None else None

    async def save(
        self,
        project: KnownProject,
        name: str,
        content: TemplateContent,
        *,
        user_id: int | None,
        environments: Sequence[str] = (),
    ) -> Saved:
        """Save a version, unless one says the same, and deploy it to these environments.

        Raises `Forbidden` for who is no editor, and `Unprocessable` for findings where the project
        wants none, or where clients of 0.1.6 must be told of what is deployed and cannot be.
        """
        project.require(ProjectRole.EDITOR)
        lint = await self.lint(project, name, content)
        lint.refuse_if(project.on_findings)
        wanted = [one for one in environments if one != LATEST]
        if wanted:
            await self._deployments.refuse_unsayable(project, name, content, wanted)
        async with self._database.write() as session:
            key = await project_key(self._vault, session, project)
            repository = TemplateRepository(session)
            template = await repository.ensure(project.id, str(uuid4()), name)
            if template is None:
                raise Conflict("The template was deleted in this moment; repeat the request.")
            digest = content.digest(key.lookup_key, template.uid)
            row = await repository.same(template, digest)
            is_new = row is None
            if row is None:
                new = _New(template, content, digest, lint.counts, user_id)
                row = await self._added(session, project, key, new)
            elif len(wanted) < len(environments):
                await refuse_as_latest(repository, template, row.number)
            version = opened(row, key, project.scope)
            waiting = await self._deployments.place(
                session, project, key, version, wanted, Intent(user_id)
            )
        return Saved(version, is_new, lint, tuple(waiting))

    async def _added(
        self, session: AsyncSession, project: KnownProject, key: DataKey, new: _New
    ) -> StoredVersion:
        repository, uid = TemplateRepository(session), str(uuid4())
        newest = await repository.versions(new.template, before=MOST_VERSIONS, limit=1)
        number = newest[0].number + 1 if newest else 1
        await repository.add_version(
            {
                "uid": uid,
                "template_id": new.template.id,
                "number": number,
                "digest": new.digest,
                "document_sealed": key.seal(
                    new.content.stored(), version_place(uid, project.scope)
                ),
                "findings": new.findings,
                "created_by": new.user_id,
            }
        )
        row = await repository.version(project.id, uid)
        if row is None:
            raise Conflict("The version could not be saved; repeat the request.")
        return row

    async def delete(self, project: KnownProject, template_uid: str, *, user_id: int) -> None:
        """Delete a template with its versions and history.

        Raises `NotFound`, `Forbidden` for who is no editor, `Conflict` where a version of it is
        deployed to a protected environment.
        """
        project.require(ProjectRole.EDITOR)
        async with self._database.write() as session:
            repository = TemplateRepository(session)
            template = await repository.locked(project.id, template_uid)
            if template is None:
                raise NotFound(NO_TEMPLATE)
            await _refuse_protected(session, project, template)
            await repository.delete(template.id)
            await audit.record(
                session, "template.deleted", actor_id=user_id, subject=f"template:{template.id}"
            )
        await self._database.forget_deleted()

    async def _known(self, project: KnownProject, version_uid: str) -> KnownVersion | None:
        if not is_uid(version_uid):
            return None
        await self._kept.refresh()
        key = ("version", project.id, version_uid)
        return await self._kept.get(key, partial(self._read_version, project, version_uid))

    async def _read_version(self, project: KnownProject, uid: str) -> KnownVersion | None:
        async with self._database.reading() as session:
            row = await TemplateRepository(session).version(project.id, uid)
            return await self._opened(session, project, row) if row is not None else None

    async def _pointed_to(self, project: KnownProject, name: str, environment: str) -> KnownVersion:
        async with self._database.reading() as session:
            repository = TemplateRepository(session)
            row = await repository.pointed_to(project.id, name, environment)
            if row is None:
                raise await not_there(repository, project.id, environment)
            return await self._opened(session, project, row)

    async def _opened(
        self, session: AsyncSession, project: KnownProject, row: StoredVersion
    ) -> KnownVersion:
        return opened(row, await project_key(self._vault, session, project), project.scope)


async def _refuse_protected(
    session: AsyncSession, project: KnownProject, template: StoredTemplate
) -> None:
    """Deleting would change what is deployed there, and nobody would have approved it."""
    pointers = await TemplateRepository(session).pointers([template.id])
    guarded = await protections(session, project)
    there = [pointer.environment for pointer in pointers if pointer.environment in guarded]
    if there:
        raise Conflict(
            f"It is deployed to {', '.join(there)}, which is protected; withdraw it there first.",
            code="environment_protected",
        )
