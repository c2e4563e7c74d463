"""Saving versions: numbers, identical contents, findings, many at once."""

from __future__ import annotations

import anyio
import pytest
from tests.integration.features.conftest import World
from tests.integration.features.templates.wire import OWN, Templates, chat, refused

pytestmark = pytest.mark.anyio

MAIL = "nobody@example.org"


async def test_each_new_content_is_a_version_with_the_next_number(world: World) -> None:
    templates = Templates(world.admin)
    first = (await templates.save("support/reply", chat("one {{x}}", note="first")))["version"]
    second = await templates.save("support/reply", chat("two {{y}}", versionName="kinder"))
    version = second["version"]
    assert (first["number"], version["number"]) == (1, 2)
    assert first["templateId"] == version["templateId"]
    assert (version["variables"], version["versionName"], first["note"]) == (
        ["y"],
        "kinder",
        "first",
    )
    listed = await templates.get(f"/templates/{version['templateId']}/versions")
    assert [one["number"] for one in listed] == [2, 1]
    assert listed[1] == first
    assert await templates.get(f"/templates/{version['templateId']}/versions/2") == version


async def test_an_identical_content_returns_the_version_that_is_there(world: World) -> None:
    templates = Templates(world.admin)
    first = await templates.save("a", chat("one"))
    await templates.save("a", chat("two"))
    again = await templates.save("a", chat("one", note="another note"))
    assert (first["isNew"], again["isNew"]) == (True, False)
    assert again["version"] == first["version"]
    elsewhere = await templates.save("b", chat("one"))
    assert elsewhere["isNew"]
    assert elsewhere["version"]["number"] == 1


async def test_versions_that_are_saved_at_once_get_different_numbers(world: World) -> None:
    templates = Templates(world.admin)
    async with anyio.create_task_group() as group:
        for number in range(12):
            group.start_soon(templates.save, "a", chat(f"version {number % 6}"))
    [template] = await templates.get("/templates")
    versions = await templates.get(f"/templates/{template['id']}/versions")
    assert [one["number"] for one in versions] == [6, 5, 4, 3, 2, 1]
    assert len({one["content"]["messages"][0]["content"] for one in versions}) == 6


async def test_findings_come_back_with_their_place_and_are_counted(world: World) -> None:
    templates = Templates(world.admin)
    saved = await templates.save("a", chat(f"Write to {MAIL}."))
    [finding] = saved["lint"]["findings"]
    assert (finding["path"], finding["entityType"]) == ("messages[0].content", "EMAIL_ADDRESS")
    assert (finding["start"], finding["end"]) == (9, 9 + len(MAIL))
    [template] = await templates.get("/templates")
    assert template["findings"] == {"EMAIL_ADDRESS": 1}


async def test_a_project_may_refuse_findings_wherever_they_stand(world: World) -> None:
    templates = Templates(world.admin)
    await templates.change(onFindings="refuse")
    tool = {"name": "find", "description": f"asks {MAIL}"}
    content = chat(f"a {MAIL}", toolSchema=[tool], note=MAIL)
    body = refused(
        await world.admin.post(f"{OWN}/templates", json={"name": "a", "content": content}), 422
    )
    assert body["code"] == "findings_refused"
    assert {one["path"] for one in body["errors"]} == {
        "messages[0].content",
        "toolSchema[0].description",
        "note",
    }
    assert MAIL not in str(body)
    assert await templates.get("/templates") == []
    assert (await templates.save("a", chat("a {{mail}}")))["isNew"]


async def test_linting_saves_nothing_and_tells_what_sdk_0_1_6_cannot_be_told(world: World) -> None:
    templates = Templates(world.admin)
    content = {"messages": [{"kind": "history"}, {"role": "user", "content": f"{{{{q}}}} {MAIL}"}]}
    found = await templates.post("/templates/lint", {"content": content})
    assert found["counts"] == {"EMAIL_ADDRESS": 1}
    assert found["variables"] == ["q"]
    assert [one["path"] for one in found["formatProblems"]] == ["messages[0]"]
    assert await templates.get("/templates") == []


async def test_a_broken_template_is_refused_with_every_position_and_no_text(world: World) -> None:
    content = {
        "messages": [
            {"role": "user", "content": f"{MAIL} {{{{#open}}}}"},
            {"role": "tool", "content": ""},
        ],
        "modle": MAIL,
    }
    answer = await world.admin.post(f"{OWN}/templates", json={"name": "../a", "content": content})
    body = refused(answer, 422)
    assert [one["path"] for one in body["errors"]] == [
        "name",
        "content.messages[1].role",
        "content.modle",
    ]
    content = {"messages": [{"role": "user", "content": f"{MAIL} {{{{#open}}}}{{{{>p}}}}"}]}
    answer = await world.admin.post(f"{OWN}/templates", json={"name": "a", "content": content})
    body = refused(answer, 422)
    told = body["errors"][0]["message"]
    assert "messages[0].content, code point 19" in told
    assert "code point 28" in told
    assert MAIL not in str(body)


async def test_two_versions_are_compared(world: World) -> None:
    templates = Templates(world.admin)
    template = await templates.versions("a", "one", "two")
    found = await templates.get(f"/templates/{template['id']}/diff", **{"from": 1, "to": 2})
    assert found["messages"] == [
        {
            "beforeIndex": 0,
            "afterIndex": 0,
            "before": {"role": "system", "content": "one"},
            "after": {"role": "system", "content": "two"},
        }
    ]
    assert "-one\n+two" in found["unified"]


async def test_templates_are_listed_by_name_page_by_page(world: World) -> None:
    templates = Templates(world.admin)
    for name in ("c", "a", "b/x", "b"):
        await templates.save(name, chat("one"))
    first = await templates.get("/templates", limit=2)
    rest = await templates.get("/templates", after=first[-1]["name"], limit=500)
    assert [one["name"] for one in [*first, *rest]] == ["a", "b", "b/x", "c"]
    assert [one["name"] for one in await templates.get("/templates", name="b")] == ["b"]
    assert await templates.get("/templates", name="nobody") == []


async def test_a_template_is_deleted_with_everything_of_it(world: World) -> None:
    templates = Templates(world.admin)
    saved = await templates.save("a", chat("one"), "prod")
    path = f"{OWN}/templates/{saved['version']['templateId']}"
    assert (await world.admin.delete(path)).status_code == 204
    for inner in ("", "/versions", "/versions/1", "/deployments"):
        refused(await world.admin.get(path + inner), 404)
    assert await templates.get("/environments") == []
    assert [e["event"] for e in await world.audit("template.deleted")] == ["template.deleted"]


async def test_who_has_no_role_finds_nothing_and_a_viewer_changes_nothing(world: World) -> None:
    template = await Templates(world.admin).versions("a", "one")
    member = world.member
    refused(await member.get(f"{OWN}/templates"), 404)
    user = (await member.get("/api/v1/me")).json().get("data", {}).get("id")
    if user is None:
        users = (await world.admin.get("/api/admin/v1/users")).json()["data"]
        user = next(one["id"] for one in users if one["email"] == "member@example.org")
    made = await world.admin.put(f"{OWN}/members/{user}", json={"role": "viewer"})
    assert made.is_success, made.text
    assert [one["name"] for one in await Templates(member).get("/templates")] == ["a"]
    body = {"name": "a", "content": chat("two")}
    refused(await member.post(f"{OWN}/templates", json=body), 403)
    path = f"{OWN}/templates/{template['id']}"
    refused(await member.delete(path), 403)
    order = {"environment": "prod", "version": 1}
    refused(await member.post(f"{path}/deployments", json=order), 403)


async def test_templates_are_listed_by_folder_and_by_a_word_in_their_name(world: World) -> None:
    templates = Templates(world.admin)
    for name in ("a/b/one", "a/b/two", "a/three", "a%", "ab/four"):
        await templates.save(name, chat())

    async def names(**asked: str) -> list[str]:
        return [one["name"] for one in await templates.get("/templates", **asked)]

    assert await templates.get("/templates/folders") == {"a": 3, "a/b": 2, "ab": 1}
    assert await names(folder="a") == ["a/b/one", "a/b/two", "a/three"]
    assert await names(folder="a/b") == ["a/b/one", "a/b/two"]
    assert await names(search="T") == ["a/b/two", "a/three"]
    assert await names(search="%") == ["a%"]
    assert await names(folder="a", search="o", after="a/b/one") == ["a/b/two"]
    assert await names(name="a/three", folder="ab") == ["a/three"]


async def test_a_lint_tells_which_version_says_the_same(world: World) -> None:
    templates = Templates(world.admin)
    await templates.versions("a", "one", "two")

    async def same(name: str, text: str) -> int | None:
        found = await templates.post("/templates/lint", {"name": name, "content": chat(text)})
        number: int | None = found["sameAs"]
        return number

    assert await same("a", "one") == 1
    assert await same("a", "two") == 2
    assert await same("a", "three") is None
    assert await same("b", "one") is None
