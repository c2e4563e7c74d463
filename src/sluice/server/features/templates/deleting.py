"""The templates of a project that is deleted, in portions."""

from __future__ import annotations

from typing import Any, Final, cast

from sqlalchemy import Table, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.features.projects.known import KnownProject
from sluice.server.features.templates.tables import (
    DeployedVersion,
    Deployment,
    DeploymentRequest,
    ProtectedEnvironment,
    Template,
    TemplateVersion,
)
from sluice.server.kit.repository import Repository

PORTION: Final = 2_000
"""Rows that are deleted in one transaction."""
_TEMPLATES: Final = cast("Table", Template.__table__)
_VERSIONS: Final = cast("Table", TemplateVersion.__table__)
_DEPLOYMENTS: Final = cast("Table", Deployment.__table__)
_DEPLOYED: Final = cast("Table", DeployedVersion.__table__)
_REQUESTS: Final = cast("Table", DeploymentRequest.__table__)
_PROTECTED: Final = cast("Table", ProtectedEnvironment.__table__)


class TemplateParts:
    """What this feature keeps of a project."""

    async def delete_project(self, session: AsyncSession, project: KnownProject) -> int:
        """Delete a portion of a project's templates; how many rows that were, 0: none is left."""
        return await _Portions(session).delete_some(project.id)


class _Portions(Repository):
    async def delete_some(self, project_id: int) -> int:
        """Rows of one table, those first on which no other table's hang."""
        await self._delete(_PROTECTED, _PROTECTED.c.project_id == project_id)
        templates = select(_TEMPLATES.c.id).where(_TEMPLATES.c.project_id == project_id)
        for table in (_REQUESTS, _DEPLOYMENTS, _VERSIONS):
            some = select(table.c.id).where(table.c.template_id.in_(templates)).limit(PORTION)
            if deleted := await self._delete(table, table.c.id.in_(some)):
                return deleted
        await self._delete(_DEPLOYED, _DEPLOYED.c.template_id.in_(templates))
        some = templates.limit(PORTION)
        return await self._delete(_TEMPLATES, _TEMPLATES.c.id.in_(some))

    async def _delete(self, table: Table, which: Any) -> int:  # noqa: ANN401 (an expression)
        gone: Any = await self._session.execute(delete(table).where(which))
        return int(gone.rowcount)
