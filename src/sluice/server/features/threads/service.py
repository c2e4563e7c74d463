"""Creating, reading and deleting threads, and recording their chats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.engine import CleansedText, RawText
from sluice.server.auth.callers import Caller
from sluice.server.auth.roles import Permission
from sluice.server.errors import NotFound
from sluice.server.features.audit import service as audit
from sluice.server.features.models.schemas import ModelInstanceOut
from sluice.server.features.models.service import Models
from sluice.server.features.threads.repository import SealedTurn, ThreadRepository
from sluice.server.features.threads.schemas import ChatOut, ThreadOut
from sluice.server.features.threads.status import ChatStatus
from sluice.server.features.threads.tables import Chat, Thread
from sluice.server.kit.database import utc_now
from sluice.server.kit.sealing import DataKey, Place
from sluice.server.providers.base import Usage
from sluice.server.vault import revealing
from sluice.server.vault.schemas import OriginalOut
from sluice.server.vault.service import ThreadVault, Vault, thread_scope

UNNAMED = "New thread"
HISTORY_CHATS = 1_000
"""How many earlier chats a prompt reads at the most."""

ENVELOPES = 2 * 64
"""Bytes that the envelopes of a chat's two sealed texts take at the most."""

NOT_YOURS = "There is no such thread."


@dataclass(frozen=True, slots=True)
class Exchange:
    """The input side of a chat, before it is recorded."""

    raw_input: RawText = field(repr=False)
    cleansed_input: CleansedText = field(repr=False)
    policy_group_id: int
    policy_version: int
    model: str


@dataclass(frozen=True, slots=True)
class BegunChat:
    """A chat whose input side is recorded."""

    id: int
    uid: str
    thread_id: int
    key: DataKey


@dataclass(frozen=True, slots=True)
class Outcome:
    """The output side of a chat, as far as it came."""

    status: ChatStatus
    raw_output: CleansedText = field(repr=False)
    hydrated_output: RawText = field(repr=False)
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class PastChat:
    """An earlier exchange, as a model was shown it under the policy of its time."""

    cleansed_input: CleansedText = field(repr=False)
    raw_output: CleansedText = field(repr=False)
    policy: tuple[int, int] = (0, 0)
    """The policy group and the version that decided then."""


class Threads:
    """The service of threads and chats."""

    def __init__(self, vault: Vault, models: Models) -> None:
        self._vault = vault
        self._models = models

    async def create(
        self, session: AsyncSession, *, user_id: int, instance_id: int, name: str | None = None
    ) -> int:
        """Make a thread with its data key; returns its id."""
        thread_id, opened = await self.begin(session, user_id=user_id, instance_id=instance_id)
        if name is not None:
            sealed = opened.key.seal(name, _name_place(thread_id))
            await ThreadRepository(session).name(thread_id, sealed)
        return thread_id

    async def begin(
        self, session: AsyncSession, *, user_id: int, instance_id: int
    ) -> tuple[int, ThreadVault]:
        """Make a thread without a name; returns its id and its empty vault."""
        thread_id = await ThreadRepository(session).insert_thread(
            user_id=user_id, model_instance_id=instance_id
        )
        return thread_id, await self._vault.new_thread(session, thread_id)

    async def require_owned(self, session: AsyncSession, thread_id: int, user_id: int) -> None:
        """Raise `NotFound` unless the thread is this user's."""
        if not await ThreadRepository(session).owns(thread_id, user_id):
            raise NotFound(NOT_YOURS)

    async def get(self, session: AsyncSession, thread_id: int, user_id: int) -> ThreadOut:
        """A user's own thread with its chats."""
        thread = await self._owned(session, thread_id, user_id)
        key = await self._key(session, thread.id)
        rows = await ThreadRepository(session).chats(thread_id)
        instances = await self._models.presented(session, [thread.model_instance_id])
        chats = [_chat_out(row, key) for row in rows]
        return _thread_out(thread, key, instances[thread.model_instance_id], chats)

    async def listing(
        self, session: AsyncSession, user_id: int, source: str | None
    ) -> list[ThreadOut]:
        """A user's own threads, newest first, without their chats."""
        threads = await ThreadRepository(session).owned_by(user_id, source)
        instances = await self._models.presented(session, {t.model_instance_id for t in threads})
        # Only names are sealed; most threads were opened by a prompt and have none.
        named = [thread_scope(t.id) for t in threads if t.name_sealed is not None]
        keys = await self._vault.keys(session, named)
        return [
            _thread_out(t, keys.get(thread_scope(t.id)), instances[t.model_instance_id], [])
            for t in threads
            # One whose key is gone was deleted a moment ago.
            if t.name_sealed is None or thread_scope(t.id) in keys
        ]

    async def history(
        self, session: AsyncSession, thread_id: int, key: DataKey, max_chars: int
    ) -> list[PastChat]:
        """The thread's newest complete chats of at most `max_chars` code points, oldest first."""
        # A code point takes four bytes at the most.
        max_bytes = 4 * max_chars + HISTORY_CHATS * ENVELOPES
        rows = await ThreadRepository(session).complete_chats(
            thread_id, limit=HISTORY_CHATS, max_bytes=max_bytes
        )
        return newest_that_fit([_past_chat(thread_id, row, key) for row in rows], max_chars)

    async def begin_chat(
        self, session: AsyncSession, thread_id: int, key: DataKey, exchange: Exchange
    ) -> BegunChat:
        """Record the input side of a chat as pending."""
        uid = uuid4().hex
        place = partial(chat_place, uid, thread_id)
        chat_id = await ThreadRepository(session).insert_chat(
            uid=uid,
            thread_id=thread_id,
            policy_group_id=exchange.policy_group_id,
            policy_version=exchange.policy_version,
            model=exchange.model,
            raw_input_sealed=key.seal(exchange.raw_input, place("raw_input_sealed")),
            cleansed_input_sealed=key.seal(exchange.cleansed_input, place("cleansed_input_sealed")),
        )
        return BegunChat(chat_id, uid, thread_id, key)

    async def finish_chat(self, session: AsyncSession, chat: BegunChat, outcome: Outcome) -> None:
        """Record the output side; a thread deleted meanwhile keeps nothing."""
        place, usage = partial(chat_place, chat.uid, chat.thread_id), outcome.usage
        hydrated = chat.key.seal(outcome.hydrated_output, place("hydrated_output_sealed"))
        await ThreadRepository(session).change_chat(
            chat.id,
            chat.uid,
            status=outcome.status.value,
            raw_output_sealed=chat.key.seal(outcome.raw_output, place("raw_output_sealed")),
            hydrated_output_sealed=hydrated,
            input_tokens=usage.input_tokens if usage is not None else None,
            output_tokens=usage.output_tokens if usage is not None else None,
            updated_at=utc_now(),
        )

    async def delete(self, session: AsyncSession, thread_id: int, *, user_id: int) -> None:
        """Destroy the thread's data key and remove its chats."""
        thread = await self._owned(session, thread_id, user_id)
        # The key first: a prompt of this thread that is just being recorded holds it, and once
        # it is gone no later one begins; so no chat comes after its deletion.
        await self._vault.destroy_threads(session, [thread_id])
        await ThreadRepository(session).delete_chats(thread_id)
        thread.deleted_at, thread.name_sealed = utc_now(), None
        await session.flush()
        await audit.record(
            session, "thread.deleted", actor_id=user_id, subject=f"thread:{thread_id}"
        )

    async def reveal(
        self,
        session: AsyncSession,
        caller: Caller,
        thread_id: int,
        *,
        reason: RawText,
        placeholders: Sequence[str] | None = None,
    ) -> list[OriginalOut]:
        """A thread's originals, or some; the reason, cleansed, stands in the audit log."""
        caller.require(Permission.REVEAL)
        thread = await ThreadRepository(session).get(thread_id)
        if thread is None:
            raise NotFound(NOT_YOURS)
        cleansed = await self._models.presentable(session, thread.model_instance_id, reason)
        opened = await self._vault.open_thread(session, thread_id)
        entries = revealing.chosen(list(opened.mapping.entries), placeholders)
        await audit.record(
            session,
            revealing.EVENT,
            actor_id=caller.actor_id,
            subject=f"thread:{thread_id}",
            details=revealing.details(cleansed, entries),
        )
        return [OriginalOut.model_validate(entry) for entry in entries]

    async def interrupt_pending(self, session: AsyncSession, before: datetime) -> int:
        """After a crash: mark chats that nobody is working on any more."""
        return await ThreadRepository(session).interrupt_pending(before)

    async def _owned(self, session: AsyncSession, thread_id: int, user_id: int) -> Thread:
        thread = await ThreadRepository(session).owned(thread_id, user_id)
        if thread is None:
            raise NotFound(NOT_YOURS)
        return thread

    async def _key(self, session: AsyncSession, thread_id: int) -> DataKey:
        key = await self._vault.key(session, thread_scope(thread_id))
        if key is None:
            raise NotFound(NOT_YOURS)
        return key


def newest_that_fit(history: list[PastChat], limit: int) -> list[PastChat]:
    """The newest chats of at most `limit` code points together, oldest first."""
    fitting: list[PastChat] = []
    for chat in reversed(history):
        limit -= len(chat.cleansed_input) + len(chat.raw_output)
        if limit < 0:
            break
        fitting.append(chat)
    return fitting[::-1]


def _name_place(thread_id: int) -> Place:
    return Place("threads", "name_sealed", str(thread_id), thread_scope(thread_id))


def chat_place(uid: str, thread_id: int, column: str) -> Place:
    """Where a sealed value of a chat belongs."""
    return Place("chats", column, uid, thread_scope(thread_id))


def _past_chat(thread_id: int, turn: SealedTurn, key: DataKey) -> PastChat:
    place, output = partial(chat_place, turn.uid, thread_id), turn.raw_output_sealed
    said = key.open(output, place("raw_output_sealed")) if output is not None else ""
    asked = key.open(turn.cleansed_input_sealed, place("cleansed_input_sealed"))
    policy = (turn.policy_group_id, turn.policy_version)
    return PastChat(CleansedText(asked), CleansedText(said), policy)


def opened_text(chat: Chat, column: str, key: DataKey) -> str:
    """A sealed column of a chat; "" where nothing is kept."""
    sealed: bytes | None = getattr(chat, column)
    place = chat_place(chat.uid, chat.thread_id, column)
    return key.open(sealed, place) if sealed is not None else ""


def _chat_out(chat: Chat, key: DataKey) -> ChatOut:
    return ChatOut(
        id=chat.id,
        thread_id=chat.thread_id,
        cleansed_input=opened_text(chat, "cleansed_input_sealed", key),
        raw_input=opened_text(chat, "raw_input_sealed", key),
        raw_output=opened_text(chat, "raw_output_sealed", key),
        hydrated_output=opened_text(chat, "hydrated_output_sealed", key),
        status=chat.status,
        created_at=chat.created_at,
        updated_at=chat.updated_at,
        deleted_at=chat.deleted_at,
    )


def _thread_out(
    thread: Thread, key: DataKey | None, instance: ModelInstanceOut, chats: list[ChatOut]
) -> ThreadOut:
    sealed = thread.name_sealed
    return ThreadOut(
        id=thread.id,
        model_instance_id=thread.model_instance_id,
        user_id=thread.user_id,
        name=key.open(sealed, _name_place(thread.id)) if sealed and key else UNNAMED,
        source=thread.source,
        type=thread.type,
        model_instance=instance,
        chats=chats,
        created_at=thread.created_at,
        updated_at=thread.updated_at,
        deleted_at=thread.deleted_at,
    )
