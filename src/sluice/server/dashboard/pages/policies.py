"""Policy groups: the matrix of all, one of them edited and tried, its versions."""

from __future__ import annotations

from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from sluice.engine.pipeline import ENTITY_TYPES
from sluice.server.auth.auth import Caller
from sluice.server.auth.roles import Permission
from sluice.server.dashboard.forms import fields_of, problems_by_field, validated
from sluice.server.dashboard.guarding import GuardedRouter
from sluice.server.dashboard.pages.policies_form import (
    ACTIONS,
    PolicyForm,
    addable,
    by_family,
    is_national,
)
from sluice.server.dashboard.rendering import is_part, page, see_other
from sluice.server.dashboard.signing_in import Visitor
from sluice.server.errors import SluiceError
from sluice.server.features.policies.schemas import (
    PolicyDocument,
    PolicyGroupIn,
    PolicyGroupOut,
    PolicyTestIn,
    RestoreIn,
)
from sluice.server.features.policies.using import delete_unused, uses
from sluice.server.kit.wire import RowId
from sluice.server.services import Services, ServicesDep

router = GuardedRouter(prefix="/policies")
EXAMPLE: Final = (
    "Hello, I am Jane Roe. Mail me at jane.roe@example.com or call +1 202 555 0143. "
    "My card is 4111 1111 1111 1111."
)

Number = Annotated[int, Query(ge=1, le=2**31 - 1)]
COLUMNS: Final = 12
"""Policy groups that the matrix shows side by side."""


@router.get("")
async def index(
    request: Request,
    caller: Visitor,
    services: ServicesDep,
    q: Annotated[str, Query(max_length=64)] = "",
    changed: bool = False,
    every: bool = False,
    after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> Response:
    """What policy groups do with every entity type: the first by name, or those behind one."""
    async with services.database.read() as session:
        ids = [one.id for one in await services.policies.named(session, caller)]
        behind = ids[ids.index(after) + 1 :] if after in ids else ids
        groups = await services.policies.listing(session, caller, behind[:COLUMNS])
    asked = {"q": q, "changed": changed or "", "every": every or ""}
    more = {"after": behind[COLUMNS - 1]} if len(behind) > COLUMNS else None
    rows, hidden = _matrix(groups, q.strip().upper().replace(" ", "_"), changed, every)
    template = "policies/matrix.html" if is_part(request) else "policies/index.html"
    return page(
        request,
        template,
        title="Policies",
        groups=groups,
        rows=rows,
        hidden=hidden,
        q=q,
        changed=changed,
        every=every,
        first=_address(asked) if len(behind) < len(ids) else None,
        more=_address({**asked, **more}) if more is not None else None,
    )


def _address(asked: dict[str, Any]) -> str:
    return "/dashboard/policies?" + urlencode({name: v for name, v in asked.items() if v})


def _matrix(
    groups: list[PolicyGroupOut], sought: str, changed: bool, every: bool
) -> tuple[list[tuple[str, list[str]]], int]:
    """The rows by family, and how many are left out since no rule is about them."""
    ruled = {kind for group in groups for kind in group.policy.rules}
    terms = {t.entity_type for group in groups for t in group.policy.custom_terms}
    kinds = ruled if changed else {*ENTITY_TYPES, *ruled, *terms}
    found = {kind for kind in kinds if sought in kind}
    left = set() if every or sought else {k for k in found if is_national(k)} - ruled
    return by_family(found - left), len(left)


@router.get("/new")
async def new(request: Request, caller: Visitor, services: ServicesDep) -> Response:
    """The form of a new policy group."""
    caller.require(Permission.MANAGE_POLICIES)
    return await _new(request, caller, services, {}, {})


async def _new(
    request: Request,
    caller: Caller,
    services: Services,
    fields: dict[str, str],
    problems: dict[str, str],
    status: int = 200,
) -> Response:
    async with services.database.read() as session:
        groups = await services.policies.named(session, caller)
    return page(
        request,
        "policies/new.html",
        status=status,
        title="New policy group",
        groups=groups,
        fields=fields,
        problems=problems,
    )


@router.post("/new")
async def create(request: Request, caller: Visitor, services: ServicesDep) -> Response:
    """Make a policy group: as another one is, or the one that masks everything."""
    fields = await fields_of(request)
    try:
        async with services.database.write() as session:
            policy = PolicyDocument()
            like = fields.get("like", "")
            if like.isdecimal() and len(like) < 10:
                policy = (await services.policies.get(session, caller, int(like))).policy
            data = {"name": fields.get("name", ""), "policy": policy, "note": "made"}
            made = await services.policies.create(session, caller, validated(PolicyGroupIn, data))
    except SluiceError as error:
        return await _new(request, caller, services, fields, _problems(error, "name"), error.status)
    return see_other(request, f"/policies/{made.id}", "The policy group is made.")


@router.get("/{group_id}")
async def show(
    request: Request, caller: Visitor, services: ServicesDep, group_id: RowId
) -> Response:
    """One policy group, to be read, tried and changed."""
    return await edited(request, caller, services, group_id)


async def edited(
    request: Request,
    caller: Caller,
    services: Services,
    group_id: int,
    fields: dict[str, str] | None = None,
    error: SluiceError | None = None,
    **more: Any,  # noqa: ANN401 (what the template shows beside the form)
) -> Response:
    """The page of a group, with what somebody typed and what is wrong with it."""
    async with services.database.read() as session:
        group = await services.policies.get(session, caller, group_id)
    form = PolicyForm.of(group.name, group.version, group.policy)
    if fields is not None:
        form = form.typed(fields)
    problems = form.problems(problems_by_field(error)) if error is not None else {}
    shown = {"tested": None, "result": None, "text": EXAMPLE, **more}
    return page(
        request,
        "policies/edit.html",
        status=error.status if error is not None else 200,
        title=group.name,
        tab="policy",
        group=group,
        uses=await uses(services, caller, group_id),
        form=form,
        actions=ACTIONS,
        addable=addable(form),
        problems=problems,
        error=error,
        **shown,
    )


@router.post("/{group_id}")
async def change(
    request: Request, caller: Visitor, services: ServicesDep, group_id: RowId
) -> Response:
    """Save what was typed as a new version."""
    fields = await fields_of(request)
    try:
        form = await typed(services, caller, group_id, fields)
        data = {
            "name": form.name,
            "policy": form.document(),
            "note": form.note,
            "ifVersion": form.version,
        }
        body = validated(PolicyGroupIn, data)
        async with services.database.write() as session:
            changed = await services.policies.change(session, caller, group_id, body)
    except SluiceError as error:
        return await edited(request, caller, services, group_id, fields, error)
    said = f"Version {changed.version} is in force."
    if changed.version == form.version:
        said = "Nothing in the policy was changed."
    return see_other(request, f"/policies/{group_id}", said)


async def typed(
    services: Services, caller: Caller, group_id: int, fields: dict[str, str]
) -> PolicyForm:
    """The form that was sent, on top of what is saved."""
    async with services.database.read() as session:
        group = await services.policies.get(session, caller, group_id)
    return PolicyForm.of(group.name, group.version, group.policy).typed(fields)


@router.post("/{group_id}/test")
async def test(
    request: Request, caller: Visitor, services: ServicesDep, group_id: RowId
) -> Response:
    """What the policy as it is typed does with a text; neither is kept."""
    fields = await fields_of(request)
    text = fields.get("text", "")
    form = await typed(services, caller, group_id, fields)
    try:
        document = validated(PolicyGroupIn, {"name": "draft", "policy": form.document()}).policy
        body = validated(PolicyTestIn, {"policy": document, "text": text})
        tested = await services.policy_trials.drafts.test(caller, body)
    except SluiceError as error:
        if is_part(request):
            return page(request, "policies/untested.html", problems=told(form, error))
        return await edited(request, caller, services, group_id, fields, error, text=text)
    if is_part(request):
        return page(request, "policies/tested.html", tested=tested, text=text)
    return await edited(request, caller, services, group_id, fields, tested=tested, text=text)


@router.get("/{group_id}/versions")
async def versions(
    request: Request,
    caller: Visitor,
    services: ServicesDep,
    group_id: RowId,
    before: Number | None = None,
    after: Number | None = None,
) -> Response:
    """Who changed what and why; and what differs between any two versions."""
    async with services.database.read() as session:
        group = await services.policies.get(session, caller, group_id)
    history = services.policy_trials.history
    found = await history.versions(caller, group_id)
    newer = after or found[0].number
    older = before or max(newer - 1, 1)
    return page(
        request,
        "policies/versions.html",
        title=f"{group.name}: versions",
        tab="versions",
        group=group,
        versions=found,
        diff=await history.diff(caller, group_id, older, newer),
    )


@router.post("/{group_id}/restore")
async def restore(
    request: Request, caller: Visitor, services: ServicesDep, group_id: RowId
) -> Response:
    """Put an earlier version in force again."""
    body = validated(RestoreIn, {"number": (await fields_of(request)).get("number", "")})
    async with services.database.write() as session:
        restored = await services.policies.restore(session, caller, group_id, body.number)
    said = f"Version {body.number} is in force again, as version {restored.version}."
    return see_other(request, f"/policies/{group_id}/versions", said)


@router.post("/{group_id}/delete")
async def delete(
    request: Request, caller: Visitor, services: ServicesDep, group_id: RowId
) -> Response:
    """Delete a policy group that nothing uses."""
    try:
        await delete_unused(services, caller, group_id)
    except SluiceError as error:
        return await edited(request, caller, services, group_id, error=error)
    return see_other(request, "/policies", "The policy group is deleted.")


def _problems(error: SluiceError, field: str) -> dict[str, str]:
    """By field; what concerns the whole stands at `field`."""
    problems = problems_by_field(error)
    return {field if name == "" else name: message for name, message in problems.items()}


def told(form: PolicyForm, error: SluiceError) -> dict[str, str]:
    """What is wrong, by the fields of the form."""
    return form.problems(problems_by_field(error))
