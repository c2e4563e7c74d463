"""The queries of threads and chats."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select, update

from sluice.server.features.threads.status import ChatStatus
from sluice.server.features.threads.tables import Chat, Thread
from sluice.server.kit.repository import Repository


class ThreadRepository(Repository):
    """Threads that are not deleted, and their chats."""

    async def owned(self, thread_id: int, user_id: int) -> Thread | None:
        """A thread, if it is this user's."""
        query = select(Thread).where(
            Thread.id == thread_id, Thread.user_id == user_id, Thread.deleted_at.is_(None)
        )
        return (await self._session.scalars(query)).one_or_none()

    async def get(self, thread_id: int) -> Thread | None:
        """A thread, whoever's it is."""
        query = select(Thread).where(Thread.id == thread_id, Thread.deleted_at.is_(None))
        return (await self._session.scalars(query)).one_or_none()

    async def owned_by(self, user_id: int, source: str | None) -> list[Thread]:
        """A user's threads, newest first."""
        query = (
            select(Thread)
            .where(Thread.user_id == user_id, Thread.deleted_at.is_(None))
            .order_by(Thread.id.desc())
        )
        if source is not None:
            query = query.where(Thread.source == source)
        return list((await self._session.scalars(query)).all())

    async def chats(self, thread_id: int) -> list[Chat]:
        """Every chat of a thread, oldest first."""
        query = select(Chat).where(Chat.thread_id == thread_id).order_by(Chat.id)
        return list((await self._session.scalars(query)).all())

    async def complete_chats(self, thread_id: int, limit: int) -> list[Chat]:
        """The newest complete chats of a thread, oldest first."""
        query = (
            select(Chat)
            .where(Chat.thread_id == thread_id, Chat.status == ChatStatus.COMPLETE.value)
            .order_by(Chat.id.desc())
            .limit(limit)
        )
        return list((await self._session.scalars(query)).all())[::-1]

    async def change_chat(self, chat_id: int, **values: object) -> None:
        """Set columns of one chat; one that was deleted meanwhile stays deleted."""
        await self._session.execute(update(Chat).where(Chat.id == chat_id).values(**values))

    async def delete_chats(self, thread_id: int) -> None:
        """Remove every chat of a thread."""
        await self._session.execute(delete(Chat).where(Chat.thread_id == thread_id))

    async def interrupt_pending(self, before: datetime) -> int:
        """Mark chats that have been pending since before that moment; returns how many."""
        statement = (
            update(Chat)
            .where(Chat.status == ChatStatus.PENDING.value, Chat.created_at < before)
            .values(status=ChatStatus.INTERRUPTED.value)
        )
        result = cast(CursorResult[Any], await self._session.execute(statement))
        return result.rowcount
