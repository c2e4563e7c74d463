"""Forgetting the texts of calls whose conversation is deleted by another feature."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.features.proxy.calls.repository import CallRepository
from sluice.server.kit.database import utc_now


async def forget_texts(session: AsyncSession, conversation_id: int) -> None:
    """Remove every text of a conversation's calls in the caller's transaction.

    What they used and spent stays counted.
    """
    await CallRepository(session).forget(conversation_id, now=utc_now())
