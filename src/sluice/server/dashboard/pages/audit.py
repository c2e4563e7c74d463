"""The audit log: read by filters, taken away as a file, its chain verified."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from sluice.server.auth.auth import Caller
from sluice.server.dashboard.forms import fields_of
from sluice.server.dashboard.guarding import GuardedRouter
from sluice.server.dashboard.rendering import is_part, page
from sluice.server.dashboard.signing_in import Visitor
from sluice.server.errors import Malformed
from sluice.server.features.audit.exporting import AuditFormat
from sluice.server.features.audit.filters import AuditFilter
from sluice.server.features.audit.schemas import Verification
from sluice.server.kit.wire import RowId
from sluice.server.services import Services, ServicesDep

router = GuardedRouter(prefix="/audit")
ROWS = 50

Kind = Annotated[str, Query(max_length=64, pattern=r"^[a-z_.]*$")]
Subject = Annotated[str, Query(max_length=128, pattern=r"^[A-Za-z_]*:?[A-Za-z0-9_.-]*$")]
Day = Annotated[str, Query(max_length=10, pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")]
Digits = Annotated[str, Query(max_length=10, pattern=r"^[0-9]*$")]


@router.get("")
async def index(
    request: Request,
    caller: Visitor,
    services: ServicesDep,
    event: Kind = "",
    actor: Digits = "",
    subject: Subject = "",
    since: Day = "",
    until: Day = "",
    before: RowId | None = None,
) -> Response:
    """The newest events that the filters let through."""
    asked = {"event": event, "actor": actor, "subject": subject, "since": since, "until": until}
    wanted = _filter(asked)
    found = await services.audit.page(caller, wanted, before=before, limit=ROWS + 1)
    return await _shown(
        request,
        caller,
        services,
        asked,
        events=found[:ROWS],
        older=_older(asked, found[ROWS - 1].id) if len(found) > ROWS else None,
        newer="/dashboard/audit?" + _query(asked) if before is not None else None,
    )


async def _shown(
    request: Request,
    caller: Caller,
    services: Services,
    asked: dict[str, str],
    verification: Verification | None = None,
    **more: Any,  # noqa: ANN401 (as of `page`)
) -> Response:
    template = "audit/rows.html" if is_part(request) else "audit/index.html"
    return page(
        request,
        template,
        title="Audit and privacy",
        tab="audit",
        asked=asked,
        kinds=await services.audit.kinds(caller),
        verification=verification,
        **more,
    )


@router.post("/export")
async def export(request: Request, caller: Visitor, services: ServicesDep) -> Response:
    """What the filters let through as a file; that it was taken away is an event too."""
    fields = await fields_of(request)
    written = AuditFormat.CSV if fields.get("format") == "csv" else AuditFormat.JSONL
    wanted = _filter({name: fields.get(name, "") for name in _NAMES})
    await services.audit.begin_export(caller, written)
    return StreamingResponse(
        services.audit.exported(caller, wanted, written),
        media_type=written.media_type,
        headers={"content-disposition": f'attachment; filename="audit-events.{written}"'},
    )


@router.post("/verify")
async def verify(request: Request, caller: Visitor, services: ServicesDep) -> Response:
    """Whether the chain is sound: looked at from its first event to its sealed end."""
    verification = await services.audit.verification(caller)
    if is_part(request):
        return page(request, "audit/verified.html", verification=verification)
    found = await services.audit.page(caller, AuditFilter(), limit=ROWS)
    asked = dict.fromkeys(_NAMES, "")
    return await _shown(
        request, caller, services, asked, verification, events=found, older=None, newer=None
    )


_NAMES = ("event", "actor", "subject", "since", "until")


def _filter(asked: dict[str, str]) -> AuditFilter:
    """Raises `Malformed` for a day or a number that there is not."""
    actor = int(asked["actor"]) if asked["actor"].isdecimal() else None
    if actor is not None and actor > 2**31 - 1:
        raise Malformed("There is no user of this number.")
    until = _day(asked["until"])
    return AuditFilter(
        event=asked["event"] or None,
        actor_id=actor,
        subject=asked["subject"] or None,
        since=_day(asked["since"]),
        until=until + timedelta(days=1) if until is not None else None,
    )


def _day(text: str) -> datetime | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.year < 1970 or day.year > 9000:
        raise Malformed("A day must look like 2027-01-31.")
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _query(asked: dict[str, str], **more: int) -> str:
    return urlencode({**{name: text for name, text in asked.items() if text}, **more})


def _older(asked: dict[str, str], before: int) -> str:
    return f"/dashboard/audit?{_query(asked, before=before)}"
