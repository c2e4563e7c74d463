"""Trying a policy: on a text, and on the prompts that were sent last."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.integration.features.conftest import World

pytestmark = pytest.mark.anyio
GROUPS = "/api/admin/v1/policy-groups"
MAIL = "jane.canary@example.com"
CARD = "4111 1111 1111 1111"


async def _test(world: World, policy: dict[str, Any], text: str) -> dict[str, Any]:
    answer = await world.admin.post(f"{GROUPS}/test", json={"policy": policy, "text": text})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["data"]
    return found


async def _dry_run(world: World, group: int, **body: object) -> dict[str, Any]:
    answer = await world.admin.post(f"{GROUPS}/{group}/dry-run", json=body)
    assert answer.status_code == 200, answer.text
    assert "canary" not in answer.text
    found: dict[str, Any] = answer.json()["data"]
    return found


def _changes(found: dict[str, Any]) -> dict[str, tuple[dict[str, int], dict[str, int]]]:
    return {c["entityType"]: (c["before"], c["after"]) for c in found["entityTypes"]}


async def test_a_text_is_tried_under_a_policy_that_is_not_saved(world: World) -> None:
    policy = {
        "rules": {"EMAIL_ADDRESS": {"action": "redact"}, "URL": {"threshold": 1}},
        "customTerms": [{"name": "bird", "entityType": "PROJECT", "text": "Blue Heron"}],
    }
    text = f"Mail {MAIL} about Blue Heron."
    found = await _test(world, policy, text)
    assert found["cleansed"] == "Mail EMAIL_ADDRESS_0 about PROJECT_0."
    assert [(f["entityType"], f["action"], f["customTerm"]) for f in found["findings"]] == [
        ("EMAIL_ADDRESS", "redact", None),
        ("PROJECT", "mask", "bird"),
    ]
    first = found["findings"][0]
    assert text[first["start"] : first["end"]] == MAIL
    # Only the rules differ: the same detector, and nothing of before.
    blocking = {**policy, "rules": {"EMAIL_ADDRESS": {"action": "block"}}}
    found = await _test(world, blocking, text)
    assert (found["cleansed"], found["blocked"]) == (None, {"EMAIL_ADDRESS": 1})
    allowed = await _test(world, {"allowList": [MAIL]}, text)
    assert "PROJECT" not in str(allowed)
    assert f"Mail {MAIL} " in allowed["cleansed"]


async def test_a_policy_that_is_none_is_refused_with_every_problem(world: World) -> None:
    terms = [{"name": "bad", "pattern": "canary("}, {"name": "worse", "pattern": "[z-a]"}]
    body = {"policy": {"customTerms": terms}, "text": "canary"}
    answer = await world.admin.post(f"{GROUPS}/test", json=body)
    assert answer.status_code == 422
    assert len(answer.json()["errors"]) == 2
    assert "canary" not in answer.text


async def test_a_dry_run_counts_what_a_policy_would_have_done(world: World) -> None:
    policy = {"rules": {"CREDIT_CARD": {"action": "block"}, "PHONE_NUMBER": {"action": "redact"}}}
    group = await world.policy(**policy)
    instance = await world.instance(group)
    other = await world.instance(1)
    name = (await world.admin.get(f"/api/admin/v1/model-instances/{instance}")).json()["data"][
        "name"
    ]
    # Three chats, one of another instance; then calls of the gateway, one of them refused.
    await world.prompt("submit", f"Mail {MAIL}", instance)
    await world.prompt("submit", "Good morning", instance)
    await world.prompt("submit", f"Mail {MAIL}", other)
    for text in (f"Mail {MAIL}, call +1 202 555 0143", f"Pay with {CARD}"):
        body = {"model": name, "messages": [{"role": "user", "content": text}]}
        answer = await world.admin.post("/v1/chat/completions", json=body)
        assert answer.status_code == (403 if CARD in text else 200), answer.text

    stricter = {"rules": {"EMAIL_ADDRESS": {"action": "block"}, "CREDIT_CARD": {"action": "mask"}}}
    found = await _dry_run(world, group, policy=stricter)
    assert _changes(found) == {
        "CREDIT_CARD": ({"block": 1}, {"mask": 1}),
        "EMAIL_ADDRESS": ({"mask": 2}, {"block": 2}),
        "PHONE_NUMBER": ({"redact": 1}, {"mask": 1}),
    }
    told = ("prompts", "looked", "judged", "judgedByTypeAlone", "notJudged", "valuesNotKept")
    assert [found[one] for one in told] == [4, 4, 3, 1, 0, 1]
    assert (found["newlyBlocked"], found["noLongerBlocked"], found["changed"]) == (2, 1, 3)
    assert (found["complete"], found["againstVersion"]) == (True, 1)

    same = await _dry_run(world, group, version=1)
    assert (same["newlyBlocked"], same["noLongerBlocked"], same["changed"]) == (0, 0, 0)
    assert all(before == after for before, after in _changes(same).values())
    newest = await _dry_run(world, group, policy=stricter, prompts=1)
    assert (newest["prompts"], list(_changes(newest))) == (1, ["CREDIT_CARD"])

    terms = [{"name": "greeting", "entityType": "GREETING", "text": "Good morning"}]
    found = await _dry_run(world, group, policy={**policy, "customTerms": terms})
    assert _changes(found)["GREETING"] == ({}, {"mask": 1})
    assert found["changed"] == 1

    events = await world.audit("policy.dry_run")
    assert [e["details"] for e in events] == [
        {"prompts": 200, "version": "draft"},
        {"prompts": 1, "version": "draft"},
        {"prompts": 200, "version": 1},
        {"prompts": 200, "version": "draft"},
    ]
    assert events[0]["subject"] == f"policy_group:{group}"


async def test_prompts_whose_originals_were_erased_are_not_judged(world: World) -> None:
    instance = await world.instance(1)
    name = (await world.admin.get(f"/api/admin/v1/model-instances/{instance}")).json()["data"][
        "name"
    ]
    headers = {"Sluice-Project": "default"}
    for text in (f"Mail {MAIL}", "Mail PERSON_7 and UTF_8"):
        body = {"model": name, "messages": [{"role": "user", "content": text}]}
        answer = await world.admin.post("/v1/chat/completions", json=body, headers=headers)
        assert answer.status_code == 200, answer.text
    before = await _dry_run(world, 1, policy={})
    assert (before["judged"], before["notJudged"]) == (2, 0)
    erased = await world.admin.post("/api/v1/projects/default/erasures", json={"values": [MAIL]})
    assert erased.json()["data"]["originals"] == 1, erased.text
    after = await _dry_run(world, 1, policy={})
    assert (after["judged"], after["notJudged"]) == (1, 1)


async def test_a_dry_run_tells_how_far_it_has_come(world: World) -> None:
    for number in range(12):
        await world.prompt("submit", f"Good morning {number}")
    url, headers = f"{GROUPS}/1/dry-run", {"Accept": "application/x-ndjson"}
    answer = await world.admin.post(url, json={"policy": {}}, headers=headers)
    steps = [json.loads(line) for line in answer.text.splitlines()]
    assert [step.get("looked") for step in steps] == [0, 10, 12, 12]
    assert steps[-1]["complete"]


@pytest.mark.parametrize(
    "body",
    [{}, {"policy": {}, "version": 1}, {"policy": {}, "prompts": 1001}, {"policy": {"a": 1}}],
    ids=["no policy", "two policies", "too many", "an unknown key"],
)
async def test_what_no_dry_run_can_be_made_of_is_refused(
    world: World, body: dict[str, object]
) -> None:
    answer = await world.admin.post(f"{GROUPS}/1/dry-run", json=body)
    assert answer.status_code == 422
    assert await world.audit("policy.dry_run") == []


async def test_versions_are_compared_and_uses_told_to_who_may_see_policies(world: World) -> None:
    group = await world.policy()
    instance = await world.instance(group)
    answers = await world.instance(1, answerPolicyGroupId=group)
    body = {"name": "P", "policy": {"rules": {"URL": {"action": "block"}}}, "note": "stricter"}
    assert (await world.admin.put(f"{GROUPS}/{group}", json=body)).status_code == 200
    diff = await world.admin.get(f"{GROUPS}/{group}/diff", params={"before": 1, "after": 2})
    found = diff.json()["data"]
    assert found["after"]["author"] == "Administrator"
    assert [c["entityType"] for c in found["changes"]["rules"]] == ["URL"]
    missing = await world.admin.get(f"{GROUPS}/{group}/diff", params={"before": 1, "after": 3})
    assert missing.status_code == 404
    uses = (await world.admin.get(f"{GROUPS}/{group}/uses")).json()["data"]
    assert [(u["id"], u["prompts"], u["answers"]) for u in uses["modelInstances"]] == [
        (instance, True, False),
        (answers, False, True),
    ]
    uses = (await world.admin.get(f"{GROUPS}/1/uses")).json()["data"]
    assert uses["projects"] == ["Default"]
    for path in ("/1/uses", "/1/diff?before=1&after=1", "/1/versions", "/1"):
        assert (await world.member.get(f"{GROUPS}{path}")).status_code == 403
    for path in ("/test", "/1/dry-run"):
        sent = {"policy": {}, "text": "x"} if path == "/test" else {"policy": {}}
        assert (await world.member.post(f"{GROUPS}{path}", json=sent)).status_code == 403
