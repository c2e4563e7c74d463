"""`GET /v1/models`: the model instances that a caller may use, in the shape of the asking wire."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sluice.server.errors import NotFound, SluiceError
from sluice.server.features.models.named import NamedInstance
from sluice.server.features.proxy.endpoints import error_response, told
from sluice.server.features.proxy.signin import signed_in
from sluice.server.features.proxy.wires.anthropic import models as anthropic_models
from sluice.server.features.proxy.wires.anthropic.messages import AnthropicMessages
from sluice.server.features.proxy.wires.openai import errors as openai_errors
from sluice.server.features.proxy.wires.openai.chat import ChatWire
from sluice.server.features.proxy.wires.reading import Body
from sluice.server.features.proxy.wires.wire import Wire
from sluice.server.services import services_of

CREATED: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""Vendors tell when a model was made; an instance is no model, so all have one moment."""


def routes() -> list[Route]:
    """The listing and one model."""
    prefixes = ("/v1", "/openai/v1")
    listing = [Route(f"{prefix}/models", _listing, methods=["GET"]) for prefix in prefixes]
    single = [
        Route(f"{prefix}/models/{{model:path}}", _one, methods=["GET"]) for prefix in prefixes
    ]
    return [*listing, *single]


async def _listing(request: Request) -> Response:
    try:
        instances = await _usable(request)
    except Exception as error:
        return _failed(request, error)
    return JSONResponse(_page(request, instances))


async def _one(request: Request) -> Response:
    wanted = request.path_params["model"]
    try:
        instances = await _usable(request)
        if not any(instance.name == wanted for instance in instances):
            raise NotFound("There is no such model instance.", code="model_not_found")
    except Exception as error:
        return _failed(request, error)
    return JSONResponse(_body(request, wanted))


async def _usable(request: Request) -> list[NamedInstance]:
    """Instances with a connection; without one they cannot answer."""
    services = services_of(request)
    caller = await signed_in(request, services.callers)
    async with services.database.read() as session:
        named = await services.models.names(session, caller.user_id)
    return [instance for instance in named if instance.provider_key is not None]


def _page(request: Request, instances: list[NamedInstance]) -> Body:
    bodies = [_body(request, instance.name) for instance in instances]
    if not _is_anthropic(request):
        return openai_errors.models_body(bodies)
    asked = request.query_params
    limit = asked.get("limit", "")
    return anthropic_models.models_body(
        bodies,
        limit=int(limit) if limit.isdecimal() and len(limit) < 6 else anthropic_models.PAGE,
        after_id=asked.get("after_id"),
        before_id=asked.get("before_id"),
    )


def _body(request: Request, name: str) -> Body:
    if _is_anthropic(request):
        return anthropic_models.model_body(name, CREATED)
    return openai_errors.model_body(name, int(CREATED.timestamp()))


def _is_anthropic(request: Request) -> bool:
    """Anthropic's clients name the version of their wire in every request."""
    return "anthropic-version" in request.headers


def _failed(request: Request, error: Exception) -> Response:
    wire: Wire = AnthropicMessages() if _is_anthropic(request) else ChatWire()
    failure: SluiceError | None = told(error)
    if failure is None:
        raise error
    return error_response(wire, failure, request)
