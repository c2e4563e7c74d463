"""The five actions, thresholds, terms and releases, from the policy to what the model sees."""

from __future__ import annotations

import json

import pytest
from tests.integration.features.conftest import World

pytestmark = pytest.mark.anyio
MAIL = "jane@example.com"
CARD = "4111 1111 1111 1111"


async def test_a_blocked_prompt_is_neither_sent_nor_kept(world: World) -> None:
    policy = await world.policy(rules={"CREDIT_CARD": {"action": "block"}})
    instance = await world.instance(policy)
    body = {"modelInstanceId": instance, "source": "sdk", "text": f"{CARD} {CARD} {MAIL}"}
    for call in ("submit", "cleanse"):
        answer = await world.admin.post(f"/api/v1/prompts/{call}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "policy_blocked")
        assert answer.json()["entityTypes"] == {"CREDIT_CARD": 2}
        assert "2 × CREDIT_CARD" in answer.json()["errors"][0]["message"]
        assert "4111" not in answer.text
    assert world.provider.asked == []
    assert (await world.admin.get("/api/v1/threads")).json()["data"] == []
    event = (await world.audit("prompt.blocked"))[0]
    assert event["details"] == {"CREDIT_CARD": 2}


async def test_a_redacted_value_is_never_restored(world: World) -> None:
    policy = await world.policy(rules={"EMAIL_ADDRESS": {"action": "redact"}})
    instance = await world.instance(policy)
    world.provider.answer = ["EMAIL_ADDRESS_0"]
    data = await world.prompt("submit", f"{MAIL} {MAIL}", instance)
    assert data["deidentifiedInputTextData"]["text"] == "EMAIL_ADDRESS_0 EMAIL_ADDRESS_0"
    assert data["reidentifiedLLMResponseText"] == "EMAIL_ADDRESS_0"


async def test_a_stand_in_is_seen_by_the_model_and_restored(world: World) -> None:
    policy = await world.policy(rules={"EMAIL_ADDRESS": {"action": "replace"}})
    instance = await world.instance(policy)
    data = await world.prompt("cleanse", f"To {MAIL}", instance)
    stand_in = data["text"].removeprefix("To ")
    assert stand_in.split("@")[1].startswith("example.")
    assert stand_in != MAIL
    again = await world.prompt(
        "hydrate", f"Sent to {stand_in}.", instance, threadId=data["threadId"]
    )
    assert again["text"] == f"Sent to {MAIL}."


async def test_allowed_and_unlikely_findings_are_reported_and_sent_as_they_are(
    world: World,
) -> None:
    policy = await world.policy(
        rules={"EMAIL_ADDRESS": {"action": "allow"}, "CREDIT_CARD": {"threshold": 1}}
    )
    instance = await world.instance(policy)
    text = f"{MAIL} 4111111111111111"
    found = (await world.prompt("analyze", text, instance))["findings"]
    assert {f["type"]: f["policyAction"] for f in found}["EMAIL_ADDRESS"] == "allow"
    cleansed = (await world.prompt("cleanse", text, instance))["text"]
    assert MAIL in cleansed


async def test_custom_terms_and_the_allow_list_count(world: World) -> None:
    policy = await world.policy(
        customTerms=[
            {"name": "code name", "entityType": "PROJECT", "text": "Blue Heron"},
            {"name": "ticket", "entityType": "TICKET", "pattern": "TCK-[0-9]{6}"},
        ],
        allowList=["INFO@example.com"],
    )
    instance = await world.instance(policy)
    text = "blue heron, TCK-123456, info@example.com"
    data = await world.prompt("cleanse", text, instance)
    assert data["text"] == "PROJECT_0, TICKET_0, info@example.com"
    found = (await world.prompt("analyze", text, instance))["findings"]
    assert [f["customTerm"] for f in found] == ["code name", "ticket"]


async def test_a_release_needs_a_rule_and_leaves_an_audit_event(world: World) -> None:
    policy = await world.policy(rules={"EMAIL_ADDRESS": {"userMayRelease": True}})
    instance = await world.instance(policy)
    data = await world.prompt("cleanse", f"{MAIL} {CARD}", instance, findings=[])
    assert data["text"] == f"{MAIL} CREDIT_CARD_0"
    (event,) = await world.audit("findings.released")
    assert event["details"] == {"EMAIL_ADDRESS": 1}
    assert event["subject"] == f"thread:{data['threadId']}"
    assert MAIL not in json.dumps(event)


async def test_findings_of_analyze_may_come_back_as_they_are(world: World) -> None:
    text = f"{MAIL} {CARD}"
    found = (await world.prompt("analyze", text))["findings"]
    data = await world.prompt("cleanse", text, findings=found)
    assert data["text"] == "EMAIL_ADDRESS_0 CREDIT_CARD_0"
    assert await world.audit("findings.released") == []


async def test_a_changed_policy_counts_from_the_next_prompt_on(world: World) -> None:
    policy = await world.policy()
    instance = await world.instance(policy)
    thread = (await world.prompt("cleanse", MAIL, instance))["threadId"]
    body = {"name": "Changed", "policy": {"rules": {"EMAIL_ADDRESS": {"action": "redact"}}}}
    await world.admin.put(f"/api/admin/v1/policy-groups/{policy}", json=body)
    data = await world.prompt("cleanse", MAIL, instance, threadId=thread)
    assert data["text"] == "EMAIL_ADDRESS_1"
    text = "EMAIL_ADDRESS_0 EMAIL_ADDRESS_1"
    restored = await world.prompt("hydrate", text, instance, threadId=thread)
    assert restored["text"] == f"{MAIL} EMAIL_ADDRESS_1"
