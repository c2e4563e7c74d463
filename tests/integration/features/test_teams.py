"""Teams: people who are given model instances and projects together."""

from __future__ import annotations

import httpx
import pytest
from tests.integration.features.conftest import Json, World
from tests.integration.features.projects.team import PROJECTS, project

pytestmark = pytest.mark.anyio
TEAMS = "/api/admin/v1/teams"
INSTANCES = "/api/admin/v1/model-instances"


async def made(world: World, name: str = "Support", *people: int) -> int:
    """A new team with some people; its id."""
    answer = await world.admin.post(TEAMS, json={"name": name})
    assert answer.status_code == 201, answer.text
    team_id = int(answer.json()["data"]["id"])
    for user_id in people:
        added = await world.admin.put(f"{TEAMS}/{team_id}/members/{user_id}")
        assert added.status_code == 200, added.text
    return team_id


async def member_id(world: World) -> int:
    """The user of `world.member`."""
    return int((await world.member.get("/api/v1/users/me")).json()["data"]["id"])


async def models_of(caller: httpx.AsyncClient) -> list[str]:
    """What the gateway lists, out of what it keeps in memory."""
    answer = await caller.get("/v1/models")
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()["data"]]


async def prompted(caller: httpx.AsyncClient, instance: int) -> int:
    body = {"modelInstanceId": instance, "source": "sdk", "text": "hello"}
    return (await caller.post("/api/v1/prompts/submit", json=body)).status_code


def code(answer: httpx.Response) -> str:
    return str(answer.json()["code"])


async def test_a_team_is_made_renamed_and_deleted_and_each_is_an_audit_event(world: World) -> None:
    team, user = await made(world), await member_id(world)
    await world.admin.put(f"{TEAMS}/{team}/members/{user}")
    again = await world.admin.put(f"{TEAMS}/{team}/members/{user}")
    assert [one["userId"] for one in again.json()["data"]["people"]] == [user]
    assert code(await world.admin.post(TEAMS, json={"name": "Support"})) == "team_taken"
    renamed = await world.admin.patch(f"{TEAMS}/{team}", json={"name": "Helpers"})
    assert renamed.json()["data"]["name"] == "Helpers"
    listed = (await world.admin.get(TEAMS)).json()["data"]
    assert [(one["name"], one["members"]) for one in listed] == [("Helpers", 1)]
    assert (await world.admin.delete(f"{TEAMS}/{team}/members/{user}")).status_code == 204
    assert (await world.admin.delete(f"{TEAMS}/{team}/members/{user}")).status_code == 404
    assert (await world.admin.delete(f"{TEAMS}/{team}")).status_code == 204
    assert (await world.admin.get(f"{TEAMS}/{team}")).status_code == 404
    events = ("created", "member_added", "renamed", "member_removed", "deleted")
    assert [len(await world.audit(f"team.{event}")) for event in events] == [1] * 5


async def test_only_people_are_in_teams(world: World) -> None:
    team = await made(world)
    await project(world.admin, "Alpha")
    users = (await world.admin.get("/api/admin/v1/users")).json()["data"]
    (own,) = [user["id"] for user in users if user["name"] == "Project Alpha"]
    for stranger in (own, 4711):
        assert (await world.admin.put(f"{TEAMS}/{team}/members/{stranger}")).status_code == 404


async def test_an_instance_is_open_to_who_is_in_its_team_from_the_next_call_on(
    world: World,
) -> None:
    team, user = await made(world), await member_id(world)
    instance = await world.instance(allowedTeams=[team])
    name = (await world.admin.get(f"{INSTANCES}/{instance}")).json()["data"]["name"]
    member = f"{TEAMS}/{team}/members/{user}"
    assert name not in await models_of(world.member)
    assert await prompted(world.member, instance) == 404
    await world.admin.put(member)
    assert name in await models_of(world.member)
    assert await prompted(world.member, instance) == 200
    await world.admin.delete(member)
    assert name not in await models_of(world.member)
    assert await prompted(world.member, instance) == 404
    assert name not in await models_of(world.admin), "kept for an empty team, it is nobody's"


async def test_users_and_teams_of_an_instance_count_together(world: World) -> None:
    team, user = await made(world), await member_id(world)
    instance = await world.instance(allowedTeams=[team, team], allowedUsers=[user])
    shown = (await world.admin.get(f"{INSTANCES}/{instance}")).json()["data"]
    assert (shown["allowedTeams"], shown["allowedUsers"]) == ([team], [user])
    assert await prompted(world.member, instance) == 200
    assert await prompted(world.admin, instance) == 404
    wire = (await world.member.get("/api/v1/model-instances")).json()["data"]
    assert [one["allowedTeams"] for one in wire if one["id"] == instance] == [[team]]


async def test_a_team_that_is_not_there_is_told_with_its_place(world: World) -> None:
    team = await made(world)
    body = {"name": "New", "policyGroupId": 1, "allowedTeams": [team, 4711]}
    refused = await world.admin.post(INSTANCES, json=body)
    assert refused.status_code == 422
    assert [problem["path"] for problem in refused.json()["errors"]] == ["allowedTeams[1]"]


async def test_a_team_that_an_instance_names_stays_so_that_nothing_opens_to_everybody(
    world: World,
) -> None:
    team = await made(world)
    instance = await world.instance(allowedTeams=[team])
    refused = await world.admin.delete(f"{TEAMS}/{team}")
    assert (refused.status_code, code(refused)) == (409, "team_in_use")
    assert await prompted(world.member, instance) == 404
    assert (await world.admin.delete(f"{INSTANCES}/{instance}")).status_code == 204
    assert (await world.admin.delete(f"{TEAMS}/{team}")).status_code == 204


async def test_the_highest_of_somebodys_roles_in_a_project_counts(world: World) -> None:
    user = await member_id(world)
    readers, writers = await made(world, "Readers", user), await made(world, "Writers", user)
    await project(world.admin, "Alpha")
    alpha = f"{PROJECTS}/alpha"

    async def role() -> str | None:
        found = await world.member.get(alpha)
        listed = (await world.member.get(PROJECTS)).json()["data"]
        assert [one["role"] for one in listed] == (
            [] if found.status_code == 404 else [found.json()["data"]["role"]]
        )
        return str(listed[0]["role"]) if listed else None

    assert await role() is None
    await given(world, f"{alpha}/teams/{readers}", "viewer")
    assert await role() == "viewer"
    await given(world, f"{alpha}/members/{user}", "owner")
    await given(world, f"{alpha}/teams/{writers}", "editor")
    assert await role() == "owner"
    await world.admin.delete(f"{alpha}/members/{user}")
    assert await role() == "editor"
    listed: list[Json] = (await world.admin.get(f"{alpha}/teams")).json()["data"]
    assert [(one["name"], one["role"]) for one in listed] == [
        ("Readers", "viewer"),
        ("Writers", "editor"),
    ]
    assert (await world.admin.delete(f"{TEAMS}/{writers}")).status_code == 204
    assert await role() == "viewer"
    assert (await world.admin.delete(f"{alpha}/teams/{readers}")).status_code == 204
    assert (await world.admin.delete(f"{alpha}/teams/{readers}")).status_code == 404
    assert await role() is None


async def given(world: World, path: str, role: str) -> None:
    """Give a person or a team a role."""
    answer = await world.admin.put(path, json={"role": role})
    assert answer.status_code == 200, answer.text


async def test_a_deleted_project_is_left_by_its_teams(world: World) -> None:
    team = await made(world, "Readers", await member_id(world))
    await project(world.admin, "Alpha")
    await given(world, f"{PROJECTS}/alpha/teams/{team}", "viewer")
    assert (await world.admin.delete(f"{PROJECTS}/alpha")).status_code == 204
    assert (await world.member.get(PROJECTS)).json()["data"] == []
    assert (await world.admin.delete(f"{TEAMS}/{team}")).status_code == 204
