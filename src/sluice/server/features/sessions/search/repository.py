"""The queries of a search. Each begins with WITH: SQLite then runs it in a thread of its own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Select,
    case,
    column,
    literal,
    or_,
    select,
    table,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.features.sessions.content import opened
from sluice.server.features.sessions.search.conditions import (
    RECORDINGS,
    SESSIONS,
    Condition,
    Conditions,
    table_of,
)
from sluice.server.features.sessions.search.fields import Target
from sluice.server.features.sessions.search.filters import Tree
from sluice.server.features.sessions.search.ordering import Ordering, Position
from sluice.server.features.sessions.search.sources import Part, Source
from sluice.server.kit.repository import Repository
from sluice.server.kit.sealing import DataKey
from sluice.server.vault.scopes import ScopeVault
from sluice.server.vault.service import conversation_scope

AT_ONCE: Final = 500
"""Rows that are read by their ids in one statement."""

# Rows that ours name by a foreign key, and the public ids by which people know them.
_NAMED: Final = {
    "template": table(
        "templates", column("id"), column("uid"), column("name"), column("project_id")
    ),
    "testRun": table("test_runs", column("id"), column("uid"), column("project_id")),
    "version": table("template_versions", column("id"), column("uid"), column("template_id")),
}


class Match(NamedTuple):
    """A row that the condition is true of."""

    position: Position
    asked: tuple[bool, ...]


class Content(NamedTuple):
    """A recording's sealed content, and under whose key it is."""

    row_id: int
    """Of what is searched: the recording's, or its session's."""
    uid: str
    conversation_id: int
    sealed: bytes

    @property
    def scope(self) -> str:
        """The scope of the key."""
        return conversation_scope(self.conversation_id)

    def opened(self, key: DataKey) -> dict[str, Any]:
        """The content; raises `SealingError`."""
        return opened(ScopeVault(self.scope, key), RECORDINGS.name, self.uid, self.sealed)


class SearchRepository(Repository):
    """Searches among the sessions or the recordings of one project."""

    def __init__(self, session: AsyncSession, target: Target, project_id: int) -> None:
        super().__init__(session)
        self._table = table_of(target)
        self._target = target
        self._project_id = project_id
        sqlite = session.get_bind().dialect.name == "sqlite"
        self._conditions = Conditions(target, sqlite=sqlite)

    async def ids_of(self, field: str, value: str) -> tuple[int, ...]:
        """The rows that a public id (or a template's name) stands for in this project."""
        if field == "session":
            mine = SESSIONS.c.project_id == self._project_id
            query: Select[Any] = select(SESSIONS.c.id).where(SESSIONS.c.uid == value, mine)
        else:
            query = self._named(field, value)
        return tuple(int(row[0]) for row in await self._session.execute(_apart(query)))

    async def sessions_of(self, conversations: Sequence[int]) -> tuple[int, ...]:
        """The sessions that these conversations belong to."""
        found: list[int] = []
        for first in range(0, len(conversations), AT_ONCE):
            some = SESSIONS.c.conversation_id.in_(conversations[first : first + AT_ONCE])
            query = select(SESSIONS.c.id).where(some)
            found += [int(row[0]) for row in await self._session.execute(_apart(query))]
        return tuple(found)

    def _named(self, field: str, value: str) -> Select[Any]:
        of = _NAMED[field]
        query = select(of.c.id).where(of.c.uid == value)
        if field == "template":
            query = select(of.c.id).where(or_(of.c.uid == value, of.c.name == value))
        if field == "version":
            owner = _NAMED["template"]
            query = query.join_from(of, owner, owner.c.id == of.c.template_id)
            return query.where(owner.c.project_id == self._project_id)
        return query.where(of.c.project_id == self._project_id)

    async def some(self, part: Part, most: int, before: int | None) -> list[int] | None:
        """The ids that a part finds, the greatest first; None where there are more than `most`."""
        found: set[int] = set()
        for source in part:
            query = source.query()
            if before is not None:
                query = query.where(source.column < _number(before))
            rows = await self._session.execute(_apart(query.limit(most + 1)))
            ids = [int(row[0]) for row in rows]
            found.update(ids)
            if len(ids) > most or len(found) > most:
                return None
        return sorted(found, reverse=True)

    async def reach(self, source: Source | None, after: Position | None, size: int) -> int | None:
        """The id of the row `size` further down than `after`; None where there are not so many."""
        of = source.column if source is not None else self._table.c.id
        query = source.query() if source is not None else select(of).where(self._mine)
        if after is not None:
            query = query.where(of < _number(after.id))
        query = query.order_by(of.desc()).offset(size - 1).limit(1)
        row = (await self._session.execute(_apart(query))).one_or_none()
        return int(row[0]) if row is not None else None

    async def reach_in(
        self, ordering: Ordering, after: Position | None, size: int
    ) -> Position | None:
        """The same in any order."""
        value = self._table.c[ordering.column]
        columns: list[Any] = [value.label("value"), self._table.c.id.label("id")]
        query: Select[Any] = select(*columns).where(self._mine, value.is_not(None))
        query = self._behind(query, ordering, after).offset(size - 1).limit(1)
        row = (await self._session.execute(_apart(query))).one_or_none()
        return Position(int(row[0]), int(row[1])) if row is not None else None

    def matches_query(
        self,
        tree: Tree,
        asked: Sequence[Tree],
        ordering: Ordering,
        window: Window,
        limit: int,
    ) -> Select[Any]:
        """The first rows behind a position, up to another one, of which a tree is true."""
        rows = self._table.c
        value = rows[ordering.column]
        flags = [
            case((self._conditions.of(one), 1), else_=0).label(f"asked_{place}")
            for place, one in enumerate(asked)
        ]
        query = select(value.label("value"), rows.id.label("id"), *flags)
        query = query.where(self._mine, self._conditions.of(tree))
        if ordering.column != "id":
            query = query.where(value.is_not(None))
        if window.ids is not None:
            query = query.where(rows.id.in_(window.ids))
        if window.source is not None:
            query = query.where(rows.id.in_(self._within(window)))
        query = self._behind(query, ordering, window.after)
        if window.until is not None:
            query = query.where(_not_beyond(value, rows.id, ordering, window.until))
        return _apart(query.limit(limit))

    async def matches(
        self,
        tree: Tree,
        asked: Sequence[Tree],
        ordering: Ordering,
        window: Window,
        limit: int,
    ) -> list[Match]:
        """What `matches_query` gives, in the order."""
        query = self.matches_query(tree, asked, ordering, window, limit)
        rows = (await self._session.execute(query)).all()
        found = [Match(Position(int(v), int(i)), tuple(map(bool, flags))) for v, i, *flags in rows]
        sign = -1 if ordering.descending else 1
        return sorted(found, key=lambda m: (sign * m.position.value, sign * m.position.id))

    def _within(self, window: Window) -> Select[Any]:
        """The ids of a window that goes along an index."""
        source = cast("Source", window.source)
        query = source.query()
        if window.after is not None:
            query = query.where(source.column < _number(window.after.id))
        if window.until is not None:
            query = query.where(source.column >= _number(window.until.id))
        return query

    @property
    def _mine(self) -> Condition:
        return self._table.c.project_id == self._project_id

    def _behind(
        self, query: Select[Any], ordering: Ordering, after: Position | None
    ) -> Select[Any]:
        value, row_id = self._table.c[ordering.column], self._table.c.id
        if after is not None:
            query = query.where(_behind(value, row_id, ordering, after))
        if ordering.column == "id":
            return query.order_by(value.desc() if ordering.descending else value)
        if ordering.descending:
            return query.order_by(value.desc(), row_id.desc())
        return query.order_by(value, row_id)

    async def contents(self, ids: Collection[int]) -> list[Content]:
        """The sealed contents of these rows; of sessions those of all their recordings."""
        key = RECORDINGS.c.id if self._target is Target.RECORDINGS else RECORDINGS.c.session_id
        query = select(
            key, RECORDINGS.c.uid, SESSIONS.c.conversation_id, RECORDINGS.c.content_sealed
        ).join_from(RECORDINGS, SESSIONS, SESSIONS.c.id == RECORDINGS.c.session_id)
        found: list[Content] = []
        ordered = sorted(ids)
        for first in range(0, len(ordered), AT_ONCE):
            some = query.where(key.in_(ordered[first : first + AT_ONCE]))
            found += [Content(*row) for row in await self._session.execute(_apart(some))]
        return found

    async def rows(self, ids: Sequence[int]) -> list[dict[str, Any]]:
        """What a list shows of rows, in the order of `ids`; those that are gone are left out."""
        found: dict[int, dict[str, Any]] = {}
        for first in range(0, len(ids), AT_ONCE):
            query = self._listed().where(self._table.c.id.in_(ids[first : first + AT_ONCE]))
            for row in (await self._session.execute(_apart(query))).mappings():
                found[row["id"]] = dict(row)
        return [found[row_id] for row_id in ids if row_id in found]

    def _listed(self) -> Select[Any]:
        run = _NAMED["testRun"]
        shown = [c for c in self._table.c if c.name not in _UNSHOWN]
        links: list[Any] = [run.c.uid.label("test_run_uid")]
        joined: Any = self._table.outerjoin(run, run.c.id == self._table.c.test_run_id)
        if self._target is Target.RECORDINGS:
            template, version = _NAMED["template"], _NAMED["version"]
            links += [SESSIONS.c.uid.label("session_uid"), SESSIONS.c.conversation_id]
            links += [template.c.uid.label("template_uid"), template.c.name.label("template_name")]
            links += [version.c.uid.label("version_uid")]
            joined = joined.join(SESSIONS, SESSIONS.c.id == RECORDINGS.c.session_id)
            joined = joined.outerjoin(template, template.c.id == RECORDINGS.c.template_id)
            joined = joined.outerjoin(version, version.c.id == RECORDINGS.c.template_version_id)
        return select(*shown, *links).select_from(joined)


class Window(NamedTuple):
    """Where matches are looked for: behind one position, up to another one, both in order."""

    after: Position | None = None
    until: Position | None = None
    ids: Sequence[int] | None = None
    """Only these rows."""
    source: Source | None = None
    """Only what it finds; the window is one of ids then."""


_UNSHOWN: Final = frozenset({"content_sealed", "raw_sealed", "repeat_key"})


def _apart(query: Select[Any]) -> Select[Any]:
    """The same, which SQLite does not run in the event loop's thread."""
    inner = query.cte("found")
    return select(*inner.c)


def _number(value: int) -> ColumnElement[int]:
    return literal(value, BigInteger)


def _behind(value: Column[Any], row_id: Column[int], ordering: Ordering, at: Position) -> Condition:
    if ordering.column == "id":
        limit = _number(at.id)
        return value < limit if ordering.descending else value > limit
    here = tuple_(_number(at.value), _number(at.id))
    place = tuple_(value, row_id)
    return place < here if ordering.descending else place > here


def _not_beyond(
    value: Column[Any], row_id: Column[int], ordering: Ordering, at: Position
) -> Condition:
    if ordering.column == "id":
        limit = _number(at.id)
        return value >= limit if ordering.descending else value <= limit
    here = tuple_(_number(at.value), _number(at.id))
    place = tuple_(value, row_id)
    return place >= here if ordering.descending else place <= here
