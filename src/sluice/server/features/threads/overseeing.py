"""Everybody's threads, for those who audit: lists without texts, and one as it was cleansed."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.auth.callers import Caller
from sluice.server.auth.roles import Permission
from sluice.server.errors import NotFound
from sluice.server.features.audit import service as audit
from sluice.server.features.threads.overseeing_repository import (
    ChatSums,
    OverseenRepository,
)
from sluice.server.features.threads.overseeing_schemas import (
    CleansedChat,
    OverseenDetail,
    OverseenThread,
    ThreadFilter,
)
from sluice.server.features.threads.repository import ThreadRepository
from sluice.server.features.threads.service import NOT_YOURS, opened_text
from sluice.server.features.threads.status import ChatStatus
from sluice.server.features.threads.tables import Chat, Thread
from sluice.server.kit.sealing import DataKey
from sluice.server.vault.service import Vault, thread_scope


class OverseenThreads:
    """The service; works in the caller's transaction and never commits."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def page(
        self,
        session: AsyncSession,
        caller: Caller,
        wanted: ThreadFilter,
        *,
        before: int | None,
        limit: int,
    ) -> list[OverseenThread]:
        """Threads, newest first, with ids below `before`."""
        caller.require(Permission.AUDIT)
        repository = OverseenRepository(session)
        rows = await repository.page(wanted, before=before, limit=limit)
        sums = await repository.sums([row.id for row in rows])
        return [_thread(row, sums.get(row.id)) for row in rows]

    async def get(self, session: AsyncSession, caller: Caller, thread_id: int) -> OverseenDetail:
        """A thread as models saw it; that it was read is recorded. Raises `NotFound`."""
        detail = await self.revealed(session, caller, thread_id)
        await audit.record(
            session, "thread.read", actor_id=caller.actor_id, subject=f"thread:{thread_id}"
        )
        return detail

    async def revealed(
        self, session: AsyncSession, caller: Caller, thread_id: int
    ) -> OverseenDetail:
        """The same once its originals were revealed, which is recorded already."""
        caller.require(Permission.AUDIT)
        row = await ThreadRepository(session).get(thread_id)
        key = await self._vault.key(session, thread_scope(thread_id))
        if row is None or key is None:
            raise NotFound(NOT_YOURS)
        chats = await ThreadRepository(session).chats(thread_id)
        sums = await OverseenRepository(session).sums([thread_id])
        shown = _thread(row, sums.get(thread_id)).model_dump(by_alias=False)
        return OverseenDetail(**shown, exchanges=[_chat(chat, key) for chat in chats])


def _thread(row: Thread, sums: ChatSums | None) -> OverseenThread:
    return OverseenThread(
        id=row.id,
        user_id=row.user_id,
        model_instance_id=row.model_instance_id,
        source=row.source,
        type=row.type,
        chats=sums.chats if sums else 0,
        input_tokens=sums.input_tokens if sums else 0,
        output_tokens=sums.output_tokens if sums else 0,
        created_at=row.created_at,
        last_chat_at=sums.last_chat_at if sums else None,
    )


def _chat(chat: Chat, key: DataKey) -> CleansedChat:
    return CleansedChat(
        id=chat.id,
        status=ChatStatus(chat.status),
        model=chat.model,
        policy_group_id=chat.policy_group_id,
        policy_version=chat.policy_version,
        cleansed_input=opened_text(chat, "cleansed_input_sealed", key),
        raw_output=opened_text(chat, "raw_output_sealed", key),
        input_tokens=chat.input_tokens,
        output_tokens=chat.output_tokens,
        created_at=chat.created_at,
        updated_at=chat.updated_at,
    )
