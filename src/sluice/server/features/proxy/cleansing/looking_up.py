"""What a space knows already of a request's originals and quoted placeholders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from sluice.engine import Entry
from sluice.server.features.proxy.conversations.quoting import Quoting, Typed
from sluice.server.features.proxy.conversations.spaces import KnownEntries, Space
from sluice.server.features.proxy.wires.reading import Speaker
from sluice.server.kit.database import Database

FEW: Final = 50
"""So many entries are asked for at once without making others wait."""


@dataclass(slots=True)
class Quotes:
    """Placeholders that stand in a request's texts."""

    typed: set[str] = field(default_factory=set)
    """All of them."""
    _said: set[str] = field(default_factory=set)
    _denied: set[str] = field(default_factory=set)

    @property
    def counting(self) -> set[str]:
        """Those that may be looked up: nobody says them whose words do not count."""
        return self._said - self._denied

    def add(self, speaker: Speaker, typed: Iterable[Typed], quoting: Quoting) -> None:
        """Take in what one text says."""
        for one in typed:
            self.typed.add(one.placeholder)
            counts = quoting.counts(speaker, one)
            (self._said if counts else self._denied).add(one.placeholder)


@dataclass(slots=True)
class Known:
    """What was found; entries of the memory may not be stored yet."""

    entries: dict[bytes, Entry] = field(default_factory=dict, repr=False)
    """By lookup."""
    unstored: dict[bytes, Entry] = field(default_factory=dict, repr=False)
    """Those of `entries` that another call is about to store."""
    quoted: dict[str, Entry] = field(default_factory=dict, repr=False)
    """What quoted placeholders stand for, where they may be restored."""


class LookingUp:
    """Asks the memory first, then the vault: once, for all that is left."""

    def __init__(self, database: Database, known: KnownEntries) -> None:
        self._database = database
        self._known = known

    async def all(self, space: Space, lookups: set[bytes], placeholders: set[str]) -> Known:
        """The entries of these originals, and of these placeholders where nobody typed them."""
        found = Known()
        self.recall(space, lookups, found)
        names = {n for n in placeholders if not space.reserved.get(n)}
        for name in names:
            known = self._known.named(space.id, name)
            if known is not None and known.stored:
                found.quoted[name] = known.entry
        left = lookups - found.entries.keys()
        # Reserved ones are asked for though they are issued: another process may have seen
        # somebody type them. Redacted ones have no original to come back.
        if left or names:
            await self._read(space, left, names, found)
        found.quoted = {n: e for n, e in found.quoted.items() if e.original is not None}
        return found

    def recall(self, space: Space, lookups: Iterable[bytes], found: Known) -> None:
        """Take in what the memory knows."""
        for lookup in lookups:
            known = self._known.get(space.id, lookup)
            if known is not None:
                found.entries[lookup] = known.entry
                if not known.stored:
                    found.unstored[lookup] = known.entry

    async def _read(self, space: Space, lookups: set[bytes], names: set[str], found: Known) -> None:
        few, erasures = len(lookups) + len(names) <= FEW, space.erasures
        async with self._database.reading() if few else self._database.read() as session:
            stored = await space.vault.originals(session, lookups) if lookups else {}
            if names:
                quoted = await space.vault.quoted(session, names)
                found.quoted |= quoted.entries
                for name in quoted.reserved:
                    space.reserved.put(name, True)
                    found.quoted.pop(name, None)
        found.entries |= stored
        if erasures != space.erasures:
            return  # what was read may be erased by now
        for entry in (*stored.values(), *found.quoted.values()):
            self._known.put(space.id, entry, stored=True)
