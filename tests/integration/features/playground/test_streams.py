"""Streams of the playground: both sides of an answer, recorded as any other call."""

from __future__ import annotations

from typing import Any

import pytest
from tests.integration.features.conftest import World
from tests.integration.features.playground.streams import STREAM, events, joined, marked
from tests.integration.features.projects.team import team

from sluice.server.features.playground.runs import Run
from sluice.server.features.prompts.schemas import CleanseIn
from sluice.server.providers.base import ProviderProtocolError

pytestmark = pytest.mark.anyio
MAIL = "jane@example.com"
CARD = "4111 1111 1111 1111"
PROJECT = "/api/v1/projects/default"
Json = dict[str, Any]


async def test_a_stream_tells_what_the_model_sees_what_it_answers_and_what_you_get(
    world: World,
) -> None:
    instance = await world.instance(instructions="Be brief. Ask boss@example.net.")
    world.provider.answer = ["Dear EMAIL_", "ADDRESS_0,", " <EMAIL_ADDRESS_0>."]
    body = {"modelInstanceId": instance, "text": f"👋🏽 I am {MAIL}"}
    told = events(await world.admin.post(STREAM, json=body))
    assert (told[0][0], told[-1][0]) == ("begun", "ended")
    begun, ended = told[0][1], told[-1][1]
    instructions, sees = begun["sees"]
    assert sees["text"] == world.provider.asked[0][-1].content == "👋🏽 I am EMAIL_ADDRESS_0"
    assert marked(sees) == [("EMAIL_ADDRESS_0", "EMAIL_ADDRESS_0")]
    assert marked(begun["wrote"][0]) == [(MAIL, "EMAIL_ADDRESS_0")]
    assert instructions["role"] == "system"
    assert "boss@example.net" not in str(told)
    raw, text = joined(told, "raw"), joined(told, "text")
    assert raw == "Dear EMAIL_ADDRESS_0, <EMAIL_ADDRESS_0>."
    assert text == f"Dear {MAIL}, <{MAIL}>."
    assert marked({"text": raw, "marks": ended["rawMarks"]})[0] == (
        "EMAIL_ADDRESS_0",
        "EMAIL_ADDRESS_0",
    )
    assert marked({"text": text, "marks": ended["textMarks"]}) == [(MAIL, "EMAIL_ADDRESS_0")] * 2
    assert (ended["finishReason"], ended["model"]) == ("stop", "scripted-1")
    assert (ended["inputTokens"], ended["outputTokens"]) == (3, 5)
    thread = await world.admin.get(f"/api/v1/threads/{begun['threadId']}")
    (chat,) = thread.json()["data"]["chats"]
    assert (chat["id"], chat["status"]) == (begun["chatId"], "complete")
    assert (chat["rawOutput"], chat["hydratedOutput"]) == (raw, text)


async def test_a_reviewed_finding_is_released_in_the_stream_and_in_the_audit(world: World) -> None:
    policy = await world.policy(rules={"EMAIL_ADDRESS": {"userMayRelease": True}})
    instance = await world.instance(policy)
    body = {"modelInstanceId": instance, "text": MAIL, "findings": []}
    begun = events(await world.admin.post(STREAM, json=body))[0][1]
    assert begun["sees"][0]["text"] == MAIL
    (event,) = await world.audit("findings.released")
    assert event["details"] == {"EMAIL_ADDRESS": 1}


async def test_a_blocked_prompt_is_an_answer_with_counts_and_a_failure_is_an_event(
    world: World,
) -> None:
    policy = await world.policy(rules={"CREDIT_CARD": {"action": "block"}})
    instance = await world.instance(policy)
    blocked = await world.admin.post(STREAM, json={"modelInstanceId": instance, "text": CARD})
    assert (blocked.status_code, blocked.json()["entityTypes"]) == (403, {"CREDIT_CARD": 1})
    assert world.provider.asked == []
    world.provider.failure = ProviderProtocolError("scripted", "cut")
    told = events(await world.admin.post(STREAM, json={"modelInstanceId": instance, "text": MAIL}))
    assert [name for name, _ in told] == ["begun", "said", "error"]
    assert told[-1][1]["code"] == "provider_error"
    assert MAIL not in str(told[-1])


async def test_who_leaves_before_the_model_was_asked_leaves_an_abandoned_chat(
    world: World,
) -> None:
    services = world.app.state.services
    caller = await services.auth.caller_of_token(
        world.admin.headers["authorization"].removeprefix("Bearer "), address="test"
    )
    instance = await world.instance()
    body = CleanseIn(model_instance_id=instance, text=MAIL)
    run: Run = await services.playground.threads.begin(caller, body)
    await run.give_up()
    await run.give_up()
    thread = await world.admin.get(f"/api/v1/threads/{run.begun.thread_id}")
    assert [chat["status"] for chat in thread.json()["data"]["chats"]] == ["abandoned"]
    assert world.provider.asked == []


async def saved(world: World, content: Json) -> Json:
    """A saved version."""
    answer = await world.admin.post(
        f"{PROJECT}/templates", json={"name": "greet", "content": content}
    )
    assert answer.status_code == 201, answer.text
    version: Json = answer.json()["data"]["version"]
    return version


async def test_a_template_is_filled_in_and_streamed_as_a_call_of_the_project(world: World) -> None:
    instance = await world.instance(instructions="Ask boss@example.net.")
    messages = [
        {"role": "system", "content": "You greet."},
        {"role": "user", "content": "Greet {{who}}"},
    ]
    version = await saved(world, {"messages": messages, "parameters": {"temperature": 0}})
    world.provider.answer = ["Hello EMAIL_", "ADDRESS_0!"]
    path = f"{PROJECT}/playground/stream"
    ways: tuple[Json, ...] = (
        {"template": "greet"},
        {"templateVersion": version["id"]},
        {"content": {"messages": messages}},
    )
    for way in ways:
        body = {"modelInstanceId": instance, "variables": {"who": MAIL}, **way}
        told = events(await world.admin.post(path, json=body))
        begun, ended = told[0][1], told[-1][1]
        assert [turn["text"] for turn in begun["wrote"]] == ["You greet.", f"Greet {MAIL}"]
        assert [turn["text"] for turn in begun["sees"][1:]] == [
            "You greet.",
            "Greet EMAIL_ADDRESS_0",
        ]
        assert marked(begun["wrote"][1]) == [(MAIL, "EMAIL_ADDRESS_0")]
        assert marked(begun["sees"][2]) == [("EMAIL_ADDRESS_0", "EMAIL_ADDRESS_0")]
        assert joined(told, "raw") == "Hello EMAIL_ADDRESS_0!"
        assert joined(told, "text") == f"Hello {MAIL}!"
        assert marked({"text": joined(told, "text"), "marks": ended["textMarks"]}) == [
            (MAIL, "EMAIL_ADDRESS_0")
        ]
        assert (ended["finishReason"], ended["inputTokens"]) == ("stop", 3)
        assert "boss@example.net" not in str(told)
        call = await world.admin.get(f"/api/v1/calls/{begun['callId']}")
        assert call.json()["data"]["request"]["messages"][1]["content"] == "Greet EMAIL_ADDRESS_0"
    assert begun["template"] is None
    assert (version["number"], "boss@example.net" in world.provider.saw()) == (1, False)


async def test_only_editors_of_a_project_try_its_templates(world: World) -> None:
    await saved(world, {"text": "Greet {{who}}"})
    path = f"{PROJECT}/playground/stream"
    body = {"modelInstanceId": 1, "template": "greet", "variables": {"who": MAIL}}
    async with team(world, "default") as people:
        statuses = {name: (await c.post(path, json=body)).status_code for name, c in people.items()}
    assert statuses == {
        "viewer": 403,
        "editor": 200,
        "owner": 200,
        "key": 200,
        "stranger": 404,
        "administrator": 200,
    }
    several = {**body, "content": {"text": "x"}}
    assert (await world.admin.post(path, json=several)).status_code == 422
    unknown = {**body, "template": "none"}
    assert (await world.admin.post(path, json=unknown)).status_code == 404
    odd = {"modelInstanceId": 1, "content": {"text": "x", "parameters": {"mood": 1}}}
    refused = await world.admin.post(path, json=odd)
    assert refused.json()["errors"][0]["path"] == "template.parameters.mood"
