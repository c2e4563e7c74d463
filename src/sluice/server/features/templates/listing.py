"""Templates and versions as people look through them: pages, one version, two compared."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.analysis.beside import beside
from sluice.server.errors import NotFound
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.sessions.template_numbers import TemplateNumbers
from sluice.server.features.templates.approval_schemas import ProtectionOut
from sluice.server.features.templates.comparing import Difference, difference
from sluice.server.features.templates.deployments import NO_TEMPLATE, NO_VERSION, all_in
from sluice.server.features.templates.known import KnownVersion
from sluice.server.features.templates.opened import opened, project_key
from sluice.server.features.templates.repository import (
    Pointer,
    StoredTemplate,
    TemplateRepository,
)
from sluice.server.features.templates.requesting import protections
from sluice.server.features.templates.schemas import (
    EnvironmentOut,
    TemplateNumbersOut,
    TemplateOut,
)
from sluice.server.kit.database import Database
from sluice.server.vault.service import Vault


@dataclass(frozen=True, slots=True)
class Asked:
    """Which templates are asked for, by name."""

    limit: int
    after: str = ""
    """Only those behind this name."""
    name: str | None = None
    """Only the one of this name; nothing else counts then."""
    folder: str = ""
    """Only those in this folder, and in its folders."""
    search: str = ""
    """Only those whose name holds this."""


class TemplateListing:
    """Reads for our own API."""

    def __init__(self, database: Database, vault: Vault, numbers: TemplateNumbers) -> None:
        self._database = database
        self._vault = vault
        self._numbers = numbers

    async def page(self, project: KnownProject, asked: Asked) -> list[TemplateOut]:
        """Templates by name behind `after`; or the one of this name, if there is one."""
        async with self._database.read() as session:
            repository = TemplateRepository(session)
            templates = await _templates(repository, project, asked)
            return await _described(repository, project, templates)

    async def folders(self, project: KnownProject) -> dict[str, int]:
        """Every folder by name, and how many templates there are in it and in its folders."""
        async with self._database.read() as session:
            names = await TemplateRepository(session).names(project.id)
        return folders_of(names)

    async def numbers(
        self, project: KnownProject, asked: Asked, *, days: int
    ) -> list[TemplateNumbersOut]:
        """What the templates of the same page were used for in the last days."""
        async with self._database.read() as session:
            templates = await _templates(TemplateRepository(session), project, asked)
        uses = await self._numbers.of(project, [one.id for one in templates], days=days)
        return [TemplateNumbersOut.of(one, uses.get(one.id)) for one in templates]

    async def template(self, project: KnownProject, uid: str) -> TemplateOut:
        """One template; raises `NotFound`."""
        async with self._database.read() as session:
            repository = TemplateRepository(session)
            template = await _template(repository, project, uid)
            return (await _described(repository, project, [template]))[0]

    async def versions(
        self, project: KnownProject, uid: str, *, before: int, limit: int
    ) -> list[KnownVersion]:
        """Versions of a template below a number, newest first; raises `NotFound`."""
        async with self._database.read() as session:
            repository = TemplateRepository(session)
            template = await _template(repository, project, uid)
            rows = await repository.versions(template, before=before, limit=limit)
            key = await project_key(self._vault, session, project)
        return [opened(row, key, project.scope) for row in rows]

    async def version(self, project: KnownProject, uid: str, number: int) -> KnownVersion:
        """One version by its number; raises `NotFound`."""
        async with self._database.read() as session:
            return await self._version(session, project, uid, number)

    async def difference(
        self, project: KnownProject, uid: str, before: int, after: int
    ) -> Difference:
        """What differs between two versions; raises `NotFound`."""
        async with self._database.read() as session:
            one = (await self._version(session, project, uid, before)).content
            other = (await self._version(session, project, uid, after)).content
        size = sum(len(text) for _, text in [*one.texts(), *other.texts()])
        return await beside(size, lambda: difference(one, other))

    async def in_environment(self, project: KnownProject, environment: str) -> list[KnownVersion]:
        """Every version of an environment, by its template's name; raises `NotFound`."""
        async with self._database.read() as session:
            rows = await all_in(TemplateRepository(session), project.id, environment)
            key = await project_key(self._vault, session, project)
        return [opened(row, key, project.scope) for row in rows]

    async def some_versions(self, project: KnownProject, uids: Sequence[str]) -> list[KnownVersion]:
        """The versions with these ids, by their templates' names; what there is not is left out."""
        async with self._database.read() as session:
            rows = await TemplateRepository(session).some_versions(project.id, uids)
            key = await project_key(self._vault, session, project)
        return [opened(row, key, project.scope) for row in rows]

    async def environments(self, project: KnownProject) -> list[EnvironmentOut]:
        """The environments that are protected or to which something is deployed, by name."""
        async with self._database.read() as session:
            deployed = await TemplateRepository(session).environments(project.id)
            guarded = await protections(session, project)
        return [
            EnvironmentOut(
                name=name,
                templates=deployed.get(name, 0),
                protection=ProtectionOut.model_validate(guarded[name]) if name in guarded else None,
            )
            for name in sorted({*deployed, *guarded})
        ]

    async def _version(
        self, session: AsyncSession, project: KnownProject, uid: str, number: int
    ) -> KnownVersion:
        repository = TemplateRepository(session)
        row = await repository.numbered(await _template(repository, project, uid), number)
        if row is None:
            raise NotFound(NO_VERSION)
        return opened(row, await project_key(self._vault, session, project), project.scope)


def folders_of(names: Iterable[str]) -> dict[str, int]:
    """How many names stand in each folder, and in its folders."""
    found: Counter[str] = Counter()
    for name in names:
        parts = name.split("/")
        found.update("/".join(parts[:depth]) for depth in range(1, len(parts)))
    return dict(sorted(found.items()))


async def _templates(
    repository: TemplateRepository, project: KnownProject, asked: Asked
) -> list[StoredTemplate]:
    if asked.name is None:
        return await repository.page(
            project.id,
            after=asked.after,
            limit=asked.limit,
            folder=asked.folder,
            search=asked.search,
        )
    found = await repository.template_named(project.id, asked.name)
    return [found] if found is not None else []


async def _template(
    repository: TemplateRepository, project: KnownProject, uid: str
) -> StoredTemplate:
    template = await repository.template(project.id, uid)
    if template is None:
        raise NotFound(NO_TEMPLATE)
    return template


async def _described(
    repository: TemplateRepository, project: KnownProject, templates: list[StoredTemplate]
) -> list[TemplateOut]:
    ids = [template.id for template in templates]
    newest = {one.template_id: one for one in await repository.newest(project.id, ids)}
    pointers: defaultdict[int, list[Pointer]] = defaultdict(list)
    for pointer in await repository.pointers(ids):
        pointers[pointer.template_id].append(pointer)
    return [TemplateOut.of(one, newest.get(one.id), pointers[one.id]) for one in templates]
