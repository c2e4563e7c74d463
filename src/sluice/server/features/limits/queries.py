"""The statements of limits, over the table that holds them and the table of calls that they count.

Both tables have the columns that `LimitQueries` names; `ApiTokenSettings` and `ModelInstanceLimits`
hold limits, `Call` and `LimitedCall` calls.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    Column,
    Table,
    and_,
    bindparam,
    case,
    delete,
    func,
    or_,
    select,
    update,
)

from sluice.server.features.limits.rules import Whose
from sluice.server.kit.database import UtcDateTime

ENDS_READ: Final = 1_000


class LimitQueries:
    """The statements of one kind of limits, built once."""

    def __init__(
        self, whose: Whose, limited: Column[Any], counted: Column[Any], *, forgets: bool = False
    ) -> None:
        """`limited` is the key of the table of limits, `counted` the same in the table of calls.

        `forgets`: calls stand there for limits alone, and go when they are summed.
        """
        self.whose = whose
        self.forgets = forgets
        self.limited = limited
        self.table = limited.table
        calls = counted.table
        one = limited == bindparam("of_id")
        ours, since = counted == bindparam("of_id"), bindparam("since", type_=UtcDateTime)
        used = (
            func.coalesce(func.sum(calls.c.counted_tokens), 0),
            func.coalesce(func.sum(calls.c.counted_cost), 0),
        )
        # In a `case`, so that no index goes by it: of what is pending little is left to look at,
        # of what began lately much.
        running = and_(
            calls.c.finished_at.is_(None), case((calls.c.created_at > since, 1), else_=0) == 1
        )
        self.limits = select(self.table).where(one)
        self.locked = self.limits.with_for_update()
        self.begun = (
            select(calls.c.created_at)
            .where(ours, calls.c.created_at > since)
            .order_by(calls.c.created_at.desc())
            .offset(bindparam("before"))
            .limit(1)
        )
        self.begun_since = select(func.count()).where(ours, calls.c.created_at > since)
        self.expected = select(*used).where(ours, running)
        self.streams = select(func.count()).where(ours, running, calls.c.streamed.is_(True))
        self.ended = select(*used).where(ours, calls.c.finished_at >= since)
        self.ended_after = select(*used).where(ours, calls.c.finished_at > since)
        until = bindparam("until", type_=UtcDateTime)
        self.ended_until = self.ended.where(calls.c.finished_at < until)
        self.ends = (
            select(calls.c.finished_at, calls.c.counted_tokens)
            .where(ours, calls.c.finished_at > since)
            .order_by(calls.c.finished_at)
            .limit(ENDS_READ)
        )
        self.move = _moving(self.table).where(one)
        lost = and_(calls.c.finished_at.is_(None), calls.c.created_at < since)
        self.forget = delete(calls).where(ours, or_(calls.c.finished_at < until, lost))


def _moving(limits: Table) -> Any:  # noqa: ANN401 (an update)
    return update(limits).values(
        summed_month=bindparam("month"),
        summed_until=bindparam("until"),
        summed_tokens=bindparam("tokens"),
        summed_cost=bindparam("cost"),
    )
