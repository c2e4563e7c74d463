"""The gateway's calls as statistics count them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.features.proxy.calls.ended_repository import EndedCallRepository
from sluice.server.features.proxy.calls.status import CallStatus
from sluice.server.features.statistics.ended import NONE, Ended, Ending, SourceName

_ENDINGS: Final = {
    CallStatus.BLOCKED.value: Ending.BLOCKED,
    CallStatus.FAILED.value: Ending.FAILED,
    CallStatus.INTERRUPTED.value: Ending.FAILED,
}


class EndedCalls:
    """A source of statistics. The rows of deleted conversations stay, without what was found."""

    name = SourceName.CALLS

    async def portion(
        self, session: AsyncSession, after: datetime, settled: datetime, most: int
    ) -> datetime | None:
        """See `Source`."""
        return await EndedCallRepository(session).portion(after, settled, most)

    async def ended(
        self, session: AsyncSession, after: datetime, until: datetime | None, most: int | None
    ) -> list[Ended]:
        """See `Source`."""
        return [_ended(row) for row in await EndedCallRepository(session).ended(after, until, most)]

    async def counted(self, session: AsyncSession, until: datetime) -> None:
        """Calls stay."""


def _ended(row: Row[Any]) -> Ended:
    ending = _ENDINGS.get(row.status, Ending.ANSWERED)
    interrupted = row.status == CallStatus.INTERRUPTED
    return Ended(
        began_at=row.created_at,
        ended_at=row.finished_at,
        user_id=row.user_id,
        space_id=row.space_id or NONE,
        model_instance_id=row.model_instance_id,
        provider=row.provider,
        model=row.model,
        ending=ending,
        error_code="interrupted" if interrupted else row.error_code,
        duration_ms=row.duration_ms,
        first_token_ms=row.first_token_ms,
        input_tokens=row.input_tokens or 0,
        output_tokens=row.output_tokens or 0,
        cost=row.cost,
        manifests=(row.manifest, row.answer_manifest),
    )
