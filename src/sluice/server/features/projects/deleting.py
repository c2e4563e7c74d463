"""Deleting a project: unreadable at once, and in a while gone.

It is shut first: it is found no more and its keys are refused, so that nothing new begins. Then
every data key of it is destroyed: from then on nothing of it can be read, in backups of the
database neither. Last its rows are deleted, by the features that own them, in portions between
which others write. Whoever deletes it waits for all of that as far as it takes a moment; the rest
is done beside the requests, and so is what a crash left undone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.auth.service import SignInService
from sluice.server.errors import NotFound
from sluice.server.features.audit import service as audit
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.projects.repository import ProjectRepository
from sluice.server.features.projects.roles import ProjectRole
from sluice.server.features.projects.service import NO_PROJECT, known_project
from sluice.server.features.proxy.cleansing.service import GatewayCleansing
from sluice.server.features.proxy.conversations.service import Conversations
from sluice.server.kit.database import Database, utc_now

PORTIONS_AT_ONCE: Final = 20
"""Portions that are deleted while the caller of a deletion waits."""
WATCHED: Final = timedelta(minutes=10)
"""How long after its deletion a project's rows are looked for: a call that had begun before may
still write one. What it writes is sealed under a key that is gone."""


class ProjectPart(Protocol):
    """What a feature keeps of a project."""

    async def delete_project(self, session: AsyncSession, project: KnownProject) -> int:
        """Delete a portion of it, a few thousand rows at the most; returns how many.

        Called again, each time in a transaction of its own, until it says 0. The project is shut
        by then: its data keys are gone.
        """
        ...


class ProjectDeletion:
    """Deletes projects, a part of theirs for each feature, in the order of `parts`."""

    def __init__(
        self,
        database: Database,
        signing_in: SignInService,
        conversations: Conversations,
        cleansing: GatewayCleansing,
        parts: Sequence[ProjectPart],
    ) -> None:
        self._database = database
        self._users = signing_in.users
        self._tokens = signing_in.tokens
        self._conversations = conversations
        self._cleansing = cleansing
        self._parts = tuple(parts)

    async def delete(self, project: KnownProject, *, actor_id: int) -> bool:
        """Delete a project as far as a moment allows; whether that was all.

        By then nothing of it can be read, and where rows are left, `clear_some` goes on. Raises
        `NotFound` if it is deleted already.
        """
        project.require(ProjectRole.OWNER)
        async with self._database.write() as session:
            await self._shut(session, project, actor_id)
        left = await self._clear(project)
        await self._database.forget_deleted()
        return not left

    async def clear_some(self) -> bool:
        """Delete a portion of what is left of deleted projects; whether there may be more."""
        async with self._database.read() as session:
            rows = await ProjectRepository(session).uncleared()
        more = False
        for row in rows:
            left = await self._clear(known_project(row, ProjectRole.OWNER))
            more = more or left
            if not left and row.deleted_at is not None and utc_now() - row.deleted_at > WATCHED:
                async with self._database.write() as session:
                    await ProjectRepository(session).note_cleared(row.id, utc_now())
                await self._database.forget_deleted()
        return more

    async def _shut(self, session: AsyncSession, project: KnownProject, actor_id: int) -> None:
        repository = ProjectRepository(session)
        if not await repository.shut(project.id, utc_now()):
            raise NotFound(NO_PROJECT)
        await repository.remove_members(project.id)
        keys = await self._tokens.of_user(session, project.user_id)
        for key in keys:
            await self._tokens.end(session, key.id, actor_id=actor_id)
        await self._users.retire_project_user(session, project.user_id, actor_id=actor_id)
        await audit.record(
            session,
            "project.deleted",
            actor_id=actor_id,
            subject=f"project:{project.id}",
            details={"keys": len(keys)},
        )

    async def _clear(self, project: KnownProject) -> bool:
        """Whether something is left after some portions."""
        async with self._database.write() as session:
            await self._conversations.delete_space(session, project.space_id)
        self._conversations.forget_space(project.space_id)
        self._cleansing.forget(project.space_id)
        for _ in range(PORTIONS_AT_ONCE):
            if not await self._clear_portion(project):
                return False
        return True

    async def _clear_portion(self, project: KnownProject) -> int:
        for part in self._parts:
            async with self._database.write() as session:
                deleted = await part.delete_project(session, project)
            if deleted:
                return deleted
        return 0
