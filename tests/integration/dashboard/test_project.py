"""A project's settings, members and keys, as pages."""

from __future__ import annotations

import re

import pytest
from tests.integration.dashboard.conftest import XSS, Site

pytestmark = pytest.mark.anyio
HERE = "/projects/default/settings"


async def _project(site: Site, name: str) -> str:
    made = await site.post("/new-project", {"name": name, "id": ""})
    assert made.status == 303, made.text
    return made.location.removeprefix("/dashboard")


async def test_a_project_is_made_and_its_settings_are_changed(site: Site) -> None:
    here = await _project(site, "Claims")
    fields = {"name": "Claims desk", "retentionDays": "30", "keepRaw": "true"}
    fields |= {"onFindings": "refuse", "formatDialect": "never", "policyGroupId": "1"}
    saved = await site.post(here, fields)
    assert saved.location == f"/dashboard{here}"
    shown = await site.get(here)
    assert shown.shows("The project is saved.", "Claims desk", 'value="30"', "Refuse to save it")
    listed = (await site.api.get("/api/v1/projects")).json()["data"]
    (made,) = [one for one in listed if one["name"] == "Claims desk"]
    assert (made["keepRaw"], made["onFindings"], made["retentionDays"]) == (True, "refuse", 30)


async def test_problems_stand_at_their_fields_with_what_was_typed(site: Site) -> None:
    fields = {"name": "", "retentionDays": "0", "onFindings": "warn", "formatDialect": "never"}
    refused = await site.post(HERE, fields)
    assert refused.status == 422
    assert 'id="name-problem"' in refused.html
    assert 'id="retentionDays-problem"' in refused.html
    assert 'value="0"' in refused.html


async def test_a_key_is_shown_once_and_ends_when_it_is_revoked(site: Site) -> None:
    made = await site.post(f"{HERE}/keys", {"name": "Importer", "expires": "2099-01-31"})
    (token,) = re.findall(r'id="new-key"[^>]*>(slu_\w+)', made.html)
    listed = await site.get(f"{HERE}?tab=keys")
    assert listed.shows("Importer", "2099-01-31")
    assert token not in listed.html
    (revoking,) = set(re.findall(r"/dashboard(\S+/keys/\d+/revoke)", listed.html))
    assert (await site.post(revoking)).status == 303
    assert not (await site.get(f"{HERE}?tab=keys")).shows("Importer")


async def test_a_day_that_does_not_exist_is_told_at_its_field(site: Site) -> None:
    refused = await site.post(f"{HERE}/keys", {"name": "Importer", "expires": "2027-02-31"})
    assert refused.status == 422
    assert 'id="expires-problem"' in refused.html


async def test_members_come_by_address_and_go(site: Site) -> None:
    member = await site.as_role("member")
    assert (await member.get(HERE)).status == 404
    me = (await member.browser.get("/api/v1/users/me")).json()["data"]
    added = await site.post(f"{HERE}/members", {"email": me["email"], "role": "viewer"})
    assert added.status == 303, added.text
    seen = await member.get(HERE)
    assert seen.status == 200
    assert "<fieldset" in seen.html
    assert "disabled" in seen.html
    assert (await member.post(HERE, {"name": "Mine"})).status == 403
    listed = await site.get(f"{HERE}?tab=members")
    (removing,) = re.findall(r"/dashboard(\S+/members/\d+/remove)", listed.html)
    assert (await site.post(removing)).status == 303
    assert (await member.get(HERE)).status == 404


async def test_an_unknown_address_is_told_at_its_field(site: Site) -> None:
    refused = await site.post(f"{HERE}/members", {"email": "nobody@example.org", "role": "viewer"})
    assert refused.status == 422
    assert 'id="email-problem"' in refused.html
    assert 'value="nobody@example.org"' in refused.html


async def test_a_project_is_deleted_only_when_its_id_is_typed(site: Site) -> None:
    here = await _project(site, "Short lived")
    assert (await site.post(f"{here}/delete", {"confirm": "yes"})).status == 422
    assert (await site.get(here)).status == 200
    assert (await site.post(f"{here}/delete", {"confirm": "short-lived"})).status == 303
    assert (await site.get(here)).status == 404


async def test_names_are_text_and_nothing_else(site: Site) -> None:
    here = await _project(site, XSS[:120])
    for path in (here, "/projects/default/settings", f"{here}?tab=keys"):
        shown = await site.get(path)
        assert shown.is_inert(), path
    await site.post(f"{here}/keys", {"name": XSS[:120]})
    assert (await site.get(f"{here}?tab=keys")).is_inert()


async def test_only_those_who_may_make_projects_see_the_form(site: Site) -> None:
    for role in ("member", "prompt_editor", "policy_editor", "auditor"):
        other = await site.as_role(role)
        assert (await other.get("/new-project")).status == 403
        assert (await other.post("/new-project", {"name": "Mine"})).status == 403
