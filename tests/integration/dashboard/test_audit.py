"""The pages of audit and privacy: the log, its chain, erasure, retention, keys, coverage."""

from __future__ import annotations

import csv
import io

import pytest
from sqlalchemy import text
from tests.integration.dashboard.conftest import XSS, Site

pytestmark = pytest.mark.anyio
MAIL = "jane.canary@example.com"


async def _call(site: Site, content: str, project: str = "default") -> None:
    body = {"model": "Echo", "messages": [{"role": "user", "content": content}]}
    headers = {"Sluice-Project": project}
    sent = await site.api.post("/v1/chat/completions", json=body, headers=headers)
    assert sent.status_code == 200, sent.text


async def test_the_log_is_read_by_filters(site: Site) -> None:
    shown = await site.get("/audit")
    assert shown.shows("policy.changed", "project.created", "the server")
    some = await site.get("/audit?event=policy")
    assert some.shows("policy.changed", "policy_group:1")
    assert not some.shows("session:1")
    assert (await site.get("/audit?subject=policy_group:1")).shows("policy.changed")
    assert (await site.get("/audit?since=2099-01-01")).shows("No such event")
    assert (await site.get("/audit?until=2000-01-01")).shows("No such event")
    for wrong in ("since=2026-13-45", "actor=99999999999", "event=%3Cscript%3E", "actor=x"):
        assert (await site.get(f"/audit?{wrong}")).status == 400, wrong


async def test_older_events_are_a_page_further(site: Site) -> None:
    for _ in range(60):
        await site.api.get("/api/admin/v1/audit-events/export?event=nothing")
    shown = await site.get("/audit?event=audit.exported")
    assert "event=audit.exported&amp;before=" in shown.html
    before = shown.html.partition("event=audit.exported&amp;before=")[2].split('"')[0]
    older = await site.get(f"/audit?event=audit.exported&before={before}")
    assert older.shows("audit.exported", "Newer")


async def test_the_log_is_taken_away_as_csv(site: Site) -> None:
    sent = await site.post("/audit/export", {"format": "csv", "event": "policy"})
    rows = list(csv.DictReader(io.StringIO(sent.answer.text, newline="")))
    assert {row["event"] for row in rows} >= {"policy.changed"}
    assert all(row["event"].startswith("policy.") for row in rows)
    assert "attachment" in sent.answer.headers["content-disposition"]


async def test_a_person_is_erased_by_value_and_the_value_is_on_no_page(site: Site) -> None:
    await _call(site, f"Mail {MAIL}")
    fields = {"project": "default", "values": f"{MAIL}\r\n{XSS}"}
    unsure = await site.post("/privacy/erasure", fields)
    assert (unsure.status, "canary" in unsure.html, unsure.is_inert()) == (422, False, True)
    assert unsure.shows("say that you are sure")
    done = await site.post("/privacy/erasure", {**fields, "sure": "true"})
    assert done.shows("1 original(s) of 2 value(s) are gone")
    assert "canary" not in done.html
    assert done.is_inert()
    again = await site.post("/privacy/erasure", {**fields, "sure": "true"})
    assert again.shows("held no original")
    empty = await site.post("/privacy/erasure", {"project": "default", "values": " \n "})
    assert empty.status == 422
    nowhere = await site.post("/privacy/erasure", {**fields, "project": "no-such", "sure": "true"})
    assert nowhere.status == 404
    log = await site.get("/audit?event=person.erased")
    assert "canary" not in log.html


async def test_how_long_sessions_are_kept_is_set_for_each_project(site: Site) -> None:
    assert (await site.get("/privacy/retention")).shows("Default", "never")
    days = {"project": "default", "retentionDays": "90", "callRetentionDays": "7"}
    assert (await site.post("/privacy/retention", days)).status == 303
    shown = (await site.get("/privacy/retention")).html
    assert 'value="90"' in shown
    assert 'value="7"' in shown
    for name in ("retentionDays", "callRetentionDays"):
        wrong = await site.post("/privacy/retention", {**days, name: "0"})
        assert (wrong.status, wrong.html.count('aria-invalid="true"')) == (422, 1)
    never = {"project": "default", "retentionDays": "", "callRetentionDays": ""}
    assert (await site.post("/privacy/retention", never)).status == 303
    projects = (await site.api.get("/api/v1/projects")).json()["data"]
    assert (projects[0]["retentionDays"], projects[0]["callRetentionDays"]) == (None, None)


async def test_master_keys_are_shown_and_rotated(site: Site) -> None:
    keys = (await site.api.get("/api/admin/v1/keys")).json()["data"]
    assert (await site.get("/privacy/keys")).shows(keys["current"], "current")
    assert (await site.post("/privacy/keys")).status == 303


async def test_coverage_shows_where_text_stood_and_no_text(site: Site) -> None:
    await _call(site, f"Mail {MAIL}")
    shown = await site.get("/privacy/coverage")
    assert shown.shows("openai.chat", "messages[].content", "messages[].role")
    assert "canary" not in shown.html
    assert (await site.get("/privacy/coverage?instance=1")).shows("messages[].content")
    assert (await site.get("/privacy/coverage?instance=99")).shows("No calls yet")
    found = (await site.api.get("/api/admin/v1/coverage")).json()["data"]
    content = [p for p in found["paths"] if p["path"] == "messages[].content"]
    assert content[0]["scanned"] >= 1
    assert found["complete"]


@pytest.mark.parametrize(
    ("role", "log", "keys"),
    [
        ("administrator", 200, 200),
        ("policy_editor", 200, 403),
        ("auditor", 200, 403),
        ("prompt_editor", 403, 403),
        ("member", 403, 403),
    ],
)
async def test_who_may_see_what(site: Site, role: str, log: int, keys: int) -> None:
    visitor = await site.as_role(role)
    assert (await visitor.get("/audit")).status == log
    assert (await visitor.get("/privacy/coverage")).status == log
    assert (await visitor.post("/audit/verify")).status == log
    assert (await visitor.post("/audit/export", {"format": "jsonl"})).status == log
    assert (await visitor.get("/privacy/keys")).status == keys
    assert (await visitor.post("/privacy/keys")).status in (303, keys)
    assert (await visitor.get("/privacy/erasure")).status == 200
    assert (await visitor.get("/privacy/retention")).status == 200
    fields = {"project": "default", "values": MAIL, "sure": "true", "retentionDays": "5"}
    expected = {"administrator": (200, 303), "prompt_editor": (403, 403), "auditor": (403, 403)}
    erased = await visitor.post("/privacy/erasure", fields)
    kept = await visitor.post("/privacy/retention", fields)
    assert (erased.status, kept.status) == expected.get(role, (404, 404))


async def test_the_chain_is_verified_and_tells_what_was_done_to_it(site: Site) -> None:
    """The last test of this module: afterwards the log is not sound any more."""
    sound = await site.post("/audit/verify")
    assert sound.shows("The chain is sound.", "Keep this outside of the database")
    database = site.app.state.services.database
    async with database.exclusive() as connection:
        await connection.execute(text("DROP TRIGGER audit_events_no_update"))
        await connection.execute(text("UPDATE audit_events SET actor_id = 9 WHERE id = 3"))
    broken = await site.post("/audit/verify")
    assert broken.shows("The chain is broken.", "An event was changed", "First seen at event 3")
