"""The queries of threads and chats."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import CursorResult, Result, Table, bindparam, delete, func, insert, select, update

from sluice.server.features.threads.status import ChatStatus
from sluice.server.features.threads.tables import Chat, Thread
from sluice.server.kit.repository import Repository

# The statements of every prompt: built once, and on tables, since mapped objects cost twice
# as much (measured, see docs/benchmarks.md).
_THREADS: Final = cast("Table", Thread.__table__)
_CHATS: Final = cast("Table", Chat.__table__)
_OWNS: Final = select(_THREADS.c.id).where(
    _THREADS.c.id == bindparam("of_id"),
    _THREADS.c.user_id == bindparam("of_user"),
    _THREADS.c.deleted_at.is_(None),
)
_SIZES: Final = (
    select(
        _CHATS.c.id,
        func.sum(
            func.length(_CHATS.c.cleansed_input_sealed)
            + func.coalesce(func.length(_CHATS.c.raw_output_sealed), 0)
        )
        .over(order_by=_CHATS.c.id.desc())
        .label("so_far"),
    )
    .where(
        _CHATS.c.thread_id == bindparam("of_thread"),
        _CHATS.c.status == ChatStatus.COMPLETE.value,
    )
    .order_by(_CHATS.c.id.desc())
    .limit(bindparam("at_most"))
    .subquery()
)
_COMPLETE: Final = (
    select(
        _CHATS.c.uid,
        _CHATS.c.cleansed_input_sealed,
        _CHATS.c.raw_output_sealed,
        _CHATS.c.policy_group_id,
        _CHATS.c.policy_version,
    )
    .join(_SIZES, _SIZES.c.id == _CHATS.c.id)
    .where(_SIZES.c.so_far <= bindparam("max_bytes"))
    .order_by(_CHATS.c.id.desc())
)
_ADD_THREAD: Final = insert(_THREADS)
_ADD_CHAT: Final = insert(_CHATS)
# SQLite gives the id of a deleted chat to a new one, of any thread: the uid tells them apart.
_CHANGE: Final = update(_CHATS).where(
    _CHATS.c.id == bindparam("of_id"), _CHATS.c.uid == bindparam("of_uid")
)


class SealedTurn(NamedTuple):
    """An earlier chat's row, as far as a model may see it."""

    uid: str
    cleansed_input_sealed: bytes
    raw_output_sealed: bytes | None
    policy_group_id: int
    policy_version: int


class ThreadRepository(Repository):
    """Threads that are not deleted, and their chats."""

    async def owned(self, thread_id: int, user_id: int) -> Thread | None:
        """A thread, if it is this user's."""
        query = select(Thread).where(
            Thread.id == thread_id, Thread.user_id == user_id, Thread.deleted_at.is_(None)
        )
        return (await self._session.scalars(query)).one_or_none()

    async def owns(self, thread_id: int, user_id: int) -> bool:
        """Whether there is such a thread and it is this user's."""
        found = await self._session.execute(_OWNS, {"of_id": thread_id, "of_user": user_id})
        return found.one_or_none() is not None

    async def insert_thread(self, **values: object) -> int:
        """Insert a thread; returns its id."""
        return _new_id(await self._session.execute(_ADD_THREAD, values))

    async def insert_chat(self, **values: object) -> int:
        """Insert a chat; returns its id."""
        return _new_id(await self._session.execute(_ADD_CHAT, values))

    async def name(self, thread_id: int, sealed: bytes) -> None:
        """Set a thread's name."""
        statement = update(Thread).where(Thread.id == thread_id).values(name_sealed=sealed)
        await self._session.execute(statement)

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

    async def newest_chats(
        self, instance_ids: Collection[int], limit: int
    ) -> list[tuple[int, datetime]]:
        """Ids and times of the newest chats with these model instances, newest first."""
        query = (
            select(_CHATS.c.id, _CHATS.c.created_at)
            .join(_THREADS, _THREADS.c.id == _CHATS.c.thread_id)
            .where(_THREADS.c.model_instance_id.in_(instance_ids))
            .order_by(_CHATS.c.id.desc())
            .limit(limit)
        )
        return [(row.id, row.created_at) for row in await self._session.execute(query)]

    async def chats_by_id(self, chat_ids: Collection[int]) -> list[Chat]:
        """Some chats, whoever's they are."""
        query = select(Chat).where(Chat.id.in_(chat_ids)).order_by(Chat.id)
        return list((await self._session.scalars(query)).all())

    async def complete_chats(
        self, thread_id: int, *, limit: int, max_bytes: int
    ) -> list[SealedTurn]:
        """The newest complete chats of a thread, oldest first.

        At most `limit`, and no more than what takes `max_bytes` sealed: what cannot be sent to
        a model is not even read.
        """
        values = {"of_thread": thread_id, "at_most": limit, "max_bytes": max_bytes}
        rows = (await self._session.execute(_COMPLETE, values)).all()
        return [SealedTurn(*row) for row in reversed(rows)]

    async def change_chat(self, chat_id: int, uid: str, **values: object) -> None:
        """Set columns of one chat; one that was deleted meanwhile stays deleted."""
        await self._session.execute(_CHANGE, {"of_id": chat_id, "of_uid": uid, **values})

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


def _new_id(result: Result[Any]) -> int:
    key = cast("CursorResult[Any]", result).inserted_primary_key
    if key is None:
        raise RuntimeError("an insertion gave no id")
    return int(key[0])
