"""Who may do what on the server: every management and every revealing call, for every role."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import update
from tests.integration.features.conftest import World, client
from tests.integration.features.projects.team import key_of, project, token_of

from sluice.server.app import create_app
from sluice.server.auth.roles import ROLE_PERMISSIONS, Permission, Role
from sluice.server.auth.tables import User
from sluice.server.kit.sealing import new_master_key
from sluice.server.settings import Settings

pytestmark = pytest.mark.anyio

Json = dict[str, Any]
A: Final = "/api/admin/v1"
P: Final = "/api/v1/projects"
WHY: Final[Json] = {"reason": "a ticket of the tests"}
POLICY: Final[Json] = {"name": "Another policy"}
YAML: Final[Json] = {"yaml": "policyGroups:\n  - name: A policy of a file\n"}
INSTANCE: Final[Json] = {"name": "Another instance", "policyGroupId": 1}

CALLS: Final[dict[str, tuple[Permission, Json | None]]] = {
    f"GET {A}/api-tokens": (Permission.VIEW_PEOPLE, None),
    f"POST {A}/api-tokens": (Permission.MANAGE_PEOPLE, {"name": "mine"}),
    f"GET {A}/api-tokens/{{token_id}}": (Permission.VIEW_PEOPLE, None),
    f"DELETE {A}/api-tokens/{{token_id}}": (Permission.MANAGE_PEOPLE, None),
    f"GET {A}/api-tokens/{{token_id}}/settings": (Permission.VIEW_PEOPLE, None),
    f"PUT {A}/api-tokens/{{token_id}}/settings": (Permission.MANAGE_PEOPLE, {}),
    f"GET {A}/audit-events": (Permission.AUDIT, None),
    f"GET {A}/audit-events/export": (Permission.AUDIT, None),
    f"GET {A}/audit-events/verify": (Permission.AUDIT, None),
    f"GET {A}/calls": (Permission.AUDIT, None),
    f"GET {A}/calls/{{call_id}}": (Permission.AUDIT, None),
    f"POST {A}/calls/{{call_id}}/reveal": (Permission.REVEAL, WHY),
    f"GET {A}/coverage": (Permission.AUDIT, None),
    f"GET {A}/first-steps": (Permission.MANAGE_MODELS, None),
    f"POST {A}/first-steps/close": (Permission.MANAGE_MODELS, None),
    f"GET {A}/keys": (Permission.MANAGE_KEYS, None),
    f"POST {A}/keys/rotate": (Permission.MANAGE_KEYS, None),
    f"GET {A}/model-instances": (Permission.VIEW_MODELS, None),
    f"POST {A}/model-instances": (Permission.MANAGE_MODELS, INSTANCE),
    f"GET {A}/model-instances/{{instance_id}}": (Permission.VIEW_MODELS, None),
    f"PUT {A}/model-instances/{{instance_id}}": (Permission.MANAGE_MODELS, INSTANCE),
    f"DELETE {A}/model-instances/{{instance_id}}": (Permission.MANAGE_MODELS, None),
    f"GET {A}/model-instances/{{instance_id}}/limits": (Permission.VIEW_MODELS, None),
    f"PUT {A}/model-instances/{{instance_id}}/limits": (Permission.MANAGE_MODELS, {}),
    f"POST {A}/model-instances/{{instance_id}}/test": (Permission.MANAGE_MODELS, None),
    f"GET {A}/model-instances/{{instance_id}}/users": (Permission.VIEW_USAGE, None),
    f"GET {A}/policy-groups": (Permission.VIEW_POLICIES, None),
    f"POST {A}/policy-groups": (Permission.MANAGE_POLICIES, POLICY),
    f"POST {A}/policy-groups/test": (Permission.VIEW_POLICIES, {"text": "nothing"}),
    f"GET {A}/policy-groups/{{group_id}}": (Permission.VIEW_POLICIES, None),
    f"PUT {A}/policy-groups/{{group_id}}": (Permission.MANAGE_POLICIES, POLICY),
    f"DELETE {A}/policy-groups/{{group_id}}": (Permission.MANAGE_POLICIES, None),
    f"GET {A}/policy-groups/{{group_id}}/diff": (
        Permission.VIEW_POLICIES,
        {"before": 1, "after": 2},
    ),
    f"POST {A}/policy-groups/{{group_id}}/dry-run": (Permission.MANAGE_POLICIES, {"version": 1}),
    f"POST {A}/policy-groups/{{group_id}}/restore": (Permission.MANAGE_POLICIES, {"number": 1}),
    f"POST {A}/policy-groups/{{group_id}}/terms/search": (Permission.VIEW_POLICIES, {}),
    f"POST {A}/policy-groups/{{group_id}}/terms/change": (
        Permission.MANAGE_POLICIES,
        {"ifVersion": 1},
    ),
    f"GET {A}/policy-groups/{{group_id}}/uses": (Permission.VIEW_POLICIES, None),
    f"POST {A}/policy-groups/yaml": (Permission.MANAGE_POLICIES, YAML),
    f"GET {A}/policy-groups/{{group_id}}/yaml": (Permission.VIEW_POLICIES, None),
    f"PUT {A}/policy-groups/{{group_id}}/yaml": (Permission.MANAGE_POLICIES, YAML),
    f"GET {A}/policy-groups/{{group_id}}/versions": (Permission.VIEW_POLICIES, None),
    f"GET {A}/sessions": (Permission.VIEW_PEOPLE, None),
    f"DELETE {A}/sessions/{{session_id}}": (Permission.MANAGE_PEOPLE, None),
    f"POST {A}/sign-in-links": (Permission.MANAGE_PEOPLE, {}),
    f"GET {A}/statistics": (Permission.VIEW_USAGE, None),
    f"GET {A}/teams": (Permission.VIEW_PEOPLE, None),
    f"POST {A}/teams": (Permission.MANAGE_PEOPLE, {"name": "Another team"}),
    f"GET {A}/teams/{{team_id}}": (Permission.VIEW_PEOPLE, None),
    f"PATCH {A}/teams/{{team_id}}": (Permission.MANAGE_PEOPLE, {"name": "A third team"}),
    f"DELETE {A}/teams/{{team_id}}": (Permission.MANAGE_PEOPLE, None),
    f"PUT {A}/teams/{{team_id}}/members/{{user_id}}": (Permission.MANAGE_PEOPLE, None),
    f"DELETE {A}/teams/{{team_id}}/members/{{user_id}}": (Permission.MANAGE_PEOPLE, None),
    f"GET {A}/threads": (Permission.AUDIT, None),
    f"GET {A}/threads/{{thread_id}}": (Permission.AUDIT, None),
    f"POST {A}/threads/{{thread_id}}/reveal": (Permission.REVEAL, WHY),
    f"GET {A}/usage": (Permission.VIEW_USAGE, None),
    f"GET {A}/users": (Permission.VIEW_PEOPLE, None),
    f"POST {A}/users/search": (Permission.VIEW_PEOPLE, {}),
    f"GET {A}/users/{{user_id}}": (Permission.VIEW_PEOPLE, None),
    f"PATCH {A}/users/{{user_id}}": (Permission.MANAGE_PEOPLE, {"role": "member"}),
    f"POST {P}": (Permission.MANAGE_PROJECTS, {"name": "Another project"}),
    f"POST {P}/{{project_id}}/recordings/{{recording_id}}/reveal": (Permission.REVEAL, WHY),
    f"POST {P}/{{project_id}}/sessions/{{session_id}}/reveal": (Permission.REVEAL, WHY),
    "GET /api/v1/model-instances": (Permission.USE_MODELS, None),
    "POST /api/v1/prompts/analyze": (
        Permission.USE_MODELS,
        {"modelInstanceId": 1, "source": "sdk", "text": "nothing"},
    ),
}
"""What each call takes, and a body (or a query) that is refused for no other reason."""
KEY: Final = "project key"
EVERYBODY: Final = (*(role.value for role in Role), KEY)


def managed(app: FastAPI) -> Iterator[str]:
    """Every call of the management API, and every one that reveals."""
    for path, methods in app.openapi()["paths"].items():
        if path.startswith(A) or path.endswith("/reveal"):
            yield from (f"{method.upper()} {path}" for method in methods)


def permissions_of(who: str) -> frozenset[Permission]:
    """A project's key may what a member may, whatever the project's user is."""
    return ROLE_PERMISSIONS[Role.MEMBER if who == KEY else Role(who)]


async def is_refused(caller: httpx.AsyncClient, call: str, body: Json | None) -> bool:
    """Whether the caller lacks the permission; anything else is not about their role."""
    method, path = call.split()
    path = re.sub(r"\{project_id\}", "alpha", path)
    path = re.sub(r"\{\w+\}", "4711", path)
    if method == "GET":
        answer = await caller.get(path, params=body)
    else:
        answer = await caller.request(method, path, json=body)
    told = answer.json() if answer.is_client_error else {}
    assert answer.status_code < 500, (call, answer.text)
    assert answer.status_code != 401, (call, answer.text)
    missing = isinstance(told, dict) and told.get("code") == "missing_permission"
    assert missing == (answer.status_code == 403), (call, answer.text)
    return missing


@asynccontextmanager
async def everybody(world: World) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
    """A client for each role, all of them viewers of a project by a team; and its key.

    The project's own user is an administrator by mistake.
    """
    await project(world.admin, "Alpha")
    team = await world.admin.post(f"{A}/teams", json={"name": "All"})
    team_id = team.json()["data"]["id"]
    given = await world.admin.put(f"{P}/alpha/teams/{team_id}", json={"role": "viewer"})
    assert given.status_code == 200, given.text
    tokens = {KEY: (await key_of(world.admin, "alpha"))["token"]}
    await promote_the_projects_user(world)
    for role in Role:
        user_id = await somebody(world.app, role)
        added = await world.admin.put(f"{A}/teams/{team_id}/members/{user_id}")
        assert added.status_code == 200, added.text
        tokens[role.value] = await token_of(world.admin, user_id)
    async with AsyncExitStack() as stack:
        yield {
            who: await stack.enter_async_context(client(world.app, token))
            for who, token in tokens.items()
        }


async def promote_the_projects_user(world: World) -> None:
    """Make the project's own user an administrator, which no call can: its keys stay keys."""
    async with world.app.state.services.database.write() as session:
        ours = (User.of_project, User.name == "Project Alpha")
        await session.execute(update(User).where(*ours).values(role=Role.ADMINISTRATOR.value))


async def somebody(app: FastAPI, role: Role) -> int:
    """A new user with this role; the id."""
    async with app.state.services.database.write() as session:
        user = User(email=f"{role}@roles.example.org", name=role.value, role=role.value)
        session.add(user)
        await session.flush()
        return user.id


def test_every_management_call_and_every_revealing_one_is_in_the_table(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, master_key=new_master_key())
    assert set(managed(create_app(settings))) - set(CALLS) == set()


async def test_everybody_may_what_their_role_allows_and_nothing_else(world: World) -> None:
    async with everybody(world) as clients:
        found = {
            who: {call for call, (_, body) in CALLS.items() if await is_refused(one, call, body)}
            for who, one in clients.items()
        }
    expected = {
        who: {call for call, (needed, _) in CALLS.items() if needed not in permissions_of(who)}
        for who in EVERYBODY
    }
    assert {who: found[who] ^ expected[who] for who in EVERYBODY} == {
        who: set() for who in EVERYBODY
    }


async def test_roles_of_the_server_say_what_somebody_is_in_every_project(world: World) -> None:
    async with everybody(world) as clients:
        projects = {who: (await one.get(P)).json()["data"] for who, one in clients.items()}
        there = {who: {p["id"]: p["role"] for p in rows} for who, rows in projects.items()}
        one = {who: (await c.get(f"{P}/alpha")).json()["data"] for who, c in clients.items()}
    assert there == {
        "administrator": {"alpha": "owner", "default": "owner"},
        "policy_editor": {"alpha": "viewer"},
        "prompt_editor": {"alpha": "editor", "default": "editor"},
        "auditor": {"alpha": "viewer", "default": "viewer"},
        "member": {"alpha": "viewer"},
        KEY: {"alpha": "editor"},
    }
    assert {who: found["role"] for who, found in one.items()} == {
        who: rows["alpha"] for who, rows in there.items()
    }


async def test_who_may_not_change_instructions_sees_them_without_sensitive_values(
    world: World,
) -> None:
    instance = await world.instance(instructions="Escalate to jane@example.com")
    async with everybody(world) as clients:
        path = f"{A}/model-instances/{instance}"
        shown = {
            who: (await clients[who].get(path)).json()["data"]["instructions"]
            for who in ("administrator", "policy_editor", "prompt_editor", "auditor")
        }
    assert shown.pop("administrator") == "Escalate to jane@example.com"
    assert set(shown.values()) == {"Escalate to EMAIL_ADDRESS_0"}
