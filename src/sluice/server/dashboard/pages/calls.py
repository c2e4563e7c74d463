"""The gateway's calls: everybody's for those who audit, and a project's for those who view it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from sluice.engine import RawText
from sluice.engine.errors import Problem
from sluice.server.auth.auth import Caller
from sluice.server.auth.roles import Permission
from sluice.server.auth.users import Person
from sluice.server.dashboard.forms import fields_of, validated
from sluice.server.dashboard.guarding import GuardedRouter
from sluice.server.dashboard.in_project import ViewedPage
from sluice.server.dashboard.pages.sessions import ViewUid
from sluice.server.dashboard.pages.sessions_detail import (
    NOTHING,
    Revealed,
    reveal_in,
    revealing,
)
from sluice.server.dashboard.pages.sessions_filter import day
from sluice.server.dashboard.pages.sessions_shown import Texts, of_call
from sluice.server.dashboard.rendering import page, see_other
from sluice.server.dashboard.signing_in import Visitor
from sluice.server.errors import SluiceError, Unprocessable
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.proxy.calls.filters import call_filter_of
from sluice.server.features.proxy.calls.repository import CallFilter
from sluice.server.features.proxy.calls.schemas import CallDetail, CallOut
from sluice.server.features.proxy.calls.status import CallStatus
from sluice.server.features.sessions.views.schemas import ViewIn, ViewOf, ViewOut
from sluice.server.kit.wire import RowId
from sluice.server.services import Services, ServicesDep

router = GuardedRouter()

ROWS_OF_A_PAGE: Final = 50
PEOPLE_TO_CHOOSE: Final = 200
"""More are not offered by name: their number is typed, or a name chosen in the list."""
FILTERS: Final = ("status", "instance", "user", "token", "conversation", "since", "until")
"""All of them states, ids and days: they may stand in an address."""
_LARGEST: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an address asks for."""

    fields: Mapping[str, str]

    @property
    def filter(self) -> CallFilter:
        """As the service takes it; raises `Unprocessable`."""
        return CallFilter(
            user_id=number("user", self.fields),
            api_token_id=number("token", self.fields),
            model_instance_id=number("instance", self.fields),
            conversation_id=number("conversation", self.fields),
            status=_status(self.fields.get("status", "")),
            since=day("since", self.fields["since"]) if self.fields.get("since") else None,
            until=day("until", self.fields["until"]) if self.fields.get("until") else None,
        )

    @property
    def tree(self) -> object:
        """As a view keeps it; raises `Unprocessable`."""
        meant = self.filter
        leaves: list[dict[str, Any]] = [
            {"field": name, "op": "eq", "value": value}
            for name, value in (
                ("status", meant.status),
                ("modelInstanceId", meant.model_instance_id),
                ("userId", meant.user_id),
                ("apiTokenId", meant.api_token_id),
                ("conversationId", meant.conversation_id),
            )
            if value is not None
        ]
        for op, at in (("gte", meant.since), ("lt", meant.until)):
            if at is not None:
                leaves.append({"field": "createdAt", "op": op, "value": at.isoformat()})
        return {"and": leaves} if leaves else None

    @property
    def before(self) -> int | None:
        """Where the page begins."""
        return number("before", self.fields)


def fields_of_filter(meant: CallFilter) -> dict[str, str]:
    """The fields that mean a view's filter; days alone of times."""
    told = {
        "status": meant.status,
        "instance": meant.model_instance_id,
        "user": meant.user_id,
        "token": meant.api_token_id,
        "conversation": meant.conversation_id,
        "since": meant.since.date() if meant.since is not None else None,
        "until": meant.until.date() if meant.until is not None else None,
    }
    return {name: str(value) for name, value in told.items() if value is not None}


def wanted_in(request: Request, names: Iterable[str] = FILTERS) -> dict[str, str]:
    """The filters of an address that say something."""
    query = request.query_params
    return {n: v for n in (*names, "before") if (v := query.get(n, "").strip())}


@router.get("/calls")
async def list_calls(request: Request, caller: Visitor, services: ServicesDep) -> Response:
    """Everybody's calls, the newest first."""
    caller.require(Permission.AUDIT)
    return await _list(request, caller, services, None)


@router.get("/projects/{project_id}/calls")
async def list_project_calls(
    request: Request, project: ViewedPage, caller: Visitor, services: ServicesDep
) -> Response:
    """A project's calls."""
    return await _list(request, caller, services, project)


@router.post("/projects/{project_id}/calls/views")
async def save_view(
    request: Request, project: ViewedPage, caller: Visitor, services: ServicesDep
) -> Response:
    """Keep a filter of the project's calls under a name."""
    fields, views = await fields_of(request), services.workbench.search.saved_views
    told = {"name": fields.get("view_name", ""), "target": "calls", "shared": "shared" in fields}
    body = validated(ViewIn, {**told, "filter": Wanted(fields).tree})
    view = await views.create(project, caller, body)
    return see_other(request, f"/projects/{project.uid}/calls?view={view.id}", "Saved.")


@router.post("/projects/{project_id}/calls/views/{view_id}/delete")
async def delete_view(
    request: Request, project: ViewedPage, caller: Visitor, services: ServicesDep, view_id: ViewUid
) -> Response:
    """Delete a view."""
    await services.workbench.search.saved_views.delete(project, caller, view_id)
    return see_other(request, f"/projects/{project.uid}/calls", "The view is deleted.")


@router.get("/calls/{call_id}")
async def show_call(
    request: Request, caller: Visitor, services: ServicesDep, call_id: RowId
) -> Response:
    """One call as it was cleansed; that it was read stands in the audit log."""
    async with services.database.write() as session:
        detail = await services.records.calls.anybodys(session, caller, call_id)
    return await _call(request, caller, services, None, detail)


@router.get("/projects/{project_id}/calls/{call_id}")
async def show_project_call(
    request: Request, project: ViewedPage, caller: Visitor, services: ServicesDep, call_id: RowId
) -> Response:
    """One call of a project as it was cleansed."""
    detail = await _in_project(services, project, call_id)
    return await _call(request, caller, services, project, detail)


@router.post("/calls/{call_id}/reveal")
async def reveal_call(
    request: Request, caller: Visitor, services: ServicesDep, call_id: RowId
) -> Response:
    """The same with originals in their places; the reason and who asked are recorded."""
    caller.require(Permission.AUDIT)
    revealed = await _revealed(request, caller, services, call_id)
    async with services.database.write() as session:
        calls = services.records.calls
        # That originals were revealed says more than that the call was read.
        if revealed.originals is not None:
            detail = await calls.cleansed(session, call_id)
        else:
            detail = await calls.anybodys(session, caller, call_id)
    return await _call(request, caller, services, None, detail, revealed)


@router.post("/projects/{project_id}/calls/{call_id}/reveal")
async def reveal_project_call(
    request: Request, project: ViewedPage, caller: Visitor, services: ServicesDep, call_id: RowId
) -> Response:
    """The same in a project."""
    detail = await _in_project(services, project, call_id)
    revealed = await _revealed(request, caller, services, call_id)
    return await _call(request, caller, services, project, detail, revealed)


async def _in_project(services: Services, project: KnownProject, call_id: int) -> CallDetail:
    async with services.database.read() as session:
        return await services.workbench.calls.get(session, project, call_id)


async def _revealed(request: Request, caller: Caller, services: Services, call_id: int) -> Revealed:
    reason = (await fields_of(request)).get("reason", "")
    try:
        body = await reveal_in(request)
        async with services.database.write() as session:
            originals = await services.records.calls.reveal(
                session,
                caller,
                call_id,
                reason=RawText(body.reason),
                placeholders=body.placeholders,
            )
    except SluiceError as error:
        return Revealed(error=error, reason=reason)
    return Revealed(originals)


async def _list(
    request: Request, caller: Caller, services: Services, project: KnownProject | None
) -> Response:
    wanted, error, rows = Wanted(wanted_in(request)), None, list[CallOut]()
    view, views = await _views(request, caller, services, project)
    if view is not None:
        before = {k: v for k, v in wanted.fields.items() if k == "before"}
        wanted = Wanted({**fields_of_filter(call_filter_of(view.filter)), **before})
    try:
        rows = await _page(caller, services, project, wanted)
    except Unprocessable as refused:
        error = refused
    here = f"/projects/{project.uid}/calls" if project is not None else "/calls"
    return page(
        request,
        "sessions/calls.html",
        title="Calls",
        status=error.status if error is not None else 200,
        here=here,
        fields=wanted.fields,
        view=view,
        views=views,
        problems={one.path: one.message for one in error.errors} if error is not None else {},
        rows=rows[:ROWS_OF_A_PAGE],
        older=older(here, wanted.fields, rows),
        statuses=[status.value for status in CallStatus],
        people_to_choose=await people_to_choose(services, caller, wanted.fields),
        **await names_of(services, caller, rows),
    )


async def _views(
    request: Request, caller: Caller, services: Services, project: KnownProject | None
) -> tuple[ViewOut | None, list[ViewOut]]:
    """The view that the address names, and all of the project's calls."""
    if project is None:
        return None, []
    found, uid = services.workbench.search.saved_views, request.query_params.get("view")
    view = await found.get(project, caller, uid) if uid else None
    return view, await found.listing(project, caller, ViewOf.CALLS)


async def _page(
    caller: Caller, services: Services, project: KnownProject | None, wanted: Wanted
) -> list[CallOut]:
    filter_, before, limit = wanted.filter, wanted.before, ROWS_OF_A_PAGE + 1
    async with services.database.read() as session:
        if project is not None:
            return await services.workbench.calls.page(
                session, project, filter_, before=before, limit=limit
            )
        return await services.records.calls.page(
            session, caller, filter_, before=before, limit=limit
        )


async def _call(
    request: Request,
    caller: Caller,
    services: Services,
    project: KnownProject | None,
    detail: CallDetail,
    revealed: Revealed = NOTHING,
) -> Response:
    texts = Texts({*detail.manifest, *detail.answer_manifest}, revealed.originals)
    base = f"/projects/{project.uid}" if project is not None else ""
    return page(
        request,
        "sessions/call.html",
        title="Call",
        status=revealed.error.status if revealed.error is not None else 200,
        call=detail,
        base=base,
        here=f"{base}/calls/{detail.id}",
        exchange=of_call(texts, detail),
        manifest=detail.manifest,
        **await names_of(services, caller, [detail]),
        **revealing(texts, revealed),
    )


async def names_of(
    services: Services, caller: Caller, rows: Iterable[Any]
) -> dict[str, dict[int, str]]:
    """Names of instances and people in some rows, as far as the caller may know them."""
    instances: dict[int, str] = {}
    people: dict[int, str] = {}
    async with services.database.read() as session:
        if caller.may(Permission.VIEW_MODELS):
            instances = await services.models.labels(session)
        if caller.may(Permission.VIEW_PEOPLE):
            users = services.auth.service.users
            # A project's own user is nobody who could be looked at, and is not among them.
            found = await users.people(session, {row.user_id for row in rows})
            people = {one.id: _called(one) for one in found.values()}
    return {"instances": instances, "people": people}


async def people_to_choose(
    services: Services, caller: Caller, fields: Mapping[str, str]
) -> list[tuple[str, str]]:
    """Ids and names for a filter, by name, with whom `fields` asks for.

    Empty where people may not be known to the caller, or are too many.
    """
    if not caller.may(Permission.VIEW_PEOPLE):
        return []
    async with services.database.read() as session:
        found = await services.auth.service.users.everybody(session, PEOPLE_TO_CHOOSE)
    if found is None:
        return []
    named = sorted(((_called(one), str(one.id)) for one in found), key=_by_name)
    chosen = fields.get("user", "")
    if chosen and chosen not in {number for _, number in named}:
        named.append((f"user {chosen}", chosen))
    return [("", "Anybody"), *((number, name) for name, number in named)]


def _by_name(named: tuple[str, str]) -> str:
    return named[0].casefold()


def _called(person: Person) -> str:
    return person.name or person.email or f"user {person.id}"


def older(here: str, fields: Mapping[str, str], rows: list[Any]) -> str | None:
    """The address of the next page, if there is one: `rows` has one more than a page shows."""
    if len(rows) <= ROWS_OF_A_PAGE:
        return None
    return f"/dashboard{here}?{urlencode({**fields, 'before': rows[ROWS_OF_A_PAGE - 1].id})}"


def number(name: str, fields: Mapping[str, str]) -> int | None:
    """A row's number in a field; raises `Unprocessable` for what is none."""
    value = fields.get(name, "")
    if not value:
        return None
    if not (value.isascii() and value.isdecimal()) or len(value) > 10 or int(value) > _LARGEST:
        problem = Problem(name, "must be a number")
        raise Unprocessable("The filter is not valid.", errors=[problem])
    return int(value)


def _status(value: str) -> CallStatus | None:
    if not value:
        return None
    if value not in set(CallStatus):
        problem = Problem("status", f"must be one of {', '.join(CallStatus)}")
        raise Unprocessable("The filter is not valid.", errors=[problem])
    return CallStatus(value)
