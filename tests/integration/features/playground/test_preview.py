"""What would be done with a prompt: found, explained, reviewed, cleansed, and nothing kept."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text
from tests.integration.features.conftest import World, client
from tests.integration.features.playground.streams import PREVIEW
from tests.integration.features.projects.team import token_of

from sluice.server.auth.tables import User

pytestmark = pytest.mark.anyio
MAIL = "jane@example.com"
CARD = "4111 1111 1111 1111"
Json = dict[str, Any]


async def preview(world: World, prompt: str, instance: int = 1, **fields: object) -> Json:
    """The administrator's preview."""
    body = {"modelInstanceId": instance, "text": prompt, **fields}
    answer = await world.admin.post(PREVIEW, json=body)
    assert answer.status_code == 200, answer.text
    data: Json = answer.json()["data"]
    return data


async def rows(world: World) -> int:
    """How many rows there are of what prompts leave behind."""
    tables = ("threads", "chats", "originals", "calls", "audit_events", "data_keys")
    async with world.app.state.services.database.read() as session:
        counts = [await session.scalar(text(f"SELECT count(*) FROM {t}")) for t in tables]
    return sum(int(count or 0) for count in counts)


async def test_a_preview_says_what_is_found_why_and_what_the_model_would_see(world: World) -> None:
    before = await rows(world)
    prompt = f"👋🏽 مرحبا card {CARD}, mail {MAIL}"
    data = await preview(world, prompt)
    card, mail = data["findings"]
    for found, value in ((card, CARD), (mail, MAIL)):
        assert prompt[found["start"] : found["end"]] == found["text"] == value
        assert found["score"] >= found["threshold"] == 0.5
        assert found["policyAction"] == "mask"
    assert card["made"]["by"] == "pattern"
    assert card["made"]["reason"]
    assert "card" in card["made"]["raisedBy"]
    assert data["cleansed"]["text"] == "👋🏽 مرحبا card CREDIT_CARD_0, mail EMAIL_ADDRESS_0"
    for item, value in zip(data["cleansed"]["items"], (CARD, MAIL), strict=True):
        seen = data["cleansed"]["text"][item["start"] : item["end"]]
        assert seen == item["placeholder"]
        assert prompt[item["rawStart"] : item["rawEnd"]] == value
    assert await rows(world) == before
    assert world.provider.asked == []


async def test_a_preview_follows_the_caller_s_review_and_refuses_what_does_not_match(
    world: World,
) -> None:
    policy = await world.policy(rules={"EMAIL_ADDRESS": {"userMayRelease": True}})
    instance = await world.instance(policy)
    prompt = f"Otter {MAIL} {CARD}"
    added = {"start": 0, "end": 5, "text": "Otter", "type": "PROJECT"}
    data = await preview(world, prompt, instance, findings=[added])
    assert data["cleansed"]["text"] == f"PROJECT_0 {MAIL} CREDIT_CARD_0"
    assert data["released"] == {"EMAIL_ADDRESS": 1}
    first = data["actedUpon"][0]
    assert (first["type"], first["origin"]) == ("PROJECT", "caller")
    assert {one["type"]: one["userMayRelease"] for one in data["findings"]} == {
        "EMAIL_ADDRESS": True,
        "CREDIT_CARD": False,
    }
    wrong = {**added, "text": "Ottr"}
    refused = await world.admin.post(
        PREVIEW, json={"modelInstanceId": instance, "text": prompt, "findings": [wrong]}
    )
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["path"] == "findings[0].text"
    assert MAIL not in refused.text


async def test_a_preview_tells_what_would_be_blocked_and_what_was_dropped(world: World) -> None:
    policy = await world.policy(
        rules={"CREDIT_CARD": {"action": "block"}}, allowList=["info@example.com"]
    )
    instance = await world.instance(policy)
    data = await preview(world, f"{CARD} info@example.com", instance)
    assert data["blocked"] == {"CREDIT_CARD": 1}
    assert data["cleansed"] is None
    assert ("EMAIL_ADDRESS", "allow list") in [(d["type"], d["why"]) for d in data["dropped"]]
    assert await world.audit("prompt.blocked") == []


async def test_a_preview_in_a_thread_gives_the_placeholders_that_the_thread_would(
    world: World,
) -> None:
    instance = await world.instance()
    first = await world.prompt("submit", f"I am {MAIL}", instance)
    text_now = f"john@example.org and {MAIL}"
    data = await preview(world, text_now, instance, threadId=first["threadId"])
    assert data["cleansed"]["text"] == "EMAIL_ADDRESS_1 and EMAIL_ADDRESS_0"
    then = await world.prompt("cleanse", text_now, instance, threadId=first["threadId"])
    assert then["text"] == data["cleansed"]["text"]
    body = {"modelInstanceId": instance, "text": "x", "threadId": first["threadId"]}
    assert (await world.member.post(PREVIEW, json=body)).status_code == 404


async def test_an_auditor_tries_nothing_and_instances_stay_whose_they_are(world: World) -> None:
    async with world.app.state.services.database.write() as session:
        user = User(email="a@example.org", name="A", role="auditor")
        session.add(user)
        await session.flush()
        auditor_id = user.id
    closed = await world.instance(allowedUsers=[auditor_id])
    async with client(world.app, await token_of(world.admin, auditor_id)) as auditor:
        for path in ("preview", "template", "stream"):
            answer = await auditor.post(
                f"/api/v1/playground/{path}", json={"modelInstanceId": 1, "text": MAIL}
            )
            assert answer.status_code == 403
    for path in ("preview", "template", "stream"):
        answer = await world.member.post(
            f"/api/v1/playground/{path}", json={"modelInstanceId": closed, "text": MAIL}
        )
        assert answer.status_code == 404


async def test_a_prompt_becomes_a_template_whose_variables_make_it_the_prompt_again(
    world: World,
) -> None:
    prompt = f"Write {{{{x}}}} to {MAIL} and john@example.org, again {MAIL}."
    body = {"modelInstanceId": 1, "text": prompt}
    answer = await world.admin.post("/api/v1/playground/template", json=body)
    made = answer.json()["data"]
    assert made["variables"] == {"email_address_1": MAIL, "email_address_2": "john@example.org"}
    assert MAIL not in made["text"]
    content = {"messages": [{"role": "user", "content": made["text"]}]}
    saved = await world.admin.post(
        "/api/v1/projects/default/templates", json={"name": "letter", "content": content}
    )
    assert saved.status_code == 201, saved.text
    assert saved.json()["data"]["lint"]["findings"] == []
    assert saved.json()["data"]["version"]["variables"] == list(made["variables"])
