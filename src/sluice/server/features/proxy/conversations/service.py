"""Conversations without a thread id: whose calls share one space of placeholders."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

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
from sluice.server.features.proxy.conversations.spaces import KnownEntries, Mappings, Space
from sluice.server.kit.batching import BatchedWriter
from sluice.server.kit.database import Database, utc_now
from sluice.server.kit.sealing import DataKey
from sluice.server.vault.scopes import ScopeDestroyed, ScopeVault
from sluice.server.vault.service import SETTINGS, Vault, conversation_scope

USED_WITHIN: Final = timedelta(minutes=1)
"""A use within this time of the last one is not noted."""
CONVERSATIONS: Final = 10_000
ATTEMPTS: Final = 8
PROJECTS: Final = 1_000
NO_PROJECT: Final = "There is no such project."


@dataclass(frozen=True, slots=True)
class Owner:
    """Who calls: a user, by an API token or by a session."""

    user_id: int
    api_token_id: int | None
    space_id: int | None = None
    """The project's own conversation, for what is done in a project: its conversations are the
    project's, whoever calls, and share its placeholders."""

    @property
    def name(self) -> str:
        """Whose the conversation is: for a token, its user says nothing more."""
        if self.space_id is not None:
            return f"space {self.space_id}"
        return f"token {self.api_token_id}" if self.api_token_id else f"user {self.user_id}"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a caller says about its conversation."""

    owner: Owner
    conversation: str | None = field(repr=False)
    end_user: str | None = field(repr=False)

    def digest(self, key: DataKey) -> bytes:
        """The keyed hash under which the conversation is found again."""
        parts = [
            self.owner.name,
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
class Conversation:
    """One conversation, as all calls of this process share it."""

    id: int
    asked: Asked
    vault: ScopeVault
    """Its own key: what is recorded of it is sealed under it."""
    space: Space
    """Its own placeholders, or those of its project."""
    used_at: datetime | None = None
    """As far as this process knows."""

    @property
    def shares(self) -> bool:
        """Whether others use the same placeholders."""
        return self.space.id != self.id

    @property
    def quoting(self) -> Quoting:
        """Whose words may quote placeholders: other people's values may have these numbers."""
        return SHARED if self.shares else self.asked.quoting


class Conversations:
    """The service of conversations."""

    def __init__(self, database: Database, writer: BatchedWriter, vault: Vault) -> None:
        self._database = database
        self._writer = writer
        self._vault = vault
        self._open = RecentlyUsed[bytes, Conversation](CONVERSATIONS)
        self._projects = RecentlyUsed[int, Space](PROJECTS)
        self._opening: dict[bytes, asyncio.Future[None]] = {}
        self._settings_key: DataKey | None = None
        self.known = KnownEntries()

    async def open(
        self, owner: Owner, conversation: str | None = None, end_user: str | None = None
    ) -> Conversation:
        """The conversation that a caller's ids stand for, made now if there is none."""
        asked = Asked(owner, conversation, end_user)
        name = asked.digest(await self._key())
        known = self._open.get(name)
        if known is not None:
            return known
        if name in self._opening:
            # Calls of a conversation often come together: the first one opens it.
            await asyncio.wait([self._opening[name]])
            return self._open.get(name) or await self._open_now(asked, name)
        self._opening[name] = asyncio.get_running_loop().create_future()
        try:
            return await self._open_now(asked, name)
        finally:
            self._opening.pop(name).set_result(None)

    async def _open_now(self, asked: Asked, name: bytes) -> Conversation:
        opened = await self._opened(asked, name)
        # Another call may have opened it meanwhile: numbers are drawn from one space only.
        known = self._open.get(name) or opened
        self._open.put(name, known)
        return known

    async def reopen(self, gone: Conversation) -> Conversation:
        """The conversation that its caller means after it was deleted: a new one.

        Raises `NotFound` where it was the project that was deleted.
        """
        self.forget(gone.id)
        if gone.shares:
            await self._check(gone.space)
        return await self.open(gone.asked.owner, gone.asked.conversation, gone.asked.end_user)

    async def new_space(self, session: AsyncSession, *, user_id: int) -> int:
        """Make the own conversation of a project that is made in this transaction; its id.

        Nobody finds it by ids that a client sends.
        """
        conversation_id = await ConversationRepository(session).insert(
            user_id=user_id, api_token_id=None, named_by=None
        )
        await self._vault.ensure_key(session, conversation_scope(conversation_id))
        return conversation_id

    async def named_in(self, owners: Sequence[Owner], name: str) -> list[Owner]:
        """Those of these projects' owners who have a conversation of this name (a session)."""
        key = await self._key()
        asked = {Asked(owner, name, None).digest(key): owner for owner in owners}
        async with self._database.reading() as session:
            found = await ConversationRepository(session).among(list(asked))
        return [owner for digest, owner in asked.items() if digest in found]

    async def of_project(self, owner: Owner) -> Conversation:
        """The project's own conversation: for its templates, test cases and test runs.

        `owner` names a space. Raises `NotFound` for a deleted project.
        """
        if owner.space_id is None:
            raise ValueError("the owner names no project")
        async with self._database.read() as session:
            space = await self._project(session, owner.space_id)
        return Conversation(space.id, Asked(owner, None, None), space.vault, space)

    async def originals_of(self, session: AsyncSession, conversation_id: int) -> ScopeVault | None:
        """Where the originals of a conversation's placeholders are; None where they are gone."""
        space_id = await ConversationRepository(session).space_of(conversation_id)
        scope = conversation_scope(conversation_id if space_id is None else space_id)
        key = await self._vault.key(session, scope)
        return ScopeVault(scope, key) if key is not None else None

    async def refresh(self, space: Space) -> None:
        """Forget what this process knows of a space, of which originals were erased."""
        async with self._database.read() as session:
            erasures = await space.vault.erasures(session)
        # At once: what calls learned until now they forget when they see the count.
        self.known.forget(space.id)
        space.mappings.clear()
        space.erasures = erasures

    async def refresh_space(self, space_id: int) -> None:
        """The same by the id of a project's own conversation, if anything is known of it."""
        if (space := self._projects.get(space_id)) is not None:
            await self.refresh(space)

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

    async def end(self, session: AsyncSession, conversation_id: int) -> None:
        """Destroy the key of a project's conversation, whose deletion is the caller's affair.

        What was recorded of its calls is the affair of `calls.forgetting`; once it is committed,
        call `forget`.
        """
        # First the key, as whoever saves something in the conversation does.
        await self._vault.destroy(session, conversation_scope(conversation_id))
        await ConversationRepository(session).end(conversation_id)

    async def delete_space(self, session: AsyncSession, space_id: int) -> int:
        """Destroy the keys of a project's own conversation and of all in it; how many there were.

        Nothing that stands in them, and no original of the project, can be read again. What was
        recorded of their calls is the affair of `calls`.
        """
        # First, like whoever begins or saves something in it: from then on nobody does.
        await self._vault.destroy(session, conversation_scope(space_id))
        found = await ConversationRepository(session).delete_space(space_id)
        await self._vault.destroy_all(session, [conversation_scope(i) for i in found])
        return len(found)

    async def some_of_deleted(
        self, session: AsyncSession, space_id: int, most: int
    ) -> Sequence[int]:
        """At most so many of a deleted project's conversations that `let_go` has not had yet."""
        return await ConversationRepository(session).in_space(space_id, most)

    async def let_go(self, session: AsyncSession, conversation_ids: Sequence[int]) -> None:
        """Nothing is kept any more of these conversations of a deleted project."""
        await ConversationRepository(session).leave_space(conversation_ids)

    def forget_space(self, space_id: int) -> None:
        """Let nothing of a deleted project stay in this process's memory; see `forget`."""
        inside = [held.id for _, held in self._open.items() if held.space.id == space_id]
        self.forget(space_id, *inside)

    def forget(self, *conversation_ids: int) -> None:
        """Let nothing of these conversations stay in this process's memory: all in one pass.

        To be called when a deletion is committed; other processes notice at their next call.
        """
        gone = frozenset(conversation_ids)
        self.known.forget(*gone)
        for conversation_id in gone:
            self._projects.drop(conversation_id)
        for name, held in self._open.items():
            if held.id in gone:
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
            async with self._database.reading() as session:
                found = await self._found(session, asked, name)
            if found is not None:
                return found
            try:
                await self._writer.submit(partial(self._begin, asked, name), quick=True)
            except IntegrityError:
                # Another process began it in this moment.
                continue
            except ScopeDestroyed:
                self.forget_space(asked.owner.space_id or 0)
                raise NotFound(NO_PROJECT) from None
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
        if asked.owner.space_id is not None:
            space = await self._project(session, asked.owner.space_id)
        else:
            space = await _space(session, conversation_id, vault)
        return Conversation(conversation_id, asked, vault, space)

    async def _project(self, session: AsyncSession, space_id: int) -> Space:
        known = self._projects.get(space_id)
        if known is None:
            scope = conversation_scope(space_id)
            key = await self._vault.key(session, scope)
            if key is None:
                raise NotFound(NO_PROJECT)
            made = await _space(session, space_id, ScopeVault(scope, key))
            # Another call may have made it meanwhile: numbers are drawn from one space only.
            known = self._projects.get(space_id) or made
            self._projects.put(space_id, known)
        return known

    async def _check(self, space: Space) -> None:
        """Raise `NotFound`, and forget it, where the space of a project is gone."""
        async with self._database.read() as session:
            gone = await self._vault.key(session, space.vault.scope) is None
        if gone:
            self.forget_space(space.id)
            raise NotFound(NO_PROJECT)

    async def _begin(self, asked: Asked, name: bytes, session: AsyncSession) -> None:
        if asked.owner.space_id is not None:
            # Nothing is begun in a project that is deleted at the same time.
            await (await self._project(session, asked.owner.space_id)).vault.hold(session)
        repository = ConversationRepository(session)
        if await repository.named(name) is None:
            conversation_id = await repository.insert(
                user_id=asked.owner.user_id,
                api_token_id=asked.owner.api_token_id,
                named_by=name,
                space_id=asked.owner.space_id,
            )
            await self._vault.ensure_key(session, conversation_scope(conversation_id))


async def _space(session: AsyncSession, conversation_id: int, vault: ScopeVault) -> Space:
    numbers = NumberSpace(await vault.counters(session))
    erasures = await vault.erasures(session)
    return Space(conversation_id, vault, numbers, Mappings(vault, numbers), erasures)


async def note_use(session: AsyncSession, conversation: Conversation) -> None:
    """Note in the caller's transaction that a conversation is used."""
    now = utc_now()
    if conversation.used_at is None or now - conversation.used_at > USED_WITHIN:
        await ConversationRepository(session).used(conversation.id, now, unless_within=USED_WITHIN)
        conversation.used_at = now
