"""Deleting the gateway's calls when they are older than they are to be kept.

A conversation is as old as what was done in it last. It goes as a whole: its key, the texts of its
calls, and originals that nothing else uses; what was used and spent stays counted. Where a session
keeps the conversation, the calls' texts go alone, and the session's own time decides of the rest.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.features.audit import service as audit
from sluice.server.features.proxy.calls.expiring_repository import ExpiringRepository
from sluice.server.features.proxy.calls.forgetting import forget_texts
from sluice.server.features.proxy.cleansing.service import GatewayCleansing
from sluice.server.features.proxy.conversations.service import Conversations
from sluice.server.kit.database import Database
from sluice.server.vault import erasing
from sluice.server.vault.service import conversation_scope

PORTION: Final = 50
"""Conversations of one transaction."""

KeptByOthers = Callable[[AsyncSession, Collection[int]], Awaitable[set[int]]]
"""Those of some conversations that more than calls belong to."""


@dataclass(frozen=True, slots=True)
class KeptCalls:
    """Whose calls are kept for how long."""

    space_id: int | None
    """The project's own conversation; None: calls of no project."""
    days: int
    before: datetime
    """What was used last before this moment goes."""
    subject: str
    """For the audit log."""


class ExpiringCalls:
    """Deletes old conversations of the gateway; several replicas may do it at once."""

    def __init__(
        self,
        database: Database,
        conversations: Conversations,
        cleansing: GatewayCleansing,
        kept_by_others: KeptByOthers,
    ) -> None:
        self._database = database
        self._conversations = conversations
        self._cleansing = cleansing
        self._kept_by_others = kept_by_others

    async def expire(self, kept: KeptCalls) -> bool:
        """Delete a portion; whether there may be more."""
        async with self._database.read() as session:
            repository = ExpiringRepository(session)
            found = await repository.unused_since(kept.space_id, kept.before, PORTION)
        if not found:
            return False
        async with self._database.write() as session:
            gone = await self._delete(session, kept, found)
            if gone:
                details = {"conversations": len(gone), "days": kept.days}
                await audit.record(
                    session, "calls.expired", actor_id=None, subject=kept.subject, details=details
                )
        if gone:
            await self._forget(kept, gone)
        return len(found) == PORTION

    async def _delete(
        self, session: AsyncSession, kept: KeptCalls, found: Sequence[int]
    ) -> list[int]:
        await _hold(session, kept, found)
        # What was used meanwhile stays, and another replica may have been faster.
        repository = ExpiringRepository(session)
        gone = await repository.still_unused(kept.space_id, kept.before, found)
        of_others = await self._kept_by_others(session, gone)
        for conversation_id in gone:
            if conversation_id not in of_others:
                await self._end(session, kept, conversation_id)
            await forget_texts(session, conversation_id)
        return gone

    async def _end(self, session: AsyncSession, kept: KeptCalls, conversation_id: int) -> None:
        if kept.space_id is not None:
            holder = conversation_scope(conversation_id)
            await erasing.erase_unused(session, conversation_scope(kept.space_id), holder)
        await self._conversations.end(session, conversation_id)

    async def _forget(self, kept: KeptCalls, gone: Sequence[int]) -> None:
        """Let nothing of it stay in this process's memory or in the file's log."""
        self._conversations.forget(*gone)
        for conversation_id in gone if kept.space_id is None else [kept.space_id]:
            self._cleansing.forget(conversation_id)
        if kept.space_id is not None:
            await self._conversations.refresh_space(kept.space_id)
        await self._database.forget_deleted()


async def _hold(session: AsyncSession, kept: KeptCalls, found: Sequence[int]) -> None:
    """From here on nothing is done in these conversations: what is old now stays so."""
    if kept.space_id is not None:
        await erasing.lock(session, conversation_scope(kept.space_id))
        return
    # In one order, so that two replicas never wait for each other in a circle.
    for conversation_id in sorted(found):
        await erasing.lock(session, conversation_scope(conversation_id))
