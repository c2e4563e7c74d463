"""Policy groups, model instances, threads, audit events and keys by the management API."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.integration.features.conftest import (
    ADMIN_TOKEN,
    ScriptedProvider,
    World,
    client,
    started,
)

from sluice.server.kit.database import Database
from sluice.server.kit.sealing import new_master_key

pytestmark = pytest.mark.anyio
GROUPS = "/api/admin/v1/policy-groups"
INSTANCES = "/api/admin/v1/model-instances"
MAIL = "jane@example.com"


async def test_the_first_start_fills_an_empty_database_once(world: World) -> None:
    groups = (await world.admin.get(GROUPS)).json()["data"]
    assert [(g["name"], g["version"]) for g in groups] == [("Default", 1)]
    assert groups[0]["policy"]["default"] == {
        "action": "mask",
        "threshold": 0.5,
        "userMayRelease": False,
    }
    instances = (await world.admin.get(INSTANCES)).json()["data"]
    assert [(i["name"], i["connection"]["providerKey"]) for i in instances] == [("Echo", "echo")]


async def test_management_needs_the_administrators_role(world: World) -> None:
    paths = (GROUPS, INSTANCES, "/api/admin/v1/audit-events", "/api/admin/v1/keys")
    for path in paths:
        assert (await world.member.get(path)).status_code == 403
    assert (await world.member.post("/api/admin/v1/keys/rotate")).status_code == 403
    reveal = await world.member.post("/api/admin/v1/threads/1/reveal", json={"reason": "because I"})
    assert reveal.status_code == 403


async def test_every_change_of_a_policy_is_a_version_and_an_audit_event(world: World) -> None:
    group = await world.policy()
    url = f"{GROUPS}/{group}"
    strict = {"name": "Renamed", "policy": {"default": {"action": "redact"}}, "note": "stricter"}
    assert (await world.admin.put(url, json=strict)).json()["data"]["version"] == 2
    assert (await world.admin.put(url, json=strict)).json()["data"]["version"] == 2
    restored = await world.admin.post(f"{url}/restore", json={"number": 1})
    assert restored.json()["data"]["version"] == 3
    assert restored.json()["data"]["policy"]["default"]["action"] == "mask"
    versions = (await world.admin.get(f"{url}/versions")).json()["data"]
    assert [(v["number"], v["note"]) for v in versions] == [
        (3, "version 1 again"),
        (2, "stricter"),
        (1, ""),
    ]
    events = await world.audit("policy.changed")
    assert [e["details"]["version"] for e in events if e["subject"] == f"policy_group:{group}"] == [
        3,
        2,
        1,
    ]


@pytest.mark.parametrize(
    ("policy", "path"),
    [
        ({"rules": {"email": {}}}, "policy.rules.email.[key]"),
        ({"default": {"threshold": 2}}, "policy.default.threshold"),
        ({"default": {"action": "hide"}}, "policy.default.action"),
        ({"customTerms": [{"name": "x"}]}, "policy.customTerms[0]"),
        ({"alowList": []}, "policy.alowList"),
    ],
)
async def test_a_wrong_policy_is_refused_with_the_place(
    world: World, policy: dict[str, object], path: str
) -> None:
    answer = await world.admin.post(GROUPS, json={"name": "Wrong", "policy": policy})
    assert answer.status_code == 422
    assert path in [e["path"] for e in answer.json()["errors"]]


async def test_a_pattern_that_cannot_be_used_is_refused_without_being_quoted(world: World) -> None:
    terms = [{"name": "bad", "pattern": "canary("}, {"name": "worse", "pattern": "[z-a]canary"}]
    body = {"name": "Wrong", "policy": {"customTerms": terms}}
    answer = await world.admin.post(GROUPS, json=body)
    assert answer.status_code == 422
    assert len(answer.json()["errors"]) == 2
    assert "canary" not in answer.text


async def test_a_policy_group_in_use_is_not_deleted(world: World) -> None:
    group = await world.policy()
    instance = await world.instance(group)
    assert (await world.admin.delete(f"{GROUPS}/{group}")).status_code == 409
    assert (await world.admin.delete(f"{INSTANCES}/{instance}")).status_code == 204
    assert (await world.admin.delete(f"{GROUPS}/{group}")).status_code == 204
    assert (await world.admin.get(f"{GROUPS}/{group}")).status_code == 404


async def test_credentials_go_in_and_never_come_out(world: World) -> None:
    secret = "sk-canary-credential-0123456789"
    connection = {"providerKey": "openai", "model": "m", "credentials": {"api_key": secret}}
    instance = await world.instance(connection=connection)
    url = f"{INSTANCES}/{instance}"
    listed = await world.admin.get("/api/v1/model-instances")
    shown = await world.admin.get(url)
    assert secret not in shown.text + listed.text
    assert shown.json()["data"]["connection"]["hasCredentials"] is True
    kept = {
        "name": "Kept",
        "policyGroupId": 1,
        "connection": {"providerKey": "openai", "model": "n"},
    }
    changed = await world.admin.put(url, json=kept)
    assert changed.json()["data"]["connection"]["hasCredentials"] is True


async def test_a_credential_is_not_sent_to_an_address_it_was_not_given_for(world: World) -> None:
    connection = {
        "providerKey": "openai",
        "model": "m",
        "credentials": {"api_key": "sk-0123456789"},
    }
    instance = await world.instance(connection=connection)
    moved = {"providerKey": "openai", "model": "m", "baseUrl": "https://elsewhere.example.org/v1"}
    body = {"name": "Moved", "policyGroupId": 1, "connection": moved}
    answer = await world.admin.put(f"{INSTANCES}/{instance}", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"] == "connection.credentials.apiKey"


async def test_every_problem_of_an_instance_is_named_at_once(world: World) -> None:
    connection = {"providerKey": "openai", "model": "m", "baseUrl": "ftp://user:pw@x/?q"}
    body = {"name": "Wrong", "policyGroupId": 999, "connection": connection}
    answer = await world.admin.post(INSTANCES, json=body)
    paths = {e["path"] for e in answer.json()["errors"]}
    assert {"policyGroupId", "connection.baseUrl", "connection.credentials.apiKey"} <= paths
    assert "pw" not in answer.text


async def test_names_are_unique_and_provider_keys_known(world: World) -> None:
    body = {"name": "Echo", "policyGroupId": 1}
    assert (await world.admin.post(INSTANCES, json=body)).status_code == 409
    assert (await world.admin.post(GROUPS, json={"name": "Default"})).status_code == 409
    unknown = {"name": "X", "policyGroupId": 1, "connection": {"providerKey": "hal", "model": "9"}}
    answer = await world.admin.post(INSTANCES, json=unknown)
    assert answer.json()["errors"][0]["path"] == "connection.providerKey"


async def test_threads_are_listed_newest_first_with_their_names(world: World) -> None:
    for name in ("first", "second"):
        body = {"name": name, "modelInstanceId": 1, "source": "sdk"}
        made = await world.admin.post("/api/v1/threads", json=body)
        assert made.json()["data"]["chats"] == []
    listed = (await world.admin.get("/api/v1/threads?source=sdk")).json()["data"]
    assert [t["name"] for t in listed] == ["second", "first"]
    assert listed[0]["modelInstance"]["name"] == "Echo"
    assert (await world.member.get("/api/v1/threads?source=sdk")).json()["data"] == []


async def test_a_reveal_needs_a_reason_and_leaves_an_audit_event_without_text(
    world: World,
) -> None:
    thread = (await world.prompt("cleanse", MAIL))["threadId"]
    url = f"/api/admin/v1/threads/{thread}/reveal"
    assert (await world.admin.post(url, json={"reason": " short "})).status_code == 422
    body = {"reason": f"complaint by {MAIL}"}
    revealed = (await world.admin.post(url, json=body)).json()["data"]
    assert revealed == [
        {"placeholder": "EMAIL_ADDRESS_0", "entityType": "EMAIL_ADDRESS", "original": MAIL}
    ]
    (event,) = await world.audit("originals.revealed")
    assert event["details"] == {
        "reason": "complaint by EMAIL_ADDRESS_0",
        "count": 1,
        "entityTypes": "EMAIL_ADDRESS=1",
        "placeholders": "EMAIL_ADDRESS_0",
    }


async def test_a_deleted_thread_is_gone_with_its_key(world: World) -> None:
    thread = (await world.prompt("submit", MAIL))["threadId"]
    kept = (await world.prompt("submit", MAIL))["threadId"]
    assert (await world.admin.delete(f"/api/v1/threads/{thread}")).status_code == 204
    assert (await world.admin.get(f"/api/v1/threads/{thread}")).status_code == 404
    assert (await world.admin.delete(f"/api/v1/threads/{thread}")).status_code == 404
    async with world.app.state.services.database.read() as session:
        scopes = (await session.execute(text("SELECT scope FROM data_keys"))).scalars().all()
        chats = (
            (await session.execute(text("SELECT DISTINCT thread_id FROM chats"))).scalars().all()
        )
    # Besides, the project that the first start made has one.
    assert sorted(scopes) == ["conversation:1", "settings", f"thread:{kept}"]
    assert chats == [kept]
    (event,) = await world.audit("thread.deleted")
    assert event["subject"] == f"thread:{thread}"


async def test_audit_events_cannot_be_changed_or_deleted(world: World) -> None:
    database: Database = world.app.state.services.database
    for statement in ("DELETE FROM audit_events", "UPDATE audit_events SET event = 'x'"):
        with pytest.raises(DBAPIError, match="append-only"):
            async with database.write() as session:
                await session.execute(text(statement))


async def test_a_rotated_master_key_opens_everything_alone(
    database_url: str, tmp_path: Path
) -> None:
    old, new = new_master_key(), new_master_key()
    provider = ScriptedProvider()
    async with (
        started(database_url, tmp_path, provider, old) as app,
        client(app, ADMIN_TOKEN) as admin,
    ):
        body = {"modelInstanceId": 1, "source": "sdk", "text": MAIL}
        made = await admin.post("/api/v1/prompts/submit", json=body)
        thread = made.json()["data"]["threadId"]
    async with (
        started(database_url, tmp_path, provider, f"{new} {old}") as app,
        client(app, ADMIN_TOKEN) as admin,
    ):
        before = (await admin.get("/api/admin/v1/keys")).json()["data"]
        assert before["current"] not in before["dataKeys"]
        after = (await admin.post("/api/admin/v1/keys/rotate")).json()["data"]
        assert after == {"current": before["current"], "dataKeys": {before["current"]: 3}}
        events = (await admin.get("/api/admin/v1/audit-events?event=keys.rotated")).json()["data"]
        assert [e["details"] for e in events] == [{"data_keys": 3}]
    async with (
        started(database_url, tmp_path, provider, new) as app,
        client(app, ADMIN_TOKEN) as admin,
    ):
        shown = (await admin.get(f"/api/v1/threads/{thread}")).json()["data"]
        assert shown["chats"][0]["rawInput"] == MAIL
    async with (
        started(database_url, tmp_path, provider, old) as app,
        client(app, ADMIN_TOKEN) as admin,
    ):
        ready = await admin.get("/readyz")
        assert (ready.status_code, ready.json()["code"]) == (503, "wrong_master_key")
        refused = await admin.get(f"/api/v1/threads/{thread}")
        assert (refused.status_code, refused.json()["code"]) == (500, "sealing_failed")
        assert MAIL not in refused.text


async def test_health_and_metrics_need_no_credential_and_tell_no_text(world: World) -> None:
    await world.prompt("submit", MAIL)
    world.member.headers.pop("authorization")
    assert (await world.member.get("/healthz")).json() == {"status": "ok"}
    assert (await world.member.get("/readyz")).json() == {"status": "ready"}
    metrics = (await world.member.get("/metrics")).text
    assert 'sluice_findings_total{action="mask",entity_type="EMAIL_ADDRESS"} 1.0' in metrics
    assert MAIL not in metrics


async def test_the_openapi_document_names_every_path_and_the_reference_is_served(
    world: World,
) -> None:
    document = (await world.admin.get("/openapi.json")).json()
    assert "/api/v1/prompts/submit" in document["paths"]
    assert "HydrateOut" in json.dumps(document)
    page = await world.admin.get("/docs/")
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "https://" not in page.text
    assert (await world.admin.get("/docs/assets/reference.js")).status_code == 200
