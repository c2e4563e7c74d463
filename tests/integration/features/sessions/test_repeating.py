"""What is sent again is recorded once; other content under the same id or key is refused."""

from __future__ import annotations

import json
from uuid import uuid4

import anyio
import httpx
import pytest
from tests.integration.features.conftest import World
from tests.integration.features.sessions.wire import (
    V2,
    chat_record,
    completion,
    count,
    new_session,
    recorded,
    recording,
    session,
)

pytestmark = pytest.mark.anyio


async def test_a_key_that_is_sent_again_is_answered_as_before(world: World) -> None:
    uid = await new_session(world.admin)
    body = chat_record(uid, "Write to jane@example.org")
    key = {"Idempotency-Key": str(uuid4())}
    answers = [await world.admin.post("/v1/record", json=body, headers=key) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["completion_id"] for answer in answers}) == 1
    await count(world.app)
    assert (await session(world.admin, uid))["recordings"] == 1


async def test_requests_with_one_key_at_the_same_time_are_recorded_once(world: World) -> None:
    uid = await new_session(world.admin)
    body = chat_record(uid, "Write to jane@example.org")
    key = {"Idempotency-Key": str(uuid4())}
    answers: list[httpx.Response] = []

    async def send() -> None:
        answers.append(await world.admin.post("/v1/record", json=body, headers=key))

    async with anyio.create_task_group() as group:
        for _ in range(8):
            group.start_soon(send)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["completion_id"] for answer in answers}) == 1
    assert len((await session(world.admin, uid))["recorded"]) == 1


async def test_other_content_under_the_same_key_is_refused(world: World) -> None:
    uid = await new_session(world.admin)
    key = {"Idempotency-Key": str(uuid4())}
    first = await world.admin.post("/v1/record", json=chat_record(uid, "One"), headers=key)
    other = await world.admin.post("/v1/record", json=chat_record(uid, "Two"), headers=key)
    assert (first.status_code, other.status_code) == (201, 409)
    assert other.json()["code"] == "recorded_before"


@pytest.mark.parametrize("more", [False, True], ids=["untouched", "with more messages"])
async def test_a_completion_id_that_is_sent_again_is_answered_as_before(
    world: World, more: bool
) -> None:
    uid, chosen = str(uuid4()), str(uuid4())
    body = completion("I am jane@example.org", completion_id=chosen)
    assert await recorded(world.admin, uid, body) == chosen
    if more:
        said = {"new_messages": [{"role": "user", "content": "And more"}], "eval_results": None}
        await world.admin.post(f"{V2}/completions/{chosen}", json=said)
    assert await recorded(world.admin, uid, body) == chosen
    other = completion("I am bob@example.org", completion_id=chosen)
    refused = await world.admin.post(f"{V2}/sessions/{uid}/completions", json=other)
    assert refused.status_code == 409
    elsewhere = await world.admin.post(f"{V2}/sessions/{uuid4()}/completions", json=body)
    assert elsewhere.status_code == 409


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("completion_id", "jane.miller@example.org"),
        ("completion_id", "4111-1111-1111-1111"),
        ("parent_id", "a" * 65),
        ("trace_info", {"trace_id": "no id"}),
    ],
    ids=["address", "card", "long", "spaces"],
)
async def test_ids_that_say_something_are_refused_and_not_quoted(
    world: World, field: str, value: object
) -> None:
    body = {**completion("Hello"), field: value}
    refused = await world.admin.post(f"{V2}/sessions/{uuid4()}/completions", json=body)
    assert refused.status_code == 422, refused.text
    assert str(value) not in refused.text
    assert refused.json()["errors"][0]["path"] in {"completion_id", "parent_id", "trace_id"}


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'{"session_id": NaN}', b'{"session_id": 1}', b'{"prompt_content": "x"}'],
    ids=["none", "broken", "list", "nan", "number", "no session"],
)
async def test_what_is_no_recording_is_a_clear_error(world: World, body: bytes) -> None:
    refused = await world.admin.post("/v1/record", content=body)
    assert refused.status_code in {400, 422}
    assert refused.json()["message"]


async def test_a_lone_surrogate_is_refused(world: World) -> None:
    uid = await new_session(world.admin)
    body = json.dumps(chat_record(uid, "Hello", answer="\ud800")).encode()
    refused = await world.admin.post("/v1/record", content=body)
    assert refused.status_code == 422


DEEP = "[" * 300 + "]" * 300


@pytest.mark.parametrize(
    "fields",
    [
        f'"inputs": {DEEP}',
        f'"tool_schema": [{DEEP}]',
        '"session_info": {"custom_metadata": []}',
        '"call_info": {"usage": {"prompt_tokens": -1}}',
        '"call_info": {"usage": {"prompt_tokens": 99999999999}}',
        '"messages": []',
        '"messages": {}',
        '"completion_id": 5',
    ],
)
async def test_what_cannot_be_stored_is_refused(world: World, fields: str) -> None:
    whole = '{"messages": [{"role": "user", "content": "Hello"}], ' + fields + "}"
    path = f"{V2}/sessions/{uuid4()}/completions"
    refused = await world.admin.post(path, content=whole.encode())
    assert refused.status_code == 422, refused.text
    assert refused.json()["errors"]


@pytest.mark.parametrize(
    "fields",
    [
        '"inputs": 1e999',
        '"inputs": {"a": [-1e999]}',
        '"session_info": {"custom_metadata": {"a": 1e999}}',
    ],
)
async def test_a_number_beyond_all_bounds_is_refused_as_that(world: World, fields: str) -> None:
    path = f"{V2}/sessions/{uuid4()}/completions"
    body = '{"messages": [{"role": "user", "content": "Hello"}], ' + fields + "}"
    refused = await world.admin.post(path, content=body.encode())
    assert refused.status_code == 400, refused.text
    assert "too large" in refused.json()["message"]


@pytest.mark.parametrize(
    "fields",
    [
        '"call_info": {"start_time": -5, "end_time": 1e300}',
        '"call_info": {"start_time": 9, "end_time": 3}',
        '"session_info": {"custom_metadata": {"a": 1' + "0" * 400 + "}}",
        '"session_info": {"custom_metadata": {"a": "x\\u0000y", "": {"": null}}}',
        '"inputs": "one text", "tool_schema": "another", "media_inputs": [1]',
        '"eval_results": {"a": null, "b": [true], "c": {"d": 1}}',
        '"unknown": {"a": 1}',
    ],
)
async def test_odd_values_are_recorded_and_shown_again(world: World, fields: str) -> None:
    whole = '{"messages": [{"role": "user", "content": "Hello"}], ' + fields + "}"
    uid = str(uuid4())
    made = await world.admin.post(f"{V2}/sessions/{uid}/completions", content=whole.encode())
    assert made.status_code == 201, made.text
    shown = await session(world.admin, uid)
    assert [one["id"] for one in shown["recorded"]] == [made.json()["completion_id"]]


@pytest.mark.parametrize("prompt", ["[1e999]", DEEP, '[{"a": 1, "a": 2}]', "[", ""])
async def test_prompts_that_are_odd_json_are_texts(world: World, prompt: str) -> None:
    uid = await new_session(world.admin)
    body = {**chat_record(uid, "Hello"), "prompt_content": prompt}
    made = await world.admin.post("/v1/record", json=body)
    if prompt == DEEP:
        assert made.status_code == 422
        return
    assert made.status_code == 201, made.text
    assert (await recording(world.admin, made.json()["completion_id"]))["content"][
        "prompt"
    ] == prompt


async def test_feedback_that_no_json_can_say_is_refused(world: World) -> None:
    made = await recorded(world.admin, str(uuid4()), completion("Hello"))
    path = f"{V2}/completion-feedback/id/{made}"
    for body in (b'{"a": NaN}', b'{"a": 1e999}', b'{"a": ' + DEEP.encode() + b"}", b"[1]", b"1"):
        headers = {"Content-Type": "application/json"}
        refused = await world.admin.post(path, content=body, headers=headers)
        assert refused.status_code in {400, 422}, (body[:20], refused.text)
