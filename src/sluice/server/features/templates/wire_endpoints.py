"""Prompt templates on the Freeplay wire, for SDK 0.1.6 and SDK 0.6.1.

What reads them is a plain route: it is asked most.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Any, Final

import structlog
from fastapi import APIRouter, Path
from pydantic import Field, ValidationError
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sluice.engine.errors import Problem
from sluice.server.errors import NotFound, Unprocessable
from sluice.server.features.projects.calling import Edited, KnownCaller, known_caller
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.projects.service import Projects
from sluice.server.features.templates.content import (
    LATEST,
    Environment,
    Object,
    TemplateContent,
    TemplateMessage,
    TemplateName,
    Tool,
)
from sluice.server.features.templates.deployments import NO_VERSION, Intent
from sluice.server.features.templates.reading import Form, Ready
from sluice.server.features.templates.requesting import refuse_waiting
from sluice.server.features.templates.wire_form import Json, saved_template
from sluice.server.kit.configuration import as_of_first_asked
from sluice.server.kit.database import MAY_BE_DOWN
from sluice.server.kit.logs import describe_exception
from sluice.server.kit.wire import SnakeModel
from sluice.server.services import ServicesDep, services_of

log: structlog.typing.FilteringBoundLogger = structlog.get_logger(__name__)

DIALECT_HEADER: Final = "Freeplay-Template-Dialect"
"""Our own package says `mustache` in it; others get what `str.format` understands."""


router = APIRouter(tags=["Freeplay: prompt templates"])
_PROJECT: Final = "/v2/projects/{project_id}/prompt-templates"


async def all_for_0_1_6(request: Request) -> Response:
    """Every template under a tag, as SDK 0.1.6 reads them."""
    project = await _viewed(request)
    workbench = services_of(request).workbench
    mustache = request.headers.get(DIALECT_HEADER, "").strip().lower() == Form.MUSTACHE
    form = Form.MUSTACHE if mustache else Form.FORMAT
    ready = await workbench.template_reading.environment(project, request.path_params["tag"], form)
    answer = _answer(request, ready)
    answer.headers["Vary"] = DIALECT_HEADER
    if form is Form.FORMAT:
        answer.background = BackgroundTask(_note_format_use, workbench.projects, project)
    return answer


async def all_for_0_6_1(request: Request) -> Response:
    """Every template of an environment, as SDK 0.6.1 reads them."""
    project = await _viewed(request)
    reading = services_of(request).workbench.template_reading
    environment = request.path_params["environment"]
    return _answer(request, await reading.environment(project, environment, Form.MESSAGES))


async def by_name(request: Request) -> Response:
    """The version of one template in an environment (`latest` where none is named)."""
    project = await _viewed(request)
    reading = services_of(request).workbench.template_reading
    environment = request.query_params.get("environment", LATEST)
    return _answer(request, await reading.named(project, request.path_params["name"], environment))


async def by_ids(request: Request) -> Response:
    """One version by its template's id and its own."""
    project = await _viewed(request)
    reading = services_of(request).workbench.template_reading
    ids = request.path_params["template_id"], request.path_params["version_id"]
    return _answer(request, await reading.version(project, *ids))


READ: Final = {
    "/projects/{project_id}/templates/all/{tag}": all_for_0_1_6,
    f"{_PROJECT}/all/{{environment}}": all_for_0_6_1,
    f"{_PROJECT}/name/{{name:path}}": by_name,
    f"{_PROJECT}/id/{{template_id}}/versions/{{version_id}}": by_ids,
}


def routes() -> list[Route]:
    """What reads prompts, under both bases."""
    return [
        Route(base + path, partial(_at_once, answer), methods=["GET"])
        for base in ("/api", "")
        for path, answer in READ.items()
    ]


async def _at_once(answer: Callable[[Request], Awaitable[Response]], request: Request) -> Response:
    with as_of_first_asked():
        return await answer(request)


class WireVersionIn(SnakeModel):
    """A version as SDK 0.6.1 sends it."""

    template_messages: list[TemplateMessage]
    model: str
    provider: str
    version_name: str | None = None
    version_description: str | None = None
    llm_parameters: Object | None = None
    tool_schema: list[Tool] | None = None
    output_schema: Object | None = None
    environments: list[Environment] | None = Field(default=None, max_length=100)

    def content(self) -> TemplateContent:
        """As it is kept; raises `Unprocessable` with every problem."""
        said: dict[str, Any] = {
            "messages": self.template_messages,
            "model": self.model,
            "provider": self.provider,
            "version_name": self.version_name or "",
            "note": self.version_description or "",
            "parameters": self.llm_parameters or {},
            "tool_schema": self.tool_schema,
            "output_schema": self.output_schema,
        }
        try:
            return TemplateContent.model_validate(said)
        except ValidationError as error:
            found = error.errors(include_url=False, include_input=False, include_context=False)
        problems = [Problem(_wire_path(one["loc"]), _wire_message(one["msg"])) for one in found]
        raise Unprocessable("The version is not valid.", errors=problems)


_WIRE_NAMES: Final = {
    "messages": "template_messages",
    "note": "version_description",
    "parameters": "llm_parameters",
}


def _wire_path(location: tuple[int | str, ...]) -> str:
    names = [_WIRE_NAMES.get(part, part) if isinstance(part, str) else part for part in location]
    return ".".join(str(name) for name in names) or "body"


def _wire_message(message: str) -> str:
    return message.removeprefix("Value error, ").replace("messages[", "template_messages[")


class WireEnvironmentsIn(SnakeModel):
    """Where a version is to be deployed."""

    environments: list[Environment] = Field(max_length=100)


@router.post(f"{_PROJECT}/name/{{name:path}}/versions", status_code=201)
async def save_version(
    name: Annotated[TemplateName, Path()],
    body: WireVersionIn,
    project: Edited,
    caller: KnownCaller,
    services: ServicesDep,
) -> Json:
    """Save a version of a template; one that says the same as another returns that one.

    409 `approval_needed` where an environment is protected: the version is saved, and its
    deployment asked for.
    """
    saved = await services.workbench.templates.save(
        project,
        name,
        body.content(),
        user_id=caller.user_id,
        environments=body.environments or (),
    )
    number = saved.version.number
    refuse_waiting([*saved.waiting], f"The version was saved; it is version {number}. ")
    return saved_template(saved.version, project.uid)


@router.post(f"{_PROJECT}/id/{{template_id}}/versions/{{version_id}}/environments")
async def deploy_version(
    template_id: str,
    version_id: str,
    body: WireEnvironmentsIn,
    project: Edited,
    caller: KnownCaller,
    services: ServicesDep,
) -> Json:
    """Let environments point to a version.

    409 `approval_needed` where one is protected: it is asked for there, and done in the others.
    """
    workbench = services.workbench
    version = await workbench.templates.version(project, version_id)
    if version.template_uid != template_id:
        raise NotFound(NO_VERSION)
    waiting = await workbench.deployments.deploy_everywhere(
        project, version, body.environments, Intent(caller.user_id)
    )
    refuse_waiting(waiting)
    return {"environments": body.environments}


async def _viewed(request: Request) -> KnownProject:
    named = [*request.path_params.values(), *request.query_params.values()]
    projects = services_of(request).workbench.projects
    caller = await known_caller(request)
    if any("\0" in one for one in named):
        # PostgreSQL cannot even be asked for it.
        raise NotFound("Nothing can be named so.")
    return await projects.of(caller, request.path_params["project_id"])


def _answer(request: Request, ready: Ready) -> Response:
    headers = {"ETag": ready.etag}
    if _still_holds(request.headers.get("if-none-match", ""), ready.etag):
        return Response(status_code=304, headers=headers)
    return Response(ready.body, media_type="application/json", headers=headers)


def _still_holds(asked: str, etag: str) -> bool:
    known = (one.strip().removeprefix("W/") for one in asked.split(","))
    return any(one in (etag, "*") for one in known)


async def _note_format_use(projects: Projects, project: KnownProject) -> None:
    """After the answer: it may wait for what is being written, the reader does not."""
    try:
        await projects.note_format_use(project)
    except MAY_BE_DOWN as error:
        # The next reader notes it.
        log.warning("format_use_not_noted", **describe_exception(error))
