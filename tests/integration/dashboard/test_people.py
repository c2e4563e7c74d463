"""People, teams, API keys and one's own account, as pages."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from tests.integration.dashboard.conftest import XSS, Site

from sluice.server.auth.tables import ApiToken, User

pytestmark = pytest.mark.anyio

PAGES = ("/people", "/people/1", "/people/roles", "/people/teams", "/people/keys", "/people/keys/1")


async def new_user(site: Site, name: str = "A person", **fields: object) -> int:
    """A new member; the id."""
    async with site.app.state.services.database.write() as session:
        address = f"{uuid4().hex[:8]}@example.org"
        user = User(**{"email": address, "name": name, "role": "member", **fields})
        session.add(user)
        await session.flush()
        return user.id


async def email_of(site: Site, user_id: int) -> str:
    found = await site.api.get(f"/api/admin/v1/users/{user_id}")
    return str(found.json()["data"]["email"])


async def user_of(site: Site, user_id: int) -> dict[str, object]:
    found: dict[str, object] = (await site.api.get(f"/api/admin/v1/users/{user_id}")).json()["data"]
    return found


@pytest.mark.parametrize("role", ["policy_editor", "prompt_editor", "member"])
async def test_who_may_not_see_people_is_refused(site: Site, role: str) -> None:
    somebody = await site.as_role(role)
    shown = {path: (await somebody.get(path)).status for path in PAGES}
    assert shown == dict.fromkeys(PAGES, 403)
    assert (await somebody.post("/people/find", {"text": "a"})).status == 403
    assert not (await somebody.get("/account")).shows("People and access")


async def test_an_auditor_sees_everything_and_is_shown_nothing_to_change(site: Site) -> None:
    team = await new_team(site)
    auditor = await site.as_role("auditor")
    for path in (*PAGES, f"/people/teams/{team}"):
        shown = await auditor.get(path)
        assert shown.status == 200, path
        posting = set(re.findall(r'action="/dashboard(/people[^"]*)" method="post"', shown.html))
        harmless = {"/people/find"} if path == "/people" else set()
        assert posting - {"/people/keys/1/settings"} == harmless, path
    assert (await auditor.get("/people/keys/1")).shows("disabled")
    for path in ("/people/1/role", "/people/1/disable", "/people/1/link", "/people/keys"):
        assert (await auditor.post(path, {"role": "member", "name": "x"})).status == 403, path
    for path in (
        "/people/keys/1/revoke",
        "/people/keys/1/settings",
        f"/people/teams/{team}/delete",
    ):
        assert (await auditor.post(path)).status == 403, path
    assert (await auditor.post(f"/people/teams/{team}/members", {"email": "x"})).status == 403


async def test_people_are_found_by_what_stands_in_no_address(site: Site) -> None:
    await new_user(site, "Quetzal Finder")
    found = await site.post("/people/find", {"text": "quetzal", "role": "", "state": ""})
    assert found.shows("Quetzal Finder")
    assert not found.shows("administrator@localhost")
    assert (await site.post("/people/find", {"text": "no such one"})).shows("Nobody here is like")
    auditors = await site.get("/people?role=auditor&state=active")
    assert not auditors.shows("Quetzal Finder")


async def test_more_people_than_a_page_holds_come_on_the_next_one(site: Site) -> None:
    for number in range(51):
        await new_user(site, f"Manifold {number:02}")
    first = await site.post("/people/find", {"text": "manifold"})
    (after,) = re.findall(r'name="after" value="(\d+)"', first.html)
    second = await site.post("/people/find", {"text": "manifold", "after": after})
    assert first.shows("Manifold 49")
    assert not first.shows("Manifold 50")
    assert second.shows("Manifold 50")
    assert not second.shows("Manifold 49")


async def test_a_role_is_given_and_a_wrong_one_is_told(site: Site) -> None:
    user = await new_user(site)
    assert (await site.post(f"/people/{user}/role", {"role": "auditor"})).status == 303
    assert (await user_of(site, user))["role"] == "auditor"
    assert (await site.get(f"/people/{user}")).shows("The role is changed.", "an administrator")
    assert (await site.post(f"/people/{user}/role", {"role": "emperor"})).status == 422


async def test_the_last_administrator_cannot_be_shut_out(site: Site) -> None:
    refused = await site.post("/people/1/disable")
    assert refused.status == 409
    assert refused.shows("is the last administrator")


async def test_who_is_disabled_is_out_and_may_come_back(site: Site) -> None:
    user = await new_user(site)
    await site.post(f"/people/{user}/disable")
    assert (await user_of(site, user))["deletedAt"] is not None
    assert (await site.get(f"/people/{user}")).shows("disabled", "Let in again")
    await site.post(f"/people/{user}/enable")
    assert (await user_of(site, user))["deletedAt"] is None


async def test_an_identity_is_unlinked(site: Site) -> None:
    user = await new_user(site, issuer="https://id.example.org", subject=uuid4().hex)
    assert (await site.get(f"/people/{user}")).shows("https://id.example.org")
    assert (await site.post(f"/people/{user}/unlink")).status == 303
    assert not (await site.get(f"/people/{user}")).shows("https://id.example.org")


async def test_a_sign_in_link_is_shown_once(site: Site) -> None:
    user = await new_user(site)
    made = await site.post(f"/people/{user}/link")
    (link,) = re.findall(r'id="new-link"[^>]*>(\S+)</pre>', made.html)
    assert link.startswith("http://sluice.test/dashboard/sign-in/link#")
    assert link.partition("#")[2] not in (await site.get(f"/people/{user}")).html
    disabled = await new_user(site)
    await site.post(f"/people/{disabled}/disable")
    assert (await site.post(f"/people/{disabled}/link")).status == 404


async def test_a_session_of_somebody_is_ended(site: Site) -> None:
    somebody = await site.as_role("member")
    account = await somebody.get("/account")
    assert account.shows("this one")
    user = int((await somebody.browser.get("/api/v1/users/me")).json()["data"]["id"])
    shown = await site.get(f"/people/{user}")
    (ending,) = re.findall(r'action="/dashboard(/people/\d+/sessions/\d+/end)"', shown.html)
    assert (await site.post(ending)).status == 303
    assert (await somebody.get("/account")).location.startswith("/dashboard/sign-in")


async def new_team(site: Site, name: str = "") -> int:
    made = await site.post("/people/teams", {"name": name or f"Team {uuid4().hex[:8]}"})
    assert made.status == 303, made.text
    return int(made.location.rpartition("/")[2])


async def test_a_team_is_made_filled_renamed_and_deleted(site: Site) -> None:
    team, user = await new_team(site), await new_user(site, "Team Player")
    here = f"/people/teams/{team}"
    added = await site.post(f"{here}/members", {"email": await email_of(site, user)})
    assert added.status == 303
    assert (await site.get(here)).shows("Team Player", "1 person")
    assert (await site.get(f"/people/{user}")).shows("Team ")
    await site.post(f"{here}/rename", {"name": "Fire brigade"})
    assert (await site.get("/people/teams")).shows("Fire brigade")
    assert (await site.post(f"{here}/members/{user}/remove")).status == 303
    assert not (await site.get(here)).shows("Team Player")
    assert (await site.post(f"{here}/delete")).location == "/dashboard/people/teams"
    assert (await site.get(here)).status == 404


async def test_what_is_wrong_with_a_team_is_told_with_what_was_typed(site: Site) -> None:
    team = await new_team(site, "Taken")
    taken = await site.post("/people/teams", {"name": "Taken"})
    assert taken.status == 409
    assert taken.shows("A team of this name exists already", 'value="Taken"')
    empty = await site.post("/people/teams", {"name": " "})
    assert (empty.status, 'id="name-problem"' in empty.html) == (422, True)
    stranger = await site.post(f"/people/teams/{team}/members", {"email": "no@example.org"})
    assert (stranger.status, 'id="email-problem"' in stranger.html) == (422, True)
    assert stranger.shows('value="no@example.org"')


async def test_a_team_in_use_says_so_and_shows_by_what(site: Site) -> None:
    team = await new_team(site)
    connection = {"providerKey": "scripted", "model": "m"}
    body = {"name": f"For {team}", "policyGroupId": 1, "connection": connection}
    made = await site.api.post(
        "/api/admin/v1/model-instances", json={**body, "allowedTeams": [team]}
    )
    assert made.status_code == 201, made.text
    assert (await site.get(f"/people/teams/{team}")).shows(f"For {team}")
    refused = await site.post(f"/people/teams/{team}/delete")
    assert refused.status == 409
    assert refused.shows("take it away from them first")


async def test_a_key_is_shown_once_limited_and_revoked(site: Site) -> None:
    user = await new_user(site, "Key Owner")
    fields = {"name": "Shop", "email": await email_of(site, user), "expires": "2099-01-31"}
    made = await site.post("/people/keys", fields)
    (token,) = re.findall(r'id="new-key"[^>]*>(slu_\w+)', made.html)
    (key,) = re.findall(r'href="/dashboard(/people/keys/\d+)">Set what it may use', made.html)
    assert (await site.get("/people/keys")).shows("Shop", "Key Owner", "2099-01-31")
    limits = {"requestsPerMinute": "60", "monthlyBudget": "12.50", "defaultInstanceId": "1"}
    assert (await site.post(f"{key}/settings", limits)).status == 303
    shown = await site.get(key)
    assert shown.shows('value="60"', 'value="12.5', "$12.50")
    assert token not in shown.html
    number = key.rpartition("/")[2]
    settings = (await site.api.get(f"/api/admin/v1/api-tokens/{number}/settings")).json()["data"]
    assert settings["limits"]["monthlyBudgetMicrodollars"] == 12_500_000
    assert settings["defaultInstanceId"] == 1
    assert (await site.post(f"{key}/revoke")).status == 303
    assert (await site.get(key)).shows("revoked")
    assert not (await site.get("/people/keys")).shows(f'href="/dashboard{key}"')
    assert (await site.get("/people/keys?state=all")).shows(f'href="/dashboard{key}"')


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("requestsPerMinute", "many"),
        ("requestsPerMinute", "-1"),
        ("monthlyTokens", "1.5"),
        ("monthlyBudget", "a lot"),
        ("monthlyBudget", "NaN"),
        ("monthlyBudget", "-3"),
    ],
)
async def test_a_limit_that_is_none_is_told_at_its_field(
    site: Site, field: str, value: str
) -> None:
    refused = await site.post("/people/keys/1/settings", {field: value})
    assert refused.status == 422
    assert f'id="{field}-problem"' in refused.html
    assert refused.shows(f'value="{value}"')


async def test_everybody_ends_their_own_sessions_and_keys_and_nobody_elses(site: Site) -> None:
    somebody = await site.as_role("member")
    assert (await somebody.post("/account/keys/1/revoke")).status == 404
    assert (await somebody.post("/account/sessions/1/end")).status == 404
    shown = await somebody.get("/account")
    assert shown.shows("Send prompts", "tests")
    (revoking,) = re.findall(r'action="/dashboard(/account/keys/\d+/revoke)"', shown.html)
    # The key opened the session, which ends with it.
    assert (await somebody.post(revoking)).status == 303
    assert (await somebody.get("/account")).location.startswith("/dashboard/sign-in")


async def test_names_of_people_teams_and_keys_are_text(site: Site) -> None:
    user, team = (
        await new_user(site, XSS, issuer=XSS, subject=uuid4().hex),
        await new_team(site, XSS),
    )
    async with site.app.state.services.database.write() as session:
        key = ApiToken(user_id=user, name=XSS[:128], token_hash=uuid4().hex * 2, prefix="slu_")
        session.add(key)
        await session.flush()
    await site.post(f"/people/teams/{team}/members", {"email": await email_of(site, user)})
    paths = ("/people/teams", f"/people/teams/{team}", f"/people/{user}", "/people/keys")
    for path in (*paths, f"/people/keys/{key.id}"):
        shown = await site.get(path)
        assert shown.status == 200, path
        assert shown.shows("<script>alert(1)</script>"), path
        assert shown.is_inert(), path
    found = await site.post("/people/find", {"text": XSS})
    assert found.is_inert()
    assert (await site.post("/people/keys", {"name": "", "email": XSS})).is_inert()
    assert (await site.post("/people/keys/1/settings", {"monthlyBudget": XSS})).is_inert()


async def test_what_is_typed_to_find_people_stays_out_of_addresses(site: Site) -> None:
    shown = await site.post("/people/find", {"text": "planted-value-4711"})
    addresses = re.findall(r'(?:href|action|src)="([^"]*)"', shown.html)
    assert not [address for address in addresses if "planted" in address]


async def test_a_team_is_given_a_role_in_a_project(site: Site) -> None:
    team, here = await new_team(site, "Workers"), "/projects/default/settings"
    given = await site.post(f"{here}/teams", {"team": " Workers", "role": "viewer"})
    assert given.location == f"/dashboard{here}?tab=members"
    assert (await site.get(f"{here}?tab=members")).shows("Workers", "viewer")
    wrong = await site.post(f"{here}/teams", {"team": f"No {XSS}", "role": "viewer"})
    assert (wrong.status, 'id="team-problem"' in wrong.html, wrong.is_inert()) == (422, True, True)
    assert (await site.post(f"{here}/teams/{team}/remove")).status == 303
    assert not (await site.get(f"{here}?tab=members")).shows("Workers")
    assert (await site.post(f"{here}/teams/{team}/remove")).status == 404
