"""Ready answers to clients that read prompts: made once, until a prompt changes.

Reading waits for nothing that is written or recorded, and writes nothing. Whatever changes a
template or where an environment points is seen by the next reader, in every process.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.errors import NotFound
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.templates.deployments import NO_VERSION, all_in, not_there
from sluice.server.features.templates.dialects import Dialect
from sluice.server.features.templates.known import KnownVersion
from sluice.server.features.templates.opened import opened, project_key
from sluice.server.features.templates.repository import StoredVersion, TemplateRepository
from sluice.server.features.templates.wire_form import Json, old_template, prompt_template
from sluice.server.kit.configuration import KeptConfiguration
from sluice.server.kit.database import Database
from sluice.server.vault.service import Vault


class Form(StrEnum):
    """Who reads."""

    FORMAT = "format"
    """SDK 0.1.6."""
    MUSTACHE = "mustache"
    """SDK 0.1.6's call, by a client that reads mustache."""
    MESSAGES = "messages"
    """SDK 0.6.1."""


@dataclass(frozen=True, slots=True)
class Ready:
    """An answer as it is sent."""

    body: bytes = field(repr=False)
    etag: str
    """With its quotes; equal for equal answers, in every process."""


class TemplateReading:
    """Answers with all templates of an environment, or with one."""

    def __init__(self, database: Database, vault: Vault, kept: KeptConfiguration) -> None:
        self._database = database
        self._vault = vault
        self._kept = kept

    async def environment(self, project: KnownProject, environment: str, form: Form) -> Ready:
        """Every template of an environment; what a form cannot say is left out.

        Raises `NotFound` with the environments that there are; `latest` may be empty, and for
        SDK 0.6.1 every environment.
        """
        await self._kept.refresh()
        key = ("all", project.id, environment, form)
        return await self._kept.get(key, partial(self._all, project, environment, form))

    async def named(self, project: KnownProject, name: str, environment: str) -> Ready:
        """One template for SDK 0.6.1; raises `NotFound`."""
        await self._kept.refresh()
        key = ("named", project.id, name, environment)
        return await self._kept.get(key, partial(self._named, project, name, environment))

    async def version(self, project: KnownProject, template_uid: str, version_uid: str) -> Ready:
        """One version for SDK 0.6.1; raises `NotFound`."""
        await self._kept.refresh()
        key = ("by ids", project.id, template_uid, version_uid)
        return await self._kept.get(key, partial(self._by_ids, project, template_uid, version_uid))

    async def _all(self, project: KnownProject, environment: str, form: Form) -> Ready:
        async with self._database.reading() as session:
            repository = TemplateRepository(session)
            if form is Form.MESSAGES:
                # SDK 0.6.1 asks every project for one environment: where it is not, is nothing.
                rows = await repository.in_environment(project.id, environment)
            else:
                rows = await all_in(repository, project.id, environment)
            return await self._ready(
                session, project, rows, partial(_all_of, project.uid, environment, form)
            )

    async def _named(self, project: KnownProject, name: str, environment: str) -> Ready:
        async with self._database.reading() as session:
            repository = TemplateRepository(session)
            row = await repository.pointed_to(project.id, name, environment)
            if row is None:
                raise await not_there(repository, project.id, environment)
            return await self._ready(session, project, [row], partial(_one, project, environment))

    async def _by_ids(self, project: KnownProject, template_uid: str, version_uid: str) -> Ready:
        async with self._database.reading() as session:
            row = await TemplateRepository(session).version(project.id, version_uid)
            if row is None or row.template_uid != template_uid:
                raise NotFound(NO_VERSION)
            return await self._ready(session, project, [row], partial(_one, project, None))

    async def _ready(
        self,
        session: AsyncSession,
        project: KnownProject,
        rows: Sequence[StoredVersion],
        say: Callable[[list[KnownVersion]], Json],
    ) -> Ready:
        key = await project_key(self._vault, session, project)
        said = say([opened(row, key, project.scope) for row in rows])
        body = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
        # Keyed, so that it says nothing to whoever sees no more than headers.
        digest = hashlib.blake2b(body, digest_size=16, key=key.lookup_key).hexdigest()
        return Ready(body, f'"{digest}"')


def _all_of(project_uid: str, environment: str, form: Form, versions: list[KnownVersion]) -> Json:
    if form is Form.MESSAGES:
        found = [prompt_template(version, project_uid, environment) for version in versions]
        return {"prompt_templates": found}
    said = (old_template(version, Dialect(form.value)) for version in versions)
    return {"templates": [one for one in said if one is not None]}


def _one(project: KnownProject, environment: str | None, versions: list[KnownVersion]) -> Json:
    return prompt_template(versions[0], project.uid, environment)
