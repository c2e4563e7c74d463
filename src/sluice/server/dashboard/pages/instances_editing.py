"""Making and changing model instances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from sluice.engine.errors import Problem
from sluice.server.auth.auth import Caller
from sluice.server.auth.roles import Permission
from sluice.server.dashboard.forms import every, fields_of, validated
from sluice.server.dashboard.guarding import GuardedRouter
from sluice.server.dashboard.pages.instances import allowed, group_names, team_names
from sluice.server.dashboard.pages.instances_form import (
    Order,
    ShownConnection,
    ShownForm,
    of_instance,
    order_of,
    typed,
)
from sluice.server.dashboard.rendering import page, see_other
from sluice.server.dashboard.signing_in import Visitor, visit_of
from sluice.server.errors import SluiceError, Unprocessable
from sluice.server.features.models.schemas import ModelInstanceIn
from sluice.server.kit.wire import RowId
from sluice.server.services import Services, ServicesDep

router = GuardedRouter(prefix="/instances")


@router.get("/new")
async def new(request: Request, caller: Visitor, services: ServicesDep) -> Response:
    """An empty form."""
    caller.require(Permission.MANAGE_MODELS)
    return await _form(request, caller, services, ShownForm())


@router.post("/new")
async def make(request: Request, caller: Visitor, services: ServicesDep) -> Response:
    """Make an instance."""
    caller.require(Permission.MANAGE_MODELS)
    fields = await fields_of(request)
    shown, order = await _typed(request, fields, ShownForm())
    try:
        async with services.database.write() as session:
            order = await _ordered(session, services, shown, fields)
            body = validated(ModelInstanceIn, order.body)
            made = await services.models.create(session, caller, body)
    except SluiceError as error:
        return await _form(request, caller, services, shown, problems=order.problems(error))
    said = "The model instance is made. Test it, then use it."
    return see_other(request, f"/instances/{made.id}", said)


@router.get("/{instance_id:int}/edit")
async def edit(
    request: Request, caller: Visitor, services: ServicesDep, instance_id: RowId
) -> Response:
    """The form with what an instance has."""
    caller.require(Permission.MANAGE_MODELS)
    shown = await _held(request, caller, services, instance_id)
    return await _form(request, caller, services, shown, instance_id)


@router.post("/{instance_id:int}/edit")
async def change(
    request: Request, caller: Visitor, services: ServicesDep, instance_id: RowId
) -> Response:
    """Change an instance as a whole; credentials that were not typed are kept."""
    caller.require(Permission.MANAGE_MODELS)
    fields = await fields_of(request)
    held = await _held(request, caller, services, instance_id)
    shown, order = await _typed(request, fields, held)
    try:
        async with services.database.write() as session:
            order = await _ordered(session, services, shown, fields)
            body = validated(ModelInstanceIn, order.body)
            await services.models.change(session, caller, instance_id, body)
    except SluiceError as error:
        problems = order.problems(error)
        return await _form(request, caller, services, shown, instance_id, problems)
    return see_other(request, f"/instances/{instance_id}", "The model instance is saved.")


async def _typed(
    request: Request, fields: Mapping[str, str], held: ShownForm
) -> tuple[ShownForm, Order]:
    teams, projects = await every(request, "team"), await every(request, "project")
    shown = typed(fields, teams, projects, held)
    return shown, order_of(shown, fields, [])


async def _ordered(
    session: AsyncSession, services: Services, shown: ShownForm, fields: Mapping[str, str]
) -> Order:
    return order_of(shown, fields, await _users(session, services, shown.users))


async def _users(session: AsyncSession, services: Services, text: str) -> list[int]:
    """The ids of people by address or id, one in each line; raises `Unprocessable`."""
    found: list[int] = []
    problems: list[Problem] = []
    for number, line in enumerate(text.splitlines(), 1):
        one = line.strip()
        if one.isdecimal() and len(one) <= 9:
            found.append(int(one))
        elif one:
            try:
                found.append(await services.auth.service.users.with_email(session, one))
            except Unprocessable:
                problems.append(Problem("users", f"line {number}: nobody here has this address"))
    if problems:
        raise Unprocessable("Please look at what is marked.", errors=problems)
    return found


async def _held(
    request: Request, caller: Caller, services: Services, instance_id: int
) -> ShownForm:
    async with services.database.read() as session:
        one = await services.models.admin_get(session, caller, instance_id)
    projects, people = await allowed(request, services, one)
    return of_instance(one, people, [user for user, _ in projects])


async def _form(
    request: Request,
    caller: Caller,
    services: Services,
    shown: ShownForm,
    instance_id: int | None = None,
    problems: Mapping[str, str] | None = None,
) -> Response:
    visit = visit_of(request)
    groups = await group_names(services, caller)
    options: Sequence[tuple[str, str]] = [(str(number), name) for number, name in groups.items()]
    context: dict[str, Any] = {
        "shown": shown,
        "places": [(one, _title(one)) for one in shown.places],
        "groups": options,
        "teams": await team_names(services, caller),
        "owned": [(str(p.user_id), p.name) for p in (visit.projects if visit is not None else [])],
        "providers": services.providers.keys(),
        "instance_id": instance_id,
        "problems": dict(problems or {}),
    }
    title = "New model instance" if instance_id is None else f"Change {shown.name}"
    status = 422 if problems else 200
    return page(request, "instances/form.html", status=status, title=title, **context)


def _title(one: ShownConnection) -> str:
    return "Connection" if one.place == 0 else f"Fallback {one.place}"
