"""The calls that were made in a project, when it is deleted."""

from __future__ import annotations

from typing import Final, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.features.proxy.calls.repository import CallRepository
from sluice.server.features.proxy.conversations.service import Conversations
from sluice.server.kit.database import utc_now

PORTION: Final = 2_000
"""Rows after which others may write."""


class InSpace(Protocol):
    """A project, as far as it matters here."""

    @property
    def space_id(self) -> int:
        """Its own conversation."""


class ProjectCalls:
    """What the gateway keeps of a project."""

    def __init__(self, conversations: Conversations) -> None:
        self._conversations = conversations

    async def delete_project(self, session: AsyncSession, project: InSpace) -> int:
        """Remove the texts of some calls of a deleted project; what they used stays counted.

        Returns how many conversations and rows there were; 0 when nothing is left. A
        conversation is done as a whole, however many calls it has.
        """
        space_id, done = project.space_id, 0
        found = await self._conversations.some_of_deleted(session, space_id, PORTION)
        for conversation_id in found:
            done += 1 + await CallRepository(session).forget(conversation_id, utc_now())
            await self._conversations.let_go(session, conversation_id)
            if done >= PORTION:
                break
        return done
