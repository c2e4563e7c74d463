"""Everybody's threads for those who audit: a list without texts, and one as models saw it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from sluice.engine import RawText
from sluice.server.auth.auth import Caller
from sluice.server.auth.roles import Permission
from sluice.server.dashboard.forms import fields_of
from sluice.server.dashboard.guarding import GuardedRouter
from sluice.server.dashboard.pages.calls import (
    ROWS_OF_A_PAGE,
    names_of,
    number,
    older,
    people_to_choose,
    wanted_in,
)
from sluice.server.dashboard.pages.sessions_detail import (
    NOTHING,
    Revealed,
    reveal_in,
    revealing,
)
from sluice.server.dashboard.pages.sessions_filter import day
from sluice.server.dashboard.pages.sessions_shown import Exchange, Texts, Turn
from sluice.server.dashboard.rendering import page
from sluice.server.dashboard.signing_in import Visitor
from sluice.server.errors import SluiceError, Unprocessable
from sluice.server.features.threads.overseeing_schemas import (
    OverseenDetail,
    OverseenThread,
    ThreadFilter,
)
from sluice.server.kit.wire import RowId
from sluice.server.services import Services, ServicesDep

router = GuardedRouter(prefix="/threads")
FILTERS = ("user", "instance", "since", "until")


@router.get("")
async def list_threads(request: Request, caller: Visitor, services: ServicesDep) -> Response:
    """Everybody's threads, the newest first."""
    caller.require(Permission.AUDIT)
    fields = wanted_in(request, FILTERS)
    error, rows = None, list[OverseenThread]()
    try:
        rows = await _page(caller, services, fields)
    except Unprocessable as refused:
        error = refused
    return page(
        request,
        "sessions/threads.html",
        title="Threads",
        status=error.status if error is not None else 200,
        fields=fields,
        problems={one.path: one.message for one in error.errors} if error is not None else {},
        rows=rows[:ROWS_OF_A_PAGE],
        older=older("/threads", fields, rows),
        people_to_choose=await people_to_choose(services, caller, fields),
        **await names_of(services, caller, rows),
    )


@router.get("/{thread_id}")
async def show_thread(
    request: Request, caller: Visitor, services: ServicesDep, thread_id: RowId
) -> Response:
    """A thread as models saw it; that it was read stands in the audit log."""
    return await _thread(request, caller, services, thread_id)


@router.post("/{thread_id}/reveal")
async def reveal_thread(
    request: Request, caller: Visitor, services: ServicesDep, thread_id: RowId
) -> Response:
    """The same with originals in their places; the reason and who asked are recorded."""
    caller.require(Permission.AUDIT)
    reason = (await fields_of(request)).get("reason", "")
    try:
        body = await reveal_in(request)
        async with services.database.write() as session:
            originals = await services.threads.reveal(
                session,
                caller,
                thread_id,
                reason=RawText(body.reason),
                placeholders=body.placeholders,
            )
        revealed = Revealed(originals)
    except SluiceError as error:
        revealed = Revealed(error=error, reason=reason)
    return await _thread(request, caller, services, thread_id, revealed)


async def _page(caller: Caller, services: Services, fields: dict[str, str]) -> list[OverseenThread]:
    wanted = ThreadFilter(
        user_id=number("user", fields),
        model_instance_id=number("instance", fields),
        since=day("since", fields["since"]) if "since" in fields else None,
        until=day("until", fields["until"]) if "until" in fields else None,
    )
    before, limit = number("before", fields), ROWS_OF_A_PAGE + 1
    async with services.database.read() as session:
        return await services.overseen_threads.page(
            session, caller, wanted, before=before, limit=limit
        )


async def _thread(
    request: Request,
    caller: Caller,
    services: Services,
    thread_id: int,
    revealed: Revealed = NOTHING,
) -> Response:
    threads = services.overseen_threads
    read = threads.get if revealed.originals is None else threads.revealed
    async with services.database.write() as session:
        detail = await read(session, caller, thread_id)
    texts = Texts((), revealed.originals)
    return page(
        request,
        "sessions/thread.html",
        title="Thread",
        status=revealed.error.status if revealed.error is not None else 200,
        thread=detail,
        here=f"/threads/{thread_id}",
        exchanges=list(zip(detail.exchanges, _exchanges(texts, detail), strict=True)),
        **await names_of(services, caller, [detail]),
        **revealing(texts, revealed),
    )


def _exchanges(texts: Texts, detail: OverseenDetail) -> list[Exchange]:
    return [
        Exchange(
            [Turn("user", texts.cut(chat.cleansed_input))],
            [Turn("assistant", texts.cut(chat.raw_output))] if chat.raw_output else [],
        )
        for chat in detail.exchanges
    ]
