"""Saving what was tried: as a version of a template, or as a test case of a playlist."""

from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from sluice.server.auth.auth import Caller
from sluice.server.dashboard.forms import fields_of, validated
from sluice.server.dashboard.guarding import GuardedRouter
from sluice.server.dashboard.in_project import in_project
from sluice.server.dashboard.pages.playground_shown import reviewed_in
from sluice.server.dashboard.rendering import see_other
from sluice.server.dashboard.signing_in import Visitor
from sluice.server.errors import NotFound, Unprocessable
from sluice.server.features.playground.schemas import PromptIn
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.projects.roles import ProjectRole
from sluice.server.features.prompts.schemas import FindingIn
from sluice.server.features.templates.schemas import SaveIn
from sluice.server.features.testruns.cases import CasePath
from sluice.server.features.testruns.playlists import KnownPlaylist
from sluice.server.features.testruns.saving import NewCase
from sluice.server.features.testruns.schemas import PlaylistIn, TestCaseIn
from sluice.server.services import Services, ServicesDep

router = GuardedRouter(prefix="/playground")
_FINDINGS = TypeAdapter(list[FindingIn])


@router.post("/template")
async def save_template(request: Request, caller: Visitor, services: ServicesDep) -> Response:
    """Save the text as a version of a template of this name."""
    fields = await fields_of(request)
    project = await in_project(ProjectRole.EDITOR)(request, caller, fields.get("project", ""))
    text = fields.get("text", "")
    if "variables" in fields:
        text, _ = await _as_template(services, caller, fields)
    messages = [{"role": "user", "content": text}]
    if fields.get("system"):
        messages.insert(0, {"role": "system", "content": fields["system"]})
    body = validated(SaveIn, {"name": fields.get("name", ""), "content": {"messages": messages}})
    saved = await services.workbench.templates.save(
        project, body.name, body.content, user_id=caller.user_id
    )
    found = sum(saved.version.findings.values())
    said = f"Saved as version {saved.version.number}."
    if not saved.is_new:
        said = f"Version {saved.version.number} says the same already."
    elif found:
        said += f" Sensitive data was found in it: {found} ×."
    template = saved.version.template_uid
    return see_other(request, f"/projects/{project.uid}/playground?template={template}", said)


@router.post("/case")
async def save_case(request: Request, caller: Visitor, services: ServicesDep) -> Response:
    """Save the inputs and an answer as a test case of the playlist of this name."""
    fields = await fields_of(request)
    project = await in_project(ProjectRole.EDITOR)(request, caller, fields.get("project", ""))
    inputs = await _inputs(services, caller, fields)
    case = validated(TestCaseIn, {"inputs": inputs, "output": fields.get("output") or None})
    playlist = await _playlist(services, project, caller, fields.get("playlist", ""))
    new = NewCase(case, CasePath())
    (saved,) = await services.workbench.test_cases.add(project, caller, playlist, [new])
    found = sum(saved.findings.values())
    said = "Saved as a test case."
    if found:
        said += f" {found} sensitive values in it were replaced by placeholders."
    return see_other(request, f"/projects/{project.uid}/playlists/{playlist.uid}", said)


async def _inputs(services: Services, caller: Caller, fields: dict[str, str]) -> dict[str, Any]:
    """The variables of a template; of a text those that it has as a template, else `text`."""
    if "inputs" in fields:
        inputs: dict[str, Any] = _parsed(fields["inputs"], dict)
        return inputs
    _, variables = await _as_template(services, caller, fields)
    return dict(variables) or {"text": fields.get("text", "")}


async def _as_template(
    services: Services, caller: Caller, fields: dict[str, str]
) -> tuple[str, dict[str, str]]:
    text = fields.get("text", "")
    data = {"modelInstanceId": fields.get("instance"), "text": text}
    body = validated(PromptIn, data).model_copy(update={"findings": _findings(fields, text)})
    made = await services.playground.as_template(caller, body)
    return made.text, made.variables


def _findings(fields: dict[str, str], text: str) -> list[FindingIn] | None:
    if not fields.get("findings"):
        return reviewed_in(fields, text)
    try:
        return _FINDINGS.validate_python(_parsed(fields["findings"], list))
    except ValidationError:
        pass
    # Outside of the handler: the error holds what was sent.
    raise Unprocessable("The findings are not what the page sends.")


def _parsed(text: str, kind: type[Any]) -> Any:  # noqa: ANN401 (JSON)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, kind):
        raise Unprocessable("This form was changed on its way; load the page again.")
    return value


async def _playlist(
    services: Services, project: KnownProject, caller: Caller, name: str
) -> KnownPlaylist:
    """The playlist of this name or id, made if there is none."""
    wanted = validated(PlaylistIn, {"name": name})
    playlists = services.workbench.playlists
    try:
        return await playlists.find(project, wanted.name)
    except NotFound:
        pass
    lint = await services.workbench.linter.lint(project, [("playlist", wanted.name)])
    lint.refuse_if(project.on_findings)
    async with services.database.write() as session:
        return await playlists.create(session, project, caller, wanted.name)
