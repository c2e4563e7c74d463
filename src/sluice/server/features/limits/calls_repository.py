"""The queries of calls that count towards the limits of model instances."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import CursorResult, Table, bindparam, delete, insert, update

from sluice.server.features.limits.queries import LimitQueries
from sluice.server.features.limits.rules import Whose
from sluice.server.features.limits.tables import LimitedCall, ModelInstanceLimits
from sluice.server.kit.database import UtcDateTime
from sluice.server.kit.repository import Repository

_LIMITS: Final = cast("Table", ModelInstanceLimits.__table__)
_CALLS: Final = cast("Table", LimitedCall.__table__)
INSTANCES: Final = LimitQueries(
    Whose.INSTANCE, _LIMITS.c.model_instance_id, _CALLS.c.model_instance_id, forgets=True
)
"""Of an instance's calls on every surface."""

_ADD: Final = insert(_CALLS)
_END: Final = (
    update(_CALLS)
    .where(_CALLS.c.id == bindparam("of_id"))
    .values(
        finished_at=bindparam("at", type_=UtcDateTime),
        counted_tokens=bindparam("tokens"),
        counted_cost=bindparam("cost"),
    )
)


class LimitedCallRepository(Repository):
    """Calls of instances that have limits."""

    async def insert(self, **values: object) -> int:
        """Insert a pending one; its id."""
        result = cast("CursorResult[Any]", await self._session.execute(_ADD, values))
        key = result.inserted_primary_key
        if key is None:
            raise RuntimeError("an insertion gave no id")
        return int(key[0])

    async def end(self, call_id: int, at: datetime, tokens: int, cost: int) -> None:
        """Note what one used; one that is summed or forgotten by now stays so."""
        values = {"of_id": call_id, "at": at, "tokens": tokens, "cost": cost}
        await self._session.execute(_END, values)

    async def forget_instance(self, instance_id: int) -> None:
        """Remove an instance's limits, and the calls that they counted."""
        await self._session.execute(delete(_CALLS).where(_CALLS.c.model_instance_id == instance_id))
        await self._session.execute(delete(_LIMITS).where(INSTANCES.limited == instance_id))

    async def interrupt_pending(self, before: datetime, now: datetime) -> None:
        """After a crash: end calls that began before that moment; what they expected counts."""
        pending = (_CALLS.c.finished_at.is_(None), _CALLS.c.created_at < before)
        await self._session.execute(update(_CALLS).where(*pending).values(finished_at=now))
