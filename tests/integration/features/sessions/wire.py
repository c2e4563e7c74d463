"""What the tests of sessions share: bodies as the published clients send them."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import httpx
from fastapi import FastAPI
from tests.integration.features.conftest import World, client

Json = dict[str, Any]
PROJECT = "default"
V2 = f"/v2/projects/{PROJECT}"


def chat_record(session_id: str, *texts: str, answer: str = "ok", **fields: object) -> Json:
    """0.1.6's `v1/record` of a chat."""
    messages = [{"content": text, "role": "user"} for text in texts]
    return {
        "session_id": session_id,
        "project_version_id": str(uuid4()),
        "prompt_template_id": str(uuid4()),
        "start_time": 1_700_000_000,
        "end_time": 1_700_000_002,
        "tag": "latest",
        "inputs": {"question": texts[-1]},
        "prompt_content": json.dumps(messages),
        "return_content": answer,
        "format_type": "openai_chat",
        "is_complete": True,
        "model": "gpt-3.5-turbo",
        **fields,
    }


def completion(*texts: str, answer: str = "ok", **fields: object) -> Json:
    """0.6.1's completion."""
    messages = [{"role": "user", "content": text} for text in texts]
    return {
        "messages": [*messages, {"role": "assistant", "content": answer}],
        "inputs": {},
        "tool_schema": None,
        "output_schema": None,
        "session_info": {"custom_metadata": None},
        "parent_id": None,
        **fields,
    }


async def new_session(member: httpx.AsyncClient, tag: str = "latest", **body: object) -> str:
    """A session as 0.1.6 begins it; its id."""
    path = f"/projects/{PROJECT}/sessions/tag/{tag}"
    made = await (member.post(path, json=body) if body else member.post(path))
    assert made.status_code == 201, made.text
    return str(made.json()["session_id"])


async def recorded(member: httpx.AsyncClient, session_id: str, body: Json, **headers: str) -> str:
    """Record a completion as 0.6.1 does; its id."""
    path = f"{V2}/sessions/{session_id}/completions"
    made = await member.post(path, json=body, headers=headers)
    assert made.status_code == 201, made.text
    return str(made.json()["completion_id"])


async def recording(member: httpx.AsyncClient, uid: str, project: str = PROJECT) -> Json:
    """A recording as our own API shows it."""
    answer = await member.get(f"/api/v1/projects/{project}/recordings/{uid}")
    assert answer.status_code == 200, answer.text
    data: Json = answer.json()["data"]
    return data


async def session(member: httpx.AsyncClient, uid: str, project: str = PROJECT) -> Json:
    """A session as our own API shows it."""
    answer = await member.get(f"/api/v1/projects/{project}/sessions/{uid}")
    assert answer.status_code == 200, answer.text
    data: Json = answer.json()["data"]
    return data


async def count(app: FastAPI) -> None:
    """Work out tokens, cost and sums now."""
    counting = app.state.services.workbench.sessions.counting
    while await counting.count_some():
        pass


async def key_client(world: World, project: str = PROJECT) -> httpx.AsyncClient:
    """A client with a key of the project."""
    path = f"/api/v1/projects/{project}/keys"
    made = await world.admin.post(path, json={"name": f"Key {uuid4().hex[:8]}"})
    assert made.status_code == 201, made.text
    return client(world.app, made.json()["data"]["token"])
