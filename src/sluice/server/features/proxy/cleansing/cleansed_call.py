"""A cleansed request: what restores its answer, and what must be stored before it is sent."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.engine import CleansedText, Entry, Mapping
from sluice.server.features.proxy.cleansing.cleansed_texts import (
    CleansedOnce,
    CleansedTexts,
    Counts,
    TextKey,
)
from sluice.server.features.proxy.conversations.quoting import places
from sluice.server.features.proxy.conversations.service import Conversation, note_use
from sluice.server.features.proxy.conversations.spaces import KnownEntries
from sluice.server.vault.scopes import OriginalsErased, ScopeDestroyed


@dataclass(frozen=True, slots=True)
class Brought:
    """What an answer brought; false where that is nothing."""

    new: tuple[Entry, ...] = field(repr=False)
    made_up: frozenset[str]
    """Placeholders that are nobody's."""

    def __bool__(self) -> bool:
        return bool(self.new or self.made_up)


@dataclass(slots=True)
class CleansedCall:
    """One call, between its request and its answer."""

    conversation: Conversation
    mapping: Mapping = field(repr=False)
    """Exactly what may be restored in the answer."""
    instructions: CleansedText = field(repr=False)
    """The instance's; "" where it has none."""
    manifest: Counts
    """How often which entity type was found in the caller's texts, and what was done."""
    entity_types: frozenset[str] = field(repr=False)
    """Of which there may be placeholders."""
    new: tuple[Entry, ...] = field(repr=False)
    """What is stored with the call."""
    reserved: frozenset[str]
    """Placeholders that were typed, and are nobody's in this call."""
    cleansed: dict[TextKey, CleansedOnce] = field(repr=False)
    texts: CleansedTexts = field(repr=False)
    known: KnownEntries = field(repr=False)
    erasures: int
    """Of the space, when its memory was first asked."""
    is_answered: bool = True
    """False for what is only kept: whoever types a placeholder there gets nothing for it."""

    async def save(self, session: AsyncSession) -> None:
        """Store what is new, in the caller's transaction; before anything is sent.

        Raises `NumbersTaken` where somebody else was faster, `ScopeDestroyed` where the
        conversation was deleted, `OriginalsErased` where what was remembered may be gone: nothing
        may be committed then, and nothing sent.
        """
        held, space = self.conversation, self.conversation.space
        # The space first, as whoever deletes a project does: two never wait in a circle.
        if await space.vault.hold(session) != self.erasures:
            raise OriginalsErased
        if held.shares:
            await held.vault.hold(session)
        await space.vault.add(session, self.new)
        if self.reserved and not self.is_answered:
            # Issued ones may go on to be quoted elsewhere: only their numbers must not be drawn.
            issued = (await space.vault.quoted(session, self.reserved)).entries
            self.reserved -= issued.keys()
        await space.vault.reserve(session, self.reserved)
        await note_use(session, held)
        if held.shares:
            await space.vault.use(session, self._unnoted(), held.vault.scope)

    def _unnoted(self) -> list[str]:
        """The project's placeholders that nobody noted yet as used in this conversation."""
        used = (entry.placeholder for entry in self.mapping.entries)
        return [name for name in used if not self.known.is_noted(self.conversation.id, name)]

    def settled(self) -> None:
        """It is committed: later calls need neither analyse nor look up the same again."""
        if self.erasures != self.conversation.space.erasures:
            return  # something was erased since, maybe this
        for entry in self.new:
            self.known.stored(self.conversation.space.id, entry)
        self.conversation.space.mappings.remember(self.mapping)
        if self.conversation.shares:
            self.known.noted(self.conversation.id, self._unnoted())
        for key, once in self.cleansed.items():
            self.texts.put(key, once)
        self._are_reserved(self.reserved)

    def abandoned(self) -> None:
        """It could not be stored."""
        for entry in self.new:
            self.known.drop(self.conversation.space.id, entry)

    def brought(self, told: Iterable[str]) -> Brought:
        """What an answer brought that must be stored; to be asked once, when it has ended.

        `told` are the texts that the model wrote, with placeholders in them. Numbers that it made
        up are never issued later; values that were taken out of the answer get their place.
        """
        return Brought(self.mapping.take_new(), frozenset(self._made_up(told)))

    async def save_answer(self, session: AsyncSession, brought: Brought) -> None:
        """Store what the answer brought, in the caller's transaction.

        A conversation that was deleted meanwhile keeps nothing.
        """
        if not brought:
            return
        held, vault = self.conversation, self.conversation.space.vault
        try:
            await vault.hold(session)
            if held.shares:
                await held.vault.hold(session)
        except ScopeDestroyed:
            return
        # What was sent cannot be renumbered: where somebody else was faster, the number is theirs
        # and is restored for nobody who only quotes it.
        lost = {entry.placeholder for entry in await vault.add_free(session, brought.new)}
        await vault.reserve(session, brought.made_up | lost)
        if held.shares:
            # What the answer brought is erased with the session, as what it was asked is.
            kept = [e.placeholder for e in brought.new if e.placeholder not in lost]
            await vault.use(session, kept, held.vault.scope)

    async def is_restorable(self, session: AsyncSession) -> bool:
        """Whether nothing of the space was erased since the call was cleansed.

        What an answer restored may be kept only then; until the transaction ends, nothing is
        erased.
        """
        try:
            return await self.conversation.space.vault.hold(session) == self.erasures
        except ScopeDestroyed:
            return False

    def answered(self, brought: Brought) -> None:
        """What the answer brought is committed: later answers need not store it again."""
        self._are_reserved(brought.made_up)

    def _are_reserved(self, names: Collection[str]) -> None:
        self.conversation.space.numbers.reserve(names)
        for name in names:
            self.conversation.space.reserved.put(name, True)

    def _made_up(self, told: Iterable[str]) -> set[str]:
        named = {p.typed.placeholder for text in told for p in places(text, self.entity_types)}
        reserved = self.conversation.space.reserved
        return {n for n in named if self.mapping.find(n) is None and not reserved.get(n)}
