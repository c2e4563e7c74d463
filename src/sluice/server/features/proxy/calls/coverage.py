"""Where text stood in calls: which paths were scanned, passed, or held attachments.

And which paths of requests were refused, since nobody knew what stood there: those are no calls.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, cast

import anyio.lowlevel
from sqlalchemy import Table, func, select

from sluice.server.auth.callers import Caller
from sluice.server.auth.roles import Permission
from sluice.server.features.proxy.calls.records import Records
from sluice.server.features.proxy.calls.refused import Reason
from sluice.server.features.proxy.calls.refused_repository import RefusedRepository
from sluice.server.features.proxy.calls.status import CallStatus
from sluice.server.features.proxy.calls.tables import Call
from sluice.server.kit.database import utc_now
from sluice.server.kit.repository import Repository
from sluice.server.kit.wire import WireModel, WireTime

MOST: Final = 2_000
"""Calls that are looked at: the newest ones."""
PORTION: Final = 500
REFUSED_FOR: Final = timedelta(days=30)
"""For so long refused requests are told, unless a time is wanted."""
WINDOW: Final = 200_000
"""Of so many newest calls."""
_CALLS: Final = cast("Table", Call.__table__)


class CoveredPath(WireModel):
    """A path of a wire's requests, without indices."""

    wire: str
    path: str
    scanned: int = 0
    """Texts that stood there and were looked through."""
    passed: int = 0
    """Strings that are no text there, such as ids and names of roles."""
    attachments: int = 0


class RefusedPathOut(WireModel):
    """A path of a wire's requests for which some were refused (422), without indices."""

    wire: str
    path: str
    reason: Reason
    requests: int


class CoverageOut(WireModel):
    """Where the text of some calls stood; which requests were refused before they were calls."""

    calls: int
    blocked: int
    """Calls that a policy refused."""
    since: WireTime | None
    """When the oldest of them was made."""
    complete: bool
    """False where there were more calls than are looked at."""
    paths: list[CoveredPath]
    refused_requests: int
    """Requests that were refused because of what stood at some path, to any model instance."""
    refused_since: date
    """The first day (UTC) on which they are counted."""
    refused: list[RefusedPathOut]


@dataclass(frozen=True, slots=True)
class CoverageFilter:
    """Which calls are looked at; None looks at all."""

    since: datetime | None = None
    until: datetime | None = None
    model_instance_id: int | None = None


class CoverageRepository(Repository):
    """What calls say of where their text stood."""

    async def portion(
        self, wanted: CoverageFilter, before: int | None
    ) -> list[tuple[int, datetime, str, str, dict[str, dict[str, int]]]]:
        """Id, time, wire, status and coverage of calls, newest first."""
        columns = (_CALLS.c.id, _CALLS.c.created_at, _CALLS.c.wire, _CALLS.c.status)
        query = select(*columns, _CALLS.c.coverage).order_by(_CALLS.c.id.desc()).limit(PORTION)
        # A rarely used instance is not sought in everything that was ever called.
        newest = select(func.max(_CALLS.c.id)).scalar_subquery()
        query = query.where(_CALLS.c.id > newest - WINDOW)
        if before is not None:
            query = query.where(_CALLS.c.id < before)
        if wanted.since is not None:
            query = query.where(_CALLS.c.created_at >= wanted.since)
        if wanted.until is not None:
            query = query.where(_CALLS.c.created_at < wanted.until)
        if wanted.model_instance_id is not None:
            query = query.where(_CALLS.c.model_instance_id == wanted.model_instance_id)
        return [tuple(row) for row in await self._session.execute(query)]


async def coverage(records: Records, caller: Caller, wanted: CoverageFilter) -> CoverageOut:
    """The paths of the newest calls and of refused requests, by wire and path."""
    caller.require(Permission.AUDIT)
    database = records.database
    counted: dict[tuple[str, str], Counter[str]] = {}
    calls = blocked = 0
    before: int | None = None
    since: datetime | None = None
    has_more = True
    while has_more and calls < MOST:
        await anyio.lowlevel.checkpoint()
        async with database.read() as session:
            found = await CoverageRepository(session).portion(wanted, before)
        if found:
            before, since = found[-1][:2]
        calls += len(found)
        for _, _, wire, status, kinds in found:
            blocked += status == CallStatus.BLOCKED.value
            for kind, paths in kinds.items():
                for path, count in paths.items():
                    counted.setdefault((wire, path), Counter())[kind] += count
        has_more = len(found) == PORTION
    shown = [
        CoveredPath.model_validate({"wire": wire, "path": path, **counts})
        for (wire, path), counts in sorted(counted.items())
    ]
    first, rows = await _refused(records, wanted)
    return CoverageOut(
        calls=calls,
        blocked=blocked,
        since=since,
        complete=not has_more,
        paths=shown,
        refused_requests=sum(count for *_, reason, count in rows if reason == Reason.REQUEST),
        refused_since=first,
        refused=[
            RefusedPathOut(wire=wire, path=path, reason=Reason(reason), requests=count)
            for wire, path, reason, count in rows
            if reason != Reason.REQUEST
        ],
    )


async def _refused(
    records: Records, wanted: CoverageFilter
) -> tuple[date, list[tuple[str, str, str, int]]]:
    """Of whole days, the last thirty unless a time is wanted; and the first of them."""
    until = wanted.until or utc_now()
    first = (wanted.since or until - REFUSED_FOR).astimezone(UTC).date()
    await records.refused.flush()
    async with records.database.read() as session:
        found = await RefusedRepository(session).between(first, until.astimezone(UTC).date())
    return first, found
