"""The queries of a token's settings, and of what its calls have used."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import Row, Table, and_, bindparam, case, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from sluice.server.features.proxy.calls.tables import Call
from sluice.server.features.proxy.limits.rules import KeySettings, Limits, MonthSoFar, Used
from sluice.server.features.proxy.limits.tables import ApiTokenSettings
from sluice.server.kit.database import UtcDateTime
from sluice.server.kit.repository import Repository

_SETTINGS: Final = cast("Table", ApiTokenSettings.__table__)
_CALLS: Final = cast("Table", Call.__table__)
_INSERTS: Final[dict[str, Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}

_OF: Final = select(_SETTINGS).where(_SETTINGS.c.api_token_id == bindparam("of_token"))
_LOCKED: Final = _OF.with_for_update()
_MOVE: Final = (
    update(_SETTINGS)
    .where(_SETTINGS.c.api_token_id == bindparam("of_token"))
    .values(
        summed_month=bindparam("month"),
        summed_until=bindparam("until"),
        summed_tokens=bindparam("tokens"),
        summed_cost=bindparam("cost"),
    )
)

_OF_TOKEN: Final = _CALLS.c.api_token_id == bindparam("of_token")
_SINCE: Final = bindparam("since", type_=UtcDateTime)
_USED: Final = (
    func.coalesce(func.sum(_CALLS.c.counted_tokens), 0),
    func.coalesce(func.sum(_CALLS.c.counted_cost), 0),
)
_BEGUN: Final = (
    select(_CALLS.c.created_at)
    .where(_OF_TOKEN, _CALLS.c.created_at > _SINCE)
    .order_by(_CALLS.c.created_at.desc())
    .offset(bindparam("before"))
    .limit(1)
)
# In a `case`, so that no index goes by it: of what is pending little is left to look at, of what
# began lately much.
_RUNNING: Final = and_(
    _CALLS.c.finished_at.is_(None), case((_CALLS.c.created_at > _SINCE, 1), else_=0) == 1
)
_EXPECTED: Final = select(*_USED).where(_OF_TOKEN, _RUNNING)
_STREAMS: Final = select(func.count()).where(_OF_TOKEN, _RUNNING, _CALLS.c.streamed.is_(True))
_ENDED: Final = select(*_USED).where(_OF_TOKEN, _CALLS.c.finished_at >= _SINCE)
_ENDED_AFTER: Final = select(*_USED).where(_OF_TOKEN, _CALLS.c.finished_at > _SINCE)
_ENDED_UNTIL: Final = _ENDED.where(_CALLS.c.finished_at < bindparam("until", type_=UtcDateTime))
_ENDS: Final = (
    select(_CALLS.c.finished_at, _CALLS.c.counted_tokens)
    .where(_OF_TOKEN, _CALLS.c.finished_at > _SINCE)
    .order_by(_CALLS.c.finished_at)
    .limit(1_000)
)


class LimitsRepository(Repository):
    """Settings of API tokens, and sums over their calls."""

    async def settings(self, token_id: int) -> KeySettings | None:
        """What is set for a token, None where nothing ever was."""
        row = (await self._session.execute(_OF, {"of_token": token_id})).one_or_none()
        return _settings(row) if row is not None else None

    async def locked(self, token_id: int) -> tuple[Limits, MonthSoFar | None] | None:
        """The limits, and the month's sum; others that ask for them wait for this transaction."""
        return await self._limits(_LOCKED, token_id)

    async def unlocked(self, token_id: int) -> tuple[Limits, MonthSoFar | None] | None:
        """The limits, and the month's sum."""
        return await self._limits(_OF, token_id)

    async def _limits(
        self,
        query: Any,  # noqa: ANN401 (a select)
        token_id: int,
    ) -> tuple[Limits, MonthSoFar | None] | None:
        row = (await self._session.execute(query, {"of_token": token_id})).one_or_none()
        return (_settings(row).limits, _month(row)) if row is not None else None

    async def set(self, token_id: int, settings: KeySettings, now: datetime) -> None:
        """Replace what is set; the sum of the month stays. Raises `IntegrityError`."""
        limits = settings.limits
        values = {
            "default_instance_id": settings.default_instance_id,
            "requests_per_minute": limits.requests_per_minute,
            "tokens_per_minute": limits.tokens_per_minute,
            "concurrent_streams": limits.concurrent_streams,
            "monthly_tokens": limits.monthly_tokens,
            "monthly_budget": limits.monthly_budget,
            "updated_at": now,
        }
        insert = _INSERTS[self._session.get_bind().dialect.name]
        statement = insert(_SETTINGS).values(
            api_token_id=token_id, summed_tokens=0, summed_cost=0, **values
        )
        key = [_SETTINGS.c.api_token_id]
        await self._session.execute(
            statement.on_conflict_do_update(index_elements=key, set_=values)
        )

    async def move(self, token_id: int, month: MonthSoFar) -> None:
        """Keep a sum of the month."""
        values = {
            "of_token": token_id,
            "month": month.month,
            "until": month.until,
            "tokens": month.used.tokens,
            "cost": month.used.cost,
        }
        await self._session.execute(_MOVE, values)

    async def begun(self, token_id: int, since: datetime, before: int) -> datetime | None:
        """When the call began before which `before` newer ones have begun since then, if one."""
        values = {"of_token": token_id, "since": since, "before": before}
        return (await self._session.scalars(_BEGUN, values)).one_or_none()

    async def expected(self, token_id: int, since: datetime) -> Used:
        """What is expected of pending calls that began after that moment."""
        return await self._used(_EXPECTED, {"of_token": token_id, "since": since})

    async def streams(self, token_id: int, since: datetime) -> int:
        """Streams that began after that moment and still run."""
        values = {"of_token": token_id, "since": since}
        return int((await self._session.scalars(_STREAMS, values)).one())

    async def ended(self, token_id: int, since: datetime, until: datetime | None = None) -> Used:
        """What calls used that ended at `since` or later, and before `until`."""
        values = {"of_token": token_id, "since": since}
        if until is None:
            return await self._used(_ENDED, values)
        return await self._used(_ENDED_UNTIL, {**values, "until": until})

    async def ended_after(self, token_id: int, moment: datetime) -> Used:
        """What calls used that ended after that moment."""
        return await self._used(_ENDED_AFTER, {"of_token": token_id, "since": moment})

    async def ends(self, token_id: int, since: datetime) -> list[tuple[datetime, int]]:
        """The ends of calls after that moment and what each used: the oldest 1,000."""
        rows = await self._session.execute(_ENDS, {"of_token": token_id, "since": since})
        return [(moment, int(tokens)) for moment, tokens in rows]

    async def _used(self, query: Any, values: dict[str, Any]) -> Used:  # noqa: ANN401 (a select)
        tokens, cost = (await self._session.execute(query, values)).one()
        return Used(int(tokens), int(cost))


def _settings(row: Row[*tuple[Any, ...]]) -> KeySettings:
    return KeySettings(
        row.default_instance_id,
        Limits(
            row.requests_per_minute,
            row.tokens_per_minute,
            row.concurrent_streams,
            row.monthly_tokens,
            row.monthly_budget,
        ),
    )


def _month(row: Row[*tuple[Any, ...]]) -> MonthSoFar | None:
    if row.summed_month is None or row.summed_until is None:
        return None
    return MonthSoFar(row.summed_month, row.summed_until, Used(row.summed_tokens, row.summed_cost))
