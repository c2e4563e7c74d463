"""Writing and reading audit events."""

from __future__ import annotations

from collections.abc import Mapping

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.features.audit.repository import AuditRepository
from sluice.server.features.audit.tables import AuditEvent


async def record(
    session: AsyncSession,
    event: str,
    *,
    actor_id: int | None,
    subject: str = "",
    details: Mapping[str, str | int | bool] | None = None,
) -> None:
    """Append an event in the caller's transaction.

    It is flushed at once, so that an event which cannot be written fails the action that it
    is about. `details` hold ids, names of entity types and counts; never text.
    """
    row = AuditEvent(
        event=event,
        actor_id=actor_id,
        subject=subject,
        request_id=structlog.contextvars.get_contextvars().get("request_id"),
        details=dict(details or {}),
    )
    await AuditRepository(session).append(row)


async def list_events(
    session: AsyncSession, *, before: int | None, limit: int, event: str | None
) -> list[AuditEvent]:
    """The newest events first, at most `limit`, with ids below `before`."""
    return await AuditRepository(session).newest(before=before, limit=limit, event=event)
