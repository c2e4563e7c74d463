"""Sessions and recordings as pages: who sees them, what is shown, what is revealed."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import pytest
from tests.integration.dashboard.conftest import XSS, Page, Site

pytestmark = pytest.mark.anyio
JANE, BOB = "jane.planted@example.org", "bob.planted@example.org"
HERE = "/projects/default"
API = "/api/v1/projects/default"
REASON = "looking into ticket 4711"
Json = dict[str, Any]


@dataclass
class Recorded:
    """A session with two recordings of two people, in a playlist's project."""

    session: str
    first: str
    second: str
    playlist: str


async def record(site: Site, session: str, asked: str, **fields: object) -> str:
    """Record a call as 0.6.1 does; its id."""
    body = {
        "messages": [{"role": "user", "content": asked}],
        "inputs": {},
        "session_info": {"custom_metadata": {"plan": "gold", "note": XSS}},
        "eval_results": {"helped": True},
        **fields,
    }
    body["messages"] = [*body["messages"], {"role": "assistant", "content": f"Told {asked}"}]  # type: ignore[misc] # one type for all values
    path = f"/v2/projects/default/sessions/{session}/completions"
    made = await site.api.post(path, json=body)
    assert made.status_code == 201, made.text
    return str(made.json()["completion_id"])


@pytest.fixture(scope="module")
async def recorded(site: Site) -> Recorded:
    """What the pages of this module show."""
    session = str(uuid4())
    first = await record(site, session, f"I am {JANE} {XSS}")
    second = await record(site, session, f"I am {BOB}")
    made = await site.api.post(f"{API}/playlists", json={"name": f"Kept {XSS}"})
    return Recorded(session, first, second, made.json()["data"]["id"])


def paths(recorded: Recorded) -> list[str]:
    """Every page of a project's records."""
    return [
        f"{HERE}/sessions",
        f"{HERE}/recordings",
        f"{HERE}/calls",
        f"{HERE}/sessions/{recorded.session}",
        f"{HERE}/sessions/{recorded.session}?tab=tree",
        f"{HERE}/recordings/{recorded.first}",
    ]


async def test_pages_show_placeholders_alone_and_nothing_of_callers_is_markup(
    site: Site, recorded: Recorded
) -> None:
    for path in paths(recorded):
        shown = await site.get(path)
        assert shown.status == 200, path
        assert shown.is_inert(), path
        assert "planted" not in shown.html, path
    assert (await site.get(paths(recorded)[3])).shows(
        "EMAIL_ADDRESS_0", "EMAIL_ADDRESS_1", "helped"
    )
    assert (await site.get(paths(recorded)[5])).shows("EMAIL_ADDRESS_0", "What the model saw")


async def test_pages_are_for_those_who_have_a_role_in_the_project(
    site: Site, recorded: Recorded
) -> None:
    member = await site.as_role("member")
    for path in paths(recorded):
        assert (await member.get(path)).status == 404, path
    for role in ("prompt_editor", "auditor"):
        person = await site.as_role(role)
        for path in paths(recorded):
            assert (await person.get(path)).status == 200, (role, path)
        session = await person.get(f"{HERE}/sessions/{recorded.session}")
        assert "Reveal originals" not in session.text, role
        reveal = f"{HERE}/sessions/{recorded.session}/reveal"
        refused = await person.post(reveal, {"reason": REASON})
        assert refused.status == 403
        assert "planted" not in refused.html
    auditor = await site.as_role("auditor")
    delete = await auditor.post(f"{HERE}/sessions/{recorded.session}/delete")
    assert delete.status == 403


async def test_originals_are_revealed_in_place_with_a_reason(
    site: Site, recorded: Recorded
) -> None:
    for path, shown in [
        (f"{HERE}/sessions/{recorded.session}", (JANE, BOB)),
        (f"{HERE}/recordings/{recorded.first}", (JANE,)),
    ]:
        refused = await site.post(f"{path}/reveal", {"reason": "short"})
        assert refused.status == 422
        assert refused.shows("Nothing was revealed", "short")
        assert "planted" not in refused.html
        revealed = await site.post(f"{path}/reveal", {"reason": REASON})
        assert revealed.status == 200
        assert revealed.shows(*shown, "Originals are shown until you leave this page")
        assert revealed.is_inert()
        assert revealed.answer.headers["cache-control"] == "no-store"
        assert "planted" not in (await site.get(path)).html
    events = await site.api.get(
        "/api/admin/v1/audit-events", params={"event": "originals.revealed"}
    )
    assert [one["details"]["count"] for one in events.json()["data"]] == [1, 2]


async def test_one_placeholder_is_revealed_alone(site: Site, recorded: Recorded) -> None:
    path = f"{HERE}/sessions/{recorded.session}/reveal"
    revealed = await site.post(path, {"reason": REASON, "only": "EMAIL_ADDRESS_1"})
    assert revealed.shows(BOB)
    assert JANE not in revealed.html


async def test_what_was_typed_is_sought_without_standing_in_an_address(
    site: Site, recorded: Recorded
) -> None:
    found = await site.post(f"{HERE}/recordings/search", {"text": JANE})
    assert found.status == 200
    assert recorded.first in found.html
    assert recorded.second not in found.html
    assert JANE not in re.sub(r'value="[^"]*"', "", found.html)
    safe = await site.post(f"{HERE}/recordings/search", {"type": "EMAIL_ADDRESS", "text": " "})
    assert (safe.status, safe.location) == (
        303,
        "/dashboard/projects/default/recordings?type=EMAIL_ADDRESS",
    )
    followed = await site.get(safe.location.removeprefix("/dashboard"))
    assert recorded.first in followed.html


CONDITIONS: list[tuple[Json, bool]] = [
    ({"field1": "metadata.plan", "op1": "eq", "value1": "gold"}, True),
    ({"field1": "metadata.plan", "op1": "eq", "value1": "basic"}, False),
    ({"field1": "evaluation.helped", "op1": "gte", "value1": "1", "complete": "true"}, True),
    ({"field1": "complete", "op1": "eq", "value1": "no"}, False),
    ({"filter": '{"not": {"field": "output", "op": "contains", "value": "Told"}}'}, False),
    ({"since": "2020-01-01", "until": "2099-12-31", "model": "none-such"}, False),
]


async def test_conditions_of_the_form_are_those_of_the_search(
    site: Site, recorded: Recorded
) -> None:
    for fields, is_there in CONDITIONS:
        found = await site.post(f"{HERE}/recordings/search", fields)
        assert found.status == 200, fields
        assert (recorded.first in found.html) is is_there, fields


WRONG: list[tuple[Json, str]] = [
    ({"filter": "{planted"}, "must be a JSON object"),
    ({"field1": "planted", "value1": "x"}, "is no field"),
    ({"field2": "durationMs", "op2": "gt", "value2": "planted"}, "must be a number"),
    ({"since": "planted", "text": "x"}, "must be a day"),
    ({"slow": "-3", "text": "x"}, "must be a number of milliseconds"),
]


async def test_what_is_wrong_with_a_filter_is_told_and_the_form_stays(
    site: Site, recorded: Recorded
) -> None:
    for fields, told in WRONG:
        refused = await site.post(f"{HERE}/recordings/search", fields)
        assert refused.status == 422, fields
        assert refused.shows(told, *fields.values()), fields
        assert recorded.first not in refused.html


async def test_a_view_has_an_address_and_holds_placeholders(site: Site, recorded: Recorded) -> None:
    fields = {"text": JANE, "order": "oldest", "view_name": f"Hers {XSS}", "shared": "true"}
    saved = await site.post(f"{HERE}/recordings/views", fields)
    assert saved.status == 303, saved.text
    assert "planted" not in saved.location
    path = saved.location.removeprefix("/dashboard")
    shown = await site.get(path)
    assert shown.is_inert()
    assert recorded.first in shown.html
    assert recorded.second not in shown.html
    assert JANE not in shown.html
    assert shown.shows("EMAIL_ADDRESS_0", "Hers")
    uid = path.rpartition("=")[2]
    auditor = await site.as_role("auditor")
    assert (await auditor.get(path)).status == 200
    assert (await auditor.post(f"{HERE}/recordings/views/{uid}/delete")).status == 403
    changed = await site.post(
        f"{HERE}/recordings/views", {"replace": uid, "view_name": "His", "text": BOB}
    )
    assert changed.location == saved.location
    assert recorded.second in (await site.get(path)).html
    assert (await site.post(f"{HERE}/recordings/views/{uid}/delete")).status == 303
    assert (await site.get(path)).status == 404
    nameless = await site.post(f"{HERE}/recordings/views", {"text": JANE})
    assert nameless.status == 422


async def test_a_view_chooses_columns(site: Site, recorded: Recorded) -> None:
    usual = await site.get(f"{HERE}/recordings")
    assert "<th>Model</th>" in usual.html
    assert "<th>Session</th>" not in usual.html
    body = {"name": "Two", "target": "recordings", "columns": ["session", "complete"]}
    view = (await site.api.post(f"{API}/views", json=body)).json()["data"]["id"]
    chosen = await site.get(f"{HERE}/recordings?view={view}")
    assert "<th>Model</th>" not in chosen.html
    assert chosen.html.index("<th>Session</th>") < chosen.html.index("<th>State</th>")
    saved = await site.post(f"{HERE}/recordings/views", {"view_name": "One", "column": "model"})
    one = await site.get(saved.location.removeprefix("/dashboard"))
    assert "<th>Model</th>" in one.html
    assert "<th>State</th>" not in one.html


async def test_lists_go_on_where_the_page_before_ended(
    site: Site, recorded: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sluice.server.dashboard.pages.sessions.ROWS_OF_A_PAGE", 1)
    first = await site.get(f"{HERE}/recordings")
    assert recorded.second in first.html
    assert recorded.first not in first.html
    link = re.search(r'rel="next" href="/dashboard([^"]+)"', first.html)
    assert link is not None
    assert recorded.first in (await site.get(link[1])).html
    typed = await site.post(f"{HERE}/recordings/search", {"text": "I am"})
    cursor = re.search(r'name="cursor" value="([^"]+)"', typed.html)
    assert cursor is not None
    more = {"text": "I am", "cursor": cursor[1]}
    assert recorded.first in (await site.post(f"{HERE}/recordings/search", more)).html


async def test_a_file_of_the_filter_holds_placeholders(site: Site, recorded: Recorded) -> None:
    file = await site.post(f"{HERE}/recordings/export", {"text": JANE})
    assert file.status == 200
    assert "attachment" in file.answer.headers["content-disposition"]
    assert recorded.first in file.html
    assert recorded.second not in file.html
    assert "planted" not in file.html


async def test_recordings_and_sessions_become_test_cases(site: Site, recorded: Recorded) -> None:
    fields = {"playlist": recorded.playlist, "recording": recorded.first}
    added = await site.post(f"{HERE}/recordings/add", fields)
    assert (added.status, added.location) == (
        303,
        f"/dashboard{HERE}/playlists/{recorded.playlist}",
    )
    whole = {"playlist": recorded.playlist, "session": recorded.session}
    assert (await site.post(f"{HERE}/recordings/add", whole)).status == 303
    cases = await site.api.get(f"{API}/playlists/{recorded.playlist}/test-cases")
    assert len(cases.json()["data"]) == 2
    assert (
        await site.post(f"{HERE}/recordings/add", {"playlist": recorded.playlist})
    ).status == 422


async def test_what_is_no_id_is_not_there(site: Site, recorded: Recorded) -> None:
    assert (await site.get(f"{HERE}/recordings?view=%00")).status == 404
    fields = {"replace": "\0", "view_name": "x"}
    assert (await site.post(f"{HERE}/recordings/views", fields)).status == 404
    for added in ({"playlist": "\0", "recording": recorded.first}, {"recording": "\0"}):
        assert (await site.post(f"{HERE}/recordings/add", added)).status in (404, 422)


async def test_a_placeholder_says_where_else_it_stands(site: Site, recorded: Recorded) -> None:
    part = await site.post(f"{HERE}/placeholders/uses", {"placeholder": "EMAIL_ADDRESS_0"})
    assert part.shows("EMAIL_ADDRESS_0", "Latest sessions", recorded.session[:13])
    assert "<html" not in part.html
    assert "planted" not in part.html
    nowhere = await site.post(f"{HERE}/placeholders/uses", {"placeholder": "PERSON_77"})
    assert nowhere.status == 404


async def test_steps_are_shown_as_a_tree(site: Site) -> None:
    session, outer, inner = str(uuid4()), str(uuid4()), str(uuid4())
    for uid, parent, kind in [(outer, None, None), (inner, outer, "tool")]:
        path = f"/v2/projects/default/sessions/{session}/traces/id/{uid}"
        body = {"input": f"in {JANE} {XSS}", "output": "out", "name": f"Step {XSS}", "kind": kind}
        made = await site.api.post(path, json={**body, "parent_id": parent})
        assert made.status_code == 201, made.text
    below = await record(site, session, "Hello", parent_id=inner)
    shown = await site.get(f"{HERE}/sessions/{session}?tab=tree")
    assert shown.is_inert()
    assert "planted" not in shown.html
    places = [shown.html.index(text) for text in ("ml-4", "ml-8", below)]
    assert places == sorted(places)


async def test_a_deleted_session_is_gone(site: Site) -> None:
    session = str(uuid4())
    made = await record(site, session, "Hello")
    gone = await site.post(f"{HERE}/sessions/{session}/delete")
    assert gone.status == 303
    assert gone.location == f"/dashboard{HERE}/sessions"
    assert (await site.get(f"{HERE}/sessions/{session}")).status == 404
    assert (await site.get(f"{HERE}/recordings/{made}")).status == 404


async def test_an_empty_project_says_how_to_begin(site: Site) -> None:
    await site.api.post("/api/v1/projects", json={"name": "Empty"})
    for list_of in ("sessions", "recordings", "calls"):
        shown: Page = await site.get(f"/projects/empty/{list_of}")
        assert shown.shows("curl" if list_of != "calls" else "OpenAI("), list_of


async def test_forms_of_elsewhere_change_nothing(site: Site, recorded: Recorded) -> None:
    stranger = replace(site)
    path = f"{HERE}/sessions/{recorded.session}"
    for last in ("reveal", "delete"):
        refused = await stranger.post(f"{path}/{last}", {"reason": REASON}, csrf="0" * 64)
        assert refused.status == 403
        assert "planted" not in refused.html
