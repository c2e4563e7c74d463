"""The queries with which a person's data is erased from what was recorded."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import CursorResult, Table, delete, func, select, update

from sluice.server.features.sessions.attributes import Holder
from sluice.server.features.sessions.tables import Attribute, Recording, Session, Trace
from sluice.server.kit.repository import Repository

_SESSIONS: Final = cast("Table", Session.__table__)
_ATTRIBUTES: Final = cast("Table", Attribute.__table__)
TABLES: Final[dict[Holder, Table]] = {
    Holder.RECORDING: cast("Table", Recording.__table__),
    Holder.TRACE: cast("Table", Trace.__table__),
}
AT_ONCE: Final = 500
"""Rows of one statement."""


class Kept(NamedTuple):
    """A recording or a trace, sealed."""

    id: int
    uid: str
    session_id: int
    conversation_id: int
    content_sealed: bytes
    has_raw: bool


class SessionMeta(NamedTuple):
    """A session's metadata."""

    id: int
    meta: dict[str, Any]


class ErasingRepository(Repository):
    """What was recorded in some conversations of a project."""

    async def ids(self, holder: Holder, conversation_ids: Sequence[int]) -> set[int]:
        """The rows of these conversations."""
        table = TABLES[holder]
        found: set[int] = set()
        for some in _batches(conversation_ids):
            query = select(table.c.id).join_from(
                table, _SESSIONS, _SESSIONS.c.id == table.c.session_id
            )
            query = query.where(_SESSIONS.c.conversation_id.in_(some))
            found.update((await self._session.scalars(query)).all())
        return found

    async def sessions(self, conversation_ids: Sequence[int]) -> list[int]:
        """The sessions of these conversations."""
        found: list[int] = []
        for some in _batches(conversation_ids):
            query = select(_SESSIONS.c.id).where(_SESSIONS.c.conversation_id.in_(some))
            found += (await self._session.scalars(query)).all()
        return found

    async def kept(self, holder: Holder, ids: Sequence[int]) -> list[Kept]:
        """These rows, sealed."""
        table = TABLES[holder]
        query = select(
            table.c.id,
            table.c.uid,
            table.c.session_id,
            _SESSIONS.c.conversation_id,
            table.c.content_sealed,
            table.c.raw_sealed.is_not(None),
        ).join_from(table, _SESSIONS, _SESSIONS.c.id == table.c.session_id)
        rows = await self._session.execute(query.where(table.c.id.in_(ids)))
        return [Kept(*row) for row in rows]

    async def forget_raw(self, holder: Holder, ids: Sequence[int]) -> None:
        """Keep these rows only as they were cleansed."""
        table = TABLES[holder]
        for some in _batches(ids):
            statement = update(table).where(table.c.id.in_(some)).values(raw_sealed=None)
            await self._session.execute(statement)

    async def delete(self, holder: Holder, ids: Sequence[int]) -> None:
        """Delete these rows and what was said of them."""
        table = TABLES[holder]
        for some in _batches(ids):
            await self._session.execute(
                delete(_ATTRIBUTES).where(
                    _ATTRIBUTES.c.holder == holder.value, _ATTRIBUTES.c.holder_id.in_(some)
                )
            )
            await self._session.execute(delete(table).where(table.c.id.in_(some)))

    async def count_again(self, session_ids: Collection[int]) -> None:
        """Sum up what is left of sessions; what is not counted yet is added when it is."""
        table = TABLES[Holder.RECORDING]
        of_session = (table.c.session_id == _SESSIONS.c.id, table.c.counted_at.is_not(None))

        def total(column: Any) -> Any:  # noqa: ANN401 (expressions)
            return select(func.coalesce(func.sum(column), 0)).where(*of_session).scalar_subquery()

        for some in _batches(sorted(session_ids)):
            counted = select(func.count()).where(*of_session).scalar_subquery()
            await self._session.execute(
                update(_SESSIONS)
                .where(_SESSIONS.c.id.in_(some))
                .values(
                    recordings=counted,
                    input_tokens=total(table.c.input_tokens),
                    output_tokens=total(table.c.output_tokens),
                    cost=total(table.c.cost),
                )
            )

    async def metas(self, conversation_ids: Sequence[int]) -> list[SessionMeta]:
        """The metadata of sessions, where they have any."""
        found: list[SessionMeta] = []
        for some in _batches(conversation_ids):
            query = select(_SESSIONS.c.id, _SESSIONS.c.metadata).where(
                _SESSIONS.c.conversation_id.in_(some)
            )
            rows = await self._session.execute(query)
            found += [SessionMeta(row_id, meta) for row_id, meta in rows if meta]
        return found

    async def set_meta(self, session_id: int, meta: dict[str, Any]) -> None:
        """Replace a session's metadata."""
        statement = update(_SESSIONS).where(_SESSIONS.c.id == session_id)
        await self._session.execute(statement.values({_SESSIONS.c.metadata: meta}))

    async def values(self, session_ids: Sequence[int]) -> list[tuple[str, int, str, str | None]]:
        """Named values of sessions and of what is in them: holder, its id, name and text."""
        held = _ATTRIBUTES.c
        found: list[tuple[str, int, str, str | None]] = []
        for some in _batches(session_ids):
            query = select(held.holder, held.holder_id, held.name, held.text)
            rows = await self._session.execute(query.where(held.session_id.in_(some)))
            found += [(row[0], row[1], row[2], row[3]) for row in rows]
        return found

    async def delete_value(self, holder: str, holder_id: int, name: str) -> int:
        """Delete one named value; how many there were."""
        held = _ATTRIBUTES.c
        done = await self._session.execute(
            delete(_ATTRIBUTES).where(
                held.holder == holder, held.holder_id == holder_id, held.name == name
            )
        )
        return cast("CursorResult[Any]", done).rowcount


def _batches(values: Sequence[int]) -> Iterator[Sequence[int]]:
    for first in range(0, len(values), AT_ONCE):
        yield values[first : first + AT_ONCE]
