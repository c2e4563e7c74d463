"""Queries of the recordings and traces of one test run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple, cast

from sqlalchemy import Table, select

from sluice.server.features.sessions.attributes import Holder
from sluice.server.features.sessions.attributes import Kind as ValueKind
from sluice.server.features.sessions.new import duration_ms
from sluice.server.features.sessions.tables import Attribute, Recording, Session, Trace
from sluice.server.kit.repository import Repository

_ATTRIBUTES: Final = cast("Table", Attribute.__table__)
_SESSIONS: Final = cast("Table", Session.__table__)
_RECORDINGS: Final = cast("Table", Recording.__table__)
_TABLES: Final = {Holder.RECORDING: _RECORDINGS, Holder.TRACE: cast("Table", Trace.__table__)}
_EVALUATION: Final = f"{ValueKind.EVALUATION.value}."
_SHARED: Final = ("id", "uid", "test_case_id", "created_at", "started_at", "finished_at")
_COLUMNS: Final = {
    Holder.RECORDING: (*_SHARED, "input_tokens", "output_tokens", "cost"),
    Holder.TRACE: _SHARED,
}
AT_ONCE: Final = 500


class StoredOfRun(NamedTuple):
    """A recording or a trace, unopened."""

    holder: Holder
    id: int
    uid: str
    test_case_id: int | None
    created_at: datetime
    duration_ms: int | None
    input_tokens: int | None
    output_tokens: int | None
    cost: int | None


class SealedOfRun(NamedTuple):
    """Its content, and under whose key it is."""

    id: int
    uid: str
    conversation_id: int
    sealed: bytes


class RunRecordingsRepository(Repository):
    """What an SDK recorded of a run, in the order in which it came."""

    async def of_run(self, holder: Holder, test_run_id: int) -> list[StoredOfRun]:
        """Every recording, or every trace."""
        columns = [_TABLES[holder].c[name] for name in _COLUMNS[holder]]
        of_run = _TABLES[holder].c.test_run_id == test_run_id
        query = select(*columns).where(of_run).order_by(_TABLES[holder].c.id)
        rows = await self._session.execute(query)
        return [_stored(holder, *row) for row in rows]

    async def evaluations(self, holder: Holder, test_run_id: int) -> dict[int, dict[str, float]]:
        """Numbers by name, without the word in front, of each that has any."""
        table, held = _TABLES[holder], _ATTRIBUTES.c
        query = (
            select(held.holder_id, held.name, held.number)
            .join(table, table.c.id == held.holder_id)
            .where(
                held.holder == holder.value,
                table.c.test_run_id == test_run_id,
                held.name.startswith(_EVALUATION, autoescape=True),
                held.number.is_not(None),
            )
            .order_by(held.name)
        )
        found: dict[int, dict[str, float]] = {}
        for row_id, name, number in await self._session.execute(query):
            found.setdefault(row_id, {})[name.removeprefix(_EVALUATION)] = float(number)
        return found

    async def sealed(self, holder: Holder, ids: Sequence[int]) -> list[SealedOfRun]:
        """The contents of these."""
        table, found = _TABLES[holder], list[SealedOfRun]()
        query = select(
            table.c.id, table.c.uid, _SESSIONS.c.conversation_id, table.c.content_sealed
        ).join(_SESSIONS, _SESSIONS.c.id == table.c.session_id)
        for first in range(0, len(ids), AT_ONCE):
            some = query.where(table.c.id.in_(ids[first : first + AT_ONCE]))
            found += [SealedOfRun(*row) for row in await self._session.execute(some)]
        return found


def _stored(
    holder: Holder,
    row_id: int,
    uid: str,
    test_case_id: int | None,
    created_at: datetime,
    started_at: datetime | None,
    finished_at: datetime | None,
    *used: int | None,
) -> StoredOfRun:
    tokens_and_cost = used or (None, None, None)
    took = duration_ms(started_at, finished_at)
    return StoredOfRun(holder, row_id, uid, test_case_id, created_at, took, *tokens_and_cost)
