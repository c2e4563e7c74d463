"""The queries of templates, their versions and where environments point.

Statements are on tables, so that they run over SQLite's driver alone where many callers read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import Select, Table, bindparam, delete, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from sluice.server.features.templates.content import LATEST
from sluice.server.features.templates.tables import DeployedVersion, Template, TemplateVersion
from sluice.server.kit.repository import Repository

_TEMPLATES: Final = cast("Table", Template.__table__)
_VERSIONS: Final = cast("Table", TemplateVersion.__table__)
_DEPLOYED: Final = cast("Table", DeployedVersion.__table__)


class StoredTemplate(NamedTuple):
    """A template's row."""

    id: int
    uid: str
    project_id: int
    name: str
    created_at: datetime


class StoredVersion(NamedTuple):
    """A version's row and its template's."""

    id: int
    uid: str
    number: int
    template_id: int
    template_uid: str
    template_name: str
    project_id: int
    document_sealed: bytes
    findings: dict[str, int]
    created_by: int | None
    created_at: datetime


class Pointer(NamedTuple):
    """Where an environment points for one template."""

    template_id: int
    environment: str
    number: int
    version_uid: str
    deployed_at: datetime


class Newest(NamedTuple):
    """The newest version of a template, and how many it has."""

    template_id: int
    number: int
    version_uid: str
    findings: dict[str, int]
    created_at: datetime


_TEMPLATE: Final = select(
    _TEMPLATES.c.id,
    _TEMPLATES.c.uid,
    _TEMPLATES.c.project_id,
    _TEMPLATES.c.name,
    _TEMPLATES.c.created_at,
).where(_TEMPLATES.c.project_id == bindparam("of_project"))
_BY_UID: Final = _TEMPLATE.where(_TEMPLATES.c.uid == bindparam("of_uid"))
_BY_NAME: Final = _TEMPLATE.where(_TEMPLATES.c.name == bindparam("of_name"))
_PAGE: Final = (
    _TEMPLATE.where(_TEMPLATES.c.name > bindparam("after"))
    .order_by(_TEMPLATES.c.name)
    .limit(bindparam("most"))
)
_VERSION: Final = (
    select(
        _VERSIONS.c.id,
        _VERSIONS.c.uid,
        _VERSIONS.c.number,
        _VERSIONS.c.template_id,
        _TEMPLATES.c.uid,
        _TEMPLATES.c.name,
        _TEMPLATES.c.project_id,
        _VERSIONS.c.document_sealed,
        _VERSIONS.c.findings,
        _VERSIONS.c.created_by,
        _VERSIONS.c.created_at,
    )
    .join_from(_VERSIONS, _TEMPLATES, _VERSIONS.c.template_id == _TEMPLATES.c.id)
    .where(_TEMPLATES.c.project_id == bindparam("of_project"))
)
_OF_TEMPLATE: Final = _VERSION.where(_VERSIONS.c.template_id == bindparam("of_template"))
_VERSIONS_BY_UID: Final = _VERSION.where(
    _VERSIONS.c.uid.in_(bindparam("of_uids", expanding=True))
).order_by(_TEMPLATES.c.name)
_VERSION_BY_UID: Final = _VERSION.where(_VERSIONS.c.uid == bindparam("of_uid"))
_VERSION_BY_NUMBER: Final = _OF_TEMPLATE.where(_VERSIONS.c.number == bindparam("of_number"))
_VERSION_BY_DIGEST: Final = _OF_TEMPLATE.where(_VERSIONS.c.digest == bindparam("of_digest"))
_VERSIONS_PAGE: Final = (
    _OF_TEMPLATE.where(_VERSIONS.c.number < bindparam("before"))
    .order_by(_VERSIONS.c.number.desc())
    .limit(bindparam("most"))
)
_ALL_VERSIONS: Final = (
    _VERSION.where(_VERSIONS.c.id > bindparam("after"))
    .order_by(_VERSIONS.c.id)
    .limit(bindparam("most"))
)
_SAME: Final = _VERSIONS.alias("versions_of_same")
# Asked of each template by itself: one step in an index, however many there are beside it.
_IS_HIGHEST: Final = (
    _VERSIONS.c.number
    == select(func.max(_SAME.c.number))
    .where(_SAME.c.template_id == _TEMPLATES.c.id)
    .correlate(_TEMPLATES)
    .scalar_subquery()
)
_LATEST: Final = _VERSION.where(_IS_HIGHEST).order_by(_TEMPLATES.c.name)
_IN_ENVIRONMENT: Final = (
    _VERSION.join(_DEPLOYED, _DEPLOYED.c.version_id == _VERSIONS.c.id)
    .where(_DEPLOYED.c.environment == bindparam("of_environment"))
    .order_by(_TEMPLATES.c.name)
)
_NAMED: Final = _TEMPLATES.c.name == bindparam("of_name")
_NEWEST: Final = (
    select(
        _VERSIONS.c.template_id,
        _VERSIONS.c.number,
        _VERSIONS.c.uid,
        _VERSIONS.c.findings,
        _VERSIONS.c.created_at,
    )
    .join_from(_TEMPLATES, _VERSIONS, _VERSIONS.c.template_id == _TEMPLATES.c.id)
    .where(
        _TEMPLATES.c.project_id == bindparam("of_project"),
        _TEMPLATES.c.id.in_(bindparam("of_templates", expanding=True)),
        _IS_HIGHEST,
    )
)
_POINTERS: Final = (
    select(
        _DEPLOYED.c.template_id,
        _DEPLOYED.c.environment,
        _VERSIONS.c.number,
        _VERSIONS.c.uid,
        _DEPLOYED.c.deployed_at,
    )
    .join_from(_DEPLOYED, _VERSIONS, _DEPLOYED.c.version_id == _VERSIONS.c.id)
    .where(_DEPLOYED.c.template_id.in_(bindparam("of_templates", expanding=True)))
    .order_by(_DEPLOYED.c.environment)
)
_ENVIRONMENTS: Final = (
    select(_DEPLOYED.c.environment, func.count())
    .join_from(_DEPLOYED, _TEMPLATES, _DEPLOYED.c.template_id == _TEMPLATES.c.id)
    .where(_TEMPLATES.c.project_id == bindparam("of_project"))
    .group_by(_DEPLOYED.c.environment)
    .order_by(_DEPLOYED.c.environment)
)
_ADD_TEMPLATE: Final[dict[str, Any]] = {
    "sqlite": sqlite.insert(_TEMPLATES).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(_TEMPLATES).on_conflict_do_nothing(),
}
_ADD_VERSION: Final = insert(_VERSIONS)


class TemplateRepository(Repository):
    """Templates and versions of one project at a time."""

    async def template(self, project_id: int, uid: str) -> StoredTemplate | None:
        """One by its public id."""
        return await self._template(_BY_UID, {"of_project": project_id, "of_uid": uid})

    async def template_named(self, project_id: int, name: str) -> StoredTemplate | None:
        """One by its name."""
        return await self._template(_BY_NAME, {"of_project": project_id, "of_name": name})

    async def locked(self, project_id: int, uid: str) -> StoredTemplate | None:
        """One by its public id; others who change it wait until this transaction ends."""
        query = _BY_UID.with_for_update()
        return await self._template(query, {"of_project": project_id, "of_uid": uid})

    async def ensure(self, project_id: int, uid: str, name: str) -> StoredTemplate | None:
        """The template of this name, made with this id if there is none, for this transaction."""
        dialect = self._session.get_bind().dialect.name
        given = {"project_id": project_id, "uid": uid, "name": name}
        await self._session.execute(_ADD_TEMPLATE[dialect], given)
        query = _BY_NAME.with_for_update()
        return await self._template(query, {"of_project": project_id, "of_name": name})

    async def page(
        self, project_id: int, *, after: str, limit: int, folder: str = "", search: str = ""
    ) -> list[StoredTemplate]:
        """Templates by name, behind a name; of a folder, with a word in their name."""
        given = {"of_project": project_id, "after": after, "most": limit}
        query = _PAGE
        if folder:
            query = query.where(_TEMPLATES.c.name.startswith(f"{folder}/", autoescape=True))
        if search:
            query = query.where(_TEMPLATES.c.name.icontains(search, autoescape=True))
        return [StoredTemplate(*row) for row in await self._session.execute(query, given)]

    async def names(self, project_id: int) -> list[str]:
        """The names of all templates."""
        query = select(_TEMPLATES.c.name).where(_TEMPLATES.c.project_id == project_id)
        return list((await self._session.scalars(query.order_by(_TEMPLATES.c.name))).all())

    async def version(self, project_id: int, uid: str) -> StoredVersion | None:
        """One by its public id."""
        return await self._version(_VERSION_BY_UID, {"of_project": project_id, "of_uid": uid})

    async def some_versions(self, project_id: int, uids: Sequence[str]) -> list[StoredVersion]:
        """Those with these public ids, by their templates' names."""
        given = {"of_project": project_id, "of_uids": list(uids)}
        return [StoredVersion(*r) for r in await self._session.execute(_VERSIONS_BY_UID, given)]

    async def numbered(self, template: StoredTemplate, number: int) -> StoredVersion | None:
        """One by its number."""
        return await self._version(_VERSION_BY_NUMBER, {**_of(template), "of_number": number})

    async def same(self, template: StoredTemplate, digest: bytes) -> StoredVersion | None:
        """The version with this digest."""
        return await self._version(_VERSION_BY_DIGEST, {**_of(template), "of_digest": digest})

    async def versions(
        self, template: StoredTemplate, *, before: int, limit: int
    ) -> list[StoredVersion]:
        """Versions below a number, newest first."""
        given = {**_of(template), "before": before, "most": limit}
        return [StoredVersion(*row) for row in await self._session.execute(_VERSIONS_PAGE, given)]

    async def all_versions(self, project_id: int, *, after: int, limit: int) -> list[StoredVersion]:
        """Versions of every template of a project, with rows behind `after`, in their order."""
        given = {"of_project": project_id, "after": after, "most": limit}
        rows = await self._session.execute(_ALL_VERSIONS, given)
        return [StoredVersion(*row) for row in rows]

    async def add_version(self, values: dict[str, Any]) -> int:
        """Insert one; its row's number."""
        added: Any = await self._session.execute(_ADD_VERSION, values)
        return int(added.inserted_primary_key[0])

    async def in_environment(self, project_id: int, environment: str) -> list[StoredVersion]:
        """The versions of an environment, by their templates' names."""
        query = _LATEST
        given: dict[str, Any] = {"of_project": project_id}
        if environment != LATEST:
            query, given = _IN_ENVIRONMENT, {**given, "of_environment": environment}
        return [StoredVersion(*row) for row in await self._session.execute(query, given)]

    async def pointed_to(
        self, project_id: int, name: str, environment: str
    ) -> StoredVersion | None:
        """The version to which an environment points for the template of this name."""
        given = {"of_project": project_id, "of_name": name}
        if environment == LATEST:
            return await self._version(_LATEST_NAMED, given)
        return await self._version(_DEPLOYED_NAMED, {**given, "of_environment": environment})

    async def newest(self, project_id: int, template_ids: Sequence[int]) -> list[Newest]:
        """The newest versions of these templates."""
        given = {"of_project": project_id, "of_templates": list(template_ids)}
        return [Newest(*row) for row in await self._session.execute(_NEWEST, given)]

    async def pointers(self, template_ids: Sequence[int]) -> list[Pointer]:
        """Where the environments point for these templates, by environment."""
        given = {"of_templates": list(template_ids)}
        return [Pointer(*row) for row in await self._session.execute(_POINTERS, given)]

    async def environments(self, project_id: int) -> dict[str, int]:
        """The environments to which something is deployed, and of how many templates."""
        rows = await self._session.execute(_ENVIRONMENTS, {"of_project": project_id})
        return {row[0]: row[1] for row in rows}

    async def delete(self, template_id: int) -> None:
        """Delete a template with its versions, pointers and history."""
        await self._session.execute(delete(_TEMPLATES).where(_TEMPLATES.c.id == template_id))

    async def _template(self, query: Select[Any], given: dict[str, Any]) -> StoredTemplate | None:
        row = (await self._session.execute(query, given)).one_or_none()
        return StoredTemplate(*row) if row is not None else None

    async def _version(self, query: Select[Any], given: dict[str, Any]) -> StoredVersion | None:
        row = (await self._session.execute(query, given)).one_or_none()
        return StoredVersion(*row) if row is not None else None


_LATEST_NAMED: Final = _LATEST.where(_NAMED)
_DEPLOYED_NAMED: Final = _IN_ENVIRONMENT.where(_NAMED)


def _of(template: StoredTemplate) -> dict[str, Any]:
    return {"of_project": template.project_id, "of_template": template.id}
