"""The first page, and the way into a project."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sluice.server.auth.roles import Permission
from sluice.server.dashboard.guarding import GuardedRouter
from sluice.server.dashboard.in_project import in_project
from sluice.server.dashboard.rendering import page
from sluice.server.dashboard.signing_in import Visitor
from sluice.server.errors import NotFound
from sluice.server.features.projects.roles import ProjectRole
from sluice.server.services import ServicesDep

router = GuardedRouter()
nowhere = GuardedRouter()
"""Of addresses that no page has; after all others."""


@router.get("/")
async def first(request: Request, caller: Visitor, services: ServicesDep) -> Response:
    """Where somebody begins: with what their role is for, and setting up comes first."""
    visit = request.state.visit
    if await services.first_steps.are_open(caller):
        return RedirectResponse("/dashboard/first-steps", status_code=303)
    if caller.may(Permission.VIEW_USAGE):
        return RedirectResponse("/dashboard/overview", status_code=303)
    if visit.projects:
        return RedirectResponse(f"/dashboard/projects/{visit.projects[0].uid}/prompts", 303)
    if caller.may(Permission.USE_MODELS):
        return RedirectResponse("/dashboard/playground", status_code=303)
    return page(request, "home/nothing.html", title="Welcome")


@router.get("/project")
async def choose_project(request: Request, caller: Visitor, id: str) -> Response:  # noqa: A002 (the form's field)
    """From the menu's choice to a project's pages."""
    project = await in_project(ProjectRole.VIEWER)(request, caller, id)
    return RedirectResponse(f"/dashboard/projects/{project.uid}/prompts", status_code=303)


@nowhere.get("/{rest:path}")
async def no_page(caller: Visitor) -> Response:
    """Within the layout, so that there is a way on from here."""
    raise NotFound("There is no such page.")
