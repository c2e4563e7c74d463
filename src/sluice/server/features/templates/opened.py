"""Sealing what a version holds, and opening it."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.errors import NotFound
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.projects.service import NO_PROJECT
from sluice.server.features.templates.content import TemplateContent
from sluice.server.features.templates.known import KnownVersion
from sluice.server.features.templates.repository import StoredVersion
from sluice.server.kit.sealing import DataKey, Place
from sluice.server.vault.service import Vault


def version_place(uid: str, scope: str) -> Place:
    """Where a version's document is sealed; `scope` is the project's."""
    return Place("template_versions", "document_sealed", uid, scope)


def opened(row: StoredVersion, key: DataKey, scope: str) -> KnownVersion:
    """A version out of its row; raises `SealingError` where it was changed or moved."""
    document = key.open(row.document_sealed, version_place(row.uid, scope))
    return KnownVersion(
        id=row.id,
        uid=row.uid,
        number=row.number,
        template_id=row.template_id,
        template_uid=row.template_uid,
        template_name=row.template_name,
        project_id=row.project_id,
        content=TemplateContent.from_stored(document),
        findings=row.findings,
        created_by=row.created_by,
        created_at=row.created_at,
    )


async def project_key(vault: Vault, session: AsyncSession, project: KnownProject) -> DataKey:
    """The data key of a project; raises `NotFound` for one that was deleted meanwhile."""
    key = await vault.key(session, project.scope)
    if key is None:
        raise NotFound(NO_PROJECT)
    return key
