"""Merging metadata: what is given anew takes the place of what stood under the same name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.features.sessions.attribute_repository import AttributeRepository, Of
from sluice.server.features.sessions.attributes import Holder, Kind, flattened
from sluice.server.features.sessions.repository import SessionRepository


async def merge_metadata(
    session: AsyncSession, project_id: int, session_id: int, metadata: Mapping[str, Any]
) -> None:
    """Merge cleansed metadata into a session's own, in the caller's transaction."""
    repository = SessionRepository(session)
    before = await repository.meta(session_id)
    if before is None:
        return
    changed = {k: v for k, v in metadata.items() if k not in before or before[k] != v}
    if changed:
        await repository.set_meta(session_id, {**before, **changed})
        of = Of(Holder.SESSION, session_id, project_id, session_id)
        await replace_values(session, of, Kind.METADATA, changed)


async def replace_values(
    session: AsyncSession, of: Of, kind: Kind, values: Mapping[str, Any]
) -> None:
    """Set cleansed values, each in place of all that stood under its name."""
    names = [f"{kind}.{name}" for name in values]
    await AttributeRepository(session).replace(of, names, flattened(kind, values))
