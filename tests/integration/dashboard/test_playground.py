"""The playground's pages without scripts: plain forms that look, send, review and save."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.integration.dashboard.conftest import XSS, Page, Site

pytestmark = pytest.mark.anyio
MAIL = "jane@example.com"
CARD = "4111 1111 1111 1111"
PROJECT = "/projects/default/playground"
ROLES = {
    "policy_editor": 200,
    "prompt_editor": 200,
    "member": 200,
    "auditor": 403,
}


async def instance(site: Site, **policy: object) -> str:
    """A new model instance on the scripted provider, under a policy of its own; its id."""
    listed = len((await site.api.get("/api/admin/v1/model-instances")).json()["data"])
    made = await site.api.post(
        "/api/admin/v1/policy-groups", json={"name": f"Tried {listed}", "policy": policy}
    )
    body = {
        "name": f"Scripted {listed}",
        "policyGroupId": made.json()["data"]["id"],
        "connection": {"providerKey": "scripted", "model": "scripted"},
    }
    saved = await site.api.post("/api/admin/v1/model-instances", json=body)
    assert saved.status_code == 201, saved.text
    return str(saved.json()["data"]["id"])


def looked_at(page: Page) -> dict[str, str]:
    """The fields of a form that were filled in with findings."""
    found = re.findall(r'name="((?:finding|type)-\d+|looked_at)" value="([^"]*)"', page.html)
    return dict(found)


@pytest.mark.parametrize(("role", "status"), ROLES.items())
async def test_whoever_may_use_models_may_play(site: Site, role: str, status: int) -> None:
    person = await site.as_role(role)
    assert (await person.get("/playground")).status == status
    sent = await person.post("/playground", {"instance": "1", "text": MAIL, "do": "send"})
    assert sent.status == status
    if status == 200:
        assert sent.shows("EMAIL_ADDRESS_0")


async def test_a_look_shows_findings_with_score_and_why_and_keeps_nothing(site: Site) -> None:
    before = (await site.api.get("/api/v1/threads")).json()["data"]
    text = f"👋🏽 card {CARD} of {MAIL}"
    shown = await site.post("/playground", {"instance": "1", "text": text, "do": "look"})
    assert shown.status == 200
    assert shown.shows("CREDIT_CARD", "Luhn", "+ card", "threshold 50.0 %", text)
    assert shown.shows("👋🏽 card CREDIT_CARD_0 of EMAIL_ADDRESS_0")
    assert (await site.api.get("/api/v1/threads")).json()["data"] == before
    assert MAIL not in str(shown.answer.request.url)


async def test_four_views_of_each_column_stand_side_by_side(site: Site) -> None:
    one, other = (
        await instance(site),
        await instance(site, rules={"EMAIL_ADDRESS": {"action": "redact"}}),
    )
    site.provider.answer = ["Dear EMAIL_ADDRESS_0"]
    fields = {"instance": [one, other], "text": f"I am {MAIL}", "do": "send"}
    shown = await site.post("/playground", fields)
    assert shown.status == 200
    assert shown.text.count("What the model sees") == 4  # with the toggle and the scripts' column
    assert shown.html.count(f'title="EMAIL_ADDRESS_0">{MAIL}</mark>') >= 3
    assert shown.shows(f"Dear {MAIL}", "Dear EMAIL_ADDRESS_0", "Tokens in 3", "scripted-1")


async def test_a_review_without_scripts_releases_retypes_and_adds(site: Site) -> None:
    mine = await instance(site, rules={"EMAIL_ADDRESS": {"userMayRelease": True}})
    site.provider.asked.clear()
    text = f"{MAIL} {CARD} Otter"
    look = await site.post("/playground", {"instance": mine, "text": text, "do": "look"})
    fields = {**looked_at(look), "instance": mine, "text": text, "do": "send"}
    review = {"drop-0": "true", "type-1": "INVOICE", "add_text": "Otter", "add_type": "project"}
    sent = await site.post("/playground", {**fields, **review})
    assert sent.status == 200, sent.text
    assert site.provider.asked[-1][-1].content == f"{MAIL} INVOICE_0 PROJECT_0"
    changed = f"{text}, {CARD}"
    await site.post("/playground", {**fields, **review, "text": changed, "add_text": ""})
    last = site.provider.asked[-1][-1].content
    assert last == "EMAIL_ADDRESS_0 CREDIT_CARD_0 Otter, CREDIT_CARD_0"


async def test_what_the_policy_let_through_is_let_through_after_a_look_too(site: Site) -> None:
    mine = await instance(site, default={"action": "mask", "threshold": 1.0})
    text = "Ask Margaret Whitfield of Northwind Traders."
    look = await site.post("/playground", {"instance": mine, "text": text, "do": "look"})
    fields = {**looked_at(look), "instance": mine, "text": text, "do": "send"}
    site.provider.asked.clear()
    await site.post("/playground", fields)
    assert site.provider.asked[-1][-1].content == text
    await site.post("/playground", {**fields, "type-0": "CONTACT"})
    assert "CONTACT_0" in str(site.provider.asked[-1][-1].content)
    forged = await site.post("/playground", {**fields, "finding-0": "0:3"})
    assert forged.shows("This form was changed on its way")


async def test_what_is_wrong_is_said_and_what_was_typed_stays(site: Site) -> None:
    blocking = await instance(site, rules={"CREDIT_CARD": {"action": "block"}})
    look = await site.post("/playground", {"instance": blocking, "text": CARD, "do": "look"})
    assert look.shows("CREDIT_CARD blocks it", "the policy blocks this prompt")
    sent = await site.post("/playground", {"instance": blocking, "text": CARD, "do": "send"})
    assert sent.shows("1 × CREDIT_CARD is blocked by the policy", CARD)
    odd = await site.post(
        "/playground", {"instance": "1", "text": MAIL, "add_text": "jane", "add_type": "no type!"}
    )
    assert odd.status == 422
    assert odd.shows("capital letters", MAIL)
    none = await site.post("/playground", {"instance": "999", "text": MAIL, "do": "send"})
    assert none.shows("There is no such model instance", MAIL)


async def test_nothing_that_was_typed_or_answered_becomes_markup(site: Site) -> None:
    mine = await instance(site)
    site.provider.answer = [XSS]
    text = f"{XSS} {MAIL}"
    for do in ("look", "send"):
        shown = await site.post("/playground", {"instance": mine, "text": text, "do": do})
        assert shown.status == 200
        assert shown.is_inert()
        assert shown.shows("<script>alert(1)</script>")
    site.provider.answer = ["ok"]


async def saved(site: Site, text: str, name: str = "tried/greeting") -> dict[str, Any]:
    """A version saved by the API."""
    content = {"messages": [{"role": "user", "content": text}]}
    answer = await site.api.post(
        "/api/v1/projects/default/templates", json={"name": name, "content": content}
    )
    assert answer.status_code == 201, answer.text
    version: dict[str, Any] = answer.json()["data"]["version"]
    return version


async def test_versions_are_compared_on_the_same_inputs(site: Site) -> None:
    first = await saved(site, "Greet {{who}}.")
    second = await saved(site, f"Greet {{{{who}}}} warmly. {XSS.replace('{{ 7*7 }}', '')}")
    mine = await instance(site)
    site.provider.asked.clear()
    page = await site.get(f"{PROJECT}?template={first['templateId']}")
    assert page.shows("who", "Version 2 (newest)", "Version 1")
    fields = {
        "template": first["templateId"],
        "version": [first["id"], second["id"]],
        "instance": [mine, mine],
        "variable-name-0": "who",
        "variable-0": MAIL,
        "do": "send",
    }
    sent = await site.post(PROJECT, fields)
    assert sent.status == 200
    assert sent.is_inert()
    seen = sorted(str(messages[-1].text)[:24] for messages in site.provider.asked)
    assert all(one.startswith("Greet EMAIL_ADDRESS_") for one in seen)
    assert len(seen) == 2
    nothing = await site.post(PROJECT, {"template": first["templateId"], "do": "send"})
    assert nothing.status == 422
    assert nothing.shows("Choose a version and a model instance")


async def test_a_draft_and_another_template_stand_beside_a_version(site: Site) -> None:
    version = await saved(site, "Thank {{who}}.", "tried/thanks")
    other = await saved(site, "Leave {{whom}} alone.", "tried/scolding")
    mine = await instance(site)
    site.provider.asked.clear()
    fields = {
        "template": version["templateId"],
        "version": [version["id"], "draft", other["id"]],
        "instance": [mine, mine, mine],
        "variable-name-0": "who",
        "variable-0": "them",
        "variable-name-1": "whom",
        "variable-1": "nobody",
        "draft-role-0": "system",
        "draft-content-0": "Be kind.",
        "draft-role-1": "user",
        "draft-content-1": "Thank {{who}} twice.",
        "draft-role-2": "user",
        "draft-content-2": "",
    }
    sent = await site.post(PROJECT, {**fields, "do": "send"})
    assert sent.status == 200
    assert sent.shows("Draft · ", "tried/scolding 1 · ", "Thank {{who}} twice.")
    said = sorted(" ".join(m.text for m in messages) for messages in site.provider.asked)
    assert said == ["Be kind. Thank them twice.", "Leave nobody alone.", "Thank them."]
    run = await site.post(PROJECT, {**fields, "do": "run", "playlist": "x"})
    assert run.shows("Save the draft as a version first")
    done = await site.post(PROJECT, {**fields, "do": "save"})
    assert done.status == 303, done.text
    path = f"/api/v1/projects/default/templates/{version['templateId']}/versions/2"
    content = (await site.api.get(path)).json()["data"]["content"]
    assert [one["content"] for one in content["messages"]] == ["Be kind.", "Thank {{who}} twice."]


async def test_only_editors_try_templates(site: Site) -> None:
    assert (await (await site.as_role("member")).get(PROJECT)).status == 404
    assert (await (await site.as_role("auditor")).get(PROJECT)).status == 403
    assert (await (await site.as_role("prompt_editor")).get(PROJECT)).status == 200
    lead = await (await site.as_role("member")).get("/playground/prompts")
    assert lead.shows("There is no project whose prompts you may try")
    assert (await site.get("/playground/prompts")).location == f"/dashboard{PROJECT}"


async def test_columns_on_a_playlist_become_test_runs(site: Site) -> None:
    version = await saved(site, "Say {{word}}.", "tried/saying")
    made = await site.api.post("/api/v1/projects/default/playlists", json={"name": "Words"})
    uid = made.json()["data"]["id"]
    await site.api.post(
        f"/api/v1/projects/default/playlists/{uid}/test-cases",
        json={"testCases": [{"inputs": {"word": "hello"}}]},
    )
    mine = await instance(site)
    fields = {
        "template": version["templateId"],
        "version": [version["id"], version["id"]],
        "instance": [mine, mine],
        "playlist": uid,
        "do": "run",
    }
    sent = await site.post(PROJECT, fields)
    assert sent.status == 303, sent.text
    runs = sent.location.partition("runs=")[2].split(",")
    listed = (await site.api.get("/api/v1/projects/default/test-runs")).json()["data"]
    assert set(runs) == {one["id"] for one in listed if one["playlistId"] == uid}


async def test_a_text_is_saved_as_a_template_without_what_was_found_in_it(site: Site) -> None:
    fields = {"project": "default", "name": "tried/letter", "instance": "1", "variables": "true"}
    sent = await site.post(
        "/playground/template", {**fields, "text": f"Write to {MAIL}.", "system": "Be kind."}
    )
    assert sent.status == 303, sent.text
    found = await site.api.get(
        "/api/v1/projects/default/templates", params={"name": "tried/letter"}
    )
    uid = found.json()["data"][0]["id"]
    version = await site.api.get(f"/api/v1/projects/default/templates/{uid}/versions/1")
    assert [m["content"] for m in version.json()["data"]["content"]["messages"]] == [
        "Be kind.",
        "Write to {{email_address}}.",
    ]
    assert MAIL not in sent.location
    again = await site.post(
        "/playground/template", {**fields, "text": f"Write to {MAIL}.", "system": "Be kind."}
    )
    assert "says%20the%20same" in again.answer.headers["set-cookie"]


async def test_inputs_and_answer_are_saved_as_a_cleansed_test_case(site: Site) -> None:
    fields = {"project": "default", "playlist": "Tried", "instance": "1"}
    text = f"Write to {MAIL}."
    sent = await site.post("/playground/case", {**fields, "text": text, "output": f"To {MAIL}"})
    assert sent.status == 303, sent.text
    playlist = sent.location.rpartition("/")[2]
    cases = await site.api.get(f"/api/v1/projects/default/playlists/{playlist}/test-cases")
    (case,) = cases.json()["data"]
    name = case["inputs"]["email_address"]
    assert name.startswith("EMAIL_ADDRESS_")
    assert case["output"] == f"To {name}"
    broken = await site.post("/playground/case", {**fields, "inputs": "[1]", "output": "x"})
    assert broken.status == 422
    member = await site.as_role("member")
    assert (await member.post("/playground/case", {**fields, "text": "x"})).status == 404
