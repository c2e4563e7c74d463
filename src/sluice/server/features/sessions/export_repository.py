"""The queries of exports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import Table, select

from sluice.server.features.sessions.tables import Recording, Session, Trace
from sluice.server.kit.repository import Repository

_SESSIONS: Final = cast("Table", Session.__table__)
_RECORDINGS: Final = cast("Table", Recording.__table__)
_TRACES: Final = cast("Table", Trace.__table__)
AT_ONCE: Final = 500


class Sealed(NamedTuple):
    """A recording or a trace, with what a list of it does not show."""

    id: int
    uid: str
    conversation_id: int
    content_sealed: bytes
    session_uid: str = ""
    parent_uid: str | None = None
    kind: str | None = None
    created_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    manifest: dict[str, Any] | None = None


class ExportRepository(Repository):
    """Rows by their ids."""

    async def recordings(self, ids: Sequence[int]) -> list[Sealed]:
        """Recordings, in any order."""
        rows = _RECORDINGS.c
        query = select(rows.id, rows.uid, _SESSIONS.c.conversation_id, rows.content_sealed)
        query = query.join_from(_RECORDINGS, _SESSIONS, _SESSIONS.c.id == rows.session_id)
        found: list[Sealed] = []
        for first in range(0, len(ids), AT_ONCE):
            some = query.where(rows.id.in_(ids[first : first + AT_ONCE]))
            found += [Sealed(*row) for row in await self._session.execute(some)]
        return found

    async def traces(self, session_ids: Sequence[int]) -> list[Sealed]:
        """The traces of sessions, in the order of the sessions, the oldest first in each."""
        rows = _TRACES.c
        query = select(
            rows.id,
            rows.uid,
            _SESSIONS.c.conversation_id,
            rows.content_sealed,
            _SESSIONS.c.uid,
            rows.parent_uid,
            rows.kind,
            rows.created_at,
            rows.started_at,
            rows.finished_at,
            rows.manifest,
            rows.session_id,
        ).join_from(_TRACES, _SESSIONS, _SESSIONS.c.id == rows.session_id)
        place = {row_id: index for index, row_id in enumerate(session_ids)}
        found: list[tuple[int, Sealed]] = []
        for first in range(0, len(session_ids), AT_ONCE):
            some = query.where(rows.session_id.in_(session_ids[first : first + AT_ONCE]))
            rows_here = await self._session.execute(some)
            found += [(place[row[-1]], Sealed(*row[:-1])) for row in rows_here]
        return [one for _, one in sorted(found, key=lambda pair: (pair[0], pair[1].id))]
