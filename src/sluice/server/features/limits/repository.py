"""The queries of limits, and of what calls have used."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.features.limits.queries import LimitQueries
from sluice.server.features.limits.rules import Limits, MonthSoFar, Used
from sluice.server.kit.repository import Repository

_INSERTS: Final[dict[str, Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class LimitsRepository(Repository):
    """Limits of one kind, and sums over the calls that they count."""

    def __init__(self, session: AsyncSession, queries: LimitQueries) -> None:
        super().__init__(session)
        self._queries = queries

    async def row(self, of_id: int) -> Row[*tuple[Any, ...]] | None:
        """What is set, None where nothing ever was."""
        return (await self._session.execute(self._queries.limits, {"of_id": of_id})).one_or_none()

    async def locked(self, of_id: int) -> tuple[Limits, MonthSoFar | None] | None:
        """The limits, and the month's sum; others that ask for them wait for this transaction."""
        found = await self._session.execute(self._queries.locked, {"of_id": of_id})
        return _with_month(found.one_or_none())

    async def unlocked(self, of_id: int) -> tuple[Limits, MonthSoFar | None] | None:
        """The limits, and the month's sum."""
        return _with_month(await self.row(of_id))

    async def set(
        self, of_id: int, limits: Limits, now: datetime, more: dict[str, object] | None = None
    ) -> None:
        """Replace what is set, with `more` columns; the month's sum stays.

        Raises `IntegrityError`.
        """
        queries = self._queries
        values = {
            "requests_per_minute": limits.requests_per_minute,
            "tokens_per_minute": limits.tokens_per_minute,
            "concurrent_streams": limits.concurrent_streams,
            "monthly_tokens": limits.monthly_tokens,
            "monthly_budget": limits.monthly_budget,
            "updated_at": now,
            **(more or {}),
        }
        insert = _INSERTS[self._session.get_bind().dialect.name]
        begun = {queries.limited.name: of_id, "summed_tokens": 0, "summed_cost": 0}
        statement = insert(queries.table).values(**begun, **values)
        await self._session.execute(
            statement.on_conflict_do_update(index_elements=[queries.limited], set_=values)
        )

    async def move(self, of_id: int, month: MonthSoFar) -> None:
        """Keep a sum of the month."""
        values = {
            "of_id": of_id,
            "month": month.month,
            "until": month.until,
            "tokens": month.used.tokens,
            "cost": month.used.cost,
        }
        await self._session.execute(self._queries.move, values)

    async def forget(self, of_id: int, until: datetime, alive: datetime) -> None:
        """Remove calls that ended before `until`, and those lost that began before `alive`."""
        values = {"of_id": of_id, "until": until, "since": alive}
        await self._session.execute(self._queries.forget, values)

    async def begun(self, of_id: int, since: datetime, before: int) -> datetime | None:
        """When the call began before which `before` newer ones have begun since then, if one."""
        values = {"of_id": of_id, "since": since, "before": before}
        return (await self._session.scalars(self._queries.begun, values)).one_or_none()

    async def begun_since(self, of_id: int, since: datetime) -> int:
        """How many calls have begun after that moment."""
        values = {"of_id": of_id, "since": since}
        return int((await self._session.scalars(self._queries.begun_since, values)).one())

    async def streams(self, of_id: int, alive: datetime) -> int:
        """How many streamed calls run that began after that moment."""
        values = {"of_id": of_id, "since": alive}
        return int((await self._session.scalars(self._queries.streams, values)).one())

    async def expected(self, of_id: int, alive: datetime) -> Used:
        """What calls are expected to use that run, and began after that moment."""
        return await self._used(self._queries.expected, {"of_id": of_id, "since": alive})

    async def ended(self, of_id: int, since: datetime, until: datetime | None = None) -> Used:
        """What calls used that ended at `since` or later, and before `until`."""
        values = {"of_id": of_id, "since": since}
        if until is None:
            return await self._used(self._queries.ended, values)
        return await self._used(self._queries.ended_until, {**values, "until": until})

    async def ended_after(self, of_id: int, moment: datetime) -> Used:
        """What calls used that ended after that moment."""
        return await self._used(self._queries.ended_after, {"of_id": of_id, "since": moment})

    async def ends(self, of_id: int, since: datetime) -> list[tuple[datetime, int]]:
        """The ends of calls after that moment and what each used: the oldest 1,000."""
        values = {"of_id": of_id, "since": since}
        rows = await self._session.execute(self._queries.ends, values)
        return [(moment, int(tokens)) for moment, tokens in rows]

    async def _used(self, query: Any, values: dict[str, Any]) -> Used:  # noqa: ANN401 (a select)
        tokens, cost = (await self._session.execute(query, values)).one()
        return Used(int(tokens), int(cost))


def limits_of(row: Row[*tuple[Any, ...]]) -> Limits:
    """The limits of a row."""
    return Limits(
        row.requests_per_minute,
        row.tokens_per_minute,
        row.concurrent_streams,
        row.monthly_tokens,
        row.monthly_budget,
    )


def _with_month(row: Row[*tuple[Any, ...]] | None) -> tuple[Limits, MonthSoFar | None] | None:
    return (limits_of(row), _month(row)) if row is not None else None


def _month(row: Row[*tuple[Any, ...]]) -> MonthSoFar | None:
    if row.summed_month is None or row.summed_until is None:
        return None
    return MonthSoFar(row.summed_month, row.summed_until, Used(row.summed_tokens, row.summed_cost))
