"""A scope that many calls continue at once: its originals are read one by one, never all.

Who issues a placeholder does so in memory first. The unique constraints of the table decide: what
somebody else has issued meanwhile raises `NumbersTaken` when it is saved, nothing is kept, and the
text is cleansed again with what is stored by now.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

import anyio.to_thread
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.engine import Action, Entry, Mapping
from sluice.engine.placeholders import parse
from sluice.server.kit.sealing import DataKey
from sluice.server.vault.scope_repository import ScopeRepository
from sluice.server.vault.service import opened_entry, sealed_entry

Value = TypeVar("Value")
Result = TypeVar("Result")

INLINE: Final = 500
"""So many originals are sealed or opened in the event loop; more in a thread."""


class ScopeDestroyed(Exception):
    """The scope's key is gone: it was deleted meanwhile."""


class OriginalsErased(Exception):
    """Originals of the scope were erased since it was read; nothing was kept."""


class NumbersTaken(Exception):
    """Something that was issued in memory belongs to somebody else; nothing was kept."""

    def __init__(self, stand_ins: frozenset[str] = frozenset()) -> None:
        super().__init__("A placeholder was issued elsewhere at the same time.")
        self.stand_ins = stand_ins
        """Stand-ins that must not be drawn again."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """What is known of placeholders that stand in a text."""

    entries: dict[str, Entry] = field(repr=False)
    """Issued ones, by placeholder."""
    reserved: set[str]
    """Reserved ones; some may be issued all the same."""


@dataclass(frozen=True, slots=True)
class ScopeVault:
    """One scope and its key."""

    scope: str
    key: DataKey

    async def originals(
        self, session: AsyncSession, lookups: Collection[bytes]
    ) -> dict[bytes, Entry]:
        """The entries that have these lookups, as far as there are any."""
        rows = await ScopeRepository(session).by_lookup(self.scope, lookups)
        opened = await _beside(rows, lambda row: opened_entry(self.scope, row, self.key))
        return {entry.lookup: entry for entry in opened}

    async def quoted(self, session: AsyncSession, placeholders: Collection[str]) -> Quoted:
        """What these placeholders stand for, and which of them are reserved."""
        repository = ScopeRepository(session)
        rows = await repository.by_placeholder(self.scope, placeholders)
        entries = {row.placeholder: opened_entry(self.scope, row, self.key) for row in rows}
        return Quoted(entries, await repository.reserved(self.scope, placeholders))

    async def counters(self, session: AsyncSession) -> dict[str, int]:
        """The next number of each entity type."""
        return await ScopeRepository(session).counters(self.scope)

    async def hold(self, session: AsyncSession) -> int:
        """Keep the scope as it is until this transaction ends; returns its count of erasures.

        Neither is it deleted, nor is an original of it erased. Raises `ScopeDestroyed`.
        """
        erasures = await ScopeRepository(session).hold(self.scope)
        if erasures is None:
            raise ScopeDestroyed
        return erasures

    async def erasures(self, session: AsyncSession) -> int:
        """How often originals of this scope were erased."""
        return await ScopeRepository(session).erasures(self.scope)

    async def use(self, session: AsyncSession, placeholders: Iterable[str], holder: str) -> None:
        """Note that these placeholders stand in what `holder` has (see `PlaceholderUse`)."""
        await ScopeRepository(session).use(self.scope, placeholders, holder)

    async def add(self, session: AsyncSession, entries: Sequence[Entry]) -> None:
        """Seal and insert entries; those that are there already, just so, may be among them.

        Raises `NumbersTaken` if a placeholder or an original has another partner by now, if a
        placeholder is reserved, or if a stand-in is somebody's original.
        """
        lost = await self.add_free(session, entries)
        repository = ScopeRepository(session)
        names = [entry.placeholder for entry in entries if parse(entry.placeholder) is not None]
        if lost or await repository.reserved(self.scope, names):
            raise NumbersTaken(_stand_ins(lost))
        if real := await self._real(session, _stand_ins(entries)):
            raise NumbersTaken(real)

    async def add_free(self, session: AsyncSession, entries: Sequence[Entry]) -> list[Entry]:
        """Insert those that contradict nothing; returns the others."""
        if not entries:
            return []
        repository = ScopeRepository(session)
        # In one order, so that two writers never wait for each other in a circle.
        ordered = sorted(entries, key=lambda entry: entry.lookup)
        rows = await _beside(ordered, lambda entry: sealed_entry(self.scope, entry, self.key))
        all_new = await repository.add_originals(self.scope, rows)
        await repository.raise_counters(self.scope, _behind(entries))
        if all_new:
            return []
        stored = await repository.by_lookup(self.scope, [row.lookup for row in rows])
        there = {(row.lookup, row.placeholder) for row in stored}
        return [entry for entry in entries if (entry.lookup, entry.placeholder) not in there]

    async def reserve(self, session: AsyncSession, placeholders: Iterable[str]) -> None:
        """Never issue these placeholders, and never restore them where they are only quoted."""
        await ScopeRepository(session).reserve(self.scope, placeholders)

    async def _real(self, session: AsyncSession, stand_ins: frozenset[str]) -> frozenset[str]:
        """Which of these stand-ins are originals of this scope."""
        if not stand_ins:
            return frozenset()
        mapping = Mapping(key=self.key.lookup_key)
        lookups = {mapping.lookup(a, text): text for text in stand_ins for a in Action}
        rows = await ScopeRepository(session).by_lookup(self.scope, list(lookups))
        return frozenset(lookups[row.lookup] for row in rows)


async def _beside(values: Sequence[Value], work: Callable[[Value], Result]) -> list[Result]:
    """The results of sealing or opening; many in a thread, about 10 µs each."""
    if len(values) <= INLINE:
        return [work(value) for value in values]
    return await anyio.to_thread.run_sync(lambda: [work(value) for value in values])


def _stand_ins(entries: Iterable[Entry]) -> frozenset[str]:
    return frozenset(e.placeholder for e in entries if parse(e.placeholder) is None)


def _behind(entries: Iterable[Entry]) -> dict[str, int]:
    """The number behind the highest one, by entity type."""
    counters: dict[str, int] = {}
    for entry in entries:
        if (parsed := parse(entry.placeholder)) is not None:
            kind, number = parsed
            counters[kind] = max(counters.get(kind, 0), number + 1)
    return counters
