"""One page of a search: which rows are looked at, in which portions, and when it is enough.

Three ways, tried in this order: rows that an index finds for a part of the filter, where they are
few; the rows of the sparsest such part, newest first; every row in the order that is asked for.
The last two stop after a while, with a cursor that says how far they got.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import anyio.to_thread
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.features.projects.known import KnownProject
from sluice.server.features.sessions.search.content_filter import Split, split
from sluice.server.features.sessions.search.fields import Target
from sluice.server.features.sessions.search.filters import Tree
from sluice.server.features.sessions.search.ordering import Ordering, Position
from sluice.server.features.sessions.search.repository import (
    Content,
    Match,
    SearchRepository,
    Window,
)
from sluice.server.features.sessions.search.sources import Source, Sources
from sluice.server.kit.sealing import DataKey
from sluice.server.vault.service import Vault

FEW: Final = 2_000
"""Rows that an index finds and that are looked at as a whole."""
FIRST_WINDOW: Final = 2_000
LARGEST_WINDOW: Final = 200_000
GROWTH: Final = 4
OPENED_AT_ONCE: Final = 200
PARTS_TRIED: Final = 4


@dataclass(frozen=True, slots=True)
class Effort:
    """How much one page may take; another one goes on where it ended."""

    seconds: float = 0.06
    """After which no further portion is begun."""
    opened: int = 2_000
    """Contents that are opened at the most."""
    first_window: int = FIRST_WINDOW
    """Rows of the first portion."""
    clock: Callable[[], float] = time.monotonic


class Page(NamedTuple):
    """What a page found, and where the next one begins."""

    ids: list[int]
    next: Position | None
    """None: everything was looked at."""


@dataclass(slots=True)
class _Progress:
    """How far a page got."""

    limit: int
    after: Position | None
    found: list[Position] = field(default_factory=list)
    opened: int = 0

    @property
    def wanted(self) -> int:
        """Rows that are still missing."""
        return self.limit - len(self.found)


class Pages:
    """Looks for pages in one session of the database."""

    def __init__(
        self,
        session: AsyncSession,
        vault: Vault,
        target: Target,
        project: KnownProject,
        effort: Effort,
    ) -> None:
        self._session = session
        self._vault = vault
        self._repository = SearchRepository(session, target, project.id)
        self._sources = Sources(target, project.id)
        self._effort = effort

    async def page(
        self, tree: Tree, ordering: Ordering, after: Position | None, limit: int
    ) -> Page:
        """The first rows behind a position of which the tree is true."""
        begun = self._effort.clock()
        progress = _Progress(limit, after)
        search = _Search(tree, split(tree), ordering)
        newest_first = ordering.column == "id" and ordering.descending
        before = after.id if newest_first and after is not None else None
        ids, source = await self._candidates(tree, before)
        if ids is not None:
            next_one = await self._look(search, Window(after, None, ids), progress)
            return Page([p.id for p in progress.found], next_one)
        along = source if newest_first else None
        next_one = await self._go_on(search, along, progress, begun)
        return Page([p.id for p in progress.found], next_one)

    async def _candidates(
        self, tree: Tree, before: int | None
    ) -> tuple[list[int] | None, Source | None]:
        """The rows that the sparsest part finds, where they are few; else where to go along."""
        along: list[tuple[int, Source]] = []
        for part in self._sources.of(tree)[:PARTS_TRIED]:
            ids = await self._repository.some(part, FEW, before)
            if ids is not None:
                return ids, None
            if len(part) == 1 and part[0].in_order:
                reached = await self._repository.reach(part[0], _at(before), FEW)
                along.append((reached or 0, part[0]))
        # Whoever gets furthest with as many rows is the sparsest.
        sparsest = min(along, key=lambda one: one[0], default=None)
        return None, sparsest[1] if sparsest is not None else None

    async def _go_on(
        self, search: _Search, source: Source | None, progress: _Progress, begun: float
    ) -> Position | None:
        """Portion after portion; returns where the next page begins."""
        size, ended = self._effort.first_window, False
        while not ended:
            started = self._effort.clock()
            until = await self._reach(search.ordering, source, progress.after, size)
            window = Window(progress.after, until, None, source)
            stopped = await self._look(search, window, progress)
            if stopped is not None:
                return stopped
            if until is None:
                return None
            progress.after = until
            now = self._effort.clock()
            left = self._effort.seconds - (now - begun)
            ended = left <= 0
            # So many rows as there is time for, going by the last portion.
            fitting = int(size * left / max(now - started, 1e-4))
            size = max(1, min(GROWTH * size, LARGEST_WINDOW, fitting))
        return progress.after

    async def _reach(
        self, ordering: Ordering, source: Source | None, after: Position | None, size: int
    ) -> Position | None:
        if source is None:
            return await self._repository.reach_in(ordering, after, size)
        row_id = await self._repository.reach(source, after, size)
        return _at(row_id)

    async def _look(self, search: _Search, window: Window, progress: _Progress) -> Position | None:
        """Take what is found in a window; a position where it was enough, None at its end."""
        while True:
            limit = OPENED_AT_ONCE if search.split.rest is not None else progress.wanted + 1
            matches = await self._repository.matches(
                search.tree, search.split.asked, search.ordering, window, limit
            )
            held = await self._holding(search.split, matches)
            for match, holds in zip(matches, held, strict=True):
                if holds and not progress.wanted:
                    return progress.after
                progress.after = match.position
                if holds:
                    progress.found.append(match.position)
            if len(matches) < limit:
                return None
            progress.opened += len(matches)
            if search.split.rest is not None and progress.opened >= self._effort.opened:
                return progress.after
            window = window._replace(after=progress.after)

    async def _holding(self, parts: Split, matches: Sequence[Match]) -> list[bool]:
        if parts.rest is None or not matches:
            return [True] * len(matches)
        sealed = await self._repository.contents([match.position.id for match in matches])
        keys = await self._vault.keys(self._session, sorted({one.scope for one in sealed}))

        def work() -> list[bool]:
            contents = _opened(sealed, keys)
            return [parts.holds(m.asked, contents.get(m.position.id, [])) for m in matches]

        return await anyio.to_thread.run_sync(work)


def _opened(sealed: Sequence[Content], keys: dict[str, DataKey]) -> dict[int, list[Any]]:
    """Contents by the row that is searched; of deleted sessions none."""
    found: dict[int, list[Any]] = {}
    for one in sealed:
        if one.scope in keys:
            found.setdefault(one.row_id, []).append(one.opened(keys[one.scope]))
    return found


@dataclass(frozen=True, slots=True)
class _Search:
    """What is sought."""

    tree: Tree
    split: Split
    ordering: Ordering


def _at(row_id: int | None) -> Position | None:
    return Position(row_id, row_id) if row_id is not None else None
