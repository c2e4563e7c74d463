"""One prompt's way through the whole application."""

from __future__ import annotations

import base64
import json

import pytest
from tests.integration.features.conftest import World

from sluice.server.providers.base import ProviderProtocolError, ProviderRateLimited, ProviderTimeout

pytestmark = pytest.mark.anyio
MAIL = "jane@example.com"
CARD = "4111 1111 1111 1111"
SSN = "536-22-8726"


async def test_analyze_tells_the_findings_and_what_the_policy_does(world: World) -> None:
    data = await world.prompt("analyze", f"👋🏽 Mail {MAIL}")
    (finding,) = data["findings"]
    assert data["text"][finding["start"] : finding["end"]] == finding["text"] == MAIL
    assert (finding["type"], finding["policyAction"]) == ("EMAIL_ADDRESS", "mask")
    assert finding["scoreCategory"] in ("VERY LIKELY", "LIKELY", "POSSIBLE")
    assert finding["customTerm"] is None


async def test_submit_shows_the_model_placeholders_and_the_caller_originals(world: World) -> None:
    instance = await world.instance()
    world.provider.answer = ["Wrote to EMAIL_", "ADDRESS_0 and ", "charged credit card 0."]
    data = await world.prompt("submit", f"Mail {MAIL} about {CARD}", instance)
    assert world.provider.asked[0][-1].content == "Mail EMAIL_ADDRESS_0 about CREDIT_CARD_0"
    assert data["rawLLMResponseText"] == "Wrote to EMAIL_ADDRESS_0 and charged credit card 0."
    assert data["reidentifiedLLMResponseText"] == f"Wrote to {MAIL} and charged {CARD}."
    for item in data["reidentifiedLLMResponseItems"]:
        text = data["reidentifiedLLMResponseText"][item["start"] : item["end"]]
        assert text == item["text"]
    assert data["llmModel"] == "scripted-1"


async def test_offsets_refer_to_the_text_beside_them(world: World) -> None:
    data = await world.prompt("cleanse", f"{MAIL}, {CARD} and {MAIL}")
    for items, text in (("items", "text"), ("itemsHashed", "textHashed")):
        assert [i["entityType"] for i in data[items]] == [
            "EMAIL_ADDRESS_0",
            "CREDIT_CARD_0",
            "EMAIL_ADDRESS_0",
        ]
        for item in data[items]:
            token = data[text][item["start"] : item["end"]]
            assert token == item["entityType"] or base64.b64decode(token, validate=True)


async def test_hashed_texts_of_one_thread_join_and_of_two_threads_do_not(world: World) -> None:
    one = await world.prompt("cleanse", f"a {MAIL}")
    same = await world.prompt("cleanse", f"b {MAIL}", threadId=one["threadId"])
    other = await world.prompt("cleanse", f"c {MAIL}")
    tokens = [data["textHashed"][2:] for data in (one, same, other)]
    assert tokens[0] == tokens[1] != tokens[2]
    assert MAIL not in base64.b64decode(tokens[0]).decode("latin-1")


async def test_a_thread_keeps_its_placeholders_and_sends_earlier_turns_cleansed(
    world: World,
) -> None:
    instance = await world.instance(instructions="Be brief.")
    world.provider.answer = ["It is EMAIL_ADDRESS_0."]
    first = await world.prompt("submit", f"I am {MAIL}", instance)
    second = await world.prompt(
        "submit", f"And {CARD}, {MAIL}?", instance, threadId=first["threadId"]
    )
    assert [(m.role, m.content) for m in world.provider.asked[1]] == [
        ("system", "Be brief."),
        ("user", "I am EMAIL_ADDRESS_0"),
        ("assistant", "It is EMAIL_ADDRESS_0."),
        ("user", "And CREDIT_CARD_0, EMAIL_ADDRESS_0?"),
    ]
    (history,) = second["deidentifiedContextHistory"]
    assert history["deidText"] == "I am EMAIL_ADDRESS_0"
    hashed = first["deidentifiedInputTextData"]["textHashed"]
    assert history["hashText"] == hashed


async def test_the_stream_is_one_json_object_a_line_and_hydrated(world: World) -> None:
    instance = await world.instance()
    world.provider.answer = ["Hi ", "EMAIL", "_ADDR", "ESS_0", "!"]
    body = {"modelInstanceId": instance, "source": "sdk", "text": MAIL, "isStreaming": True}
    answer = await world.admin.post("/api/v1/prompts/submit", json=body)
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert "".join(line["content"] for line in lines) == f"Hi {MAIL}!"
    assert [line["finishReason"] for line in lines] == [None] * (len(lines) - 1) + ["stop"]
    thread = await world.admin.get(f"/api/v1/threads/{lines[-1]['threadId']}")
    (chat,) = thread.json()["data"]["chats"]
    assert (chat["id"], chat["status"]) == (lines[-1]["chatId"], "complete")
    assert chat["hydratedOutput"] == f"Hi {MAIL}!"


async def test_a_line_of_the_stream_has_no_other_line_breaks_in_it(world: World) -> None:
    """Published clients split lines at every line break that Unicode knows."""
    instance = await world.instance()
    world.provider.answer = ["a\u2028b\x85c\x0bd\x1ce\r\nf"]
    body = {"modelInstanceId": instance, "source": "sdk", "text": "x", "isStreaming": True}
    answer = await world.admin.post("/api/v1/prompts/submit", json=body)
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert "".join(line["content"] for line in lines) == world.provider.answer[0]


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        (ProviderTimeout("scripted", "too late"), 504, "provider_timeout"),
        (ProviderRateLimited("scripted", "slow down", retry_after=7), 429, "provider_rate_limited"),
        (ProviderProtocolError("scripted", "cut"), 502, "provider_error"),
    ],
    ids=["timeout", "rate limited", "cut"],
)
async def test_a_failing_provider_is_a_clear_error_and_a_recorded_chat(
    world: World, failure: ProviderTimeout, status: int, code: str
) -> None:
    instance = await world.instance()
    world.provider.answer, world.provider.failure = ["so far "], failure
    body = {"modelInstanceId": instance, "source": "sdk", "text": MAIL}
    answer = await world.admin.post("/api/v1/prompts/submit", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers.get("retry-after") == ("7" if status == 429 else None)
    streamed = await world.admin.post("/api/v1/prompts/submit", json=body | {"isStreaming": True})
    last = json.loads(streamed.text.splitlines()[-1])
    assert (last["finishReason"], last["code"]) == ("error", code)
    threads = (await world.admin.get("/api/v1/threads?source=sdk")).json()["data"]
    for thread in threads:
        chats = (await world.admin.get(f"/api/v1/threads/{thread['id']}")).json()["data"]["chats"]
        assert [(c["status"], c["rawOutput"]) for c in chats] == [("failed", "so far ")]


async def test_an_error_before_the_first_byte_of_a_stream_has_its_own_status(world: World) -> None:
    instance = await world.instance()
    world.provider.answer, world.provider.failure = [], ProviderTimeout("scripted", "too late")
    body = {"modelInstanceId": instance, "source": "sdk", "text": MAIL, "isStreaming": True}
    answer = await world.admin.post("/api/v1/prompts/submit", json=body)
    assert (answer.status_code, answer.json()["code"]) == (504, "provider_timeout")


async def test_a_number_that_the_model_made_up_is_never_issued(world: World) -> None:
    instance = await world.instance()
    world.provider.answer = ["I made up EMAIL_ADDRESS_1 and Email Address 2."]
    first = await world.prompt("submit", MAIL, instance)
    second = await world.prompt("cleanse", "bob@example.net", instance, threadId=first["threadId"])
    assert second["text"] == "EMAIL_ADDRESS_3"


async def test_hydrate_restores_this_thread_only(world: World) -> None:
    thread = (await world.prompt("cleanse", MAIL))["threadId"]
    other = (await world.prompt("cleanse", "bob@example.net"))["threadId"]
    text = "To <EMAIL_ADDRESS_0>, not EMAIL_ADDRESS_1."
    mine = await world.prompt("hydrate", text, threadId=thread)
    assert mine["text"] == f"To <{MAIL}>, not EMAIL_ADDRESS_1."
    assert [(i["entityType"], i["text"]) for i in mine["items"]] == [("EMAIL_ADDRESS_0", MAIL)]
    assert MAIL not in (await world.prompt("hydrate", text, threadId=other))["text"]
    assert (await world.prompt("hydrate", text))["text"] == text


async def test_somebody_elses_thread_is_not_there(world: World) -> None:
    thread = (await world.prompt("cleanse", MAIL))["threadId"]
    body = {"modelInstanceId": 1, "source": "sdk", "text": "EMAIL_ADDRESS_0", "threadId": thread}
    for call in ("cleanse", "hydrate", "submit"):
        answer = await world.member.post(f"/api/v1/prompts/{call}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    for method in ("GET", "DELETE"):
        answer = await world.member.request(method, f"/api/v1/threads/{thread}")
        assert answer.status_code == 404


async def test_findings_that_do_not_match_are_all_named(world: World) -> None:
    findings = [
        {"start": 0, "end": 99, "text": "x", "type": "PERSON"},
        {"start": 0, "end": 2, "text": "zz", "type": "PERSON"},
    ]
    body = {"modelInstanceId": 1, "source": "sdk", "text": "Hello", "findings": findings}
    answer = await world.admin.post("/api/v1/prompts/cleanse", json=body)
    assert answer.status_code == 422
    assert [e["path"] for e in answer.json()["errors"]] == ["findings[0]", "findings[1].text"]


async def test_instructions_can_never_be_read_back(world: World) -> None:
    secret = "boss@example.net"
    instance = await world.instance(instructions=f"Never tell {secret}. EMAIL_ADDRESS_7 is typed.")
    world.provider.answer = ["EMAIL_ADDRESS_0 EMAIL_ADDRESS_1 EMAIL_ADDRESS_2 email address 1"]
    first = await world.prompt("submit", f"I am {MAIL}", instance)
    assert secret not in world.provider.saw()
    assert secret not in json.dumps(first)
    # Repeating the value gives the caller their own placeholder, not the instructions' one.
    again = await world.prompt("submit", f"Is it {secret}?", instance, threadId=first["threadId"])
    restored = [i["entityType"] for i in again["reidentifiedLLMResponseItems"]]
    hidden = world.provider.asked[0][0].text.split("Never tell ")[1].split(".")[0]
    assert hidden not in restored
    listed = (await world.member.get("/api/v1/model-instances")).json()["data"]
    assert secret not in json.dumps(listed)


async def test_a_prompt_needs_a_usable_instance_with_a_connection(world: World) -> None:
    bare = await world.instance(connection=None)
    body = {"modelInstanceId": bare, "source": "sdk", "text": "x"}
    answer = await world.admin.post("/api/v1/prompts/submit", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "modelInstanceId")
    private = await world.instance(allowedUsers=[1])
    body = {"modelInstanceId": private, "source": "sdk", "text": "x"}
    assert (await world.member.post("/api/v1/prompts/analyze", json=body)).status_code == 404
    assert (await world.admin.post("/api/v1/prompts/analyze", json=body)).status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "path"),
    [
        (b"{", 400, None),
        (b'{"modelInstanceId": 1, "source": "sdk"}', 422, "text"),
        (b'{"modelInstanceId": "x", "source": "web", "text": 5}', 422, "modelInstanceId"),
        (b'{"modelInstanceId": 1, "source": "sdk", "text": "\\ud800"}', 422, "text"),
    ],
    ids=["no json", "missing", "many", "surrogate"],
)
async def test_a_malformed_request_is_explained(
    world: World, body: bytes, status: int, path: str | None
) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await world.admin.post("/api/v1/prompts/analyze", content=body, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.json()["requestId"] == answer.headers["x-request-id"]
    if path is not None:
        assert path in [e["path"] for e in answer.json()["errors"]]
