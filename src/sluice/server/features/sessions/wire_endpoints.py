"""Sessions, recordings, traces and feedback on the Freeplay wire: SDK 0.1.6 and SDK 0.6.1.

The calls that begin a session and that record are plain routes, since they are the hot ones.
"""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sluice.server.auth.auth import Caller
from sluice.server.features.projects.calling import Edited, KnownCaller, known_caller
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.projects.roles import ProjectRole
from sluice.server.features.projects.service import NO_PROJECT
from sluice.server.features.sessions.bodies import (
    CompletionBody,
    CompletionUpdate,
    FlatMap,
    NewSessionBody,
    RecordBody,
    TestRunInfo,
    TraceBody,
    TraceUpdate,
    given,
    kinds,
)
from sluice.server.features.sessions.finding import can_be_id
from sluice.server.features.sessions.wiring import SessionServices
from sluice.server.kit.configuration import as_of_first_asked
from sluice.server.kit.json_body import as_model, json_object
from sluice.server.kit.wire import SnakeModel
from sluice.server.services import ServicesDep, services_of

router = APIRouter(tags=["Freeplay: sessions and recordings"])

Uid = Annotated[str, Path(max_length=64)]
NOTHING: dict[str, Any] = {}


class CompletionMade(SnakeModel):
    """The id under which a completion is known."""

    completion_id: str


async def _record(request: Request) -> Response:
    # First, as it may take long: what is in force counts from here on.
    await request.body()
    with as_of_first_asked():
        caller = await known_caller(request)
        body = as_model(RecordBody, await json_object(request))
        services, names = _sessions(request), body.names()
        project = await services.linking.project_of(caller, body.session_id, names)
        new = body.recording(await services.linking.linked(project, names), _repeat_key(request))
        recorded = await services.recordings.record(project, caller, new)
    return _made({"completion_id": recorded.uid})


async def _completion(request: Request) -> Response:
    await request.body()  # as above
    with as_of_first_asked():
        caller, services = await known_caller(request), _sessions(request)
        project = await _edited(request, caller)
        body = as_model(CompletionBody, await json_object(request))
        linked = await services.linking.linked(project, body.names())
        new = body.recording(request.path_params["session_id"], linked, _repeat_key(request))
        recorded = await services.recordings.record(project, caller, new)
    return _made({"completion_id": recorded.uid})


async def _new_session(request: Request) -> Response:
    caller, services = await known_caller(request), _sessions(request)
    project = await _edited(request, caller)
    # Clients without a test run send no body at all.
    said = await json_object(request) if await request.body() else {}
    body = as_model(NewSessionBody, said)
    linked = await services.linking.linked(project, {"test_run_id": body.test_run_id})
    uid = await services.sessions.create(
        project, caller, environment=request.path_params["tag"], test_run_id=linked.test_run_id
    )
    services.linking.remember(caller, uid, project)
    return _made({"session_id": uid})


def routes() -> list[Route]:
    """Those that are asked most, under both bases of the wire."""
    hot = {
        "/v1/record": _record,
        "/v2/projects/{project_id}/sessions/{session_id}/completions": _completion,
        "/projects/{project_id}/sessions/tag/{tag}": _new_session,
    }
    return [
        Route(f"{base}{path}", endpoint, methods=["POST"])
        for base in ("", "/api")
        for path, endpoint in hot.items()
    ]


@router.post("/v2/projects/{project_id}/completions/{completion_id}")
async def update_completion(
    project: Edited,
    caller: KnownCaller,
    completion_id: Uid,
    body: CompletionUpdate,
    services: ServicesDep,
) -> CompletionMade:
    """Add messages and evaluations to a completion."""
    updates = services.workbench.sessions.updates
    await updates.recording(
        project, caller, completion_id, body.new_messages, body.eval_results or {}
    )
    return CompletionMade(completion_id=completion_id)


@router.post(
    "/v2/projects/{project_id}/sessions/{session_id}/traces/id/{trace_id}", status_code=201
)
async def record_trace(
    project: Edited,
    caller: KnownCaller,
    session_id: Uid,
    trace_id: Uid,
    body: TraceBody,
    services: ServicesDep,
) -> dict[str, Any]:
    """Record a trace."""
    workbench = services.workbench.sessions
    linked = await workbench.linking.linked(project, _run_names(body.test_run_info))
    await workbench.traces.record(project, caller, body.trace(session_id, trace_id, linked))
    return NOTHING


@router.patch("/v2/projects/{project_id}/sessions/{session_id}/traces/id/{trace_id}")
async def update_trace(
    project: Edited,
    caller: KnownCaller,
    session_id: Uid,
    trace_id: Uid,
    body: TraceUpdate,
    services: ServicesDep,
) -> dict[str, Any]:
    """Change what a trace says."""
    workbench = services.workbench.sessions
    linked = await workbench.linking.linked(project, _run_names(body.test_run_info))
    values = kinds(metadata=body.metadata, feedback=body.feedback, evaluation=body.eval_results)
    await workbench.traces.update(
        project, caller, session_id, trace_id, given(output=body.output), values, linked
    )
    return NOTHING


@router.patch("/v2/projects/{project_id}/sessions/id/{session_id}/metadata")
async def update_session_metadata(
    project: Edited,
    caller: KnownCaller,
    session_id: Uid,
    services: ServicesDep,
    body: FlatMap | None = None,
) -> dict[str, Any]:
    """Merge metadata into a session's."""
    updates = services.workbench.sessions.updates
    await updates.session_metadata(project, caller, session_id, body or {})
    return NOTHING


@router.patch("/v2/projects/{project_id}/sessions/{session_id}/traces/id/{trace_id}/metadata")
async def update_trace_metadata(
    project: Edited,
    caller: KnownCaller,
    session_id: Uid,
    trace_id: Uid,
    services: ServicesDep,
    body: FlatMap | None = None,
) -> dict[str, Any]:
    """Merge metadata into a trace's."""
    updates = services.workbench.sessions.updates
    await updates.trace_metadata(project, caller, session_id, trace_id, body or {})
    return NOTHING


@router.post("/v2/projects/{project_id}/completion-feedback/id/{completion_id}", status_code=201)
async def completion_feedback(
    project: Edited,
    caller: KnownCaller,
    completion_id: Uid,
    services: ServicesDep,
    body: FlatMap | None = None,
) -> dict[str, Any]:
    """Set feedback about a completion."""
    updates = services.workbench.sessions.updates
    await updates.recording_feedback(project, caller, completion_id, body or {})
    return NOTHING


@router.post("/v2/projects/{project_id}/trace-feedback/id/{trace_id}", status_code=201)
async def trace_feedback(
    project: Edited,
    caller: KnownCaller,
    trace_id: Uid,
    services: ServicesDep,
    body: FlatMap | None = None,
) -> dict[str, Any]:
    """Set feedback about a trace."""
    updates = services.workbench.sessions.updates
    await updates.trace_feedback(project, caller, trace_id, body or {})
    return NOTHING


@router.delete("/v2/projects/{project_id}/sessions/{session_id}", status_code=201)
async def delete_session(
    project: Edited, caller: KnownCaller, session_id: Uid, services: ServicesDep
) -> dict[str, Any]:
    """Delete a session with everything in it; 0.6.1 wants 201."""
    sessions = services.workbench.sessions.sessions
    await sessions.delete(project, session_id, actor_id=caller.user_id)
    return NOTHING


def _sessions(request: Request) -> SessionServices:
    return services_of(request).workbench.sessions


async def _edited(request: Request, caller: Caller) -> KnownProject:
    """The project of the path, where the caller may record."""
    uid = request.path_params["project_id"]
    can_be_id(uid, NO_PROJECT)
    projects = services_of(request).workbench.projects
    return await projects.of(caller, uid, ProjectRole.EDITOR)


def _repeat_key(request: Request) -> str | None:
    return request.headers.get("idempotency-key") or None


def _made(answer: dict[str, str]) -> Response:
    return Response(json.dumps(answer), status_code=201, media_type="application/json")


def _run_names(info: TestRunInfo | None) -> dict[str, str | None]:
    if info is None:
        return {}
    return {"test_run_id": info.test_run_id, "test_case_id": info.test_case_id}
