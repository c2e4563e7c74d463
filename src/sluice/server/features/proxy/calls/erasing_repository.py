"""The queries with which a person's data is erased from recorded calls."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import Table, select, update

from sluice.server.features.proxy.calls.repository import SEALED
from sluice.server.features.proxy.calls.tables import Call, CallText
from sluice.server.kit.repository import Repository

_CALLS: Final = cast("Table", Call.__table__)
_TEXTS: Final = cast("Table", CallText.__table__)
AT_ONCE: Final = 500
"""Rows of one statement."""


class ErasingCallRepository(Repository):
    """Calls of one conversation."""

    async def calls(self, conversation_id: int) -> list[Call]:
        """Every call that has texts, the oldest first."""
        query = select(Call).where(
            Call.conversation_id == conversation_id, Call.deleted_at.is_(None)
        )
        return list((await self._session.scalars(query.order_by(Call.id))).all())

    async def forget_hydrated(self, ids: Sequence[int]) -> None:
        """Keep answers only as the model gave them."""
        for first in range(0, len(ids), AT_ONCE):
            some = _CALLS.c.id.in_(ids[first : first + AT_ONCE])
            statement = update(_CALLS).where(some).values(hydrated_answer_sealed=None)
            await self._session.execute(statement)

    async def forget(self, ids: Sequence[int], now: datetime) -> None:
        """Remove the texts of these calls; what they used stays counted."""
        nothing = dict.fromkeys(SEALED)
        for first in range(0, len(ids), AT_ONCE):
            some = _CALLS.c.id.in_(ids[first : first + AT_ONCE])
            values: dict[str, Any] = {
                "manifest": {},
                "answer_manifest": {},
                "coverage": {},
                **nothing,
            }
            await self._session.execute(update(_CALLS).where(some).values(deleted_at=now, **values))

    async def replace_text(self, conversation_id: int, digest: bytes, sealed: bytes) -> None:
        """Put another text in the place of one, which calls go on to name by its digest."""
        await self._session.execute(
            update(_TEXTS)
            .where(_TEXTS.c.conversation_id == conversation_id, _TEXTS.c.digest == digest)
            .values(sealed=sealed)
        )
