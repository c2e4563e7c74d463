"""The queries that count recordings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import CursorResult, Table, bindparam, case, select, update

from sluice.server.features.sessions.tables import Recording, Session
from sluice.server.kit.repository import Repository

_RECORDINGS: Final = cast("Table", Recording.__table__)
_SESSIONS: Final = cast("Table", Session.__table__)
_UNCOUNTED: Final = (
    select(
        _RECORDINGS.c.id,
        _RECORDINGS.c.uid,
        _RECORDINGS.c.session_id,
        _SESSIONS.c.conversation_id,
        _RECORDINGS.c.provider,
        _RECORDINGS.c.model,
        _RECORDINGS.c.input_tokens,
        _RECORDINGS.c.output_tokens,
        _RECORDINGS.c.tokens_estimated,
        _RECORDINGS.c.cost,
        _RECORDINGS.c.created_at,
        _RECORDINGS.c.content_sealed,
    )
    .join(_SESSIONS, _SESSIONS.c.id == _RECORDINGS.c.session_id)
    .where(_RECORDINGS.c.counted_at.is_(None))
    .order_by(_RECORDINGS.c.id)
    .limit(bindparam("most"))
    .with_for_update(of=_RECORDINGS, skip_locked=True)
)
_COUNT: Final = (
    update(_RECORDINGS)
    .where(_RECORDINGS.c.id == bindparam("of_id"), _RECORDINGS.c.counted_at.is_(None))
    .values(
        {
            _RECORDINGS.c[name]: bindparam(f"new_{name}", type_=_RECORDINGS.c[name].type)
            for name in (
                "input_tokens", "output_tokens", "cost", "tokens_estimated", "counted_at",
            )
        }
    )
)  # fmt: skip
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
    uid: str
    session_id: int
    conversation_id: int
    provider: str | None
    model: str | None
    input_tokens: int | None
    output_tokens: int | None
    tokens_estimated: bool
    """Whether it was counted before, and there is more text now."""
    cost: int | None
    created_at: datetime
    content_sealed: bytes

    @property
    def needs_text(self) -> bool:
        """Whether the provider did not count everything."""
        return self.tokens_estimated or self.input_tokens is None or self.output_tokens is None


NEVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class Sums:
    """What is added to a session."""

    recordings: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: int = 0
    last: datetime = NEVER

    def add(self, recordings: int, given: int, said: int, cost: int, at: datetime) -> None:
        """One recording more."""
        self.recordings += recordings
        self.input_tokens += given
        self.output_tokens += said
        self.cost += cost
        self.last = max(self.last, at)


class CountingRepository(Repository):
    """Recordings that are not counted yet, and the sums of sessions."""

    async def uncounted(self, most: int) -> list[Uncounted]:
        """The oldest of them; on PostgreSQL held, and without those that others hold."""
        rows = await self._session.execute(_UNCOUNTED, {"most": most})
        return [Uncounted._make(row) for row in rows.all()]

    async def count(
        self,
        recording_id: int,
        given: int,
        said: int,
        cost: int | None,
        estimated: bool,
        now: datetime,
    ) -> bool:
        """Note what was counted; False where somebody else was faster, or it is gone."""
        values = {
            "new_input_tokens": given,
            "new_output_tokens": said,
            "new_cost": cost,
            "new_tokens_estimated": estimated,
            "new_counted_at": now,
        }
        done = await self._session.execute(_COUNT, {"of_id": recording_id, **values})
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
