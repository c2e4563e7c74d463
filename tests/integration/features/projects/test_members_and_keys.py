"""Who works on a project, its keys, and the user that they belong to."""

from __future__ import annotations

import pytest
from tests.integration.features.conftest import World, client
from tests.integration.features.projects.team import PROJECTS, key_of, member, person, project

pytestmark = pytest.mark.anyio
USERS = "/api/admin/v1/users"


async def own_user(world: World, name: str) -> int:
    users = (await world.admin.get(USERS)).json()["data"]
    return next(int(user["id"]) for user in users if user["name"] == f"Project {name}")


async def test_a_member_is_given_a_role_another_one_and_none(world: World) -> None:
    await project(world.admin, "Alpha")
    token = await member(world, "alpha", "ada", "viewer")
    members = f"{PROJECTS}/alpha/members"
    (listed,) = (await world.admin.get(members)).json()["data"]
    assert (listed["email"], listed["role"], listed["disabled"]) == (
        "ada@example.org",
        "viewer",
        False,
    )
    path = f"{members}/{listed['userId']}"
    async with client(world.app, token) as ada:
        roles = []
        for role in ("editor", "owner", "owner"):
            await world.admin.put(path, json={"role": role})
            roles.append((await ada.get(f"{PROJECTS}/alpha")).json()["data"]["role"])
        assert roles == ["editor", "owner", "owner"]
        assert (await world.admin.delete(path)).status_code == 204
        assert (await ada.get(f"{PROJECTS}/alpha")).status_code == 404
    assert (await world.admin.delete(path)).status_code == 404
    assert [e["details"]["role"] for e in await world.audit("project.member_set")] == [
        "owner",
        "editor",
        "viewer",
    ]
    assert len(await world.audit("project.member_removed")) == 1


@pytest.mark.parametrize(
    ("user_id", "body", "status"),
    [
        (4711, {"role": "viewer"}, 404),
        (1, {"role": "king"}, 422),
        (1, {}, 422),
        (2**40, {"role": "viewer"}, 422),
    ],
    ids=["nobody", "no role", "nothing", "no id"],
)
async def test_what_cannot_be_a_member_is_refused(
    world: World, user_id: int, body: dict[str, str], status: int
) -> None:
    answer = await world.admin.put(f"{PROJECTS}/default/members/{user_id}", json=body)
    assert answer.status_code == status


async def test_a_projects_own_user_works_on_no_other_project(world: World) -> None:
    await project(world.admin, "Alpha")
    path = f"{PROJECTS}/default/members/{await own_user(world, 'Alpha')}"
    assert (await world.admin.put(path, json={"role": "viewer"})).status_code == 404
    assert (await world.admin.get(f"{PROJECTS}/default/members")).json()["data"] == []


async def test_a_key_is_shown_once_and_refused_as_soon_as_it_is_revoked(world: World) -> None:
    await project(world.admin, "Alpha")
    made = await world.admin.post(f"{PROJECTS}/alpha/keys", json={"name": "shop"})
    assert made.headers["cache-control"] == "no-store"
    key = made.json()["data"]
    listed = await world.admin.get(f"{PROJECTS}/alpha/keys")
    assert key["token"] not in listed.text
    assert [(k["name"], k["id"]) for k in listed.json()["data"]] == [("shop", key["id"])]
    async with client(world.app, key["token"]) as application:
        assert (await application.get(f"{PROJECTS}/alpha")).status_code == 200
        path = f"{PROJECTS}/alpha/keys/{key['id']}"
        assert (await world.admin.delete(path)).status_code == 204
        assert (await application.get(f"{PROJECTS}/alpha")).status_code == 401
        assert (await application.get("/v2/projects/all")).status_code == 401
    assert (await world.admin.get(f"{PROJECTS}/alpha/keys")).json()["data"] == []


async def test_a_key_is_revoked_through_its_own_project_only(world: World) -> None:
    await project(world.admin, "Alpha")
    key = await key_of(world.admin, "alpha")
    refused = await world.admin.delete(f"{PROJECTS}/default/keys/{key['id']}")
    personal = await world.admin.delete(f"{PROJECTS}/alpha/keys/1")
    assert (refused.status_code, personal.status_code) == (404, 404)
    async with client(world.app, key["token"]) as application:
        assert (await application.get(f"{PROJECTS}/alpha")).status_code == 200


async def test_a_key_that_would_have_expired_is_not_made(world: World) -> None:
    body = {"name": "old", "expiresAt": "2020-01-01T00:00:00Z"}
    answer = await world.admin.post(f"{PROJECTS}/default/keys", json=body)
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "change",
    [
        {"role": "administrator"},
        {"disabled": True},
        {"disabled": False},
        {"unlinkIdentity": True},
    ],
    ids=str,
)
async def test_a_projects_own_user_is_changed_with_the_project_only(
    world: World, change: dict[str, object]
) -> None:
    path = f"{USERS}/{await own_user(world, 'Default')}"
    answer = await world.admin.patch(path, json=change)
    assert (answer.status_code, answer.json()["code"]) == (409, "project_user")


async def test_a_key_opens_no_session_and_manages_nothing(world: World) -> None:
    key = await key_of(world.admin, "default")
    async with client(world.app, key["token"]) as application:
        signed_in = await application.post(
            "/api/v1/auth/test-automation/login",
            headers={"x-test-automation-api-key": key["token"]},
        )
        assert (signed_in.status_code, signed_in.json()["code"]) == (403, "project_key")
        assert "set-cookie" not in signed_in.headers
        for path in ("users", "policy-groups", "api-tokens", "calls", "keys", "audit-events"):
            answer = await application.get(f"/api/admin/v1/{path}")
            assert answer.status_code == 403, path


async def test_a_model_instance_may_be_kept_for_a_projects_keys(world: World) -> None:
    user_id = await own_user(world, "Default")
    await world.instance(1, name="Reserved", allowedUsers=[user_id])
    key = await key_of(world.admin, "default")
    body = {"model": "Reserved", "messages": [{"role": "user", "content": "hello"}]}
    async with client(world.app, key["token"]) as application:
        allowed = await application.post("/v1/chat/completions", json=body)
    assert allowed.status_code == 200, allowed.text
    # Whom it is not kept for asks another instance by that name.
    await world.member.post("/v1/chat/completions", json=body)
    assert len(world.provider.asked) == 1


async def test_a_member_whom_an_administrator_shut_out_is_shown_as_that(world: World) -> None:
    user_id = await person(world.app, "grace")
    await world.admin.put(f"{PROJECTS}/default/members/{user_id}", json={"role": "editor"})
    await world.admin.patch(f"{USERS}/{user_id}", json={"disabled": True})
    (listed,) = (await world.admin.get(f"{PROJECTS}/default/members")).json()["data"]
    assert (listed["userId"], listed["disabled"]) == (user_id, True)
