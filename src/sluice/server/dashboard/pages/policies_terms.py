"""The custom terms of a policy group: sought, paged, pasted as lines, changed one by one.

What is sought is sent in a form, never in an address: terms may name customers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from sluice.engine.errors import Problem
from sluice.server.auth.auth import Caller
from sluice.server.auth.roles import Permission
from sluice.server.dashboard.forms import every, fields_of, validated
from sluice.server.dashboard.guarding import GuardedRouter
from sluice.server.dashboard.pages.policies_form import term_indexes, term_row, typed_term
from sluice.server.dashboard.rendering import page, see_other
from sluice.server.dashboard.signing_in import Visitor
from sluice.server.errors import SluiceError, Unprocessable
from sluice.server.features.policies.terms import TermsChange, TermsQuery
from sluice.server.kit.wire import RowId
from sluice.server.services import Services, ServicesDep

router = GuardedRouter(prefix="/policies")

ROWS: Final = 50
_PATH: Final = re.compile(r"(add|replace)\[([0-9]+)\]")
FLAGS: Final = ("caseSensitive", "wholeWords", "inflected")


@router.get("/{group_id}/terms")
async def show(
    request: Request, caller: Visitor, services: ServicesDep, group_id: RowId
) -> Response:
    """The first terms."""
    return await _shown(request, caller, services, group_id, {})


@router.post("/{group_id}/terms/find")
async def find(
    request: Request, caller: Visitor, services: ServicesDep, group_id: RowId
) -> Response:
    """Terms that hold a text, and the pages of them."""
    return await _shown(request, caller, services, group_id, await fields_of(request))


@router.get("/{group_id}/terms/find")
async def after_find(request: Request, caller: Visitor, group_id: RowId) -> Response:
    """Who loads the address of the search again gets all terms."""
    caller.require(Permission.VIEW_POLICIES)
    return see_other(request, f"/policies/{group_id}/terms")


@router.post("/{group_id}/terms")
async def change(
    request: Request, caller: Visitor, services: ServicesDep, group_id: RowId
) -> Response:
    """Add what was pasted, or save and remove what is on the page: a new version."""
    fields = await fields_of(request)
    said: dict[str, Any] = {"ifVersion": fields.get("version", ""), "note": fields.get("note", "")}
    if fields.get("do") == "add":
        said["add"] = [term for _, term in added(fields)]
    else:
        removed = await every(request, "remove")
        said |= {"remove": removed, "replace": replaced(fields, set(removed))}
    try:
        body = validated(TermsChange, said)
        changed = await services.policy_trials.terms.change(caller, group_id, body)
    except SluiceError as error:
        return await _shown(
            request, caller, services, group_id, fields, _placed(error, said, fields)
        )
    done = f"Version {changed.version} is in force."
    return see_other(request, f"/policies/{group_id}/terms", _told(body) + done)


def added(fields: Mapping[str, str]) -> list[tuple[int, dict[str, Any]]]:
    """A term for each line, with the line's number: the text or pattern, or its name, a tab and it.

    Lines without a name are named by their number. What stands twice is added once.
    """
    kind = "pattern" if fields.get("kind") == "pattern" else "text"
    entity_type = fields.get("entityType", "").strip() or "CUSTOM_TERM"
    flags = {flag: flag in fields for flag in FLAGS}
    terms: dict[str, tuple[int, dict[str, Any]]] = {}
    for number, line in enumerate(fields.get("lines", "").split("\n"), start=1):
        name, tab, value = line.strip().partition("\t")
        if not tab:
            name, value = f"{entity_type} {number}", name
        term = {"name": name, "entityType": entity_type, kind: value.strip(), **flags}
        if value.strip():
            terms.setdefault(value.strip(), (number, term))
    return list(terms.values())


def replaced(fields: Mapping[str, str], removed: set[str]) -> list[dict[str, Any]]:
    """The rows of a page as they were typed, those that stay."""
    return [
        {"position": at, "term": typed_term(fields, at).document()}
        for at in term_indexes(fields)
        if str(at) not in removed
    ]


def _placed(error: SluiceError, said: Mapping[str, Any], fields: Mapping[str, str]) -> SluiceError:
    """The same error with places as people see them: the line of a list, the number of a term."""
    lines = [number for number, _ in added(fields)] if "add" in said else []
    numbers = [one["position"] + 1 for one in said.get("replace", [])]

    def place(path: str) -> str:
        found = _PATH.match(path)
        known = {"add": lines, "replace": numbers}.get(found[1], []) if found else []
        if found is None or int(found[2]) >= len(known):
            return path
        return f"{'line' if found[1] == 'add' else 'term'} {known[int(found[2])]}"

    told = [Problem(place(one.path), one.message) for one in error.errors]
    placed = Unprocessable(error.message, errors=told, code=error.code)
    return placed if error.status == placed.status else error


def _told(body: TermsChange) -> str:
    counts = ((len(body.add), "added"), (len(body.remove), "removed"))
    told = [f"{count} {what}" for count, what in counts if count]
    return f"{', '.join(told).capitalize()}. " if told else ""


async def _shown(
    request: Request,
    caller: Caller,
    services: Services,
    group_id: int,
    fields: Mapping[str, str],
    error: SluiceError | None = None,
) -> Response:
    query = {"text": fields.get("text", ""), "after": fields.get("after") or -1, "limit": ROWS}
    wanted = validated(TermsQuery, query)
    found = await services.policy_trials.terms.page(caller, group_id, wanted)
    typed = set(term_indexes(fields)) if error is not None else set()
    rows = [
        typed_term(fields, one.position)
        if one.position in typed
        else term_row(one.position, one.term)
        for one in found.terms
    ]
    async with services.database.read() as session:
        group = await services.policies.get(session, caller, group_id)
    return page(
        request,
        "policies/terms.html",
        status=error.status if error is not None else 200,
        title=f"{group.name}: custom terms",
        tab="terms",
        group=group,
        found=found,
        rows=rows,
        wanted=wanted,
        fields=fields,
        error=error,
    )
