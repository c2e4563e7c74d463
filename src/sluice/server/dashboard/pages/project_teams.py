"""Teams that work on a project: a part of the project's settings."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from sluice.server.dashboard.forms import fields_of, validated
from sluice.server.dashboard.guarding import GuardedRouter
from sluice.server.dashboard.in_project import OwnedPage
from sluice.server.dashboard.pages.project import shown_settings
from sluice.server.dashboard.rendering import see_other
from sluice.server.dashboard.signing_in import Visitor
from sluice.server.errors import SluiceError
from sluice.server.features.projects.schemas import MemberIn
from sluice.server.kit.wire import RowId
from sluice.server.services import ServicesDep

router = GuardedRouter(prefix="/projects/{project_id}/settings/teams")


@router.post("")
async def set_team(
    request: Request, project: OwnedPage, caller: Visitor, services: ServicesDep
) -> Response:
    """Give the people of a team a role in the project."""
    fields = await fields_of(request)
    try:
        body = validated(MemberIn, {"role": fields.get("role", "")})
        async with services.database.write() as session:
            team = await services.teams.with_name(session, fields.get("team", ""))
            await services.workbench.project_teams.set(session, caller, project, team, body.role)
    except SluiceError as error:
        return await shown_settings(request, project, caller, services, "members", fields, error)
    return see_other(request, f"/projects/{project.uid}/settings?tab=members", "Saved.")


@router.post("/{team_id:int}/remove")
async def remove_team(
    request: Request, project: OwnedPage, caller: Visitor, services: ServicesDep, team_id: RowId
) -> Response:
    """Take a team's role in the project away."""
    async with services.database.write() as session:
        await services.workbench.project_teams.remove(session, caller, project, team_id)
    said = "This team does not work on the project any more."
    return see_other(request, f"/projects/{project.uid}/settings?tab=members", said)
