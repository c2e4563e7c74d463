"""Where the same original has the same placeholder: one conversation, or all of a project's."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from sluice.engine import Entry, Mapping
from sluice.server.features.proxy.conversations.numbers import NumberSpace
from sluice.server.features.proxy.conversations.recently_used import RecentlyUsed
from sluice.server.vault.scopes import ScopeVault

ENTRIES: Final = 100_000
"""Entries of all conversations that are kept in memory: about 60 MB (measured)."""
LATEST: Final = 4
"""Mappings of a conversation that are kept for the next calls."""
WORTH_KEEPING: Final = 32
"""Entries of a mapping that takes longer to make than to copy."""
NOTED: Final = 5_000
"""Reserved placeholders of a space that are remembered."""


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

    def clear(self) -> None:
        """Begin anew: originals were erased."""
        self._latest.clear()


@dataclass(slots=True)
class Space:
    """Originals and their placeholders, as all calls of this process share them."""

    id: int
    """Of the conversation whose own they are."""
    vault: ScopeVault
    numbers: NumberSpace
    mappings: Mappings = field(repr=False)
    erasures: int
    """How often originals were erased in it, as far as this process knows."""
    issuing: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)
    """Held while a call issues placeholders: two calls give one original one placeholder."""
    reserved: RecentlyUsed[str, bool] = field(
        default_factory=partial(RecentlyUsed, NOTED), repr=False
    )
    """Placeholders that are known to be reserved."""


class KnownEntries:
    """Entries of all conversations, by lookup and by placeholder, the least used out first.

    Besides, which conversation is noted to use which placeholder of its project.
    """

    def __init__(self, most: int = ENTRIES) -> None:
        self._entries = RecentlyUsed[tuple[int, bytes], KnownEntry](most)
        self._by_name = RecentlyUsed[tuple[int, str], bytes](most)
        self._uses = RecentlyUsed[tuple[int, str], bool](most)

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

    def is_noted(self, conversation_id: int, placeholder: str) -> bool:
        """Whether it is known to be noted that a conversation uses this placeholder."""
        return self._uses.get((conversation_id, placeholder)) is not None

    def noted(self, conversation_id: int, placeholders: Iterable[str]) -> None:
        """It is committed that a conversation uses these placeholders of its project."""
        for placeholder in placeholders:
            self._uses.put((conversation_id, placeholder), True)

    def forget(self, *conversation_ids: int) -> None:
        """Forget deleted conversations, all in one pass."""
        gone = frozenset(conversation_ids)
        self._entries.drop_all(lambda key: key[0] in gone)
        self._by_name.drop_all(lambda key: key[0] in gone)
        self._uses.drop_all(lambda key: key[0] in gone)
