"""Public ids of versions by their rows, for features that refer to these."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from sluice.server.features.templates.tables import TemplateVersion
from sluice.server.kit.database import Database
from sluice.server.kit.repository import Repository

AT_ONCE = 500


class VersionIdRepository(Repository):
    """Ids alone."""

    async def uids(self, ids: Collection[int]) -> dict[int, str]:
        """The public ids of versions that are there."""
        found: dict[int, str] = {}
        wanted = sorted(ids)
        for first in range(0, len(wanted), AT_ONCE):
            some = wanted[first : first + AT_ONCE]
            query = select(TemplateVersion.id, TemplateVersion.uid).where(
                TemplateVersion.id.in_(some)
            )
            found |= {int(row[0]): str(row[1]) for row in await self._session.execute(query)}
        return found


async def version_uids(database: Database, ids: Collection[int]) -> dict[int, str]:
    """The public ids of these versions, as far as they are there."""
    async with database.read() as session:
        return await VersionIdRepository(session).uids(ids)
