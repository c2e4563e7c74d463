"""The queries of threads for those who look after them: without texts."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select

from sluice.server.features.threads.overseeing_schemas import ThreadFilter
from sluice.server.features.threads.tables import Chat, Thread
from sluice.server.kit.repository import Repository


class ChatSums(NamedTuple):
    """What a thread's chats come to."""

    thread_id: int
    chats: int
    last_chat_at: datetime | None
    input_tokens: int
    output_tokens: int


class OverseenRepository(Repository):
    """Threads that are not deleted, whoever's they are."""

    async def page(self, wanted: ThreadFilter, *, before: int | None, limit: int) -> list[Thread]:
        """Threads, newest first, with ids below `before`."""
        query = select(Thread).where(Thread.deleted_at.is_(None))
        if wanted.user_id is not None:
            query = query.where(Thread.user_id == wanted.user_id)
        if wanted.model_instance_id is not None:
            query = query.where(Thread.model_instance_id == wanted.model_instance_id)
        if wanted.since is not None:
            query = query.where(Thread.created_at >= wanted.since)
        if wanted.until is not None:
            query = query.where(Thread.created_at < wanted.until)
        if before is not None:
            query = query.where(Thread.id < before)
        query = query.order_by(Thread.id.desc()).limit(limit)
        return list((await self._session.scalars(query)).all())

    async def sums(self, thread_ids: Collection[int]) -> dict[int, ChatSums]:
        """What the chats of these threads come to; a thread without chats has no entry."""
        query = (
            select(
                Chat.thread_id,
                func.count(),
                func.max(Chat.created_at),
                func.sum(Chat.input_tokens),
                func.sum(Chat.output_tokens),
            )
            .where(Chat.thread_id.in_(thread_ids))
            .group_by(Chat.thread_id)
        )
        rows = (await self._session.execute(query)).all()
        return {
            thread: ChatSums(thread, chats, last, int(given or 0), int(taken or 0))
            for thread, chats, last, given, taken in rows
        }
