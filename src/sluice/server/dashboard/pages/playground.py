"""Screen: the playground for texts. It works as a plain form too; scripts make it live."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sluice.server.auth.auth import Caller
from sluice.server.auth.roles import Permission
from sluice.server.dashboard.forms import every, fields_of, validated
from sluice.server.dashboard.guarding import GuardedRouter
from sluice.server.dashboard.pages.playground_shown import (
    MOST_COLUMNS,
    VIEWS,
    ShownColumn,
    families,
    fingerprint,
    known_types,
    pieces,
    refused_column,
    reviewed_in,
    shown_column,
)
from sluice.server.dashboard.rendering import page
from sluice.server.dashboard.signing_in import Visitor
from sluice.server.errors import SluiceError
from sluice.server.features.models.named import NamedInstance
from sluice.server.features.playground.schemas import PreviewOut, PromptIn
from sluice.server.services import Services, ServicesDep

router = GuardedRouter(prefix="/playground")


@router.get("")
async def show(request: Request, caller: Visitor, services: ServicesDep) -> Response:
    """An empty playground; `?instance=` says which instances stand in the columns."""
    caller.require(Permission.USE_MODELS)
    asked = [int(one) for one in request.query_params.getlist("instance") if one.isdecimal()]
    return await _shown(request, caller, services, asked[:MOST_COLUMNS])


@router.post("")
async def try_out(request: Request, caller: Visitor, services: ServicesDep) -> Response:
    """Look at a text, or send it to every column."""
    caller.require(Permission.USE_MODELS)
    fields = await fields_of(request)
    asked = [int(one) for one in await every(request, "instance") if one.isdecimal()]
    asked = asked[:MOST_COLUMNS]
    text, problem, preview = fields.get("text", ""), "", None
    columns: list[ShownColumn] = []
    try:
        body = _body(asked, text, fields)
        preview = await services.playground.preview(caller, body)
        if fields.get("do") == "send":
            columns = await _columns(caller, services, asked, body)
    except SluiceError as error:
        problem = " ".join([error.message, *(one.message for one in error.errors)])
    return await _shown(
        request,
        caller,
        services,
        asked,
        text=text,
        preview=preview,
        columns=columns,
        problem=problem,
        status=422 if problem else 200,
    )


def _body(asked: list[int], text: str, fields: dict[str, str]) -> PromptIn:
    found = reviewed_in(fields, text)
    findings = None if found is None else [one.model_dump() for one in found]
    data: dict[str, Any] = {"modelInstanceId": asked[0] if asked else None, "text": text}
    return validated(PromptIn, {**data, "findings": findings})


async def _columns(
    caller: Caller, services: Services, asked: list[int], body: PromptIn
) -> list[ShownColumn]:
    names = {one.id: one.name for one in await _instances(caller, services)}

    async def column(instance_id: int) -> ShownColumn:
        title = names.get(instance_id, "Model instance")
        try:
            prompt = body.model_copy(update={"model_instance_id": instance_id})
            return await shown_column(
                title, await services.playground.threads.begin(caller, prompt)
            )
        except SluiceError as error:
            return refused_column(title, error)

    return list(await asyncio.gather(*(column(one) for one in asked)))


async def _instances(caller: Caller, services: Services) -> list[NamedInstance]:
    async with services.database.read() as session:
        return await services.models.names(session, caller.user_id)


async def _shown(
    request: Request,
    caller: Caller,
    services: Services,
    asked: list[int],
    *,
    text: str = "",
    preview: PreviewOut | None = None,
    columns: list[ShownColumn] | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    instances = await _instances(caller, services)
    asked = asked or [one.id for one in instances[:1]]
    cleansed = preview.cleansed if preview is not None else None
    return page(
        request,
        "playground/index.html",
        status=status,
        title="Playground",
        instances=instances,
        chosen=[*asked, *([None] * (MOST_COLUMNS - len(asked)))],
        text=text,
        looked_at=fingerprint(text),
        preview=preview,
        cleansed=pieces(cleansed.text, cleansed.items) if cleansed is not None else None,
        columns=columns or [],
        problem=problem,
        types=known_types(),
        views=VIEWS,
        about={"families": families(), "mode": "text"},
    )
