"""Dry runs of policies, and policies as YAML."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial
from typing import Annotated, Any

from fastapi import Query
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from sluice.server.auth.auth import Caller
from sluice.server.auth.roles import Permission
from sluice.server.dashboard.forms import fields_of, validated
from sluice.server.dashboard.guarding import GuardedRouter
from sluice.server.dashboard.pages.policies import edited, told, typed
from sluice.server.dashboard.pages.policies_form import PolicyForm
from sluice.server.dashboard.rendering import page, see_other
from sluice.server.dashboard.signing_in import Visitor
from sluice.server.errors import SluiceError
from sluice.server.features.policies.schemas import (
    DryRunIn,
    DryRunOut,
    DryRunProgress,
    PolicyGroupIn,
    PolicyYamlIn,
)
from sluice.server.features.policies.using import uses
from sluice.server.kit.streaming import LINES, LineStream, until_caller_leaves
from sluice.server.kit.wire import RowId
from sluice.server.services import Services, ServicesDep

router = GuardedRouter(prefix="/policies")
Steps = AsyncGenerator[DryRunProgress | DryRunOut, None]


@router.get("/import")
async def import_new(request: Request, caller: Visitor) -> Response:
    """The form for a YAML document of a new policy group."""
    caller.require(Permission.MANAGE_POLICIES)
    return _import_page(request)


@router.post("/import")
async def create_of_yaml(request: Request, caller: Visitor, services: ServicesDep) -> Response:
    """Make a policy group of a document, or show what would be made."""
    fields = await fields_of(request)
    try:
        body = _yaml_in(fields)
        made = await services.policy_trials.files.create(
            caller, body.yaml, note=body.note, apply=not body.dry_run
        )
    except SluiceError as error:
        return _import_page(request, fields=fields, error=error)
    if made.group is None:
        return _import_page(request, fields=fields, found=made)
    return see_other(request, f"/policies/{made.group.id}", "The policy group is imported.")


def _import_page(request: Request, **more: Any) -> Response:  # noqa: ANN401 (as of `page`)
    shown = {"fields": {}, "error": None, "found": None, **more}
    status = shown["error"].status if shown["error"] is not None else 200
    return page(request, "policies/import.html", status=status, title="Import", **shown)


@router.get("/{group_id}/dry-run")
async def choose(
    request: Request,
    caller: Visitor,
    services: ServicesDep,
    group_id: RowId,
    version: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
) -> Response:
    """Which version to try on which prompts."""
    caller.require(Permission.MANAGE_POLICIES)
    return await _dry_run_page(request, caller, services, group_id, version)


async def _dry_run_page(
    request: Request,
    caller: Caller,
    services: Services,
    group_id: int,
    version: int | None,
    result: DryRunOut | None = None,
    error: SluiceError | None = None,
) -> Response:
    async with services.database.read() as session:
        group = await services.policies.get(session, caller, group_id)
    return page(
        request,
        "policies/dry_run.html",
        status=error.status if error is not None else 200,
        title=f"{group.name}: dry run",
        tab="dry run",
        group=group,
        uses=await uses(services, caller, group_id),
        versions=await services.policy_trials.history.versions(caller, group_id),
        chosen=version or max(group.version - 1, 1),
        result=result,
        error=error,
    )


@router.post("/{group_id}/dry-run")
async def dry_run(
    request: Request, caller: Visitor, services: ServicesDep, group_id: RowId
) -> Response:
    """Try a version, or the policy as it is typed, on the newest prompts.

    Scripts get lines of progress and at last the result as markup; without them it takes a while.
    """
    fields = await fields_of(request)
    number = fields.get("number", "")
    form = await typed(services, caller, group_id, fields)
    try:
        body = validated(DryRunIn, _asked(form, fields))
        if LINES in request.headers.get("accept", ""):
            steps = services.policy_trials.dry_runs.run(caller, group_id, body)
            first = await until_caller_leaves(request, partial(anext, steps))
            return LineStream(_lines(request, first, steps))
        work = partial(services.policy_trials.dry_runs.result, caller, group_id, body)
        result = await until_caller_leaves(request, work)
    except SluiceError as error:
        if LINES in request.headers.get("accept", ""):
            return page(request, "policies/untested.html", problems=told(form, error))
        if number:
            return await _dry_run_page(request, caller, services, group_id, None, error=error)
        return await edited(request, caller, services, group_id, fields, error)
    if number:
        return await _dry_run_page(request, caller, services, group_id, body.version, result)
    return await edited(request, caller, services, group_id, fields, result=result)


def _asked(form: PolicyForm, fields: dict[str, str]) -> dict[str, Any]:
    prompts = fields.get("prompts", "200")
    if number := fields.get("number", ""):
        return {"version": number, "prompts": prompts}
    # The form's own problems are told as when it is saved.
    draft = validated(PolicyGroupIn, {"name": "draft", "policy": form.document()})
    return {"policy": draft.policy, "prompts": prompts}


async def _lines(
    request: Request, first: DryRunProgress | DryRunOut, rest: Steps
) -> AsyncGenerator[bytes, None]:
    async with aclosing(rest):
        yield _line(request, first)
        async for step in rest:
            yield _line(request, step)


def _line(request: Request, step: DryRunProgress | DryRunOut) -> bytes:
    if isinstance(step, DryRunProgress):
        return step.model_dump_json(by_alias=True).encode() + b"\n"
    shown = page(request, "policies/dry_run_result.html", result=step)
    return json.dumps({"html": bytes(shown.body).decode()}).encode() + b"\n"


@router.get("/{group_id}/yaml")
async def yaml(
    request: Request,
    caller: Visitor,
    services: ServicesDep,
    group_id: RowId,
    download: bool = False,
) -> Response:
    """The policy group as YAML, to copy, to take away, or to bring back."""
    _, text = await services.policy_trials.files.exported(caller, group_id)
    if download:
        headers = {"content-disposition": f'attachment; filename="policy-{group_id}.yaml"'}
        return PlainTextResponse(text, media_type="application/yaml", headers=headers)
    return await _yaml_page(request, caller, services, group_id, text)


@router.post("/{group_id}/yaml")
async def import_yaml(
    request: Request, caller: Visitor, services: ServicesDep, group_id: RowId
) -> Response:
    """Make the document the next version, or show what would change."""
    fields = await fields_of(request)
    try:
        body = _yaml_in(fields)
        done = await services.policy_trials.files.into(
            caller, group_id, body.yaml, note=body.note, apply=not body.dry_run
        )
    except SluiceError as error:
        text = fields.get("yaml", "")
        return await _yaml_page(request, caller, services, group_id, text, error=error)
    if done.applied and done.group is not None:
        said = f"Version {done.group.version} is in force."
        return see_other(request, f"/policies/{group_id}", said)
    return await _yaml_page(request, caller, services, group_id, body.yaml, found=done)


async def _yaml_page(
    request: Request,
    caller: Caller,
    services: Services,
    group_id: int,
    text: str,
    **more: Any,  # noqa: ANN401 (as of `page`)
) -> Response:
    async with services.database.read() as session:
        group = await services.policies.get(session, caller, group_id)
    shown = {"error": None, "found": None, **more}
    return page(
        request,
        "policies/yaml.html",
        status=shown["error"].status if shown["error"] is not None else 200,
        title=f"{group.name}: import and export",
        tab="yaml",
        group=group,
        text=text,
        **shown,
    )


def _yaml_in(fields: dict[str, str]) -> PolicyYamlIn:
    data = {
        "yaml": fields.get("yaml", ""),
        "note": fields.get("note", "") or "imported",
        "dryRun": fields.get("do") != "import",
    }
    return validated(PolicyYamlIn, data)
