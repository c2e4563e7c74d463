"""Searching the sessions or the recordings of a project."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.auth.auth import Caller
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.sessions.search.fields import Kind, Target
from sluice.server.features.sessions.search.filters import Leaf, Tree, leaves, parsed, with_leaves
from sluice.server.features.sessions.search.ordering import (
    Order,
    cursor,
    ordering,
    position_of,
)
from sluice.server.features.sessions.search.pages import Effort, Pages
from sluice.server.features.sessions.search.repository import SearchRepository
from sluice.server.features.sessions.search.typed_values import TypedValues
from sluice.server.kit.database import Database
from sluice.server.vault import erasing
from sluice.server.vault.service import Vault, conversation_scope

MOST_HOLDERS = 1_000
"""Conversations that have a placeholder: with more, contents are opened newest first."""
_HOLDER = conversation_scope(0).removesuffix("0")
_LOOKED_UP = ("session", "template", "version", "testRun")
"""Fields of which people know another id than our rows have."""


class Found(NamedTuple):
    """A page: rows as a list shows them."""

    rows: list[dict[str, Any]]
    next_cursor: str | None
    """Where to go on; there may be more even where this page is empty."""


@dataclass(frozen=True, slots=True)
class Search:
    """What is sought, checked and resolved: good for any number of pages."""

    target: Target
    project: KnownProject
    tree: Tree = field(repr=False)
    order: Order = Order.NEWEST


class Searching:
    """The service of searches."""

    def __init__(self, database: Database, vault: Vault, typed: TypedValues) -> None:
        self._database = database
        self._vault = vault
        self._typed = typed

    async def begin(
        self,
        project: KnownProject,
        caller: Caller,
        target: Target,
        sent: object,
        order: Order = Order.NEWEST,
    ) -> Search:
        """Check a filter as it was sent, and look up what it names.

        Raises `Unprocessable` with every problem of it, and what the analyzer raises.
        """
        ordering(target, order)
        tree = await self._typed.resolved(project, caller, parsed(target, sent))
        if not any(leaf.field.kind in (Kind.ID, Kind.CONTENT) for leaf in leaves(tree)):
            return Search(target, project, tree, order)
        async with self._database.read() as session:
            repository = SearchRepository(session, target, project.id)
            tree = await _with_rows(repository, tree)
            tree = await _with_sessions(session, repository, project, tree)
        return Search(target, project, tree, order)

    async def page(
        self,
        search: Search,
        sent_cursor: str | None,
        limit: int,
        effort: Effort = Effort(),  # noqa: B008 (frozen)
    ) -> Found:
        """A page, behind where a cursor says; raises `Unprocessable` for a wrong cursor."""
        target, order = search.target, search.order
        after = position_of(target, order, sent_cursor)
        async with self._database.read() as session:
            pages = Pages(session, self._vault, target, search.project, effort)
            found = await pages.page(search.tree, ordering(target, order), after, limit)
            rows = await SearchRepository(session, target, search.project.id).rows(found.ids)
        behind = cursor(target, order, found.next) if found.next is not None else None
        return Found(rows, behind)

    async def portions(
        self, search: Search, size: int, effort: Effort
    ) -> AsyncGenerator[list[dict[str, Any]], None]:
        """Everything that is found, in portions of at most `size` rows."""
        behind: str | None = None
        while True:
            found = await self.page(search, behind, size, effort)
            if found.rows:
                yield found.rows
            behind = found.next_cursor
            if behind is None:
                return


async def _with_rows(repository: SearchRepository, tree: Tree) -> Tree:
    """The tree with the rows that its public ids stand for."""
    resolved: dict[Leaf, Leaf] = {}
    for leaf in leaves(tree):
        if leaf.field.kind is Kind.ID and leaf.field.name in _LOOKED_UP:
            rows = await repository.ids_of(leaf.field.name, str(leaf.values[0]))
            resolved[leaf] = replace(leaf, rows=rows)
    return with_leaves(tree, resolved)


async def _with_sessions(
    session: AsyncSession, repository: SearchRepository, project: KnownProject, tree: Tree
) -> Tree:
    """The tree with the sessions in which originals that were typed can stand, if they are few.

    An original that the project knows is sought where its placeholders are used.
    """
    resolved: dict[Leaf, Leaf] = {}
    for leaf in leaves(tree):
        names = {name for one in leaf.alternatives for name in one.names}
        if leaf.field.kind is Kind.CONTENT and names:
            holders = await erasing.holders_of(session, project.scope, names)
            of = [int(h.removeprefix(_HOLDER)) for h in holders if h.startswith(_HOLDER)]
            if len(of) <= MOST_HOLDERS:
                rows = await repository.sessions_of(of)
                resolved[leaf] = replace(leaf, rows=rows)
    return with_leaves(tree, resolved)
