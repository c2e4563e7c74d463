"""Calls and threads as pages, for those who audit."""

from __future__ import annotations

import re

import pytest
from tests.integration.dashboard.conftest import XSS, Site

pytestmark = pytest.mark.anyio
JANE = "jane.planted@example.org"
REASON = "looking into ticket 4711"
AUDITORS = ("auditor", "policy_editor")


@pytest.fixture(scope="module")
async def made(site: Site) -> tuple[int, int]:
    """The ids of a call in a project and of a thread."""
    said = {
        "model": "Echo",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": f"Mail {JANE} {XSS}"},
        ],
        "temperature": 0.5,
    }
    answer = await site.api.post(
        "/v1/chat/completions", json=said, headers={"Sluice-Project": "default"}
    )
    assert answer.status_code == 200, answer.text
    prompt = {"modelInstanceId": 1, "source": "sdk", "text": f"I am {JANE} {XSS}"}
    thread = await site.api.post("/api/v1/prompts/submit", json=prompt)
    calls = await site.api.get("/api/admin/v1/calls")
    return calls.json()["data"][0]["id"], thread.json()["data"]["threadId"]


async def events(site: Site, kind: str) -> int:
    """How many audit events of a kind there are."""
    found = await site.api.get("/api/admin/v1/audit-events", params={"event": kind})
    return len(found.json()["data"])


async def test_lists_and_details_show_placeholders_alone(site: Site, made: tuple[int, int]) -> None:
    call, thread = made
    for path in (
        "/calls",
        f"/calls/{call}",
        "/projects/default/calls",
        f"/projects/default/calls/{call}",
        "/threads",
        f"/threads/{thread}",
    ):
        shown = await site.get(path)
        assert shown.status == 200, path
        assert shown.is_inert(), path
        assert "planted" not in shown.html, path
    assert (await site.get(f"/calls/{call}")).shows("EMAIL_ADDRESS_0", "Be brief.", "temperature")
    assert (await site.get(f"/threads/{thread}")).shows("EMAIL_ADDRESS_0")


async def test_a_keys_page_leads_to_the_calls_of_that_key_alone(
    site: Site, made: tuple[int, int]
) -> None:
    call, _ = made
    listed = (await site.api.get("/api/admin/v1/calls")).json()["data"]
    (token,) = {one["apiTokenId"] for one in listed if one["id"] == call}
    await site.token_of("member")
    tokens = (await site.api.get("/api/admin/v1/api-tokens")).json()["data"]
    for number in (one["id"] for one in tokens):
        key = await site.get(f"/people/keys/{number}")
        (link,) = re.findall(r'href="/dashboard(/calls[^"]*)">Calls of this key', key.html)
        shown = await site.get(link)
        assert (f'href="/dashboard/calls/{call}"' in shown.html) == (number == token)


async def test_they_are_for_auditors_and_in_projects_for_viewers(
    site: Site, made: tuple[int, int]
) -> None:
    call, thread = made
    everybodys = ("/calls", f"/calls/{call}", "/threads", f"/threads/{thread}")
    for role in ("member", "prompt_editor"):
        person = await site.as_role(role)
        for path in everybodys:
            assert (await person.get(path)).status == 403, (role, path)
    for role in AUDITORS:
        person = await site.as_role(role)
        for path in everybodys:
            assert (await person.get(path)).status == 200, (role, path)
    editor = await site.as_role("prompt_editor")
    assert (await editor.get(f"/projects/default/calls/{call}")).status == 200
    refused = await editor.post(f"/projects/default/calls/{call}/reveal", {"reason": REASON})
    assert refused.status == 403
    assert "planted" not in refused.html


async def test_originals_are_revealed_in_place_with_a_reason(
    site: Site, made: tuple[int, int]
) -> None:
    call, thread = made
    for path in (f"/calls/{call}", f"/projects/default/calls/{call}", f"/threads/{thread}"):
        refused = await site.post(f"{path}/reveal", {"reason": "short"})
        assert refused.status == 422, path
        assert "planted" not in refused.html
        revealed = await site.post(f"{path}/reveal", {"reason": REASON})
        assert revealed.status == 200, path
        assert revealed.shows(JANE, "Originals are shown until you leave this page")
        assert revealed.is_inert()
        assert revealed.answer.headers["cache-control"] == "no-store"
        assert "planted" not in (await site.get(path)).html
    before = [await events(site, kind) for kind in ("call.read", "thread.read")]
    revealed_before = await events(site, "originals.revealed")
    for path in (f"/calls/{call}", f"/threads/{thread}"):
        await site.post(f"{path}/reveal", {"reason": REASON})
    assert [await events(site, kind) for kind in ("call.read", "thread.read")] == before
    assert await events(site, "originals.revealed") == revealed_before + 2
    auditor = await site.as_role("auditor")
    for path in (f"/calls/{call}", f"/threads/{thread}"):
        assert "Reveal originals" not in (await auditor.get(path)).text
        refused = await auditor.post(f"{path}/reveal", {"reason": REASON})
        assert refused.status == 403
        assert "planted" not in refused.html


async def test_filters_stand_in_the_address_and_what_is_wrong_is_told(
    site: Site, made: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    call, thread = made
    for query, is_there in [
        ("status=complete&instance=1&since=2020-01-01&until=2099-01-01", True),
        ("status=failed", False),
        ("user=4711", False),
    ]:
        shown = await site.get(f"/calls?{query}")
        assert (f"/dashboard/calls/{call}" in shown.html) is is_there, query
    for path in (
        "/calls?status=nothing",
        "/calls?user=x",
        "/threads?since=x",
        "/threads?before=-1",
    ):
        assert (await site.get(path)).status == 422, path
    assert f"/dashboard/threads/{thread}" in (await site.get("/threads?instance=1")).html
    assert f"/dashboard/threads/{thread}" not in (await site.get("/threads?user=4711")).html


async def test_a_filter_of_a_projects_calls_is_kept_as_a_view(
    site: Site, made: tuple[int, int]
) -> None:
    call, _ = made
    here = "/projects/default/calls"
    fields = {"view_name": f"Failed {XSS}", "status": "failed", "since": "2026-01-01"}
    saved = await site.post(f"{here}/views", fields)
    assert saved.status == 303, saved.text
    shown = await site.get(saved.location.removeprefix("/dashboard"))
    assert shown.is_inert()
    assert f"{here}/{call}" not in shown.html
    assert shown.shows("Failed", 'value="2026-01-01"')
    all_of_them = await site.post(f"{here}/views", {"view_name": "All"})
    assert (
        f"{here}/{call}" in (await site.get(all_of_them.location.removeprefix("/dashboard"))).html
    )
    uid = saved.location.rpartition("=")[2]
    assert (await site.post(f"{here}/views/{uid}/delete")).status == 303
    assert (await site.get(f"{here}?view={uid}")).status == 404
    assert (await site.post(f"{here}/views", {"view_name": " "})).status == 422


async def test_lists_go_on_where_the_page_before_ended(
    site: Site, made: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    call, _ = made
    said = {"model": "Echo", "messages": [{"role": "user", "content": "Hello"}]}
    assert (await site.api.post("/v1/chat/completions", json=said)).status_code == 200
    monkeypatch.setattr("sluice.server.dashboard.pages.calls.ROWS_OF_A_PAGE", 1)
    first = await site.get("/calls?status=complete")
    older = f"/calls?status=complete&before={call + 1}"
    assert f'href="/dashboard{older.replace("&", "&amp;")}"' in first.html
    assert f'"/dashboard/calls/{call}"' in (await site.get(older)).html


async def test_a_name_in_a_list_leads_to_what_that_person_did(
    site: Site, made: tuple[int, int]
) -> None:
    for path in ("/calls", "/threads"):
        shown = await site.get(f"{path}?instance=1&before=9999")
        assert re.search(rf'"/dashboard{path}\?[a-z0-9=&;]*user=1["&]', shown.html)
        found = await site.get(f"{path}?instance=1&user=1&before=")
        assert found.status == 200
        assert found.shows("Administrator")
    user = await site.get("/people/1")
    for path in ("/audit?actor=1", "/calls?user=1", "/threads?user=1"):
        assert f"/dashboard{path}" in user.html
        assert (await site.get(path)).status == 200


async def test_people_are_chosen_by_name_until_they_are_too_many(
    site: Site, made: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in ("/calls", "/threads"):
        chosen = await site.get(f"{path}?user=1")
        assert '<option value="1" selected>Administrator</option>' in chosen.html, path
        unknown = await site.get(f"{path}?user=4711")
        assert '<option value="4711" selected>user 4711</option>' in unknown.html, path
    monkeypatch.setattr("sluice.server.dashboard.pages.calls.PEOPLE_TO_CHOOSE", 0)
    for path in ("/calls", "/threads"):
        typed = await site.get(f"{path}?user=1")
        assert re.search(r'<input[^>]* name="user" type="number" value="1"', typed.html), path
