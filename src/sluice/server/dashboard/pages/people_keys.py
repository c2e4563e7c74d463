"""API keys: made, limited, revoked."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from sluice.server.auth.callers import Caller
from sluice.server.auth.roles import Permission
from sluice.server.auth.schemas import NewTokenData, TokenOrder
from sluice.server.dashboard.forms import day_of, every, fields_of, problems_by_field, validated
from sluice.server.dashboard.guarding import GuardedRouter
from sluice.server.dashboard.limits_form import limit_problems, said_limits, typed_limits
from sluice.server.dashboard.rendering import page, see_other
from sluice.server.dashboard.signing_in import Visitor
from sluice.server.errors import SluiceError
from sluice.server.features.proxy.calls.schemas import KeySettingsIn, KeySettingsOut
from sluice.server.kit.wire import RowId
from sluice.server.services import Services, ServicesDep

router = GuardedRouter(prefix="/people/keys")

ROWS: Final = 50


@router.get("")
async def index(
    request: Request,
    caller: Visitor,
    services: ServicesDep,
    state: Annotated[str, Query(pattern="^(valid|all)$")] = "valid",
    after: Annotated[RowId, Query()] = 0,
) -> Response:
    """Everybody's API keys."""
    return await _listed(request, caller, services, state=state, after=after)


@router.post("")
async def make(request: Request, caller: Visitor, services: ServicesDep) -> Response:
    """Make a key; the page that answers is the only one that ever shows it."""
    fields = await fields_of(request)
    caller.require(Permission.MANAGE_PEOPLE)
    tokens, users = services.auth.service.tokens, services.auth.service.users
    try:
        expires_at = day_of(fields.get("expires", ""), "expires")
        said: dict[str, Any] = {"name": fields.get("name", ""), "expiresAt": expires_at}
        said["scopes"] = await every(request, "scopes") or None
        body = validated(TokenOrder, said)
        email = fields.get("email", "").strip()
        async with services.database.write() as session:
            whose = await users.with_email(session, email) if email else caller.user_id
            made = await tokens.create(
                session,
                caller,
                user_id=whose,
                name=body.name,
                expires_at=body.expires_at,
                scopes=body.scopes,
            )
    except SluiceError as error:
        return await _listed(request, caller, services, fields=fields, error=error)
    shown = NewTokenData.made(made.row, made.token)
    return await _listed(request, caller, services, made=shown)


@router.get("/{token_id:int}")
async def show(
    request: Request, caller: Visitor, services: ServicesDep, token_id: RowId
) -> Response:
    """One key: whose it is, its limits, what it has used."""
    return await _shown(request, caller, services, token_id)


@router.post("/{token_id:int}/settings")
async def set_settings(
    request: Request, caller: Visitor, services: ServicesDep, token_id: RowId
) -> Response:
    """Set what a key may use, as a whole."""
    fields = await fields_of(request)
    try:
        body = validated(KeySettingsIn, _settings(fields))
        async with services.database.write() as session:
            await services.records.key_settings.set(session, caller, token_id, body.settings())
    except SluiceError as error:
        return await _shown(request, caller, services, token_id, fields, error)
    said = "The limits are saved; they are in force in a second."
    return see_other(request, f"/people/keys/{token_id}", said)


@router.post("/{token_id:int}/revoke")
async def revoke(
    request: Request, caller: Visitor, services: ServicesDep, token_id: RowId
) -> Response:
    """End a key at once."""
    async with services.database.write() as session:
        await services.auth.service.tokens.revoke(session, caller, token_id)
    said = "The key is revoked: from now on it is refused."
    return see_other(request, f"/people/keys/{token_id}", said)


def _settings(fields: dict[str, str]) -> dict[str, Any]:
    """A form's settings as the API takes them."""
    return {
        "defaultInstanceId": fields.get("defaultInstanceId", "").strip() or None,
        "limits": said_limits(fields),
    }


async def _listed(
    request: Request,
    caller: Caller,
    services: Services,
    *,
    state: str = "valid",
    after: int = 0,
    fields: dict[str, str] | None = None,
    error: SluiceError | None = None,
    made: NewTokenData | None = None,
) -> Response:
    tokens = services.auth.service.tokens
    async with services.database.read() as session:
        found = await tokens.page(
            session, caller, user_id=None, after=after, limit=ROWS + 1, valid=state == "valid"
        )
    return page(
        request,
        "people/keys.html",
        status=error.status if error is not None else 200,
        title="API keys",
        rows=found[:ROWS],
        state=state,
        more=found[ROWS - 1].token.id if len(found) > ROWS else None,
        made=made,
        fields=fields or {},
        problems=problems_by_field(error) if error is not None else {},
        now=services.auth.service.clock(),
    )


async def _shown(
    request: Request,
    caller: Caller,
    services: Services,
    token_id: int,
    fields: dict[str, str] | None = None,
    error: SluiceError | None = None,
) -> Response:
    async with services.database.read() as session:
        row = await services.auth.service.tokens.get(session, caller, token_id)
        settings, used = await services.records.key_settings.shown(session, caller, token_id)
        instances = await services.models.names(session, row.user.id)
    shown = KeySettingsOut.of(token_id, settings, used)
    return page(
        request,
        "people/key.html",
        status=error.status if error is not None else 200,
        title=row.token.name,
        token=row.token,
        user=row.user,
        settings=shown,
        instances=instances,
        typed=fields if fields is not None else _typed(shown),
        problems=limit_problems(error),
        now=services.auth.service.clock(),
    )


def _typed(settings: KeySettingsOut) -> dict[str, str]:
    """What is set, as the form's fields hold it."""
    instance = settings.default_instance_id
    default = "" if instance is None else str(instance)
    return {**typed_limits(settings.limits), "defaultInstanceId": default}
