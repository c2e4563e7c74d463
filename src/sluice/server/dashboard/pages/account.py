"""One's own account: what one may, one's sessions and API keys."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from sluice.server.dashboard.guarding import GuardedRouter
from sluice.server.dashboard.pages.people import IN_PROJECTS, PERMISSION_NAMES, ROLE_NAMES
from sluice.server.dashboard.rendering import page, see_other
from sluice.server.dashboard.signing_in import Visitor, visit_of
from sluice.server.kit.wire import RowId
from sluice.server.services import ServicesDep

router = GuardedRouter(prefix="/account")

ROWS: Final = 200


@router.get("")
async def show(request: Request, caller: Visitor, services: ServicesDep) -> Response:
    """Who I am here, and what I am signed in with."""
    auth, visit = services.auth.service, visit_of(request)
    own: dict[str, Any] = {"user_id": caller.user_id, "after": 0, "limit": ROWS}
    async with services.database.read() as session:
        user = await auth.users.get(session, caller, caller.user_id)
        teams = await services.teams.of_user(session, caller, caller.user_id)
        sessions = await auth.sessions.page(session, caller, **own)
        tokens = await auth.tokens.page(session, caller, **own, valid=True)
        instances = await services.models.names(session, caller.user_id)
    return page(
        request,
        "people/account.html",
        title="Your account",
        user=user,
        teams=teams,
        sessions=[row.session for row in sessions],
        this_session=visit.session_number if visit is not None else None,
        tokens=[row.token for row in tokens],
        instances=instances,
        role_names=ROLE_NAMES,
        permission_names=PERMISSION_NAMES,
        in_projects=IN_PROJECTS,
        now=auth.clock(),
    )


@router.post("/sessions/{session_id:int}/end")
async def end_session(
    request: Request, caller: Visitor, services: ServicesDep, session_id: RowId
) -> Response:
    """End one of my sessions at once."""
    async with services.database.write() as session:
        await services.auth.service.sessions.revoke_own(session, caller, session_id)
    return see_other(request, "/account", "The session has ended.")


@router.post("/keys/{token_id:int}/revoke")
async def revoke_key(
    request: Request, caller: Visitor, services: ServicesDep, token_id: RowId
) -> Response:
    """Revoke one of my keys."""
    async with services.database.write() as session:
        await services.auth.service.tokens.revoke_own(session, caller, token_id)
    return see_other(request, "/account", "The key is revoked: from now on it is refused.")
