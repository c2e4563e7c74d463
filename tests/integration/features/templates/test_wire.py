"""What SDK 0.6.1 saves and deploys, and how it is told of errors."""

from __future__ import annotations

import pytest
from tests.integration.features.conftest import World
from tests.integration.features.templates.wire import OLD, OWN, V2, Json, Templates, chat, refused

pytestmark = pytest.mark.anyio

NULLS: Json = {
    "version_name": None,
    "version_description": None,
    "llm_parameters": None,
    "tool_schema": None,
    "environments": None,
}
VERSION: Json = {
    "template_messages": [
        {"role": "system", "content": "Be {{tone}}.", "media_slots": []},
        {"kind": "history"},
        {
            "role": "user",
            "content": "{{question}}",
            "media_slots": [{"type": "image", "placeholder_name": "scan"}],
        },
    ],
    "model": "gpt-4o",
    "provider": "openai",
    "version_name": "kinder",
    "version_description": "ticket 4711",
    "llm_parameters": {"temperature": 0.2},
    "tool_schema": [{"name": "find", "description": "Finds.", "parameters": {"type": "object"}}],
    "environments": ["prod", "staging"],
}


async def save(world: World, name: str = "support/reply", **changes: object) -> Json:
    answer = await world.admin.post(f"{V2}/name/{name}/versions", json={**VERSION, **changes})
    assert answer.status_code == 201, answer.text
    saved: Json = answer.json()
    return saved


async def test_a_version_is_saved_and_deployed_and_comes_back_as_it_was(world: World) -> None:
    saved = await save(world)
    assert (saved["version_name"], saved["version_description"]) == ("kinder", "ticket 4711")
    assert saved["content"][0] == {"role": "system", "content": "Be {{tone}}."}
    assert saved["content"][1:] == VERSION["template_messages"][1:]
    assert saved["metadata"] == {
        "provider": "openai",
        "flavor": "openai_chat",
        "model": "gpt-4o",
        "params": {"temperature": 0.2},
        "provider_info": None,
    }
    assert saved["tool_schema"] == VERSION["tool_schema"]
    ids = f"id/{saved['prompt_template_id']}/versions/{saved['prompt_template_version_id']}"
    read = (await world.admin.get(f"{V2}/{ids}")).json()
    told = {key: value for key, value in saved.items() if not key.startswith("version_")}
    assert read == told
    for environment in ("prod", "staging", "latest"):
        path = f"{V2}/name/support/reply"
        one = await world.admin.get(path, params={"environment": environment})
        assert one.json() == {**read, "environment": environment}


async def test_both_bases_are_served(world: World) -> None:
    await save(world)
    bases = ["", "/api"]
    answers = [await world.admin.get(f"{base}{V2}/all/prod") for base in bases]
    assert answers[0].json() == answers[1].json()


async def test_nulls_are_taken_and_an_identical_version_returns_the_existing_one(
    world: World,
) -> None:
    first = await save(world, **NULLS)
    second = await save(world, **{**NULLS, "version_name": "another"})
    assert first == second
    assert (first["version_name"], first["version_description"]) == (None, None)
    assert (first["metadata"]["params"], first["tool_schema"]) == ({}, None)


async def test_a_version_is_deployed_to_several_environments(world: World) -> None:
    templates = Templates(world.admin)
    saved = await save(world, environments=None)
    ids = f"id/{saved['prompt_template_id']}/versions/{saved['prompt_template_version_id']}"
    path = f"{V2}/{ids}/environments"
    answer = await world.admin.post(path, json={"environments": ["prod", "dev", "latest"]})
    assert answer.status_code == 200
    [template] = await templates.get("/templates")
    assert sorted(template["environments"]) == ["dev", "prod"]


async def test_every_problem_is_told_in_json_and_in_the_message(world: World) -> None:
    body = {
        **VERSION,
        "template_messages": [{"role": "user", "content": "secret {{#open}}"}],
        "provider": "a\nb",
        "llm_parameters": {"model": "secret"},
    }
    told = refused(await world.admin.post(f"{V2}/name/a/versions", json=body), 422)
    assert [one["path"] for one in told["errors"]] == ["template_messages", "provider"]
    assert "template_messages[0].content, code point 7" in told["message"]
    assert "secret" not in str(told)
    body = {**VERSION, "template_messages": [{"role": "tool", "content": 1}], "model": None}
    told = refused(await world.admin.post(f"{V2}/name/a/versions", json=body), 422)
    assert {one["path"] for one in told["errors"]} == {
        "template_messages[0].role",
        "template_messages[0].content",
        "model",
    }


async def test_ids_that_do_not_belong_together_are_not_found(world: World) -> None:
    one, other = await save(world, "one"), await save(world, "other")
    version = other["prompt_template_version_id"]
    path = f"{V2}/id/{one['prompt_template_id']}/versions/{version}"
    refused(await world.admin.get(path), 404)
    refused(await world.admin.post(f"{path}/environments", json={"environments": ["prod"]}), 404)
    refused(await world.admin.get(f"{V2}/id/a/versions/b"), 404)


async def test_a_name_that_could_be_another_path_is_refused(world: World) -> None:
    answer = await world.admin.post(f"{V2}/name/a/%2E%2E/b/versions", json=VERSION)
    assert answer.status_code in (404, 422)
    answer = await world.admin.post(f"{V2}/name/a%5Cb/versions", json=VERSION)
    refused(answer, 422)
    answer = await world.admin.post(
        f"{V2}/name/a/versions", json={**VERSION, "environments": ["a b"]}
    )
    refused(answer, 422)


@pytest.mark.parametrize(
    "path",
    [
        f"{V2}/all/a%00b",
        f"{V2}/name/a%00b?environment=prod",
        f"{V2}/name/a?environment=a%00b",
        f"{V2}/id/a%00b/versions/a%00b",
        f"{OLD}/a%00b",
        f"{OWN}/templates/a%00b",
        f"{OWN}/templates?after=a%00b",
        f"{OWN}/environments/a%00b/versions",
    ],
)
async def test_what_no_database_can_hold_is_not_there(world: World, path: str) -> None:
    assert (await world.admin.get(path)).status_code in (404, 422)


async def test_other_features_read_versions_by_ids_and_environments(world: World) -> None:
    from sluice.server.features.projects.roles import ProjectRole

    templates = Templates(world.admin)
    services = world.app.state.services
    caller = await services.callers.caller(
        services.auth, world.admin.headers["authorization"].removeprefix("Bearer "), address="t"
    )
    project = await services.workbench.projects.of(caller, "default", ProjectRole.VIEWER)
    saved = (await templates.save("a", chat("Be {{tone}}."), "prod"))["version"]
    own = services.workbench.templates
    found = await own.version(project, saved["id"])
    assert (found.uid, found.template_name) == (saved["id"], "a")
    assert await own.in_environment(project, "a", "prod") == found
    assert await own.in_environment(project, "a", "latest") == found
    assert await own.version_of_wire_ids(project, saved["templateId"], saved["id"]) == found
    assert await own.version_of_wire_ids(project, "another", saved["id"]) is None
    assert await own.version_of_wire_ids(project, None, None) is None
    assert await own.version_of_wire_ids(project, None, "a\0b") is None
