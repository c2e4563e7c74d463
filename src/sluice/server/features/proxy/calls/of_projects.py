"""The calls that were made in a project, when it is deleted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.features.proxy.calls.repository import CallRepository
from sluice.server.features.proxy.conversations.service import Conversations
from sluice.server.kit.database import utc_now

PORTION: Final = 1_000
"""Conversations, or calls, after which others may write."""


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

        Returns of how many conversations; 0 when nothing is left. A conversation is done as a
        whole, however many calls it has.
        """
        space_id, calls = project.space_id, CallRepository(session)
        found = await self._conversations.some_of_deleted(session, space_id, PORTION)
        if not found:
            return 0
        some = list(_portion(found, await calls.count_by_conversation(found)))
        await calls.forget(*some, now=utc_now())
        await self._conversations.let_go(session, some)
        return len(some)


def _portion(conversation_ids: Iterable[int], calls: dict[int, int]) -> Iterator[int]:
    """The first conversations, until they have had as many calls as a portion."""
    had = 0
    for conversation_id in conversation_ids:
        yield conversation_id
        had += calls.get(conversation_id, 0)
        if had >= PORTION:
            return
