"""Sessions: made, found by what clients send, and deleted with everything in them."""

from __future__ import annotations

from functools import partial
from typing import Final
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.auth.auth import Caller
from sluice.server.features.audit import service as audit
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.projects.roles import ProjectRole
from sluice.server.features.proxy.calls.forgetting import forget_texts
from sluice.server.features.proxy.cleansing.service import GatewayCleansing
from sluice.server.features.proxy.conversations.service import Conversation, Conversations
from sluice.server.features.sessions.finding import Finding, Found
from sluice.server.features.sessions.new import plain
from sluice.server.features.sessions.repository import SessionRepository
from sluice.server.features.sessions.writing import SessionRows
from sluice.server.kit.batching import BatchedWriter
from sluice.server.kit.database import Database
from sluice.server.vault import erasing
from sluice.server.vault.service import conversation_scope

ENVIRONMENT: Final = 64
PORTION: Final = 500
"""Sessions of a deleted project that go in one transaction."""


class Sessions:
    """The service of sessions."""

    def __init__(
        self,
        database: Database,
        writer: BatchedWriter,
        conversations: Conversations,
        cleansing: GatewayCleansing,
        finding: Finding,
        rows: SessionRows,
    ) -> None:
        self._database = database
        self._writer = writer
        self._conversations = conversations
        self._cleansing = cleansing
        self._finding = finding
        self._rows = rows

    async def create(
        self,
        project: KnownProject,
        caller: Caller,
        *,
        environment: str | None = None,
        test_run_id: int | None = None,
    ) -> str:
        """Make a session under an id of ours; returns the id after the commit."""
        project.require(ProjectRole.EDITOR)
        uid = str(uuid4())
        conversation = await self._conversations.open(project.owner(caller), conversation=uid)
        job = partial(
            self._insert, project, conversation, uid, plain(environment, ENVIRONMENT), test_run_id
        )
        self._rows.remember(conversation.id, await self._writer.submit(job, quick=True))
        return uid

    async def _insert(
        self,
        project: KnownProject,
        conversation: Conversation,
        uid: str,
        environment: str | None,
        test_run_id: int | None,
        session: AsyncSession,
    ) -> int:
        return await self._rows.ensure(
            session, project, conversation, uid, environment=environment, test_run_id=test_run_id
        )

    async def projects_of(self, uid: str) -> list[int]:
        """The ids of the projects in which there is a session of this id."""
        async with self._database.reading() as session:
            return await SessionRepository(session).projects_of(uid)

    async def delete(self, project: KnownProject, uid: str, *, actor_id: int) -> None:
        """Delete a session: nothing of it can be read again, and its rows are gone.

        Its data key is destroyed, originals that nothing else of the project needs are erased, and
        what the gateway recorded of calls in it keeps no text. Raises `NotFound`.
        """
        project.require(ProjectRole.EDITOR)
        found = await self._finding.session(project, uid)
        async with self._database.write() as session:
            await self.delete_in(session, project, found)
            await audit.record(
                session, "session.deleted", actor_id=actor_id, subject=f"session:{found.id}"
            )
        await self.deleted(project, [found])

    async def delete_in(self, session: AsyncSession, project: KnownProject, found: Found) -> None:
        """The same in the caller's transaction; once it is committed, call `deleted`."""
        # The space first, then the conversation, as whoever saves something in it.
        scope = conversation_scope(found.conversation_id)
        await erasing.erase_unused(session, project.scope, scope)
        await self._conversations.end(session, found.conversation_id)
        await forget_texts(session, found.conversation_id)
        await SessionRepository(session).delete(found.id)

    async def deleted(self, project: KnownProject, found: list[Found]) -> None:
        """Let nothing of deleted sessions stay in this process's memory or in the file's log."""
        for one in found:
            self._rows.forget(one.conversation_id)
        self._conversations.forget(*(one.conversation_id for one in found))
        self._cleansing.forget(project.space_id)
        await self._conversations.refresh_space(project.space_id)
        await self._database.forget_deleted()

    async def delete_project(self, session: AsyncSession, project: KnownProject) -> int:
        """Delete some sessions of a deleted project; how many there were."""
        repository = SessionRepository(session)
        return await repository.delete_some(project.id, PORTION)

    async def check(self, project: KnownProject, uid: str) -> Found:
        """A session's row; raises `NotFound`."""
        return await self._finding.session(project, uid)
