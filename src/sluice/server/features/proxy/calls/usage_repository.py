"""The queries that sum calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, Row, Table, and_, case, func, select

from sluice.server.features.proxy.calls.status import CallStatus
from sluice.server.features.proxy.calls.tables import Call
from sluice.server.kit.repository import Repository

_CALLS: Final = cast("Table", Call.__table__)
_ANSWERED: Final = (CallStatus.COMPLETE.value, CallStatus.ABANDONED.value)
_FAILED: Final = (CallStatus.FAILED.value, CallStatus.INTERRUPTED.value)
_SAME: Final = ("user_id", "api_token_id", "model_instance_id")
_BLOCKED: Final = (CallStatus.BLOCKED.value,)


@dataclass(frozen=True, slots=True)
class UsageFilter:
    """Which calls are summed; None sums all."""

    since: datetime
    until: datetime | None = None
    user_id: int | None = None
    api_token_id: int | None = None
    model_instance_id: int | None = None


class UsageRepository(Repository):
    """Sums over calls; those of deleted conversations count too."""

    async def summed(self, by: str, wanted: UsageFilter) -> Sequence[Row[*tuple[Any, ...]]]:
        """Sums by `key`, `instance`, `model` or `day`."""
        groups = self._groups(by)
        conditions = [_CALLS.c.created_at >= wanted.since]
        if wanted.until is not None:
            conditions.append(_CALLS.c.created_at < wanted.until)
        same = {name: getattr(wanted, name) for name in _SAME}
        conditions += [_CALLS.c[name] == value for name, value in same.items() if value is not None]
        cost = func.sum(_CALLS.c.cost)
        query = select(*groups, *_sums(), cost.label("cost_microdollars"))
        query = query.where(*conditions).group_by(*groups)
        if by == "day":
            query = query.order_by(*groups)
        else:
            query = query.order_by(
                func.coalesce(cost, -1).desc(), func.count().desc(), *_in_order(groups)
            )
        return (await self._session.execute(query)).all()

    def _groups(self, by: str) -> list[ColumnElement[Any]]:
        if by == "model":
            return [_CALLS.c.provider, _CALLS.c.model]
        if by == "instance":
            return [_CALLS.c.model_instance_id]
        return [self._day().label("day")] if by == "day" else [_CALLS.c.api_token_id]

    def _day(self) -> ColumnElement[Any]:
        moment = _CALLS.c.created_at
        if self._session.get_bind().dialect.name == "sqlite":
            return func.strftime("%Y-%m-%d", moment)
        return func.to_char(func.timezone("UTC", moment), "YYYY-MM-DD")


def _sums() -> list[ColumnElement[Any]]:
    tokens = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")
    status = _CALLS.c.status
    unknown = and_(_CALLS.c.cost.is_(None), status.in_(_ANSWERED))
    return [
        func.count().label("calls"),
        _count(status.in_(_FAILED)).label("failed_calls"),
        _count(status.in_(_BLOCKED)).label("blocked_calls"),
        _count(unknown).label("calls_of_unknown_cost"),
        *(func.coalesce(func.sum(_CALLS.c[name]), 0).label(name) for name in tokens),
    ]


def _count(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _in_order(groups: list[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    # The databases differ in where they put what is null.
    return [group.nulls_first() for group in groups]
