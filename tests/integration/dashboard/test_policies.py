"""The pages of policies: the matrix, editing, trying, dry runs, versions, YAML."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.integration.dashboard.conftest import XSS, Page, Site

pytestmark = pytest.mark.anyio
GROUPS = "/api/admin/v1/policy-groups"
MAIL = "jane.canary@example.com"
VIEWERS = ("administrator", "policy_editor", "prompt_editor", "auditor")


async def _group(site: Site, name: str, **policy: object) -> int:
    made = await site.api.post(GROUPS, json={"name": name, "policy": policy})
    assert made.status_code == 201, made.text
    return int(made.json()["data"]["id"])


async def _policy(site: Site, group: int) -> dict[str, Any]:
    found: dict[str, Any] = (await site.api.get(f"{GROUPS}/{group}")).json()["data"]
    return found


async def _prompt(site: Site, text: str, instance: int = 1) -> None:
    body = {"modelInstanceId": instance, "source": "sdk", "text": text}
    sent = await site.api.post("/api/v1/prompts/submit", json=body)
    assert sent.status_code == 200, sent.text


def _form(**fields: str) -> dict[str, str]:
    return {"name": "Default", "default.action": "mask", "default.threshold": "0.5", **fields}


async def test_the_matrix_shows_what_each_group_does_with_each_type(site: Site) -> None:
    rules = {
        "CREDIT_CARD": {"action": "block", "threshold": 0.75},
        "DE_TAX_ID": {"action": "redact"},
    }
    group = await _group(site, "Matrix", rules=rules)
    shown = await site.get("/policies")
    assert shown.shows("Matrix", "CREDIT_CARD", "block 0.75", "DE_TAX_ID", "EMAIL_ADDRESS")
    assert not shown.shows("FR_SIREN")
    assert f'href="/dashboard/policies/{group}"' in shown.html
    part = await site.part("/policies?q=credit card")
    assert part.shows("CREDIT_CARD")
    assert not part.shows("EMAIL_ADDRESS")
    assert "<html" not in part.html
    changed = await site.get("/policies?changed=true")
    assert changed.shows("CREDIT_CARD", "DE_TAX_ID")
    assert not changed.shows("EMAIL_ADDRESS")
    assert (await site.get("/policies?every=true")).shows("FR_SIREN")


async def test_a_new_group_begins_as_another_one_is(site: Site) -> None:
    other = await _group(site, "Other", rules={"URL": {"action": "block"}})
    taken = await site.post("/policies/new", {"name": "Other"})
    assert (taken.status, taken.shows("choose another name")) == (409, True)
    made = await site.post("/policies/new", {"name": "Like the other", "like": str(other)})
    assert made.status == 303
    group = int(made.location.rsplit("/", 1)[1])
    assert (await _policy(site, group))["policy"]["rules"]["URL"]["action"] == "block"


async def test_what_is_typed_is_saved_as_a_version(site: Site) -> None:
    terms = [{"name": "old", "text": "gone"}]
    group = await _group(site, "Edited", rules={"URL": {}}, customTerms=terms, allowList=["a\nb"])
    fields = _form(
        **{
            "name": "Renamed",
            "version": "1",
            "detection": "standard",
            "default.action": "redact",
            "default.threshold": "0.4",
            "rules.URL.action": "",
            "rules.PERSON.action": "block",
            "rules.PERSON.threshold": "0.9",
            "rules.PERSON.userMayRelease": "true",
            "rules.AGE.action": "",
            "rules.AGE.threshold": "nonsense, but of no rule",
            "new.0.type": "de_tax_id",
            "new.0.action": "block",
            "new.1.type": "",
            "new.1.action": "mask",
            "terms.0.name": "ticket",
            "terms.0.entityType": "TICKET",
            "terms.0.kind": "pattern",
            "terms.0.value": "TCK-[0-9]{6}",
            "terms.0.wholeWords": "true",
            "terms.1.name": "",
            "terms.1.value": "",
            "allowList": "info@example.com\r\n\r\n  x  ",
            "note": "ticket 4711",
        }
    )
    saved = await site.post(f"/policies/{group}", fields)
    assert saved.status == 303, saved.text
    found = await _policy(site, group)
    assert (found["name"], found["version"]) == ("Renamed", 2)
    assert found["policy"] == {
        "detection": "standard",
        "default": {"action": "redact", "threshold": 0.4, "userMayRelease": False},
        "rules": {
            "PERSON": {"action": "block", "threshold": 0.9, "userMayRelease": True},
            "DE_TAX_ID": {"action": "block", "threshold": 0.5, "userMayRelease": False},
        },
        "customTerms": [
            {
                "name": "ticket",
                "entityType": "TICKET",
                "text": None,
                "pattern": "TCK-[0-9]{6}",
                "caseSensitive": False,
                "wholeWords": True,
                "inflected": False,
            }
        ],
        "allowList": ["info@example.com", "x", "a\nb"],
    }
    again = await site.post(f"/policies/{group}", fields)
    assert (again.status, again.shows("Version 2 was saved meanwhile")) == (409, True)


async def test_what_is_wrong_is_told_at_its_field_and_nothing_typed_is_lost(site: Site) -> None:
    group = await _group(site, "Wrong")
    fields = _form(
        **{
            "rules.PERSON.action": "block",
            "rules.PERSON.threshold": "7",
            "terms.0.name": "fine",
            "terms.0.value": "x",
            "terms.4.name": "bad",
            "terms.4.kind": "pattern",
            "terms.4.value": "canary(",
            "new.0.type": "no type",
            "new.0.action": "mask",
            "note": "typed note",
        }
    )
    shown = await site.post(f"/policies/{group}", fields)
    assert shown.status == 422
    assert shown.shows("typed note", "canary(", "NO TYPE")
    assert 'name="rules.PERSON.threshold" value="7"' in shown.html
    assert 'aria-invalid="true"' in shown.html
    assert (await _policy(site, group))["version"] == 1
    del fields["new.0.type"]
    fields["rules.PERSON.threshold"] = "0.7"
    shown = await site.post(f"/policies/{group}", fields)
    assert shown.status == 422
    before, _, at_term = shown.html.partition('name="terms.4.name"')
    assert '<div class="problem">' in at_term.split("</tr>")[0]
    assert '<div class="problem">' not in before


async def test_a_text_is_tried_under_what_is_typed(site: Site) -> None:
    group = await _group(site, "Tried")
    fields = _form(**{"rules.EMAIL_ADDRESS.action": "redact", "text": f"Mail {MAIL} {XSS}"})
    token = await site.csrf()
    sent = await site.browser.post(
        f"/dashboard/policies/{group}/test",
        data={"csrf": token, **fields},
        headers={"Origin": "http://sluice.test", "HX-Request": "true"},
    )
    part = Page(sent)
    assert part.shows("Mail EMAIL_ADDRESS_0", "redact")
    assert part.is_inert()
    assert "<html" not in part.html
    whole = await site.post(f"/policies/{group}/test", fields)
    assert whole.shows("Mail EMAIL_ADDRESS_0", "Save as version 2")
    blocked = await site.post(
        f"/policies/{group}/test", {**fields, "rules.EMAIL_ADDRESS.action": "block"}
    )
    assert blocked.shows("Blocked.", "1 × EMAIL_ADDRESS")
    assert (await _policy(site, group))["version"] == 1


async def test_a_dry_run_shows_counts_and_no_text(site: Site) -> None:
    await _prompt(site, f"Mail {MAIL}")
    fields = _form(**{"rules.EMAIL_ADDRESS.action": "block"})
    shown = await site.post("/policies/1/dry-run", fields)
    assert shown.shows("Newly blocked", "EMAIL_ADDRESS", "would be refused", "Save as version")
    assert "canary" not in shown.html
    of_version = await site.post("/policies/1/dry-run", {"number": "1", "prompts": "50"})
    assert of_version.shows("Newly blocked", "under version 1")
    page = await site.get("/policies/1/dry-run")
    assert page.shows("Nothing was tried yet", "Echo")
    token = await site.csrf()
    streamed = await site.browser.post(
        "/dashboard/policies/1/dry-run",
        data={"csrf": token, **fields},
        headers={"Origin": "http://sluice.test", "Accept": "application/x-ndjson"},
    )
    steps = [json.loads(line) for line in streamed.text.splitlines()]
    assert steps[0]["looked"] == 0
    assert "EMAIL_ADDRESS" in steps[-1]["html"]
    assert "canary" not in streamed.text
    wrong = await site.post("/policies/1/dry-run", {**fields, "default.threshold": "9"})
    assert wrong.status == 422


async def test_versions_are_compared_and_restored(site: Site) -> None:
    group = await _group(site, "Versions", rules={"URL": {"action": "block"}})
    terms = [{"name": "bird", "text": "Blue Heron"}]
    body = {"name": "Versions", "policy": {"customTerms": terms}, "note": f"why {XSS}"}
    await site.api.put(f"{GROUPS}/{group}", json=body)
    shown = await site.get(f"/policies/{group}/versions")
    assert shown.shows("Version 2", "in force", "Administrator", "URL", "Blue Heron", "why")
    assert shown.is_inert()
    back = await site.get(f"/policies/{group}/versions?before=2&after=1")
    assert back.shows("From version 2 to 1")
    restored = await site.post(f"/policies/{group}/restore", {"number": "1"})
    assert restored.status == 303
    assert (await _policy(site, group))["policy"]["rules"]["URL"]["action"] == "block"


async def test_yaml_is_shown_checked_and_imported(site: Site) -> None:
    group = await _group(site, "Files", rules={"URL": {"action": "block"}})
    shown = await site.get(f"/policies/{group}/yaml")
    assert shown.shows("URL: {action: block")
    download = await site.get(f"/policies/{group}/yaml?download=true")
    assert "attachment" in download.answer.headers["content-disposition"]
    text = download.html.replace("action: block", "action: redact")
    checked = await site.post(f"/policies/{group}/yaml", {"yaml": text, "do": "check"})
    assert checked.shows("What an import would change", "redact")
    assert (await _policy(site, group))["version"] == 1
    done = await site.post(f"/policies/{group}/yaml", {"yaml": text, "do": "import"})
    assert (done.status, (await _policy(site, group))["version"]) == (303, 2)
    wrong = await site.post(f"/policies/{group}/yaml", {"yaml": f"a: [{XSS}", "do": "import"})
    assert (wrong.status, wrong.is_inert()) == (422, True)
    made = await site.post("/policies/import", {"yaml": text.replace("Files", "Of a file")})
    assert made.shows("What it says")
    made = await site.post(
        "/policies/import", {"yaml": text.replace("Files", "Of a file"), "do": "import"}
    )
    assert made.status == 303


async def test_a_group_in_use_is_not_deleted_and_says_what_uses_it(site: Site) -> None:
    assert (await site.get("/policies/1")).shows("In force for", "Echo", "project Default")
    refused = await site.post("/policies/1/delete")
    assert (refused.status, refused.shows("use this policy group")) == (409, True)
    group = await _group(site, "Unused")
    assert (await site.get(f"/policies/{group}")).shows("Nothing uses this policy group yet")
    assert (await site.post(f"/policies/{group}/delete")).status == 303
    assert (await site.get(f"/policies/{group}")).status == 404


async def test_names_terms_and_notes_of_callers_are_inert(site: Site) -> None:
    policy = {
        "customTerms": [{"name": XSS[:100], "text": XSS}],
        "allowList": [XSS],
    }
    group = await _group(site, f"{XSS}", **policy)
    for path in ("", f"/{group}", f"/{group}/versions", f"/{group}/yaml", f"/{group}/dry-run"):
        shown = await site.get(f"/policies{path}")
        assert shown.status == 200
        assert shown.is_inert(), path


async def test_who_may_only_look_tries_the_policy_as_it_is_saved(site: Site) -> None:
    group = await _group(site, "Looked at", rules={"EMAIL_ADDRESS": {"action": "redact"}})
    auditor = await site.as_role("auditor")
    shown = await auditor.post(f"/policies/{group}/test", {"text": f"Mail {MAIL}"})
    assert shown.shows("Mail EMAIL_ADDRESS_0", "redact")
    assert "Save as version" not in shown.html


@pytest.mark.parametrize("role", ["policy_editor", "prompt_editor", "auditor", "member"])
async def test_who_may_see_and_who_may_change(site: Site, role: str) -> None:
    visitor = await site.as_role(role)
    for path in ("", "/1", "/1/versions", "/1/yaml"):
        status = 200 if role in VIEWERS else 403
        assert (await visitor.get(f"/policies{path}")).status == status, path
    may_change = role == "policy_editor"
    for path in ("/new", "/import", "/1/dry-run"):
        assert (await visitor.get(f"/policies{path}")).status == (200 if may_change else 403)
    shown = await visitor.get("/policies/1")
    assert ("Save as version" in shown.html) == may_change
    if not may_change:
        version = (await _policy(site, 1))["version"]
        for path, fields in (
            ("/1", _form(**{"rules.URL.action": "allow"})),
            ("/1/dry-run", {"number": "1"}),
            ("/1/restore", {"number": "1"}),
            ("/1/yaml", {"yaml": "policyGroups: [{name: Default}]", "do": "import"}),
            ("/1/delete", {}),
            ("/new", {"name": "No"}),
        ):
            assert (await visitor.post(f"/policies{path}", fields)).status == 403, path
        assert (await _policy(site, 1))["version"] == version
