"""Whose a recording is, and who may see what of a project's recordings."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from tests.integration.features.conftest import World
from tests.integration.features.sessions.wire import (
    V2,
    Json,
    chat_record,
    completion,
    count,
    key_client,
    new_session,
    recorded,
    recording,
    session,
)

pytestmark = pytest.mark.anyio


async def _project(world: World, name: str, **fields: object) -> str:
    made = await world.admin.post("/api/v1/projects", json={"name": name, **fields})
    assert made.status_code == 201, made.text
    return str(made.json()["data"]["id"])


async def _version(world: World, project: str) -> Json:
    body: Json = {
        "template_messages": [{"role": "user", "content": "Hello {{name}}", "media_slots": []}],
        "model": "gpt-4o",
        "provider": "openai",
    }
    path = f"/v2/projects/{project}/prompt-templates/name/greeting/versions"
    made = await world.admin.post(path, json=body)
    assert made.status_code == 201, made.text
    found: Json = made.json()
    return found


async def test_a_recording_of_0_1_6_goes_to_its_session(world: World) -> None:
    other = await _project(world, "Other")
    async with await key_client(world, other) as key:
        made = await key.post(f"/projects/{other}/sessions/tag/prod")
        uid = made.json()["session_id"]
        answer = await key.post("/api/v1/record", json=chat_record(uid, "Hello"))
        found = await recording(key, answer.json()["completion_id"], other)
    assert found["sessionId"] == uid
    foreign = await world.admin.get(f"/api/v1/projects/default/sessions/{uid}")
    assert foreign.status_code == 404


async def test_a_session_that_its_client_began_goes_to_the_project_of_the_version(
    world: World,
) -> None:
    other = await _project(world, "Other")
    version = await _version(world, other)
    ids = {
        "project_version_id": version["prompt_template_version_id"],
        "prompt_template_id": version["prompt_template_id"],
    }
    uid = str(uuid4())
    answer = await world.admin.post("/v1/record", json=chat_record(uid, "Hello", **ids))
    assert answer.status_code == 201, answer.text
    found = await recording(world.admin, answer.json()["completion_id"], other)
    assert "named" not in found["content"]
    assert found["templateVersionId"] == version["prompt_template_version_id"]
    unknown = await world.admin.post("/v1/record", json=chat_record(str(uuid4()), "Hello"))
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")


async def test_a_key_of_one_project_needs_no_session_that_is_known(world: World) -> None:
    async with await key_client(world) as key:
        uid = str(uuid4())
        assert (await key.post("/v1/record", json=chat_record(uid, "Hello"))).status_code == 201
        assert len((await session(key, uid))["recorded"]) == 1


async def test_a_test_run_is_linked_to_sessions_and_completions(world: World) -> None:
    made = await world.admin.post("/api/v1/projects/default/playlists", json={"name": "Cases"})
    assert made.status_code == 201, made.text
    playlist = made.json()["data"]["id"]
    cases = {"testCases": [{"inputs": {"q": "Hello"}, "output": "Hi"}]}
    path = f"/api/v1/projects/default/playlists/{playlist}/test-cases"
    added = await world.admin.post(path, json=cases)
    if added.status_code == 422:  # the body's form is the affair of the playlists' own tests
        added = await world.admin.post(path, json=cases["testCases"][0])
    run = await world.admin.post(f"{V2}/test-runs", json={"dataset_name": "Cases"})
    assert run.status_code == 201, run.text
    told = run.json()
    info = {
        "test_run_id": told["test_run_id"],
        "test_case_id": told["test_cases"][0]["test_case_id"],
    }
    made_uid = await recorded(world.admin, str(uuid4()), completion("Hello", test_run_info=info))
    shown = await recording(world.admin, made_uid)
    assert shown["testRunId"] == told["test_run_id"]
    assert "named" not in shown["content"]
    uid = await new_session(world.admin, test_run_id=told["test_run_id"])
    assert (await session(world.admin, uid))["testRunId"] == told["test_run_id"]


async def test_who_has_no_role_in_a_project_records_and_sees_nothing_there(world: World) -> None:
    uid = await new_session(world.admin)
    made = await recorded(world.admin, uid, completion("Hello"))
    tries = [
        await world.member.post(f"{V2}/sessions/{uid}/completions", json=completion("Hello")),
        await world.member.post("/v1/record", json=chat_record(uid, "Hello")),
        await world.member.post("/projects/default/sessions/tag/latest"),
        await world.member.get(f"/api/v1/projects/default/recordings/{made}"),
        await world.member.delete(f"{V2}/sessions/{uid}"),
    ]
    assert {answer.status_code for answer in tries} == {404}


async def test_a_viewer_reads_and_does_not_record(world: World) -> None:
    users = (await world.admin.get("/api/admin/v1/users")).json()["data"]
    member = next(user["id"] for user in users if user["email"] == "member@example.org")
    path = f"/api/v1/projects/default/members/{member}"
    assert (await world.admin.put(path, json={"role": "viewer"})).status_code < 300
    uid = await new_session(world.admin)
    made = await recorded(world.admin, uid, completion("I am jane@example.org"))
    shown = await recording(world.member, made)
    assert "jane" not in str(shown)
    reveal = f"/api/v1/projects/default/recordings/{made}/reveal"
    tries = [
        await world.member.post(f"{V2}/sessions/{uid}/completions", json=completion("Hello")),
        await world.member.delete(f"/api/v1/projects/default/sessions/{uid}"),
        await world.member.post(reveal, json={"reason": "because I would like to"}),
    ]
    assert {answer.status_code for answer in tries} == {403}


async def test_originals_are_revealed_with_a_reason_that_stands_in_the_audit_log(
    world: World,
) -> None:
    made = await recorded(
        world.admin, str(uuid4()), completion("I am jane@example.org", answer="Hi, bob@example.org")
    )
    path = f"/api/v1/projects/default/recordings/{made}/reveal"
    answer = await world.admin.post(path, json={"reason": "asked for by jane@example.org"})
    revealed = answer.json()["data"]
    assert {(o["placeholder"], o["original"]) for o in revealed["originals"]} == {
        ("EMAIL_ADDRESS_0", "jane@example.org"),
        ("EMAIL_ADDRESS_1", "bob@example.org"),
    }
    assert revealed["raw"] is None
    (event,) = await world.audit("originals.revealed")
    assert event["details"]["count"] == 2
    assert "jane" not in str(event)


async def test_raw_texts_are_kept_sealed_where_the_project_says_so(world: World) -> None:
    kept = await _project(world, "Kept", keepRaw=True)
    body = completion("I am jane@example.org", inputs={"who": "jane@example.org"})
    path = f"/v2/projects/{kept}/sessions/{uuid4()}/completions"
    made = (await world.admin.post(path, json=body)).json()["completion_id"]
    more = {"new_messages": [{"role": "user", "content": "I am bob@example.org"}]}
    await world.admin.post(f"/v2/projects/{kept}/completions/{made}", json=more)
    shown = await recording(world.admin, made, kept)
    assert shown["rawKept"] is True
    assert "example.org" not in str(shown)
    reveal = f"/api/v1/projects/{kept}/recordings/{made}/reveal"
    answer = await world.admin.post(reveal, json={"reason": "to look at what came"})
    raw = answer.json()["data"]["raw"]
    assert raw["messages"][0]["content"] == "I am jane@example.org"
    assert raw["updates"][0]["messages"][0]["content"] == "I am bob@example.org"


async def test_lists_show_each_session_and_recording_once(world: World) -> None:
    uids = [await new_session(world.admin) for _ in range(5)]
    made = [await recorded(world.admin, uids[0], completion(f"Hello {n}")) for n in range(5)]
    await count(world.app)
    seen: list[str] = []
    before: dict[str, str] = {}
    while True:
        path = "/api/v1/projects/default/sessions"
        page = (await world.admin.get(path, params={"limit": "2", **before})).json()["data"]
        if not page:
            break
        seen += [one["id"] for one in page]
        before = {"before": seen[-1]}
    assert seen == uids[::-1]
    path = f"/api/v1/projects/default/sessions/{uids[0]}/recordings"
    first = (await world.admin.get(path, params={"limit": 3})).json()["data"]
    rest = await world.admin.get(path, params={"limit": 3, "after": first[-1]["id"]})
    assert [one["id"] for one in (*first, *rest.json()["data"])] == made


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v2/projects/a%00b/sessions/x/completions"),
        ("POST", "/v2/projects/default/sessions/a%00b/completions"),
        ("POST", "/projects/a%00b/sessions/tag/latest"),
        ("POST", "/v2/projects/default/completions/a%00b"),
        ("GET", "/api/v1/projects/default/recordings/a%00b"),
        ("GET", "/api/v1/projects/default/sessions/a%20b"),
        ("DELETE", "/v2/projects/default/sessions/a%00b"),
    ],
)
async def test_what_can_be_no_id_is_refused(world: World, method: str, path: str) -> None:
    body = completion("Hello") if method == "POST" else None
    answer = await world.admin.request(method, path, json=body)
    assert answer.status_code in {404, 422}, answer.text


@pytest.mark.parametrize("uid", ["a\0b", "\ud800", "", "x" * 10_000])
async def test_a_session_that_can_be_none_is_refused(world: World, uid: str) -> None:
    body = json.dumps(chat_record(uid, "Hello", test_run_id=uid)).encode()
    answer = await world.admin.post("/v1/record", content=body)
    assert answer.status_code in {404, 422}, answer.text


@pytest.mark.parametrize("tag", ["a%00b", "jane@example.org", "x" * 100])
async def test_a_tag_that_is_no_plain_name_is_not_kept(world: World, tag: str) -> None:
    uid = await new_session(world.admin, tag)
    assert (await session(world.admin, uid))["environment"] is None
