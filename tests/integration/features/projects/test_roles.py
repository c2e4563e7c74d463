"""Who may do what in a project: every endpoint of the workbench, for everybody."""

from __future__ import annotations

import re
from typing import Final

import httpx
import pytest
from starlette.routing import BaseRoute, Route
from tests.integration.features.conftest import World
from tests.integration.features.projects.team import EVERYBODY, project, team

from sluice.server.features.projects.roles import ProjectRole
from sluice.server.features.projects.service import NO_PROJECT
from sluice.server.workbench_routes import OWN, WIRE

pytestmark = pytest.mark.anyio
P: Final = "/api/v1/projects/{project_id}"
EXCEPTIONS: Final = {
    f"POST {P}/recordings/search": ProjectRole.VIEWER,
    f"POST {P}/sessions/search": ProjectRole.VIEWER,
    f"POST {P}/templates/lint": ProjectRole.VIEWER,
    f"POST {P}/placeholders/uses": ProjectRole.VIEWER,
    f"POST {P}/views": ProjectRole.VIEWER,
    f"PUT {P}/views/{{view_id}}": ProjectRole.VIEWER,
    f"DELETE {P}/views/{{view_id}}": ProjectRole.VIEWER,
    f"POST {P}/export": ProjectRole.VIEWER,
    f"POST {P}/erasures": ProjectRole.OWNER,
    f"PUT {P}/environments/{{environment}}/protection": ProjectRole.OWNER,
    f"DELETE {P}/environments/{{environment}}/protection": ProjectRole.OWNER,
    f"PATCH {P}": ProjectRole.OWNER,
    f"DELETE {P}": ProjectRole.OWNER,
    f"GET {P}/members": ProjectRole.OWNER,
    f"PUT {P}/members/{{user_id}}": ProjectRole.OWNER,
    f"DELETE {P}/members/{{user_id}}": ProjectRole.OWNER,
    f"GET {P}/teams": ProjectRole.OWNER,
    f"PUT {P}/teams/{{team_id}}": ProjectRole.OWNER,
    f"DELETE {P}/teams/{{team_id}}": ProjectRole.OWNER,
    f"GET {P}/keys": ProjectRole.OWNER,
    f"POST {P}/keys": ProjectRole.OWNER,
    f"DELETE {P}/keys/{{key_id}}": ProjectRole.OWNER,
}
"""Where more or less is needed than for all others: reading takes a viewer, the rest an editor."""
REVEALING: Final = (
    f"POST {P}/recordings/{{recording_id}}/reveal",
    f"POST {P}/sessions/{{session_id}}/reveal",
)
"""What takes a permission that no role in a project gives."""
BODIES: Final[dict[str, dict[str, object]]] = {one: {"reason": "a ticket"} for one in REVEALING}
"""Of what is refused by a service, which looks at who calls after what was sent is looked at."""
ROLE_OF: Final = {"key": ProjectRole.EDITOR, "administrator": ProjectRole.OWNER}


def operations() -> list[str]:
    """Method and path of everything that is done in a project; its deletion comes last."""
    routes: list[BaseRoute] = [route for router in (*WIRE, *OWN) for route in router.routes]
    found = {
        f"{method} {route.path}"
        for route in routes
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
        if "{project_id}" in route.path
    }
    return sorted(found, key=lambda one: (one == f"DELETE {P}", one))


def needed(operation: str) -> ProjectRole:
    reading = operation.startswith("GET ")
    return EXCEPTIONS.get(operation, ProjectRole.VIEWER if reading else ProjectRole.EDITOR)


async def refused_to(caller: httpx.AsyncClient, operation: str, project_id: str) -> str | None:
    """Why a caller may not do this; None where it is anything but their role."""
    method, path = operation.split()
    path = path.replace("{project_id}", project_id)
    path = re.sub(r"\{\w*(id|number)\}", "4711", path)
    path = re.sub(r"\{\w+(:path)?\}", "x", path)
    body: dict[str, object] | None = None if method == "GET" else BODIES.get(operation, {})
    answer = await caller.request(method, path, json=body)
    assert answer.status_code < 500, (operation, answer.text)
    if answer.status_code == 401:
        return "unauthenticated"
    told = answer.json() if answer.content else {}
    if answer.status_code == 403 and told.get("code") in ("project_role", "missing_permission"):
        return "role" if told["code"] == "project_role" else "permission"
    if answer.status_code == 404 and told.get("message") == NO_PROJECT:
        return "no project"
    return None


def expected(who: str, operation: str) -> str | None:
    if who == "stranger":
        return "no project"
    if operation in REVEALING:
        return None if who == "administrator" else "permission"
    role = ROLE_OF[who] if who in ROLE_OF else ProjectRole(who)
    return None if role.may(needed(operation)) else "role"


def test_every_exception_is_an_endpoint() -> None:
    assert {*EXCEPTIONS, *REVEALING} <= set(operations())
    assert len(operations()) > 70


@pytest.mark.parametrize("who", EVERYBODY)
async def test_everybody_may_do_what_their_role_allows_and_nothing_else(
    world: World, who: str
) -> None:
    await project(world.admin, "Alpha")
    async with team(world, "alpha") as clients:
        found = {o: await refused_to(clients[who], o, "alpha") for o in operations()}
    wanted = {operation: expected(who, operation) for operation in found}
    assert {o: found[o] for o in found if found[o] != wanted[o]} == {}


async def test_a_deleted_project_is_found_by_nobody(world: World) -> None:
    await project(world.admin, "Alpha")
    async with team(world, "alpha") as clients:
        await world.admin.delete("/api/v1/projects/alpha")
        for operation in operations():
            assert await refused_to(world.admin, operation, "alpha") == "no project", operation
            owner = clients["owner"]
            assert await refused_to(owner, operation, "alpha") == "no project", operation
        assert await refused_to(clients["key"], f"GET {P}", "alpha") == "unauthenticated"
