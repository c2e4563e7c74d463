"""Recordings over both wires: cleansed, found again, and linked to their session."""

from __future__ import annotations

from uuid import uuid4

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


async def test_a_chat_of_0_1_6_is_recorded_with_placeholders(world: World) -> None:
    uid = await new_session(world.admin)
    body = chat_record(uid, "Write to jane@example.org", answer="Done, jane@example.org is told")
    made = await world.admin.post("/api/v1/record", json=body)
    assert made.status_code == 201, made.text
    found = await recording(world.admin, made.json()["completion_id"])
    assert found["content"]["messages"] == [{"content": "Write to EMAIL_ADDRESS_0", "role": "user"}]
    assert found["content"]["answer"]["content"] == "Done, EMAIL_ADDRESS_0 is told"
    assert found["content"]["inputs"] == {"question": "Write to EMAIL_ADDRESS_0"}
    assert found["manifest"]["EMAIL_ADDRESS"] == {"mask": 3}
    assert (found["format"], found["model"], found["durationMs"]) == (
        "openai_chat", "gpt-3.5-turbo", 2000,
    )  # fmt: skip
    await count(world.app)
    shown = await session(world.admin, uid)
    assert (shown["recordings"], shown["environment"]) == (1, "latest")
    assert shown["costMicrodollars"] > 0
    assert shown["recorded"][0]["tokensEstimated"] is True


async def test_a_session_of_0_6_1_is_made_by_its_first_completion(world: World) -> None:
    uid = str(uuid4())
    usage = {"prompt_tokens": 11, "completion_tokens": 7}
    call = {"model": "gpt-4o", "provider": "openai", "usage": usage}
    body = completion("I am jane@example.org", answer="Hello", call_info=call)
    made = await recorded(world.admin, uid, body)
    await count(world.app)
    found = await recording(world.admin, made)
    assert found["sessionId"] == uid
    assert (found["inputTokens"], found["outputTokens"]) == (11, 7)
    assert found["tokensEstimated"] is False
    assert found["costMicrodollars"] > 0


async def test_deleting_a_session_answers_201_and_leaves_nothing(world: World) -> None:
    uid = str(uuid4())
    made = await recorded(world.admin, uid, completion("I am jane@example.org"))
    gone = await world.admin.delete(f"{V2}/sessions/{uid}")
    assert gone.status_code == 201, gone.text
    path = f"/api/v1/projects/default/recordings/{made}"
    assert (await world.admin.get(path)).status_code == 404
    assert (await world.admin.delete(f"{V2}/sessions/{uid}")).status_code == 404
