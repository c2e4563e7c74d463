"""Conversations without a thread id: whose calls share one space of placeholders."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.engine import Entry, Mapping
from sluice.server.errors import NotFound, Unavailable
from sluice.server.features.audit import service as audit
from sluice.server.features.proxy.conversations.numbers import NumberSpace
from sluice.server.features.proxy.conversations.quoting import (
    OWN_CONVERSATION,
    OWN_PERSON,
    SHARED,
    Quoting,
)
from sluice.server.features.proxy.conversations.recently_used import RecentlyUsed
from sluice.server.features.proxy.conversations.repository import ConversationRepository
from sluice.server.kit.batching import BatchedWriter
from sluice.server.kit.database import Database, utc_now
from sluice.server.kit.sealing import DataKey
from sluice.server.vault.scopes import ScopeVault
from sluice.server.vault.service import SETTINGS, Vault, conversation_scope

USED_WITHIN: Final = timedelta(minutes=1)
"""A use within this time of the last one is not noted."""
ENTRIES: Final = 100_000
"""Entries of all conversations that are kept in memory: about 60 MB (measured)."""
CONVERSATIONS: Final = 10_000
ATTEMPTS: Final = 8
LATEST: Final = 4
"""Mappings of a conversation that are kept for the next calls."""
WORTH_KEEPING: Final = 32
"""Entries of a mapping that takes longer to make than to copy."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Who calls: a user, by an API token or by a session."""

    user_id: int
    api_token_id: int | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a caller says about its conversation."""

    owner: Owner
    conversation: str | None = field(repr=False)
    end_user: str | None = field(repr=False)

    def digest(self, key: DataKey) -> bytes:
        """The keyed hash under which the conversation is found again."""
        owner = self.owner
        # For a token, its user says nothing more.
        parts = [
            f"token {owner.api_token_id}" if owner.api_token_id else f"user {owner.user_id}",
            *("" if part is None else f"={part}" for part in (self.conversation, self.end_user)),
        ]
        encoded = [part.encode("utf-8", "surrogatepass") for part in parts]
        message = b"".join(len(part).to_bytes(4, "big") + part for part in encoded)
        return hmac.digest(key.lookup_key, b"conversation\0" + message, hashlib.sha256)

    @property
    def quoting(self) -> Quoting:
        """Whose words may quote placeholders."""
        if self.conversation is not None:
            return OWN_CONVERSATION
        return OWN_PERSON if self.end_user is not None else SHARED


@dataclass(slots=True)
class KnownEntry:
    """An entry in memory, and whether it is stored by now."""

    entry: Entry = field(repr=False)
    stored: bool


class Mappings:
    """Mappings for single calls, each out of the latest one that fits.

    A client that resends its history needs what it needed a moment ago, and a little more.
    """

    def __init__(self, vault: ScopeVault, numbers: NumberSpace) -> None:
        self._vault, self._numbers = vault, numbers
        self._latest: deque[tuple[frozenset[bytes], Mapping]] = deque(maxlen=LATEST)

    def begin(self, entries: dict[bytes, Entry]) -> Mapping:
        """A mapping of exactly these entries, which are given by their lookups."""
        wanted = frozenset(entries)
        # A copy, since another thread may add one.
        fitting = [held for held in tuple(self._latest) if held[0] <= wanted]
        had, begun = max(fitting, key=lambda held: len(held[0]), default=self._empty())
        mapping = begun.copy()
        mapping.add_known(entries[lookup] for lookup in wanted - had)
        return mapping

    def remember(self, mapping: Mapping) -> None:
        """Begin with it, as it is now, what needs as much or more."""
        if len(mapping) >= WORTH_KEEPING:
            kept = mapping.copy()
            self._latest.append((frozenset(e.lookup for e in kept.entries), kept))

    def _empty(self) -> tuple[frozenset[bytes], Mapping]:
        key = self._vault.key.lookup_key
        return frozenset(), Mapping(key=key, draw=self._numbers.draw)


@dataclass(slots=True)
class Conversation:
    """One conversation, as all calls of this process share it."""

    id: int
    asked: Asked
    vault: ScopeVault
    numbers: NumberSpace
    mappings: Mappings = field(repr=False)
    issuing: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)
    """Held while a call issues placeholders: two calls give one original one placeholder."""
    reserved: RecentlyUsed[str, bool] = field(
        default_factory=partial(RecentlyUsed, 5_000), repr=False
    )
    """Placeholders that are known to be reserved."""
    used_at: datetime | None = None
    """As far as this process knows."""


class KnownEntries:
    """Entries of all conversations, by lookup and by placeholder, the least used out first."""

    def __init__(self, most: int = ENTRIES) -> None:
        self._entries = RecentlyUsed[tuple[int, bytes], KnownEntry](most)
        self._by_name = RecentlyUsed[tuple[int, str], bytes](most)

    def get(self, conversation_id: int, lookup: bytes) -> KnownEntry | None:
        """The entry that has this lookup, if it is still known."""
        return self._entries.get((conversation_id, lookup))

    def named(self, conversation_id: int, placeholder: str) -> KnownEntry | None:
        """The entry that has this placeholder, if it is still known."""
        lookup = self._by_name.get((conversation_id, placeholder))
        return self.get(conversation_id, lookup) if lookup is not None else None

    def put(self, conversation_id: int, entry: Entry, *, stored: bool) -> None:
        """Remember an entry."""
        self._entries.put((conversation_id, entry.lookup), KnownEntry(entry, stored))
        self._by_name.put((conversation_id, entry.placeholder), entry.lookup)

    def stored(self, conversation_id: int, entry: Entry) -> None:
        """It is committed by now."""
        known = self._entries.get((conversation_id, entry.lookup))
        if known is not None and known.entry.placeholder == entry.placeholder:
            known.stored = True

    def drop(self, conversation_id: int, entry: Entry) -> None:
        """Forget an entry that could not be stored, unless it is by now."""
        known = self.get(conversation_id, entry.lookup)
        if known is not None and not known.stored:
            self._entries.drop((conversation_id, entry.lookup))
            self._by_name.drop((conversation_id, entry.placeholder))

    def forget(self, conversation_id: int) -> None:
        """Forget a deleted conversation."""
        self._entries.drop_all(lambda key: key[0] == conversation_id)
        self._by_name.drop_all(lambda key: key[0] == conversation_id)


class Conversations:
    """The service of conversations."""

    def __init__(self, database: Database, writer: BatchedWriter, vault: Vault) -> None:
        self._database = database
        self._writer = writer
        self._vault = vault
        self._open = RecentlyUsed[bytes, Conversation](CONVERSATIONS)
        self._settings_key: DataKey | None = None
        self.known = KnownEntries()

    async def open(
        self, owner: Owner, conversation: str | None = None, end_user: str | None = None
    ) -> Conversation:
        """The conversation that a caller's ids stand for, made now if there is none."""
        asked = Asked(owner, conversation, end_user)
        name = asked.digest(await self._key())
        known = self._open.get(name)
        if known is None:
            opened = await self._opened(asked, name)
            # Another call may have opened it meanwhile: numbers are drawn from one space only.
            known = self._open.get(name) or opened
            self._open.put(name, known)
        return known

    async def reopen(self, gone: Conversation) -> Conversation:
        """The conversation that its caller means after it was deleted: a new one."""
        self.forget(gone.id)
        return await self.open(gone.asked.owner, gone.asked.conversation, gone.asked.end_user)

    async def delete(self, session: AsyncSession, conversation_id: int, *, user_id: int) -> None:
        """Destroy the conversation's key: nothing of it can be read again.

        The same ids of a client begin another conversation then. Raises `NotFound` unless it is
        this user's. What was recorded of its calls is the affair of `calls`.
        """
        if not await ConversationRepository(session).delete(conversation_id, user_id):
            raise NotFound("There is no such conversation.")
        await self._vault.destroy(session, conversation_scope(conversation_id))
        await audit.record(
            session,
            "conversation.deleted",
            actor_id=user_id,
            subject=f"conversation:{conversation_id}",
        )

    def forget(self, conversation_id: int) -> None:
        """Let nothing of a conversation stay in this process's memory.

        To be called when a deletion is committed; other processes notice at their next call.
        """
        self.known.forget(conversation_id)
        for name, held in self._open.items():
            if held.id == conversation_id:
                self._open.drop(name)

    async def _key(self) -> DataKey:
        if self._settings_key is None:
            async with self._database.read() as session:
                self._settings_key = await self._vault.key(session, SETTINGS)
        if self._settings_key is None:
            self._settings_key = await self._writer.submit(self._vault.settings_key)
        return self._settings_key

    async def _opened(self, asked: Asked, name: bytes) -> Conversation:
        for _ in range(ATTEMPTS):
            async with self._database.read() as session:
                found = await self._found(session, asked, name)
            if found is not None:
                return found
            try:
                await self._writer.submit(partial(self._begin, asked, name))
            except IntegrityError:
                # Another process began it in this moment.
                continue
        raise Unavailable("The conversation could not be opened; try again.")

    async def _found(self, session: AsyncSession, asked: Asked, name: bytes) -> Conversation | None:
        conversation_id = await ConversationRepository(session).named(name)
        if conversation_id is None:
            return None
        scope = conversation_scope(conversation_id)
        key = await self._vault.key(session, scope)
        if key is None:
            return None
        vault = ScopeVault(scope, key)
        numbers = NumberSpace(await vault.counters(session))
        return Conversation(conversation_id, asked, vault, numbers, Mappings(vault, numbers))

    async def _begin(self, asked: Asked, name: bytes, session: AsyncSession) -> None:
        repository = ConversationRepository(session)
        if await repository.named(name) is None:
            conversation_id = await repository.insert(
                user_id=asked.owner.user_id,
                api_token_id=asked.owner.api_token_id,
                named_by=name,
            )
            await self._vault.ensure_key(session, conversation_scope(conversation_id))


async def note_use(session: AsyncSession, conversation: Conversation) -> None:
    """Note in the caller's transaction that a conversation is used."""
    now = utc_now()
    if conversation.used_at is None or now - conversation.used_at > USED_WITHIN:
        await ConversationRepository(session).used(conversation.id, now, unless_within=USED_WITHIN)
        conversation.used_at = now
