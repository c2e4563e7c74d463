"""Projects by our own API and Freeplay's wire: made, changed, listed."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text
from tests.integration.features.conftest import (
    ADMIN_TOKEN,
    ScriptedProvider,
    World,
    client,
    started,
)
from tests.integration.features.projects.team import PROJECTS, key_of, member, project, team

from sluice.server.kit.database import Database
from sluice.server.kit.sealing import new_master_key

pytestmark = pytest.mark.anyio


async def projects_after_a_start(database_url: str, folder: Path, key: str) -> list[str]:
    """The ids of the projects that a server has when it was started on this database."""
    async with (
        started(database_url, folder, ScriptedProvider(), key) as app,
        client(app, ADMIN_TOKEN) as admin,
    ):
        return [one["id"] for one in (await admin.get(PROJECTS)).json()["data"]]


async def test_the_first_start_makes_the_project_default(world: World) -> None:
    (made,) = (await world.admin.get(PROJECTS)).json()["data"]
    assert {name: made[name] for name in ("id", "name", "policyGroupId", "role")} == {
        "id": "default",
        "name": "Default",
        "policyGroupId": 1,
        "role": "owner",
    }


async def changed(database_url: str, *statements: str) -> None:
    """What nobody could do through the server is done to its database."""
    database = Database(database_url)
    async with database.write() as session:
        for statement in statements:
            await session.execute(text(statement))
    await database.close()


async def test_a_server_that_was_set_up_before_there_were_projects_gets_one_at_its_next_start(
    database_url: str, tmp_path: Path
) -> None:
    key = new_master_key()
    await projects_after_a_start(database_url, tmp_path, key)
    await changed(database_url, "DELETE FROM projects")
    for _ in range(2):
        assert await projects_after_a_start(database_url, tmp_path, key) == ["default"]


async def test_who_has_deleted_all_projects_gets_none_again(
    database_url: str, tmp_path: Path
) -> None:
    key = new_master_key()
    async with (
        started(database_url, tmp_path, ScriptedProvider(), key) as app,
        client(app, ADMIN_TOKEN) as admin,
    ):
        gone = await admin.delete(f"{PROJECTS}/default")
        assert gone.status_code == 204, gone.text
    assert await projects_after_a_start(database_url, tmp_path, key) == []


async def test_a_server_whose_policy_groups_were_all_deleted_starts_without_a_project(
    database_url: str, tmp_path: Path
) -> None:
    key = new_master_key()
    await projects_after_a_start(database_url, tmp_path, key)
    groups_gone = "UPDATE policy_groups SET deleted_at = created_at"
    await changed(database_url, "DELETE FROM projects", groups_gone)
    assert await projects_after_a_start(database_url, tmp_path, key) == []


async def test_a_project_has_sensible_settings_until_others_are_given(world: World) -> None:
    made = await project(world.admin, "Kundendienst Köln")
    assert {name: made[name] for name in made if not name.endswith("At")} == {
        "id": "kundendienst-koln",
        "name": "Kundendienst Köln",
        "policyGroupId": 1,
        "keepRaw": False,
        "onFindings": "warn",
        "formatDialect": "when_used",
        "retentionDays": None,
        "callRetentionDays": None,
        "role": "owner",
    }
    given = {
        "id": "Own_ID-1",
        "policyGroupId": await world.policy(),
        "keepRaw": True,
        "onFindings": "refuse",
        "formatDialect": "always",
        "retentionDays": 30,
        "callRetentionDays": 7,
    }
    other = await project(world.admin, "Other", **given)
    assert {name: other[name] for name in given} == given
    read = await world.admin.get(f"{PROJECTS}/Own_ID-1")
    assert read.json()["data"] == other


async def test_names_that_give_the_same_id_are_numbered(world: World) -> None:
    made = [await project(world.admin, name) for name in ("Support!", "Support?", "support", "…")]
    assert [one["id"] for one in made] == ["support", "support-2", "support-3", "project"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "Default"}, 409),
        ({"name": "Another", "id": "default"}, 409),
        ({"name": "  "}, 422),
        ({"name": "x" * 129}, 422),
        ({"name": "x\0"}, 422),
        ({"name": "x", "id": "a/b"}, 422),
        ({"name": "x", "id": "~1"}, 422),
        ({"name": "x", "id": "é"}, 422),
        ({"name": "x", "id": "a\n"}, 422),
        ({"name": "x", "id": ""}, 422),
        ({"name": "x", "id": "a" * 65}, 422),
        ({"name": "x", "policyGroupId": 4711}, 422),
        ({"name": "x", "retentionDays": 0}, 422),
        ({"name": "x", "onFindings": "shout"}, 422),
        ({"name": "x", "keepraw": True}, 422),
        ({}, 422),
    ],
)
async def test_what_cannot_be_a_project_is_refused(
    world: World, body: dict[str, object], status: int
) -> None:
    answer = await world.admin.post(PROJECTS, json=body)
    assert answer.status_code == status, answer.text
    assert len((await world.admin.get(PROJECTS)).json()["data"]) == 1


@pytest.mark.parametrize("uid", ["nothing-here", "~1", "%00", "a%2Fb", "x" * 65, "%F0%9F%98%80"])
async def test_an_id_that_no_project_has_or_can_have_is_not_found(world: World, uid: str) -> None:
    answer = await world.admin.get(f"{PROJECTS}/{uid}")
    assert answer.status_code in (404, 422), answer.text
    assert answer.json()["message"]


async def test_everybody_sees_the_projects_in_which_they_have_a_role(world: World) -> None:
    await project(world.admin, "Alpha")
    await project(world.admin, "Beta")
    async with team(world, "beta") as clients:
        seen = {
            name: [p["id"] for p in (await each.get(PROJECTS)).json()["data"]]
            for name, each in clients.items()
        }
        roles = {
            name: p["role"]
            for name, each in clients.items()
            for p in (await each.get(PROJECTS)).json()["data"]
            if p["id"] == "beta"
        }
        told = {}
        for base in ("", "/api"):
            answer = await clients["key"].get(f"{base}/v2/projects/all")
            told[base] = (answer.status_code, answer.json())
    assert seen.pop("administrator") == ["alpha", "beta", "default"]
    assert seen.pop("stranger") == []
    assert set(map(tuple, seen.values())) == {("beta",)}
    assert roles == {
        "viewer": "viewer",
        "editor": "editor",
        "owner": "owner",
        "key": "editor",
        "administrator": "owner",
    }
    only = (200, {"projects": [{"id": "beta", "name": "Beta"}]})
    assert told == {"": only, "/api": only}


async def test_a_change_leaves_alone_what_it_does_not_say(world: World) -> None:
    await project(world.admin, "Alpha", retentionDays=30, onFindings="refuse")
    path = f"{PROJECTS}/alpha"
    changed = (await world.admin.patch(path, json={"keepRaw": True, "name": "Gamma"})).json()
    assert changed["data"]["keepRaw"] is True
    assert (changed["data"]["name"], changed["data"]["id"]) == ("Gamma", "alpha")
    assert (changed["data"]["retentionDays"], changed["data"]["onFindings"]) == (30, "refuse")
    forever = (await world.admin.patch(path, json={"retentionDays": None})).json()
    assert forever["data"]["retentionDays"] is None
    events = await world.audit("project.changed")
    assert [e["details"]["fields"] for e in events] == ["retention_days", "keep_raw, name"]
    assert (await world.admin.patch(path, json={"name": "Default"})).status_code == 409
    users = (await world.admin.get("/api/admin/v1/users")).json()["data"]
    assert "Project Gamma" in [user["name"] for user in users]


async def test_a_change_is_seen_by_the_next_call_of_everybody(world: World) -> None:
    await project(world.admin, "Alpha")
    async with client(world.app, await member(world, "alpha", "owner", "owner")) as owner:
        before = (await owner.get(f"{PROJECTS}/alpha")).json()["data"]
        await world.admin.patch(f"{PROJECTS}/alpha", json={"onFindings": "refuse"})
        after = (await owner.get(f"{PROJECTS}/alpha")).json()["data"]
    assert (before["onFindings"], after["onFindings"]) == ("warn", "refuse")


async def test_who_owns_a_project_does_not_choose_its_policy_group(world: World) -> None:
    await project(world.admin, "Alpha")
    group = await world.policy(default={"action": "allow"})
    async with client(world.app, await member(world, "alpha", "owner", "owner")) as owner:
        body = {"policyGroupId": group, "keepRaw": True}
        refused = await owner.patch(f"{PROJECTS}/alpha", json=body)
        same = await owner.patch(f"{PROJECTS}/alpha", json={**body, "policyGroupId": 1})
    assert (refused.status_code, same.status_code) == (403, 200)
    done = await world.admin.patch(f"{PROJECTS}/alpha", json={"policyGroupId": group})
    assert done.json()["data"]["policyGroupId"] == group


async def test_a_policy_group_that_a_project_uses_is_not_deleted(world: World) -> None:
    group = await world.policy()
    await project(world.admin, "Alpha", policyGroupId=group)
    path = f"/api/admin/v1/policy-groups/{group}"
    refused = await world.admin.delete(path)
    assert refused.status_code == 409
    assert "1 project(s)" in refused.json()["message"]
    await world.admin.delete(f"{PROJECTS}/alpha")
    assert (await world.admin.delete(path)).status_code == 204


async def test_making_one_is_audited_and_needs_an_administrator(world: World) -> None:
    assert (await world.member.post(PROJECTS, json={"name": "Mine"})).status_code == 403
    await project(world.admin, "Alpha")
    first, *_ = await world.audit("project.created")
    assert first["actorId"] == 1
    key = await key_of(world.admin, "alpha")
    async with client(world.app, key["token"]) as application:
        assert (await application.post(PROJECTS, json={"name": "Mine"})).status_code == 403
