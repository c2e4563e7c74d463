"""The queries that count recordings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import CursorResult, Table, bindparam, case, select, update

from sluice.server.features.sessions.tables import Recording, Session
from sluice.server.kit.repository import Repository

NEVER: Final = datetime.min.replace(tzinfo=UTC)

_RECORDINGS: Final = cast("Table", Recording.__table__)
_SESSIONS: Final = cast("Table", Session.__table__)
_COLUMNS: Final = (
    _RECORDINGS.c.id,
    _RECORDINGS.c.session_id,
    _RECORDINGS.c.provider,
    _RECORDINGS.c.model,
    _RECORDINGS.c.input_tokens,
    _RECORDINGS.c.output_tokens,
    _RECORDINGS.c.created_at,
)
_UNCOUNTED: Final = (
    select(*_COLUMNS)
    .where(_RECORDINGS.c.counted_at.is_(None))
    .order_by(_RECORDINGS.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_COUNTED: Final = (
    select(*_COLUMNS, _RECORDINGS.c.cost)
    .where(_RECORDINGS.c.id == bindparam("of_id"), _RECORDINGS.c.counted_at.is_not(None))
    .with_for_update()
)
_COUNT: Final = (
    update(_RECORDINGS)
    .where(_RECORDINGS.c.id == bindparam("of_id"), _RECORDINGS.c.counted_at.is_(None))
    .values(
        {
            _RECORDINGS.c[name]: bindparam(f"new_{name}", type_=_RECORDINGS.c[name].type)
            for name in ("cost", "counted_at")
        }
    )
)
_MORE_TOKENS: Final = (
    update(_RECORDINGS)
    .where(_RECORDINGS.c.id == bindparam("of_id"))
    .values(output_tokens=_RECORDINGS.c.output_tokens + bindparam("more"), counted_at=None)
)
_LATER: Final = bindparam("new_at", type_=_SESSIONS.c.last_recorded_at.type)
_ADD: Final = (
    update(_SESSIONS)
    .where(_SESSIONS.c.id == bindparam("of_id"))
    .values(
        recordings=_SESSIONS.c.recordings + bindparam("more_recordings"),
        input_tokens=_SESSIONS.c.input_tokens + bindparam("more_input"),
        output_tokens=_SESSIONS.c.output_tokens + bindparam("more_output"),
        cost=_SESSIONS.c.cost + bindparam("more_cost"),
        last_recorded_at=case(
            (_SESSIONS.c.last_recorded_at < _LATER, _LATER), else_=_SESSIONS.c.last_recorded_at
        ),
    )
)


class Uncounted(NamedTuple):
    """A recording that is to be counted."""

    id: int
    session_id: int
    provider: str | None
    model: str | None
    input_tokens: int | None
    output_tokens: int | None
    created_at: datetime


@dataclass(slots=True)
class Sums:
    """What is added to a session."""

    recordings: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: int = 0
    last: datetime = NEVER

    def add(self, row: Uncounted, cost: int | None, times: int = 1) -> None:
        """One recording more, or less."""
        self.recordings += times
        self.input_tokens += times * (row.input_tokens or 0)
        self.output_tokens += times * (row.output_tokens or 0)
        self.cost += times * (cost or 0)
        self.last = max(self.last, row.created_at)


class CountingRepository(Repository):
    """Recordings that are not counted yet, and the sums of sessions; statements on tables."""

    async def uncounted(self, most: int) -> list[Uncounted]:
        """The oldest of them; on PostgreSQL held, and without those that others hold."""
        rows = await self._session.execute(_UNCOUNTED, {"most": most})
        return [Uncounted._make(row) for row in rows.all()]

    async def count(self, recording_id: int, cost: int | None, now: datetime) -> bool:
        """Note the cost; False where somebody else was faster, or the recording is gone."""
        values = {"of_id": recording_id, "new_cost": cost, "new_counted_at": now}
        done = await self._session.execute(_COUNT, values)
        return cast("CursorResult[Any]", done).rowcount > 0

    async def add_to_session(self, session_id: int, sums: Sums) -> None:
        """Add to a session's sums."""
        values = {
            "more_recordings": sums.recordings,
            "more_input": sums.input_tokens,
            "more_output": sums.output_tokens,
            "more_cost": sums.cost,
            "new_at": sums.last,
        }
        await self._session.execute(_ADD, {"of_id": session_id, **values})

    async def more_tokens(self, recording_id: int, more: int) -> None:
        """A recording has more text than when it was counted: it is taken out of its session's
        sums, and to be counted again."""
        row = (await self._session.execute(_COUNTED, {"of_id": recording_id})).one_or_none()
        if row is not None:
            *told, cost = row
            sums, counted = Sums(), Uncounted._make(told)
            sums.add(counted, cost, times=-1)
            await self.add_to_session(counted.session_id, sums)
        await self._session.execute(_MORE_TOKENS, {"of_id": recording_id, "more": more})
