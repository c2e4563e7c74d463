"""Users: who they are, what they may, what they sign in with."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from sluice.server.auth.browser_sign_in_cookies import public_base
from sluice.server.auth.callers import Caller
from sluice.server.auth.links import NewLink
from sluice.server.auth.roles import ROLE_PERMISSIONS, Permission, Role
from sluice.server.auth.schemas import UserChange, UserSearch
from sluice.server.dashboard.forms import fields_of, problems_by_field, validated
from sluice.server.dashboard.guarding import GuardedRouter
from sluice.server.dashboard.rendering import page, see_other
from sluice.server.dashboard.signing_in import Visitor
from sluice.server.errors import SluiceError
from sluice.server.kit.wire import RowId
from sluice.server.services import Services, ServicesDep

router = GuardedRouter(prefix="/people")

ROWS: Final = 50
"""Of a page of a list."""
After = Annotated[RowId, Query()]
ROLE_NAMES: Final = {
    Role.ADMINISTRATOR: "Administrator",
    Role.POLICY_EDITOR: "Policy editor",
    Role.PROMPT_EDITOR: "Prompt editor",
    Role.AUDITOR: "Auditor",
    Role.MEMBER: "Member",
}
PERMISSION_NAMES: Final = {
    Permission.USE_MODELS: "Send prompts",
    Permission.VIEW_POLICIES: "See policies",
    Permission.MANAGE_POLICIES: "Change policies",
    Permission.VIEW_MODELS: "See model instances",
    Permission.MANAGE_MODELS: "Change model instances",
    Permission.VIEW_PEOPLE: "See people, teams and API keys",
    Permission.MANAGE_PEOPLE: "Change people, teams and API keys",
    Permission.VIEW_USAGE: "See usage and cost",
    Permission.AUDIT: "Read the audit log and everybody's calls",
    Permission.REVEAL: "Reveal originals, with a reason",
    Permission.MANAGE_KEYS: "Rotate master keys",
    Permission.MANAGE_PROJECTS: "Make projects",
}
IN_PROJECTS: Final = {
    Role.ADMINISTRATOR: "owner of every project",
    Role.PROMPT_EDITOR: "editor in every project",
    Role.AUDITOR: "viewer of every project",
}
"""What a role is in projects; the others are what their projects make them."""


@router.get("")
async def index(
    request: Request,
    caller: Visitor,
    services: ServicesDep,
    role: Role | None = None,
    state: Annotated[str, Query(pattern="^(active|disabled|)$")] = "",
    after: After = 0,
) -> Response:
    """The people of this server."""
    wanted = {"role": role, "disabled": {"disabled": True, "active": False}.get(state)}
    return await _listed(request, caller, services, wanted, after)


@router.post("/find")
async def find(request: Request, caller: Visitor, services: ServicesDep) -> Response:
    """People by part of a name or an address, which must stand in no URL."""
    fields = await fields_of(request)
    state = {"disabled": True, "active": False}.get(fields.get("state", ""))
    try:
        after = int(fields.get("after") or 0)
    except ValueError:
        after = 0
    wanted = {"text": fields.get("text", ""), "role": fields.get("role") or None, "disabled": state}
    return await _listed(request, caller, services, wanted, after)


@router.get("/roles")
async def roles(request: Request, caller: Visitor) -> Response:
    """What each role may."""
    caller.require(Permission.VIEW_PEOPLE)
    return page(
        request,
        "people/roles.html",
        title="Roles",
        roles=list(Role),
        role_names=ROLE_NAMES,
        permissions=list(Permission),
        permission_names=PERMISSION_NAMES,
        given=ROLE_PERMISSIONS,
        in_projects=IN_PROJECTS,
    )


@router.get("/{user_id:int}")
async def show(
    request: Request, caller: Visitor, services: ServicesDep, user_id: RowId
) -> Response:
    """One person: role, teams, sessions, keys."""
    return await _shown(request, caller, services, user_id)


@router.post("/{user_id:int}/role")
async def set_role(
    request: Request, caller: Visitor, services: ServicesDep, user_id: RowId
) -> Response:
    """Give a role."""
    fields = await fields_of(request)
    return await _changed(
        request, caller, services, user_id, {"role": fields.get("role", "")}, "The role is changed."
    )


@router.post("/{user_id:int}/disable")
async def disable(
    request: Request, caller: Visitor, services: ServicesDep, user_id: RowId
) -> Response:
    """Shut somebody out."""
    said = "This person is shut out: their sessions have ended and their keys are refused."
    return await _changed(request, caller, services, user_id, {"disabled": True}, said)


@router.post("/{user_id:int}/enable")
async def enable(
    request: Request, caller: Visitor, services: ServicesDep, user_id: RowId
) -> Response:
    """Let somebody in again."""
    said = "This person may sign in again."
    return await _changed(request, caller, services, user_id, {"disabled": False}, said)


@router.post("/{user_id:int}/unlink")
async def unlink(
    request: Request, caller: Visitor, services: ServicesDep, user_id: RowId
) -> Response:
    """Forget the identity at the provider."""
    said = "The identity is forgotten: the next one with this address can take its place."
    return await _changed(request, caller, services, user_id, {"unlinkIdentity": True}, said)


@router.post("/{user_id:int}/link")
async def make_link(
    request: Request, caller: Visitor, services: ServicesDep, user_id: RowId
) -> Response:
    """Make a link that signs this person in once; this page is the only one that shows it."""
    try:
        async with services.database.write() as session:
            link = await services.auth.service.links.create(session, caller, user_id)
    except SluiceError as error:
        return await _shown(request, caller, services, user_id, error=error)
    return await _shown(request, caller, services, user_id, link=link)


@router.post("/{user_id:int}/sessions/{session_id}/end")
async def end_session(
    request: Request, caller: Visitor, services: ServicesDep, user_id: RowId, session_id: RowId
) -> Response:
    """End a session at once."""
    async with services.database.write() as session:
        await services.auth.service.sessions.revoke(session, caller, session_id)
    return see_other(request, f"/people/{user_id}", "The session has ended.")


async def _changed(
    request: Request,
    caller: Caller,
    services: Services,
    user_id: int,
    said: dict[str, Any],
    told: str,
) -> Response:
    try:
        change = validated(UserChange, said)
        async with services.database.write() as session:
            await services.auth.service.users.change(
                session,
                caller,
                user_id,
                role=change.role,
                disabled=change.disabled,
                unlink=change.unlink_identity,
            )
    except SluiceError as error:
        return await _shown(request, caller, services, user_id, error=error)
    return see_other(request, f"/people/{user_id}", told)


async def _listed(
    request: Request, caller: Caller, services: Services, said: dict[str, Any], after: int
) -> Response:
    wanted = validated(UserSearch, {**said, "ofProject": False})
    users = services.auth.service.users
    async with services.database.read() as session:
        found = await users.page(
            session, caller, after=after, limit=ROWS + 1, wanted=wanted.filter()
        )
        shown = found[:ROWS]
        activity = await users.activity(session, caller, [user.id for user in shown])
    return page(
        request,
        "people/index.html",
        title="People and access",
        users=shown,
        activity=activity,
        wanted=wanted,
        role_names=ROLE_NAMES,
        more=shown[-1].id if len(found) > ROWS else None,
    )


async def _shown(
    request: Request,
    caller: Caller,
    services: Services,
    user_id: int,
    *,
    error: SluiceError | None = None,
    link: NewLink | None = None,
) -> Response:
    auth = services.auth.service
    of_user: dict[str, Any] = {"user_id": user_id, "after": 0, "limit": ROWS}
    caller.require(Permission.VIEW_PEOPLE)
    async with services.database.read() as session:
        user = await auth.users.get(session, caller, user_id)
        activity = await auth.users.activity(session, caller, [user_id])
        teams = await services.teams.of_user(session, caller, user_id)
        sessions = await auth.sessions.page(session, caller, **of_user)
        tokens = await auth.tokens.page(session, caller, **of_user)
    return page(
        request,
        "people/user.html",
        status=error.status if error is not None else 200,
        title=user.name or "A person",
        user=user,
        activity=activity[user_id],
        teams=teams,
        sessions=[row.session for row in sessions],
        tokens=[row.token for row in tokens],
        role_names=ROLE_NAMES,
        in_projects=IN_PROJECTS,
        link=link.address(public_base(request, services.auth.config)) if link is not None else "",
        problems=problems_by_field(error) if error is not None else {},
        now=auth.clock(),
    )
