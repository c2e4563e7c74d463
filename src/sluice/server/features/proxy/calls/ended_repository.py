"""The queries of calls that ended, for statistics."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import Row, Select, Table, or_, select

from sluice.server.features.proxy.calls.status import TEST_RUN, CallStatus
from sluice.server.features.proxy.calls.tables import Call
from sluice.server.features.proxy.conversations.tables import StoredConversation
from sluice.server.features.statistics.portions import end_of_portion
from sluice.server.kit.repository import Repository

_CALLS: Final = cast("Table", Call.__table__)
_CONVERSATIONS: Final = cast("Table", StoredConversation.__table__)
_NAMES: Final = (
    "created_at", "finished_at", "user_id", "model_instance_id", "provider", "model", "status",
    "error_code", "duration_ms", "first_token_ms", "input_tokens", "output_tokens", "cost",
    "manifest", "answer_manifest",
)  # fmt: skip
_ENDED: Final[Select[Any]] = (
    select(*(_CALLS.c[name] for name in _NAMES), _CONVERSATIONS.c.space_id)
    .join(_CONVERSATIONS, _CONVERSATIONS.c.id == _CALLS.c.conversation_id)
    # What a test run was answered counts as a recording.
    .where(or_(_CALLS.c.wire != TEST_RUN, _CALLS.c.status != CallStatus.COMPLETE.value))
    .order_by(_CALLS.c.finished_at)
)


class EndedCallRepository(Repository):
    """Calls in the order in which they ended."""

    async def portion(self, after: datetime, settled: datetime, most: int) -> datetime | None:
        """Until when the next ones ended."""
        return await end_of_portion(self._session, _CALLS.c.finished_at, after, settled, most)

    async def ended(
        self, after: datetime, until: datetime | None, most: int | None
    ) -> list[Row[Any]]:
        """Those that ended in a time, with their project's own conversation."""
        query = _ENDED.where(_CALLS.c.finished_at > after)
        if until is not None:
            query = query.where(_CALLS.c.finished_at <= until)
        return list((await self._session.execute(query.limit(most))).all())
