"""Fallback connections, the policy for answers and the rule for attachments, by the API."""

from __future__ import annotations

import pytest
from tests.integration.features.conftest import World

from sluice.server.auth.callers import SYSTEM

pytestmark = pytest.mark.anyio
INSTANCES = "/api/admin/v1/model-instances"
GROUPS = "/api/admin/v1/policy-groups"
FIRST = {"providerKey": "openai", "model": "a", "credentials": {"api_key": "first-key-0001"}}
SECOND = {"providerKey": "mistral", "model": "b", "credentials": {"api_key": "second-key-02"}}


async def _made(world: World, **fields: object) -> dict[str, object]:
    group = (await world.admin.get(GROUPS)).json()["data"][0]["id"]
    body = {"name": "Two", "policyGroupId": group, "connection": FIRST, **fields}
    answer = await world.admin.post(INSTANCES, json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json()["data"])


async def test_fallbacks_come_back_in_their_order_without_credentials(world: World) -> None:
    made = await _made(world, fallbacks=[SECOND, {**FIRST, "model": "c"}])
    shown = [made["connection"], *made["fallbacks"]]  # type: ignore[misc]
    assert [(c["providerKey"], c["model"], c["hasCredentials"]) for c in shown] == [
        ("openai", "a", True), ("mistral", "b", True), ("openai", "c", True),
    ]  # fmt: skip
    assert "key-0" not in (await world.admin.get(INSTANCES)).text


async def test_connections_keep_their_credentials_when_their_order_changes(world: World) -> None:
    made = await _made(world, fallbacks=[SECOND])
    body = {"name": "Two", "policyGroupId": made["policyGroupId"]}
    kept = {"providerKey": "mistral", "model": "b2"}
    first = {"providerKey": "openai", "model": "a"}
    path = f"{INSTANCES}/{made['id']}"
    for connection, fallback in ((first, kept), (kept, first)):
        changed = {**body, "connection": connection, "fallbacks": [fallback]}
        answer = await world.admin.put(path, json=changed)
        shown = answer.json()["data"]
        assert shown["connection"]["hasCredentials"]
        assert shown["fallbacks"][0]["hasCredentials"]
    async with world.app.state.services.database.read() as session:
        held = await world.app.state.services.models.connections(session, SYSTEM, made["id"])
    assert [dict(one.credentials) for one in held] == [
        SECOND["credentials"], FIRST["credentials"],
    ]  # fmt: skip


async def test_credentials_are_never_sent_to_an_address_that_they_were_not_given_for(
    world: World,
) -> None:
    made = await _made(world, fallbacks=[SECOND])
    path = f"{INSTANCES}/{made['id']}"
    elsewhere = {"providerKey": "openai", "model": "a", "baseUrl": "https://other.example.com"}
    other = {"providerKey": "groq", "model": "b"}
    body = {"name": "Two", "policyGroupId": made["policyGroupId"], "connection": elsewhere}
    answer = await world.admin.put(path, json={**body, "fallbacks": [other]})
    assert answer.status_code == 422
    assert {e["path"] for e in answer.json()["errors"]} == {
        "connection.credentials.apiKey", "fallbacks[0].credentials.apiKey",
    }  # fmt: skip


async def test_a_fallback_needs_a_first_connection(world: World) -> None:
    group = (await world.admin.get(GROUPS)).json()["data"][0]["id"]
    body = {"name": "Two", "policyGroupId": group, "fallbacks": [SECOND]}
    answer = await world.admin.post(INSTANCES, json=body)
    assert [e["path"] for e in answer.json()["errors"]] == ["connection"]


async def test_the_policy_for_answers_is_checked_and_protected_from_deletion(world: World) -> None:
    made = await world.admin.post(GROUPS, json={"name": "Answers", "policy": {}})
    group = made.json()["data"]["id"]
    one = await _made(world, answerPolicyGroupId=group, attachments="extract")
    assert (one["answerPolicyGroupId"], one["attachments"]) == (group, "extract")
    assert (await world.admin.delete(f"{GROUPS}/{group}")).status_code == 409
    body = {"name": "X", "policyGroupId": one["policyGroupId"], "answerPolicyGroupId": 999}
    answer = await world.admin.post(INSTANCES, json=body)
    assert [e["path"] for e in answer.json()["errors"]] == ["answerPolicyGroupId"]
