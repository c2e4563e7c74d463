"""The queries that read the audit log; `appending` has those that write it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from heapq import nlargest
from operator import attrgetter
from typing import Any, Final, TypeVar, cast

from sqlalchemy import Row, Select, Table, func, literal_column, select

from sluice.server.features.audit.filters import AuditFilter
from sluice.server.features.audit.tables import SUBJECT_KIND, AuditEvent, AuditHead
from sluice.server.kit.ids_of_times import by_row, ids_between, last_id
from sluice.server.kit.repository import Repository

# Mapped objects would cost several times as much, where the whole log is read.
_EVENTS: Final = cast("Table", AuditEvent.__table__)
Selected = TypeVar("Selected", bound=Select[Any])


class AuditRepository(Repository):
    """Reads events and the chain's head."""

    async def newest(
        self, wanted: AuditFilter, *, before: int | None, limit: int
    ) -> list[AuditEvent]:
        """Events by descending id."""
        of_id, at = AuditEvent.id, AuditEvent.at
        ids = await ids_between(self._session, of_id, at, wanted.since, wanted.until)
        if ids is None:
            return []
        behind = ids.stop if before is None else min(ids.stop, before)
        found: list[AuditEvent] = []
        # Each kind has its own place in the index, in the order of a page.
        for kind in await self._kinds_of(wanted):
            query = _filtered(select(AuditEvent), replace(wanted, event=kind))
            query = query.where(AuditEvent.id >= ids.start, AuditEvent.id < behind)
            found += await self._session.scalars(query.order_by(AuditEvent.id.desc()).limit(limit))
        return nlargest(limit, found, key=attrgetter("id"))

    async def _kinds_of(self, wanted: AuditFilter) -> Sequence[str | None]:
        """The names that a filter lets through; None: every one."""
        if not wanted.event or "." in wanted.event.rstrip("."):
            return [wanted.event]
        begin = wanted.event.rstrip(".") + "."
        return [kind for kind in await self.kinds() if kind.startswith(begin)]

    async def after(self, wanted: AuditFilter, last: int, limit: int) -> list[AuditEvent]:
        """Events by ascending id, those with larger ids than `last`."""
        query = _filtered(select(AuditEvent), wanted).where(AuditEvent.id > last)
        query = query.order_by(AuditEvent.id).limit(limit)
        return list((await self._session.scalars(query)).all())

    async def chained(self, last: int, until: int, limit: int) -> Sequence[Row[Any]]:
        """Every column of events by ascending id, from behind `last` up to `until`."""
        columns = _EVENTS.c
        query = select(_EVENTS).where(columns.id > last, columns.id <= until)
        return (await self._session.execute(query.order_by(columns.id).limit(limit))).all()

    async def kinds(self) -> Sequence[str]:
        """The names of all events that there are; looked up one after the other in the index."""
        first = select(func.min(_EVENTS.c.event).label("kind")).cte("kinds", recursive=True)
        following = select(func.min(_EVENTS.c.event)).where(_EVENTS.c.event > first.c.kind)
        kinds = first.union_all(
            select(following.scalar_subquery()).where(first.c.kind.is_not(None))
        )
        query = select(kinds.c.kind).where(kinds.c.kind.is_not(None))
        return (await self._session.scalars(query)).all()

    async def last_id(self) -> int:
        """The largest id; 0 where there is no event."""
        return await last_id(self._session, AuditEvent.id)

    async def head(self) -> AuditHead | None:
        """Where the chain ends."""
        query = select(AuditHead).execution_options(populate_existing=True)
        return (await self._session.scalars(query)).one_or_none()


def _filtered(query: Selected, wanted: AuditFilter) -> Selected:
    if wanted.event:
        exact = "." in wanted.event.rstrip(".")
        kind = AuditEvent.event
        query = query.where(
            kind == wanted.event
            if exact
            else kind.startswith(wanted.event.rstrip(".") + ".", autoescape=True)
        )
    if wanted.subject:
        subject, exact = AuditEvent.subject, ":" in wanted.subject.rstrip(":")
        query = query.where(
            subject == wanted.subject
            if exact
            else literal_column(SUBJECT_KIND) == wanted.subject.rstrip(":") + ":"
        )
    if wanted.actor_id is not None:
        query = query.where(AuditEvent.actor_id == wanted.actor_id)
    at = by_row(AuditEvent.at)
    if wanted.since is not None:
        query = query.where(at >= wanted.since)
    if wanted.until is not None:
        query = query.where(at < wanted.until)
    return query
