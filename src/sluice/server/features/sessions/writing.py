"""Saving what belongs to a session: cleansed, with the session's conversation, at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final, TypeVar

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.auth.auth import Caller
from sluice.server.errors import Unavailable, Unprocessable
from sluice.server.features.policies.service import PolicyInForce
from sluice.server.features.projects.cleansing import ProjectCleansing
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.projects.service import Projects
from sluice.server.features.proxy.cleansing.cleansed_call import CleansedCall
from sluice.server.features.proxy.conversations.recently_used import RecentlyUsed
from sluice.server.features.proxy.conversations.service import Conversation, Conversations
from sluice.server.features.proxy.wires.reading import Reading
from sluice.server.features.sessions.repository import NewSession, SessionRepository
from sluice.server.kit.database import utc_now

SESSIONS: Final = 10_000
"""Sessions whose row is remembered."""
ATTEMPTS: Final = 3

Result = TypeVar("Result")
Write = Callable[[AsyncSession], Awaitable[Result]]
MakeReady = Callable[[CleansedCall, PolicyInForce], Awaitable[Write[Result]]]
"""Seals what is to be stored, and gives what writes it; see `ProjectCleansing.save`."""


class SessionRows:
    """The ids of sessions' rows by conversation, as far as this process knows."""

    def __init__(self) -> None:
        self._known = RecentlyUsed[int, int](SESSIONS)

    async def ensure(
        self,
        session: AsyncSession,
        project: KnownProject,
        conversation: Conversation,
        uid: str,
        *,
        environment: str | None = None,
        test_run_id: int | None = None,
    ) -> int:
        """The id of a session's row, made now if it is not there.

        The conversation must be held in the transaction, so that it is not deleted meanwhile.
        """
        known = self._known.get(conversation.id)
        if known is not None:
            return known
        row = NewSession(
            uid=uid,
            project_id=project.id,
            conversation_id=conversation.id,
            user_id=conversation.asked.owner.user_id,
            environment=environment,
            test_run_id=test_run_id,
            created_at=utc_now(),
        )
        return await SessionRepository(session).ensure(row.values())

    def remember(self, conversation_id: int, session_id: int) -> None:
        """Its row is committed."""
        self._known.put(conversation_id, session_id)

    def forget(self, conversation_id: int) -> None:
        """It may be gone."""
        self._known.drop(conversation_id)


class SessionWriting:
    """Cleanses and saves in one session; used by all that is written here."""

    def __init__(
        self,
        projects: Projects,
        conversations: Conversations,
        cleansing: ProjectCleansing,
        rows: SessionRows,
    ) -> None:
        self._projects = projects
        self._conversations = conversations
        self._cleansing = cleansing
        self.rows = rows

    async def save(
        self,
        project: KnownProject,
        caller: Caller,
        session_uid: str,
        reading: Reading,
        make_ready: MakeReady[Result],
    ) -> tuple[CleansedCall, Result]:
        """Cleanse what was read, and return after the commit of `make_ready`'s rows.

        See `ProjectCleansing.save`. Raises `Unprocessable`, also for what could not be looked
        through, and `Unavailable`.
        """
        if reading.problems:
            raise Unprocessable("The request cannot be recorded.", errors=reading.problems)
        owner = project.owner(caller)
        conversation = await self._conversations.open(owner, conversation=session_uid)
        policy = await self._projects.policy(project)
        ready = partial(_under, policy, make_ready)
        for _ in range(ATTEMPTS):
            try:
                return await self._cleansing.save(
                    project, conversation, reading, ready, policy=policy
                )
            except IntegrityError:
                # Another request wrote the same, or the session was deleted, in this moment.
                self.rows.forget(conversation.id)
        raise Unavailable("The session is being changed by others; send it again.")


def _under(
    policy: PolicyInForce, make_ready: MakeReady[Result], call: CleansedCall
) -> Awaitable[Write[Result]]:
    return make_ready(call, policy)
