"""Who may see and send what: every page of the dashboard, for every role."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import pytest
from starlette.routing import Route
from tests.integration.dashboard.conftest import Page, Site

from sluice.server.auth.roles import ROLE_PERMISSIONS, Permission, Role
from sluice.server.dashboard.pages import SIGNED_IN
from sluice.server.features.projects.roles import ProjectRole

pytestmark = pytest.mark.anyio

OWN: Final = re.compile(r"/account|/$|/project$")
"""What everybody has."""
NEEDS: Final[tuple[tuple[str, Permission], ...]] = (
    (r"POST .*/reveal$", Permission.REVEAL),
    (r"\w+ /audit|GET /privacy/coverage$", Permission.AUDIT),
    (r"\w+ /privacy/keys", Permission.MANAGE_KEYS),
    (r"GET /people|POST /people/find$", Permission.VIEW_PEOPLE),
    (r"POST /people", Permission.MANAGE_PEOPLE),
    (r"\w+ /first-steps", Permission.MANAGE_MODELS),
    (r"GET /instances(/{instance_id:int})?$", Permission.VIEW_MODELS),
    (r"\w+ /instances", Permission.MANAGE_MODELS),
    (r"\w+ /overview", Permission.VIEW_USAGE),
    (r"\w+ /new-project", Permission.MANAGE_PROJECTS),
    (r"\w+ /playground", Permission.USE_MODELS),
    (r"\w+ /(calls|threads)", Permission.AUDIT),
    (r"POST /policies/{group_id}/test$", Permission.VIEW_POLICIES),
    (r"POST /policies|GET /policies/(new|import)$|GET .*/dry-run$", Permission.MANAGE_POLICIES),
    (r"GET /policies", Permission.VIEW_POLICIES),
)
"""The first that fits; pages of projects and pages that fit none are told below."""
READING: Final = re.compile(
    r"/(search|export|views|placeholders/uses|prompts/check|views/{view_id}/delete)$"
)
"""What is sent in a project and changes nothing of it, or only what is one's own."""
REFUSED: Final = frozenset({403, 404, 409, 422})
LEADING_ON: Final = frozenset(
    {"GET /privacy", "GET /first-steps/{step}", "GET /instances/{instance_id:int}/test"}
)
"""They hold nothing and lead to pages that do."""
HARMLESS: Final = "POST /first-steps/preview"
"""It shows what was sent, and to who may not send prompts that they may not."""
PROJECT: Final = "/projects/{project_id}/"


def operations() -> Iterator[str]:
    """Method and path of every page."""
    for router in SIGNED_IN:
        for route in router.routes:
            assert isinstance(route, Route)
            for method in sorted((route.methods or set()) - {"HEAD"}):
                yield f"{method} {route.path}"


def needed(operation: str) -> Permission | None:
    """What a page outside of projects takes; None where everybody may."""
    found = (permission for pattern, permission in NEEDS if re.match(pattern, operation))
    return next(found, None)


async def answer(site: Site, operation: str, csrf: str) -> Page:
    """What somebody gets; there is nothing with any of the numbers and names."""
    method, path = operation.split()
    path = path.replace("{project_id}", "default")
    path = re.sub(r"\{\w*(_id)(:int)?\}", "4711", path)
    path = re.sub(r"\{\w+(:\w+)?\}", "x", path)
    if method == "GET":
        return await site.get(path)
    return await site.post(path, {"reason": "a ticket of the tests"}, csrf=csrf)


def unfit(operation: str, status: int, role: Role) -> bool:
    """Whether an answer is not what somebody with this role and none in a project must get."""
    if PROJECT in operation:
        may = {Role.AUDITOR: ProjectRole.VIEWER, Role.PROMPT_EDITOR: ProjectRole.EDITOR}.get(role)
        reading = operation.startswith("GET ") or READING.search(operation) is not None
        if operation.endswith("/reveal"):
            return status not in REFUSED
        if may is None:
            return status != 404
        # What takes more is refused; what takes less is not looked at here.
        return may is ProjectRole.VIEWER and not reading and status not in REFUSED
    permission = needed(operation)
    if operation in LEADING_ON or operation == HARMLESS:
        return status not in {200, 303}
    if permission is None:
        return OWN.search(operation.split()[1]) is not None and status == 403
    if permission in ROLE_PERMISSIONS[role]:
        return status == 403
    return status not in REFUSED


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
async def test_everybody_gets_what_their_role_allows_and_nothing_else(
    site: Site, role: Role
) -> None:
    somebody = await site.as_role(role)
    csrf = await somebody.csrf()
    found = {one: (await answer(somebody, one, csrf)).status for one in operations()}
    assert {one: status for one, status in found.items() if unfit(one, status, role)} == {}
    assert max(found.values()) < 500


async def test_a_viewer_of_a_project_sends_nothing_that_changes_it(site: Site) -> None:
    viewer = await site.as_role("member")
    user = (await viewer.browser.get("/api/v1/users/me")).json()["data"]["id"]
    path = f"/api/v1/projects/default/members/{user}"
    assert (await site.api.put(path, json={"role": "viewer"})).status_code == 200
    csrf = await viewer.csrf()
    sent = [one for one in operations() if one.startswith("POST ") and PROJECT in one]
    found = {one: (await answer(viewer, one, csrf)).status for one in sent}
    changing = {one: status for one, status in found.items() if not READING.search(one)}
    assert {one: status for one, status in changing.items() if status not in REFUSED} == {}
    assert len(changing) > 20


def test_every_page_is_for_somebody() -> None:
    """A page that fits no pattern is everybody's own, or stands here with who checks it."""
    open_pages = [
        one
        for one in operations()
        if PROJECT not in one and needed(one) is None and not OWN.search(one.split()[1])
    ]
    assert sorted(open_pages) == [
        "GET /privacy",
        "GET /privacy/erasure",
        "GET /privacy/retention",
        "POST /privacy/erasure",
        "POST /privacy/retention",
    ]
