"""Values that are planted in what both Freeplay SDKs send stand nowhere in the clear."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import anyio
import httpx
import pytest
from tests.e2e.planted import PLANTED, PROMPT, leaks, leaks_in
from tests.live import LiveServer, empty_database, execute

VALUES = list(PLANTED.values())
KEYED: dict[str, Any] = {value: {"inner": [value, {value: value}]} for value in VALUES}
INSIDE = json.dumps({"found": [{"value": value} for value in VALUES]})
V2 = "/v2/projects/default"
IMAGE = "iVBORw0KGgo" * 12


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveServer]:
    """A server that writes a debug log; its database beside it."""
    folder = tmp_path_factory.mktemp("recording") / "server"
    with empty_database(request.param) as url, LiveServer(folder, url) as started:
        yield started


def test_nothing_planted_in_a_recording_is_written_in_the_clear(server: LiveServer) -> None:
    shown: list[str] = []
    with server.client() as client:
        shown += _as_0_1_6(client)
        shown += _as_0_6_1(client)
        shown += _refused(client)
        assert [leaks(text.encode()) for text in shown if leaks(text.encode())] == []
        _deleted(client)
    assert _written(server) == {}
    server.stop()
    assert _written(server) == {}
    assert server.log.stat().st_size > 0


def _as_0_1_6(client: httpx.Client) -> list[str]:
    made = client.post("/projects/default/sessions/tag/canary.zq81@example.com")
    assert made.status_code == 201, made.text
    uid = made.json()["session_id"]
    bodies: list[dict[str, Any]] = [
        {"prompt_content": json.dumps([{"content": PROMPT, "role": "user"}])},
        {"prompt_content": json.dumps([{"content": INSIDE, "role": "tool", "name": VALUES[0]}])},
        {"prompt_content": f"\n\nHuman: {PROMPT}\n\nAssistant:", "format_type": "anthropic_text"},
        {"prompt_content": INSIDE, "format_type": "openai_text", "model": VALUES[0]},
        {"prompt_content": PROMPT, "format_type": VALUES[1], "tag": VALUES[2]},
        {"prompt_content": "x", "inputs": KEYED, "project_version_id": VALUES[3]},
        {"prompt_content": "x", "prompt_template_id": VALUES[4], "test_run_id": VALUES[5]},
    ]
    return [_recorded(client, client.post("/v1/record", json=_whole(uid, one))) for one in bodies]


def _whole(uid: str, fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "session_id": uid,
        "project_version_id": str(uuid4()),
        "prompt_template_id": str(uuid4()),
        "start_time": 1_700_000_000,
        "end_time": 1_700_000_001,
        "tag": "latest",
        "inputs": {"prompt": PROMPT},
        "return_content": PROMPT,
        "format_type": "openai_chat",
        "is_complete": True,
        "model": "gpt-3.5-turbo",
        **fields,
    }


def _as_0_6_1(client: httpx.Client) -> list[str]:
    uid, trace = str(uuid4()), str(uuid4())
    path = f"{V2}/sessions/{uid}"
    shown = [
        _recorded(client, client.post(f"{path}/completions", json=_completion(messages)))
        for messages in _MESSAGES.values()
    ]
    made = client.post(f"{path}/completions", json=_completion([{"content": "x"}]))
    completion = made.json()["completion_id"]
    more = {"new_messages": [*_MESSAGES["openai"]], "eval_results": KEYED}
    told = [
        client.post(f"{V2}/completions/{completion}", json=more),
        client.post(f"{V2}/completion-feedback/id/{completion}", json=KEYED),
        client.post(f"{path}/traces/id/{trace}", json=_TRACE),
        client.patch(f"{path}/traces/id/{trace}", json={"output": KEYED, "feedback": KEYED}),
        client.patch(f"{path}/traces/id/{trace}/metadata", json=KEYED),
        client.patch(f"{V2}/sessions/id/{uid}/metadata", json=KEYED),
        client.post(f"{V2}/trace-feedback/id/{trace}", json=KEYED),
    ]
    assert {answer.status_code for answer in told} <= {200, 201}, [a.text for a in told]
    whole = client.get(f"/api/v1/projects/default/sessions/{uid}")
    assert whole.status_code == 200
    return [*shown, *(answer.text for answer in told), whole.text]


_ARGUMENTS = {"name": "f", "arguments": INSIDE}
_MESSAGES: dict[str, list[dict[str, Any]]] = {
    "openai": [
        {"role": "user", "name": VALUES[0], "content": [{"type": "text", "text": PROMPT}]},
        {"role": "assistant", "tool_calls": [{"id": "c", "function": _ARGUMENTS}]},
        {"role": "tool", "tool_call_id": "c", "content": INSIDE},
        {"role": "user", "content": [{"type": "file", "file": {"filename": VALUES[0]}}]},
        {"role": "assistant", "content": PROMPT},
    ],
    "anthropic": [
        {"role": "user", "content": [{"type": "text", "text": PROMPT}]},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "c", "input": KEYED}]},
        {"role": "user", "content": [{"type": "tool_result", "content": INSIDE}]},
        {"role": "assistant", "content": PROMPT},
    ],
    "gemini": [
        {"role": "user", "parts": [{"text": PROMPT}]},
        {"role": "model", "parts": [{"functionCall": {"name": "f", "args": KEYED}}]},
        {"role": "user", "parts": [{"functionResponse": {"name": "f", "response": KEYED}}]},
    ],
    "bedrock": [
        {"role": "user", "content": [{"text": PROMPT}]},
        {"role": "assistant", "content": [{"toolUse": {"name": "f", "input": KEYED}}]},
        {"role": "user", "content": [{"toolResult": {"content": [{"json": KEYED}]}}]},
    ],
    "none": [{"anything": KEYED}, {"answer": [PROMPT]}],
}


def _completion(messages: list[dict[str, Any]]) -> dict[str, Any]:
    photo = {"type": "base64", "data": IMAGE, "content_type": "image/png"}
    return {
        "messages": messages,
        "inputs": KEYED,
        "tool_schema": [{"name": "f", "description": PROMPT, "parameters": KEYED}],
        "output_schema": KEYED,
        "session_info": {"custom_metadata": KEYED},
        "custom_metadata": KEYED,
        "parent_id": None,
        "prompt_info": {"environment": VALUES[0], "prompt_template_version_id": VALUES[1]},
        "call_info": {
            "model": VALUES[0],
            "provider": VALUES[1],
            "provider_info": KEYED,
            "llm_parameters": KEYED,
            "api_style": VALUES[2],
        },
        "response_info": {"function_call_response": {"name": VALUES[0], "arguments": INSIDE}},
        "test_run_info": {"test_run_id": VALUES[3], "test_case_id": VALUES[4]},
        "eval_results": KEYED,
        "media_inputs": {VALUES[0]: photo, "link": {"type": "url", "url": VALUES[10]}},
    }


_TRACE: dict[str, Any] = {
    "agent_name": VALUES[0],
    "name": PROMPT,
    "input": INSIDE,
    "output": KEYED,
    "kind": VALUES[1],
    "custom_metadata": KEYED,
    "eval_results": KEYED,
}


def _refused(client: httpx.Client) -> list[str]:
    """What is refused tells nothing, and is kept nowhere."""
    ids = ("session_id", "completion_id", "parent_id")
    bodies = [_completion([{"content": "x"}]) | {name: value} for name in ids for value in VALUES]
    # A session's id in a body is not read; in a path it is.
    answers = [client.post(f"{V2}/sessions/{uuid4()}/completions", json=one) for one in bodies]
    answers += [client.post("/v1/record", json=_whole(value, {})) for value in VALUES]
    answers.append(client.post("/v1/record", json={"session_id": KEYED, "inputs": KEYED}))
    assert {answer.status_code for answer in answers} <= {201, 404, 422}
    return [answer.text for answer in answers]


def _deleted(client: httpx.Client) -> None:
    for one in client.get("/api/v1/projects/default/sessions?limit=3").json()["data"]:
        gone = client.delete(f"/api/v1/projects/default/sessions/{one['id']}")
        assert gone.status_code == 204


def _recorded(client: httpx.Client, made: httpx.Response) -> str:
    """A recording as our own API shows it."""
    assert made.status_code == 201, made.text
    uid = made.json()["completion_id"]
    shown = client.get(f"/api/v1/projects/default/recordings/{uid}")
    assert shown.status_code == 200, shown.text
    return shown.text


def _written(server: LiveServer) -> dict[str, list[str]]:
    """What leaked into files, or into PostgreSQL's tables."""
    found = leaks_in(Path(server.folder))
    if server.database_url is not None:
        for table, rows in anyio.run(_tables, server.database_url).items():
            if secrets := leaks(rows):
                found[table] = secrets
    return found


async def _tables(url: str) -> dict[str, bytes]:
    """Every row of every table as text."""
    names = await execute(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return {
        name["tablename"]: b"\n".join(
            str(tuple(row.values())).encode()
            for row in await execute(url, f'SELECT * FROM "{name["tablename"]}"')
        )
        for name in names
    }
