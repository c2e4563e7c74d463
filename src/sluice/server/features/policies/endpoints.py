"""Management of policy groups."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import PlainTextResponse

from sluice.server.auth.caller import CurrentCaller
from sluice.server.features.policies.files import PolicyImportOut
from sluice.server.features.policies.history import VersionDiff
from sluice.server.features.policies.schemas import (
    DryRunIn,
    DryRunOut,
    DryRunProgress,
    PolicyGroupIn,
    PolicyGroupOut,
    PolicyTestIn,
    PolicyTestOut,
    PolicyVersionOut,
    PolicyYamlIn,
    RestoreIn,
    UsesOut,
)
from sluice.server.features.policies.terms import TermsChange, TermsPage, TermsQuery
from sluice.server.features.policies.using import delete_unused, uses
from sluice.server.kit.streaming import LINES, LineStream, lines_of, until_caller_leaves
from sluice.server.kit.wire import Data, RowId
from sluice.server.services import ServicesDep

admin_router = APIRouter(prefix="/api/admin/v1/policy-groups", tags=["Manage: policy groups"])

_YAML: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"application/yaml": {}}, "description": "The document."}
}
_DRY_RUN: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "model": Data[DryRunOut],
        "description": f"The result; with `Accept: {LINES}` one line of progress after another, "
        "and the result as the last one.",
        "content": {LINES: {"schema": DryRunProgress.model_json_schema(by_alias=True)}},
    }
}


@admin_router.get("")
async def list_all(caller: CurrentCaller, services: ServicesDep) -> Data[list[PolicyGroupOut]]:
    """Every policy group with the document in force."""
    async with services.database.read() as session:
        return Data(data=await services.policies.listing(session, caller))


@admin_router.post("", status_code=201)
async def create(
    body: PolicyGroupIn, caller: CurrentCaller, services: ServicesDep
) -> Data[PolicyGroupOut]:
    """Make a policy group with version 1."""
    async with services.database.write() as session:
        made = await services.policies.create(session, caller, body)
    return Data(data=made)


@admin_router.post("/{group_id}/terms/search")
async def search_terms(
    group_id: RowId, body: TermsQuery, caller: CurrentCaller, services: ServicesDep
) -> Data[TermsPage]:
    """Custom terms of the version in force that hold a text, page by page."""
    return Data(data=await services.policy_trials.terms.page(caller, group_id, body))


@admin_router.post("/{group_id}/terms/change")
async def change_terms(
    group_id: RowId, body: TermsChange, caller: CurrentCaller, services: ServicesDep
) -> Data[PolicyGroupOut]:
    """Add, replace and remove custom terms: one new version."""
    return Data(data=await services.policy_trials.terms.change(caller, group_id, body))


@admin_router.post("/yaml")
async def create_of_yaml(
    body: PolicyYamlIn, caller: CurrentCaller, services: ServicesDep
) -> Data[PolicyImportOut]:
    """Make a policy group of a YAML document; every problem is told with its line."""
    files = services.policy_trials.files
    made = await files.create(caller, body.yaml, note=body.note, apply=not body.dry_run)
    return Data(data=made)


@admin_router.get("/{group_id}/yaml", response_class=Response, responses=_YAML)
async def export_yaml(
    group_id: RowId, caller: CurrentCaller, services: ServicesDep
) -> PlainTextResponse:
    """One policy group as YAML, in the form of `sluice policy export`."""
    _, text = await services.policy_trials.files.exported(caller, group_id)
    return PlainTextResponse(text, media_type="application/yaml")


@admin_router.put("/{group_id}/yaml")
async def import_yaml(
    group_id: RowId, body: PolicyYamlIn, caller: CurrentCaller, services: ServicesDep
) -> Data[PolicyImportOut]:
    """Make a YAML document's policy the next version; every problem is told with its line."""
    files = services.policy_trials.files
    changed = await files.into(caller, group_id, body.yaml, note=body.note, apply=not body.dry_run)
    return Data(data=changed)


@admin_router.get("/{group_id}")
async def get(
    group_id: RowId, caller: CurrentCaller, services: ServicesDep
) -> Data[PolicyGroupOut]:
    """One policy group."""
    async with services.database.read() as session:
        return Data(data=await services.policies.get(session, caller, group_id))


@admin_router.put("/{group_id}")
async def change(
    group_id: RowId, body: PolicyGroupIn, caller: CurrentCaller, services: ServicesDep
) -> Data[PolicyGroupOut]:
    """Add a version and put it in force; an identical document adds none."""
    async with services.database.write() as session:
        changed = await services.policies.change(session, caller, group_id, body)
    return Data(data=changed)


@admin_router.get("/{group_id}/versions")
async def versions(
    group_id: RowId, caller: CurrentCaller, services: ServicesDep
) -> Data[list[PolicyVersionOut]]:
    """The history of a policy group, newest first."""
    return Data(data=await services.policy_trials.history.versions(caller, group_id))


@admin_router.get("/{group_id}/diff")
async def diff(
    group_id: RowId,
    caller: CurrentCaller,
    services: ServicesDep,
    before: Annotated[int, Query(ge=1, le=2**31 - 1, description="A version's number.")],
    after: Annotated[int, Query(ge=1, le=2**31 - 1, description="Another one.")],
) -> Data[VersionDiff]:
    """What differs between two versions."""
    return Data(data=await services.policy_trials.history.diff(caller, group_id, before, after))


@admin_router.get("/{group_id}/uses")
async def uses_of(group_id: RowId, caller: CurrentCaller, services: ServicesDep) -> Data[UsesOut]:
    """Which model instances and projects use a policy group."""
    return Data(data=await uses(services, caller, group_id))


@admin_router.post("/test")
async def test(
    body: PolicyTestIn, caller: CurrentCaller, services: ServicesDep
) -> Data[PolicyTestOut]:
    """What a policy, saved or not, does with a text; nothing is kept."""
    return Data(data=await services.policy_trials.drafts.test(caller, body))


@admin_router.post("/{group_id}/dry-run", response_model=None, responses=_DRY_RUN)
async def dry_run(
    group_id: RowId,
    body: DryRunIn,
    caller: CurrentCaller,
    services: ServicesDep,
    request: Request,
) -> Response | Data[DryRunOut]:
    """What another policy would have done to the newest prompts: counts and types, never text.

    It ends when the caller leaves.
    """
    if LINES not in request.headers.get("accept", ""):
        work = partial(services.policy_trials.dry_runs.result, caller, group_id, body)
        return Data(data=await until_caller_leaves(request, work))
    steps = services.policy_trials.dry_runs.run(caller, group_id, body)
    # An error before the first step is still a JSON answer with a status of its own.
    first = await until_caller_leaves(request, partial(anext, steps))
    return LineStream(lines_of(first, steps))


@admin_router.post("/{group_id}/restore")
async def restore(
    group_id: RowId, body: RestoreIn, caller: CurrentCaller, services: ServicesDep
) -> Data[PolicyGroupOut]:
    """Put an earlier version in force again, as a new version."""
    async with services.database.write() as session:
        restored = await services.policies.restore(session, caller, group_id, body.number)
    return Data(data=restored)


@admin_router.delete("/{group_id}", status_code=204)
async def delete(group_id: RowId, caller: CurrentCaller, services: ServicesDep) -> None:
    """Delete a policy group that no model instance and no project uses."""
    await delete_unused(services, caller, group_id)
