"""The playground on our own API."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response

from sluice.server.auth.auth import Caller
from sluice.server.auth.caller import require
from sluice.server.auth.roles import Permission
from sluice.server.features.playground.schemas import (
    AsTemplateOut,
    PreviewOut,
    PromptIn,
    PromptRunIn,
    RunEvents,
)
from sluice.server.features.playground.streaming import RunStream
from sluice.server.features.projects.calling import Edited, KnownCaller
from sluice.server.kit.wire import Data
from sluice.server.middleware.request_id import request_id_of
from sluice.server.services import ServicesDep

router = APIRouter(prefix="/api/v1", tags=["Playground"])

User = Annotated[Caller, Depends(require(Permission.USE_MODELS))]
_EVENT: Final = {
    "type": "object",
    "required": ["event", "data"],
    "properties": {
        "event": {"type": "string", "enum": ["begun", "said", "ended", "error"]},
        "data": {"type": "string", "contentMediaType": "application/json"},
    },
}
"""One of them; what `data` holds by its name says `RunEvents`."""
_STREAMED: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "model": RunEvents,
        "description": "Server-Sent Events: `begun`, `said` for each piece, then `ended` or "
        "`error`. `RunEvents` says what the JSON in their data holds, by their names.",
        "content": {"text/event-stream": {"schema": _EVENT}},
    }
}


@router.post("/playground/preview")
async def preview(body: PromptIn, caller: User, services: ServicesDep) -> Data[PreviewOut]:
    """What would be found in a text, why, and what the model would see; nothing is kept."""
    return Data(data=await services.playground.preview(caller, body))


@router.post("/playground/template")
async def as_template(body: PromptIn, caller: User, services: ServicesDep) -> Data[AsTemplateOut]:
    """A text as a template: what is found in it becomes variables; nothing is kept."""
    made = await services.playground.as_template(caller, body)
    return Data(data=AsTemplateOut.model_validate(made))


@router.post(
    "/playground/stream",
    response_model=None,
    responses=_STREAMED,
)
async def stream(body: PromptIn, caller: User, services: ServicesDep, request: Request) -> Response:
    """Submit a text, and stream what the model sees, what it answers and what you get."""
    run = await services.playground.threads.begin(caller, body)
    return RunStream(run, request_id_of(request.scope))


@router.post(
    "/projects/{project_id}/playground/stream",
    response_model=None,
    responses=_STREAMED,
)
async def stream_template(
    body: PromptRunIn,
    project: Edited,
    caller: KnownCaller,
    services: ServicesDep,
    request: Request,
) -> Response:
    """Fill a template in and send it as a call of the project; streams the same."""
    run = await services.playground.projects.begin(project, caller, body)
    return RunStream(run, request_id_of(request.scope))
