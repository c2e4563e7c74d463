"""Queries of rows by the ids that clients know, each with its session."""

from __future__ import annotations

from typing import Any, Final, cast

from sqlalchemy import Select, Table, bindparam, select

from sluice.server.features.sessions.tables import Recording, Session, Trace
from sluice.server.kit.repository import Repository

_SESSIONS: Final = cast("Table", Session.__table__)
_SESSION: Final = select(
    _SESSIONS.c.id, _SESSIONS.c.id, _SESSIONS.c.uid, _SESSIONS.c.conversation_id
).where(_SESSIONS.c.uid == bindparam("of_uid"), _SESSIONS.c.project_id == bindparam("of_project"))


def _below(table: Table) -> Select[Any]:
    return (
        select(table.c.id, _SESSIONS.c.id, _SESSIONS.c.uid, _SESSIONS.c.conversation_id)
        .join(_SESSIONS, _SESSIONS.c.id == table.c.session_id)
        .where(table.c.project_id == bindparam("of_project"), table.c.uid == bindparam("of_uid"))
    )


_RECORDING: Final = _below(cast("Table", Recording.__table__))
_TRACE: Final = _below(cast("Table", Trace.__table__))

Row = tuple[int, int, str, int]
"""The row's id, its session's, that one's public id, and its conversation's."""


class FindingRepository(Repository):
    """Statements on tables only."""

    async def session(self, project_id: int, uid: str) -> Row | None:
        """A session."""
        return await self._row(_SESSION, project_id, uid)

    async def recording(self, project_id: int, uid: str) -> Row | None:
        """A recording."""
        return await self._row(_RECORDING, project_id, uid)

    async def trace(self, project_id: int, uid: str) -> Row | None:
        """A trace."""
        return await self._row(_TRACE, project_id, uid)

    async def _row(self, query: Select[Any], project_id: int, uid: str) -> Row | None:
        values = {"of_project": project_id, "of_uid": uid}
        row = (await self._session.execute(query, values)).one_or_none()
        return (row[0], row[1], row[2], row[3]) if row is not None else None
