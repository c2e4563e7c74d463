"""The audit log's queries."""

from __future__ import annotations

from sqlalchemy import select

from sluice.server.features.audit.tables import AuditEvent
from sluice.server.kit.repository import Repository


class AuditRepository(Repository):
    """Appends and reads; there is no update and no delete."""

    async def append(self, row: AuditEvent) -> None:
        """Insert one event."""
        await self.add(row)

    async def newest(
        self, *, before: int | None, limit: int, event: str | None
    ) -> list[AuditEvent]:
        """Events by descending id."""
        query = select(AuditEvent).order_by(AuditEvent.id.desc()).limit(limit)
        if before is not None:
            query = query.where(AuditEvent.id < before)
        if event is not None:
            query = query.where(AuditEvent.event == event)
        return list((await self._session.scalars(query)).all())
