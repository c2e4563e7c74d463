"""The pages of prompts: the library, versions, comparison, deployments, approvals, the editor."""

from __future__ import annotations

import html
import re
from typing import Any
from uuid import uuid4

import pytest
from tests.integration.dashboard.conftest import XSS, Site

pytestmark = pytest.mark.anyio

API = "/api/v1/projects/default"
BASE = "/projects/default/prompts"
Json = dict[str, Any]


async def save(site: Site, name: str, *texts: str, **fields: object) -> Json:
    """Versions of a template by API; the template."""
    for text in texts:
        content = {"messages": [{"role": "system", "content": text}], **fields}
        answer = await site.api.post(f"{API}/templates", json={"name": name, "content": content})
        assert answer.status_code == 201, answer.text
    found = await site.api.get(f"{API}/templates", params={"name": name})
    template: Json = found.json()["data"][0]
    return template


def unique(folder: str = "tests") -> str:
    """A name of the test's own."""
    return f"{folder}/{uuid4().hex[:8]}"


async def pointers(site: Site, template: Json) -> dict[str, int]:
    """Where environments point."""
    found = await site.api.get(f"{API}/templates/{template['id']}")
    return {name: one["number"] for name, one in found.json()["data"]["environments"].items()}


async def form(site: Site, path: str) -> dict[str, str]:
    """The editor's fields as they are shown."""
    shown = (await site.get(path)).html
    fields = {"kind": "chat", "do": "save"}
    for tag in re.findall(
        r"<textarea[^>]*name=\"([^\"]+)\"[^>]*>\n?(.*?)</textarea>", shown, re.DOTALL
    ):
        fields[tag[0]] = html.unescape(tag[1])
    for name, value in re.findall(
        r'<input class="input"[^>]*name="(\w+)"[^>]* value="(.*?)"', shown
    ):
        fields[name] = html.unescape(value)
    for name, options in re.findall(r"<select[^>]*name=\"(role-\d+)\"[^>]*>(.*?)</select>", shown):
        chosen = re.search(r'value="(\w+)" selected', options)
        assert chosen is not None
        fields[name] = chosen[1]
    return fields


async def test_the_library_shows_folders_environments_and_use(site: Site) -> None:
    template = await save(site, unique("library/deep"), "one", "two")
    short = template["name"].split("/")[-1]
    await site.post(f"{BASE}/{template['id']}/deploy", {"environment": "live", "version": "1"})
    shown = await site.get(BASE)
    assert shown.status == 200
    assert shown.shows("library", "library/deep/", short, "live v1", "v2")
    inside = await site.get(f"{BASE}?folder=library")
    assert inside.shows("All prompts", "deep 1", short)
    nothing = await site.get(f"{BASE}?search=no-such-prompt")
    assert nothing.shows("Nothing is called so")
    found = await site.get(f"{BASE}?search={short.upper()}")
    assert found.shows(short)
    part = await site.get(
        f"{BASE}?search={short}", **{"HX-Request": "true", "HX-Target": "library"}
    )
    assert part.shows(short)
    assert "<html" not in part.html


async def test_a_version_is_shown_with_its_variables_and_what_was_found(site: Site) -> None:
    name = unique()
    await save(site, name, "Write to jane.roe@example.com, {{customer}}.")
    template = await save(
        site,
        name,
        "Be {{tone}}.",
        model="gpt-4o-mini",
        parameters={"temperature": 0.25},
        toolSchema=[{"name": "look_up", "parameters": {"type": "object"}}],
    )
    shown = await site.get(f"{BASE}/{template['id']}")
    assert shown.shows("Version 2", "{{tone}}", "gpt-4o-mini", "0.25", "look_up")
    assert shown.shows("Nothing in it looks like somebody's data")
    first = await site.get(f"{BASE}/{template['id']}?version=1")
    assert first.shows("EMAIL_ADDRESS", "messages[0].content", "customer")
    assert (await site.get(f"{BASE}/{template['id']}?version=99")).status == 404
    assert (await site.get(f"{BASE}/{uuid4()}")).status == 404


async def test_two_versions_are_compared_by_words(site: Site) -> None:
    name = unique()
    template = await save(site, name, "Be kind to customers.", "Be brief to customers.")
    await save(site, name, "Be brief to customers.", parameters={"top_p": 1})
    shown = await site.get(f"{BASE}/{template['id']}/compare?from=1&to=3")
    assert '<del class="diff-removed">kind</del>' in shown.html
    assert '<ins class="diff-added">brief</ins>' in shown.html
    assert shown.shows("top_p", "parameters")
    same = await site.get(f"{BASE}/{template['id']}/compare?from=2&to=2")
    assert same.shows("Both versions say the same")


async def test_deploying_rolling_back_and_withdrawing_by_forms(site: Site) -> None:
    template = await save(site, unique(), "one", "two")
    here = f"{BASE}/{template['id']}"
    for version in ("1", "2"):
        fields = {"environment": "live", "version": version, "note": f"ticket {version}"}
        sent = await site.post(f"{here}/deploy", fields)
        assert sent.status == 303
    assert await pointers(site, template) == {"live": 2}
    history = await site.get(f"{here}/history")
    assert history.shows("ticket 1", "ticket 2", "v1 → v2", "live")
    assert (await site.post(f"{here}/rollback", {"environment": "live"})).status == 303
    assert await pointers(site, template) == {"live": 1}
    assert (await site.post(f"{here}/withdraw/live")).status == 303
    assert await pointers(site, template) == {}
    refused = await site.post(f"{here}/deploy", {"environment": "latest", "version": "1"})
    assert refused.status == 409
    assert refused.shows("latest always points to the newest version")


async def test_in_a_protected_environment_a_second_person_approves_on_a_page(site: Site) -> None:
    template = await save(site, unique(), "one", "two")
    here, approvals = f"{BASE}/{template['id']}", f"{BASE}/approvals"
    fields = {"environment": "guarded", "approver": "editor", "hours": "24"}
    assert (await site.post(f"{BASE}/environments", fields)).status == 303
    assert (await site.get(f"{approvals}?tab=environments")).shows("guarded", "need approval")
    editor = await site.as_role("prompt_editor")
    asked = {"environment": "guarded", "version": "2", "note": "better answers"}
    assert (await editor.post(f"{here}/deploy", asked)).status == 303
    assert await pointers(site, template) == {}
    assert (await site.get(here)).shows("asks to deploy version 2 to guarded")
    inbox = await site.get(approvals)
    assert inbox.shows(template["name"], "better answers", "Approve")
    [uid] = re.findall(r"approvals/([0-9a-f-]{36})/approve", inbox.html)
    own = await editor.get(approvals)
    assert own.shows("Somebody else has to approve")
    assert f"{uid}/approve" not in own.html
    refused = await editor.post(f"{approvals}/{uid}/approve", {"note": ""})
    assert refused.status == 403
    assert refused.shows("Somebody else has to approve what you asked for.")
    unsaid = await site.post(f"{approvals}/{uid}/reject", {"note": " "})
    assert unsaid.status == 422
    assert (await site.post(f"{approvals}/{uid}/approve", {"note": "fine"})).status == 303
    assert await pointers(site, template) == {"guarded": 2}
    assert (await site.get(f"{approvals}?tab=decided")).shows("approved", "fine")
    assert (await site.post(f"{here}/delete")).status == 409
    assert (await site.post(f"{BASE}/environments/guarded/unprotect")).status == 303
    wrong = await site.post(f"{BASE}/environments", {**fields, "hours": "0"})
    assert wrong.status == 422


async def test_in_an_emergency_an_owner_rolls_back_on_a_page(site: Site) -> None:
    template = await save(site, unique(), "one", "two")
    here = f"{BASE}/{template['id']}"
    for version in ("1", "2"):
        await site.post(f"{here}/deploy", {"environment": "hot", "version": version})
    fields = {"environment": "hot", "approver": "owner", "hours": "24"}
    await site.post(f"{BASE}/environments", fields)
    assert (await site.get(here)).shows("This is an emergency", "hot v2")
    back = {"environment": "hot", "emergency": "true"}
    assert (await site.post(f"{here}/rollback", back)).status == 422
    assert (await site.post(f"{here}/rollback", {**back, "note": "no answers"})).status == 303
    assert await pointers(site, template) == {"hot": 1}
    assert (await site.get(f"{here}/history")).shows("emergency", "no answers")


async def test_the_editor_shows_problems_at_their_places_with_what_was_typed(site: Site) -> None:
    fields = {
        "name": "a/../b",
        "kind": "chat",
        "role-0": "system",
        "content-0": "fine\n{{#open}}",
        "parameters": '{"temperature": }',
        "toolSchema": '[{"description": "nameless"}]',
        "do": "save",
    }
    shown = await site.post(f"{BASE}/new", fields)
    assert shown.status == 422
    assert shown.shows("line 2, column 1", "line 1, column 17", "{{#open}}", "nameless")
    typed = await site.post(f"{BASE}/new", {**fields, "content-0": "fine", "parameters": "{}"})
    assert typed.shows("words with / between folders", "toolSchema[0].name")


async def test_what_is_written_is_looked_through_while_it_is_written(site: Site) -> None:
    template = await save(site, unique(), "Be {{tone}}.")
    fields = {"name": template["name"], "kind": "chat", "role-0": "system"}
    same = await site.post(f"{BASE}/check", {**fields, "content-0": "Be {{tone}}."})
    assert same.shows("It can be saved", "Version 1 says exactly this", "tone")
    found = await site.post(f"{BASE}/check", {**fields, "content-0": "Ask jane.roe@example.com"})
    assert found.shows("EMAIL_ADDRESS", "code points 4 to 24")
    assert "jane.roe" not in found.html
    wrong = await site.post(f"{BASE}/check", {**fields, "content-0": "{{/x}}"})
    assert wrong.shows("message 1", "line 1, column 1")


async def test_a_new_version_is_saved_once_and_deployed_where_it_is_wanted(site: Site) -> None:
    template = await save(site, unique(), "one", model="gpt-4o-mini")
    await site.post(f"{BASE}/{template['id']}/deploy", {"environment": "live", "version": "1"})
    path = f"{BASE}/{template['id']}/edit"
    fields = await form(site, path)
    assert fields["content-0"] == "one"
    again = await site.post(path, fields)
    assert again.location.endswith("?version=1")
    sent = await site.post(path, {**fields, "content-0": "two", "environments": "live"})
    assert sent.location.endswith("?version=2")
    assert await pointers(site, template) == {"live": 2}
    made = await site.post(f"{BASE}/new", {**fields, "name": unique(), "content-0": "three"})
    assert made.status == 303
    taken = await site.post(f"{BASE}/new", {**fields, "name": template["name"]})
    assert taken.shows("there is a template of this name")


async def test_messages_are_added_moved_and_removed_without_scripts(site: Site) -> None:
    fields = {
        "name": unique(),
        "kind": "chat",
        "role-0": "system",
        "content-0": "first",
        "role-1": "user",
        "content-1": "second",
    }
    added = await site.post(f"{BASE}/new", {**fields, "do": "add"})
    assert 'name="content-2"' in added.html
    moved = await site.post(f"{BASE}/new", {**fields, "do": "up-1"})
    assert moved.html.index("second") < moved.html.index("first")
    removed = await site.post(f"{BASE}/new", {**fields, "do": "remove-0"})
    assert "first" not in removed.html
    text = await site.post(f"{BASE}/new", {**fields, "do": "text"})
    assert 'id="text"' in text.html
    assert text.shows("first\n\nsecond")


@pytest.mark.parametrize("path", ["", "/{id}", "/{id}/compare", "/{id}/history", "/{id}/use"])
async def test_whoever_may_see_the_project_sees_its_prompts(site: Site, path: str) -> None:
    template = await save(site, "roles/seen", "one", "two")
    whole = BASE + path.format(id=template["id"])
    for role in ("administrator", "prompt_editor", "auditor"):
        assert (await (await site.as_role(role)).get(whole)).status == 200
    for role in ("policy_editor", "member"):
        assert (await (await site.as_role(role)).get(whole)).status == 404


async def test_who_only_views_changes_nothing_and_is_offered_nothing(site: Site) -> None:
    template = await save(site, "roles/kept", "one", "two")
    auditor = await site.as_role("auditor")
    here = f"{BASE}/{template['id']}"
    shown = await auditor.get(here)
    assert "/deploy" not in shown.html
    assert "/edit" not in shown.html
    assert (await auditor.get(f"{here}/edit")).status == 403
    for path in ("deploy", "rollback", "withdraw/live", "delete", "edit"):
        sent = await auditor.post(f"{here}/{path}", {"environment": "live", "version": "1"})
        assert sent.status == 403, path
    editor = await site.as_role("prompt_editor")
    for path in ("environments", "environments/live/unprotect"):
        assert (await editor.post(f"{BASE}/{path}", {"environment": "live"})).status == 403


async def test_what_people_wrote_is_inert_on_every_page(site: Site) -> None:
    name = f"inert/{XSS.replace('/', '').replace(chr(92), '')}"
    content = {
        "messages": [
            {"role": "system", "content": "{{=<% %>=}}" + XSS},
            {"role": "user", "content": "x", "mediaSlots": [
                {"type": "image", "placeholderName": XSS}
            ]},
        ],
        "model": XSS,
        "provider": XSS,
        "parameters": {XSS: XSS},
        "toolSchema": [{"name": XSS[:200], "description": XSS, "parameters": {XSS: XSS}}],
        "versionName": XSS,
        "note": XSS,
    }  # fmt: skip
    for text in ("", "more"):
        content["messages"][1]["content"] = text + XSS.replace("{{ 7*7 }}", "")  # type: ignore[index]
        body = {"name": name, "content": content}
        answer = await site.api.post(f"{API}/templates", json=body)
        assert answer.status_code == 201, answer.text
    uid = answer.json()["data"]["version"]["templateId"]
    here = f"{BASE}/{uid}"
    await site.post(
        f"{BASE}/environments", {"environment": "inert", "approver": "owner", "hours": "1"}
    )
    await site.post(f"{here}/deploy", {"environment": "live", "version": "2", "note": XSS})
    await site.post(f"{here}/deploy", {"environment": "inert", "version": "2", "note": XSS})
    pages = [BASE, f"{BASE}?folder=inert", f"{BASE}/approvals"]
    pages += [here + part for part in ("", "?version=1", "/compare", "/history", "/use", "/edit")]
    for path in pages:
        shown = await site.get(path)
        assert shown.status == 200, path
        assert shown.is_inert(), path
    for field in ("name", "content-0", "parameters", "toolSchema", "media-0", "model", "role-0"):
        fields = {"name": "x", "kind": "chat", "role-0": "user", "content-0": "y", field: XSS}
        for sent in (
            await site.post(f"{BASE}/check", fields),
            await site.post(f"{BASE}/new", {**fields, "do": "check"}),
        ):
            assert sent.is_inert(), field
    assert (await site.get(f"{BASE}?search={XSS[:60]}")).is_inert()
