"""Where environments point: deploying, rolling back, withdrawing, and the history of it."""

from __future__ import annotations

import anyio
import pytest
from tests.integration.features.conftest import World
from tests.integration.features.templates.wire import (
    OLD,
    OWN,
    V2,
    Json,
    Templates,
    chat,
    refused,
)

pytestmark = pytest.mark.anyio

UNSAYABLE: Json = {
    "messages": [
        {"role": "system", "content": "{{#a}}b{{/a}}"},
        {"kind": "history"},
    ]
}


def pointers(template: Json) -> dict[str, int]:
    return {name: one["number"] for name, one in template["environments"].items()}


async def test_environments_point_where_they_were_deployed_and_latest_to_the_newest(
    world: World,
) -> None:
    templates = Templates(world.admin)
    template = await templates.versions("a", "one", "two", "three")
    await templates.deploy(template, "prod", 1)
    after = await templates.deploy(template, "staging", 2)
    assert pointers(after) == {"prod": 1, "staging": 2}
    assert after["latest"]["number"] == 3
    assert await templates.get("/environments") == [
        {"name": "prod", "templates": 1, "protection": None},
        {"name": "staging", "templates": 1, "protection": None},
    ]
    [version] = await templates.get("/environments/staging/versions")
    assert version["content"]["messages"][0]["content"] == "two"
    [version] = await templates.get("/environments/latest/versions")
    assert version["number"] == 3


async def test_the_history_says_who_when_why_and_what_was_before(world: World) -> None:
    templates = Templates(world.admin)
    template = await templates.versions("a", "one", "two")
    await templates.deploy(template, "prod", 1, "first")
    await templates.deploy(template, "prod", 1, "again, which is nothing")
    await templates.deploy(template, "prod", 2, "ticket 4711")
    await templates.deploy(template, "staging", 1)
    path = f"/templates/{template['id']}/deployments"
    found = await templates.get(path, environment="prod")
    told = [(one["number"], one["previousNumber"], one["note"]) for one in found]
    assert told == [(2, 1, "ticket 4711"), (1, None, "first")]
    assert {one["userId"] for one in found} == {1}
    assert len(await templates.get(path)) == 3
    assert await templates.get(path, before=found[0]["id"], limit=1, environment="prod") == [
        found[1]
    ]
    assert len(await world.audit("template.deployed")) == 3


async def test_a_rollback_goes_one_further_back_each_time(world: World) -> None:
    templates = Templates(world.admin)
    template = await templates.versions("a", "one", "two", "three", "four")
    for version in (1, 3, 4):
        await templates.deploy(template, "prod", version)
    assert pointers(await templates.roll_back(template, "prod")) == {"prod": 3}
    assert pointers(await templates.roll_back(template, "prod", note="worse")) == {"prod": 1}
    path = f"{OWN}/templates/{template['id']}/rollback"
    refused(await world.admin.post(path, json={"environment": "prod"}), 409)
    await templates.deploy(template, "prod", 2)
    assert pointers(await templates.roll_back(template, "prod")) == {"prod": 1}
    assert pointers(await templates.roll_back(template, "prod", version=4)) == {"prod": 4}
    refused(await world.admin.post(path, json={"environment": "prod", "version": 9}), 404)


async def test_latest_is_not_deployed_to(world: World) -> None:
    templates = Templates(world.admin)
    template = await templates.versions("a", "one", "two")
    path = f"{OWN}/templates/{template['id']}"
    for inner in ("deployments", "rollback"):
        body = {"environment": "latest", "version": 1}
        assert (
            "always points"
            in refused(await world.admin.post(f"{path}/{inner}", json=body), 409)["message"]
        )
    refused(await world.admin.delete(f"{path}/environments/latest"), 409)
    assert (await templates.save("a", chat("three"), "latest"))["isNew"]
    body = {"name": "a", "content": chat("one"), "environments": ["latest"]}
    refused(await world.admin.post(f"{OWN}/templates", json=body), 409)


async def test_what_is_withdrawn_is_not_there_any_more(world: World) -> None:
    templates = Templates(world.admin)
    template = await templates.versions("a", "one")
    await templates.deploy(template, "prod", 1)
    path = f"{OWN}/templates/{template['id']}/environments/prod"
    assert (await world.admin.delete(path)).status_code == 204
    refused(await world.admin.delete(path), 404)
    assert (await templates.get("/templates"))[0]["environments"] == {}
    assert "latest" in refused(await world.admin.get(f"{OLD}/prod"), 404)["message"]


async def test_deployments_at_once_leave_one_pointer_and_a_whole_history(world: World) -> None:
    templates = Templates(world.admin)
    template = await templates.versions("a", *(f"version {n}" for n in range(6)))
    async with anyio.create_task_group() as group:
        for version in range(1, 7):
            group.start_soon(templates.deploy, template, "prod", version)
    found = await templates.get(f"/templates/{template['id']}/deployments")
    [after] = await templates.get("/templates")
    assert pointers(after) == {"prod": found[0]["number"]}
    assert [one["previousNumber"] for one in found[:-1]] == [one["number"] for one in found[1:]]
    assert sorted(one["number"] for one in found) == [1, 2, 3, 4, 5, 6]


async def deploy_unsayable(world: World, version: int = 1) -> list[Json]:
    """The answers to each way of deploying what SDK 0.1.6 cannot be told."""
    templates, admin = Templates(world.admin), world.admin
    saved = (await templates.save("a", UNSAYABLE))["version"]
    own, wire = f"{OWN}/templates/{saved['templateId']}", f"{V2}/id/{saved['templateId']}"
    answers = [
        await admin.post(f"{own}/deployments", json={"environment": "prod", "version": version}),
        await admin.post(f"{own}/rollback", json={"environment": "prod", "version": version}),
        await admin.post(
            f"{OWN}/templates", json={"name": "a", "content": UNSAYABLE, "environments": ["prod"]}
        ),
        await admin.post(
            f"{wire}/versions/{saved['id']}/environments", json={"environments": ["prod"]}
        ),
        await admin.post(
            f"{V2}/name/a/versions",
            json={
                "template_messages": UNSAYABLE["messages"],
                "model": "",
                "provider": "",
                "environments": ["prod"],
            },
        ),
    ]
    return [{"status": one.status_code, **one.json()} for one in answers]


@pytest.mark.parametrize("dialect", ["always", "when_used"])
async def test_what_sdk_0_1_6_reads_is_not_replaced_by_what_it_cannot_be_told(
    world: World, dialect: str
) -> None:
    templates = Templates(world.admin)
    await templates.change(formatDialect=dialect)
    await templates.save("a", chat("one {{x}}"), "prod")
    assert len((await world.admin.get(f"{OLD}/prod")).json()["templates"]) == 1
    answers = await deploy_unsayable(world, version=2)
    assert [one["status"] for one in answers] == [422] * 5
    for body in answers:
        assert body["code"] == "not_formattable"
        assert [one["path"] for one in body["errors"]] == ["messages[0].content", "messages[1]"]
        assert "formatDialect" in body["message"]
    assert pointers((await templates.get("/templates"))[0]) == {"prod": 1}


async def test_always_refuses_what_sdk_0_1_6_cannot_be_told_even_if_it_read_nothing(
    world: World,
) -> None:
    await Templates(world.admin).change(formatDialect="always")
    assert [one["status"] for one in await deploy_unsayable(world)] == [422] * 5


@pytest.mark.parametrize("used", [True, False], ids=["never", "not yet used"])
async def test_it_is_deployed_where_nobody_reads_with_sdk_0_1_6(world: World, used: bool) -> None:
    templates = Templates(world.admin)
    await templates.save("a", chat("one {{x}}"), "prod")
    if used:
        await world.admin.get(f"{OLD}/prod")
        await templates.change(formatDialect="never")
    answers = await deploy_unsayable(world, version=2)
    assert all(one["status"] < 300 for one in answers)


async def test_it_is_deployed_where_sdk_0_1_6_did_not_get_the_template_anyway(
    world: World,
) -> None:
    await Templates(world.admin).save("another", chat("one {{x}}"), "prod")
    assert len((await world.admin.get(f"{OLD}/prod")).json()["templates"]) == 1
    assert all(one["status"] < 300 for one in await deploy_unsayable(world))
    assert len((await world.admin.get(f"{OLD}/prod")).json()["templates"]) == 1
