"""The limits of a model instance."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from sluice.server.auth.auth import Caller
from sluice.server.auth.roles import Permission
from sluice.server.dashboard.forms import fields_of, validated
from sluice.server.dashboard.guarding import GuardedRouter
from sluice.server.dashboard.limits_form import limit_problems, said_limits, typed_limits
from sluice.server.dashboard.rendering import page, see_other
from sluice.server.dashboard.signing_in import Visitor
from sluice.server.errors import SluiceError
from sluice.server.features.limits.schemas import InstanceLimitsIn, InstanceLimitsOut
from sluice.server.kit.wire import RowId
from sluice.server.services import Services, ServicesDep

router = GuardedRouter(prefix="/instances")


@router.get("/{instance_id:int}/limits")
async def show(
    request: Request, caller: Visitor, services: ServicesDep, instance_id: RowId
) -> Response:
    """What an instance may use, to be changed."""
    caller.require(Permission.MANAGE_MODELS)
    return await _shown(request, caller, services, instance_id)


@router.post("/{instance_id:int}/limits")
async def change(
    request: Request, caller: Visitor, services: ServicesDep, instance_id: RowId
) -> Response:
    """Set what an instance may use, as a whole."""
    fields = await fields_of(request)
    try:
        body = validated(InstanceLimitsIn, {"limits": said_limits(fields)})
        async with services.database.write() as session:
            await services.workbench.limits.set(session, caller, instance_id, body.limits.limits())
    except SluiceError as error:
        return await _shown(request, caller, services, instance_id, fields, error)
    said = "The limits are saved; they are in force in a second."
    return see_other(request, f"/instances/{instance_id}#limits", said)


async def limits_of(services: Services, caller: Caller, instance_id: int) -> InstanceLimitsOut:
    """What limits an instance, and what was used of it."""
    async with services.database.read() as session:
        shown = await services.workbench.limits.shown(session, caller, instance_id)
    return InstanceLimitsOut.of(instance_id, shown)


async def _shown(
    request: Request,
    caller: Caller,
    services: Services,
    instance_id: int,
    fields: dict[str, str] | None = None,
    error: SluiceError | None = None,
) -> Response:
    shown = await limits_of(services, caller, instance_id)
    async with services.database.read() as session:
        one = await services.models.admin_get(session, caller, instance_id)
    return page(
        request,
        "instances/limits.html",
        status=error.status if error is not None else 200,
        title=f"Limits of {one.name}",
        one=one,
        used=shown,
        typed=fields if fields is not None else typed_limits(shown.limits),
        problems=limit_problems(error),
    )
