"""Model instances are made, changed, tried and deleted on pages; their credentials never show."""

from __future__ import annotations

from typing import Any

import pytest
from tests.integration.dashboard.conftest import XSS, Site

pytestmark = pytest.mark.anyio

KEY = "planted" + "-key-" + "0123456789"
API = "/api/admin/v1/model-instances"


def _fields(name: str, **more: str) -> dict[str, Any]:
    return {
        "name": name,
        "policyGroupId": "1",
        "attachments": "refuse",
        "c0-provider": "openai",
        "c0-model": "gpt-4.1-mini",
        "c0-rank": "1",
        "c0-key": KEY,
        **more,
    }


async def _made(site: Site, name: str, **more: str) -> str:
    sent = await site.post("/instances/new", _fields(name, **more))
    assert sent.status == 303, sent.text
    return sent.location.removeprefix("/dashboard")


async def _of(site: Site, path: str) -> dict[str, Any]:
    answer = await site.api.get(f"{API}/{path.rsplit('/', 1)[1]}")
    data: dict[str, Any] = answer.json()["data"]
    return data


async def test_an_instance_is_made_and_its_key_is_never_shown(site: Site) -> None:
    path = await _made(
        site, "Made on a page", **{"c1-provider": "echo", "c1-model": "echo", "c1-rank": "2",
                                   "c1-options": "piece = 8\nprefix = Said: ", "team": ""}
    )  # fmt: skip
    one = await _of(site, path)
    assert one["connection"]["hasCredentials"] is True
    assert one["fallbacks"][0]["options"] == {"piece": 8, "prefix": "Said:"}
    for shown in (
        await site.get(path),
        await site.get(f"{path}/edit"),
        await site.get("/instances"),
    ):
        assert shown.status == 200
        assert shown.shows("Made on a page")
        assert KEY not in shown.html
    assert (await site.get(path)).shows("sealed", "Everybody")


async def test_what_is_wrong_is_told_at_its_field_with_what_was_typed(site: Site) -> None:
    wrong = _fields(
        "",
        **{"c0-base": "ftp://nowhere", "users": "nobody@example.org", "instructions": "Be kind."},
    )
    shown = await site.post("/instances/new", wrong)
    assert shown.status == 422
    assert shown.shows("ftp://nowhere", "Be kind.", "nobody here has this address")
    assert KEY not in shown.html
    shown = await site.post("/instances/new", _fields("Wrong", **{"c0-base": "ftp://nowhere"}))
    assert 'id="c0-base-problem"' in shown.html
    shown = await site.post("/instances/new", {**_fields("Keyless"), "c0-key": ""})
    assert 'id="c0-key-problem"' in shown.html
    shown = await site.post("/instances/new", _fields("Echo"))
    assert shown.shows("A model instance of this name exists")


async def test_connections_change_their_order_and_keep_their_keys(site: Site) -> None:
    path = await _made(
        site, "Ordered", **{"c1-provider": "mistral", "c1-model": "m", "c1-rank": "2",
                            "c1-key": "another-" + KEY}
    )  # fmt: skip
    swapped = {**_fields("Ordered"), "c0-key": "", "c0-rank": "2",
               "c1-provider": "mistral", "c1-model": "m", "c1-rank": "1"}  # fmt: skip
    sent = await site.post(f"{path}/edit", swapped)
    assert sent.status == 303, sent.text
    one = await _of(site, path)
    assert [one["connection"]["providerKey"], one["fallbacks"][0]["providerKey"]] == [
        "mistral", "openai",
    ]  # fmt: skip
    assert one["fallbacks"][0]["hasCredentials"]
    less = {**_fields("Ordered"), "c0-provider": "", "c0-model": "", "c0-key": "",
            "c1-provider": "echo", "c1-model": "echo"}  # fmt: skip
    assert (await site.post(f"{path}/edit", less)).status == 303
    one = await _of(site, path)
    assert (one["connection"]["providerKey"], one["fallbacks"]) == ("echo", [])


async def test_an_instance_is_opened_to_people_teams_and_projects(site: Site) -> None:
    team = (await site.api.post("/api/admin/v1/teams", json={"name": "Support"})).json()["data"]
    users = "administrator@localhost"
    path = await _made(site, "For some", users=users, team=str(team["id"]), project="2")
    one = await _of(site, path)
    assert (one["allowedUsers"], one["allowedTeams"]) == ([1, 2], [team["id"]])
    shown = await site.get(path)
    assert shown.shows("Support", "Default", users)
    assert shown.html.count('<span class="badge">') >= 3
    edited = await site.get(f"{path}/edit")
    assert f'name="team" value="{team["id"]}" checked' in edited.html
    assert 'name="project" value="2" checked' in edited.html
    assert edited.shows(users)


async def test_a_test_says_what_each_connection_answers(site: Site) -> None:
    part = await site.browser.post(
        "/dashboard/instances/1/test",
        data={"csrf": await site.csrf()},
        headers={"HX-Request": "true", "Origin": "http://sluice.test"},
    )
    assert "answered in" in part.text
    assert "<html" not in part.text
    whole = await site.post("/instances/1/test")
    assert whole.shows("Connection: echo", "answered in", "Model instances")
    empty = await _made(site, "Without", **{"c0-provider": "", "c0-model": "", "c0-key": ""})
    assert (await site.post(f"{empty}/test")).shows("There is no connection to test")


async def test_a_deleted_instance_is_gone(site: Site) -> None:
    path = await _made(site, "To be deleted")
    sent = await site.post(f"{path}/delete")
    assert sent.location == "/dashboard/instances"
    assert (await site.get(path)).status == 404
    assert not (await site.get("/instances")).shows("To be deleted")


async def test_everything_that_somebody_names_is_inert(site: Site) -> None:
    text = XSS[:100]
    path = await _made(
        site, text, instructions=XSS, **{"c0-model": text, "c0-provider": "echo", "c0-key": "",
                                         "c0-options": f"prefix = {text}"}
    )  # fmt: skip
    for shown in (
        await site.get(path), await site.get(f"{path}/edit"), await site.get("/instances"),
        await site.post(f"{path}/test"),
        await site.post("/instances/new", _fields(text, users=XSS, **{"c0-base": XSS})),
    ):  # fmt: skip
        assert shown.is_inert()
    assert (await site.get(path)).shows(text)


async def test_who_may_only_look_changes_nothing(site: Site) -> None:
    path = await _made(site, "Looked at", instructions="Write to planted.person@example.org")
    auditor = await site.as_role("auditor")
    shown = await auditor.get(path)
    assert shown.status == 200
    assert "planted.person" not in shown.html
    for word in ("/test", "/edit", "/delete"):
        assert f"{path}{word}" not in shown.html
        assert (await auditor.post(f"{path}{word}", _fields("Other"))).status == 403
    assert (await auditor.get("/instances/new")).status == 403
    assert (await auditor.post("/instances/new", _fields("Other"))).status == 403
    assert (await auditor.get("/instances")).status == 200
    member = await site.as_role("member")
    assert (await member.get("/instances")).status == 403
    assert (await member.get(path)).status == 403


async def test_long_lists_are_paged(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    from sluice.server.dashboard.pages import instances

    monkeypatch.setattr(instances, "ROWS", 1)
    await _made(site, "Another one")
    first = await site.get("/instances")
    assert first.shows("Echo")
    assert "/dashboard/instances?after=1" in first.html
    second = await site.get("/instances?after=1")
    assert not second.shows('href="/dashboard/instances/1"')


async def test_limits_are_set_on_a_page_and_their_use_is_shown_beside_them(site: Site) -> None:
    path = await _made(site, "Limited", **{"c0-provider": "echo", "c0-key": "", "c0-model": "echo"})
    assert (await site.get(path)).shows("as much as its provider allows")
    typed = {"requestsPerMinute": "9", "concurrentStreams": "2", "monthlyBudget": "$12.50"}
    sent = await site.post(f"{path}/limits", typed)
    assert sent.status == 303, sent.text
    body = {"modelInstanceId": int(path.rsplit("/", 1)[1]), "source": "sdk", "text": "Hello"}
    answered = await site.api.post("/api/v1/prompts/submit", json=body)
    assert answered.status_code == 200, answered.text
    shown = await site.get(path)
    assert shown.shows("Requests, last minute: 1 of 9", "Streams now: 0 of 2", "of $12.50")
    form = await site.get(f"{path}/limits")
    assert form.shows('value="9"', 'value="12.5"')
    wrong = await site.post(f"{path}/limits", {"requestsPerMinute": "-1", "tokensPerMinute": XSS})
    assert wrong.status == 422
    assert 'id="requestsPerMinute-problem"' in wrong.html
    assert 'id="tokensPerMinute-problem"' in wrong.html
    assert wrong.is_inert()
    wrong = await site.post(f"{path}/limits", {"monthlyBudget": "much"})
    assert 'id="monthlyBudget-problem"' in wrong.html
    assert (await site.post(f"{path}/limits", {})).status == 303
    assert (await site.get(path)).shows("as much as its provider allows")


async def test_who_may_only_look_sees_limits_and_sets_none(site: Site) -> None:
    path = await _made(site, "Limited and looked at")
    await site.post(f"{path}/limits", {"requestsPerMinute": "9"})
    auditor = await site.as_role("auditor")
    shown = await auditor.get(path)
    assert shown.shows("Requests, last minute: 0 of 9")
    assert f"{path}/limits" not in shown.html
    assert (await auditor.get(f"{path}/limits")).status == 403
    assert (await auditor.post(f"{path}/limits", {"requestsPerMinute": "1"})).status == 403
