"""What is said later of completions, traces and sessions, as SDK 0.6.1 says it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from tests.integration.features.conftest import World
from tests.integration.features.sessions.wire import (
    V2,
    Json,
    completion,
    count,
    recorded,
    recording,
    session,
)

pytestmark = pytest.mark.anyio

MAIL = "jane@example.org"
HIDDEN = "EMAIL_ADDRESS_0"


def named(shown: Json) -> dict[str, Any]:
    """Values by name."""
    return {v["name"]: v["number"] if v["text"] is None else v["text"] for v in shown["values"]}


async def test_messages_and_evaluations_are_added_to_a_completion(world: World) -> None:
    uid = str(uuid4())
    evaluations = {"exact": True, "score": 0.5}
    body = completion(f"I am {MAIL}", answer="Hello", eval_results=evaluations)
    made = await recorded(world.admin, uid, body)
    await count(world.app)
    before = await session(world.admin, uid)
    for text in (f"Still {MAIL}", "And bob@example.org"):
        more = {
            "new_messages": [{"role": "user", "content": text}],
            "eval_results": {"score": 0.75},
        }
        answer = await world.admin.post(f"{V2}/completions/{made}", json=more)
        assert (answer.status_code, answer.json()) == (200, {"completion_id": made})
    await count(world.app)
    found, after = await recording(world.admin, made), await session(world.admin, uid)
    texts = [u["messages"][0]["content"] for u in found["content"]["updates"]]
    assert texts == [f"Still {HIDDEN}", "And EMAIL_ADDRESS_1"]
    assert found["manifest"]["EMAIL_ADDRESS"] == {"mask": 3}
    assert named(found) == {"evaluation.exact": 1.0, "evaluation.score": 0.75}
    assert (before["recordings"], after["recordings"]) == (1, 1)
    assert after["outputTokens"] == found["outputTokens"] > before["outputTokens"]
    assert after["costMicrodollars"] == 0


async def test_feedback_about_a_completion_is_kept_with_placeholders(world: World) -> None:
    made = await recorded(world.admin, str(uuid4()), completion("Hello"))
    path = f"{V2}/completion-feedback/id/{made}"
    said = {"rating": 4, "comment": f"Call {MAIL}", "good": True, MAIL: "x"}
    assert (await world.admin.post(path, json=said)).status_code == 201
    assert (await world.admin.post(path, json={"rating": 5})).status_code == 201
    assert named(await recording(world.admin, made)) == {
        "feedback.rating": 5.0,
        "feedback.comment": f"Call {HIDDEN}",
        "feedback.good": 1.0,
        f"feedback.{HIDDEN}": "x",
    }


async def test_metadata_of_a_session_is_merged(world: World) -> None:
    uid = str(uuid4())
    info = {"custom_metadata": {"plan": {"tier": "free", "mail": MAIL}, "seats": 3}}
    await recorded(world.admin, uid, completion("Hello", session_info=info))
    path = f"{V2}/sessions/id/{uid}/metadata"
    changed = await world.admin.patch(path, json={"plan": "gold", "region": "eu"})
    assert changed.status_code == 200
    shown = await session(world.admin, uid)
    assert shown["metadata"] == {"plan": "gold", "seats": 3, "region": "eu"}
    assert (await world.admin.patch(path)).status_code == 200


TRACE = {
    "agent_name": "Support",
    "input": f"Question of {MAIL}",
    "output": {"answer": [MAIL]},
    "parent_id": None,
    "custom_metadata": {"step": 1},
    "eval_results": {"helpful": True},
    "test_run_info": None,
    "kind": "agent",
    "name": None,
    "start_time": "2026-01-02T03:04:05.678901+00:00",
    "end_time": "2026-01-02T03:04:06+00:00",
}


async def test_a_trace_is_recorded_and_changed(world: World) -> None:
    uid, trace = str(uuid4()), str(uuid4())
    path = f"{V2}/sessions/{uid}/traces/id/{trace}"
    assert (await world.admin.post(path, json=TRACE)).status_code == 201
    (shown,) = (await session(world.admin, uid))["traces"]
    assert shown["content"] == {
        "agent_name": "Support",
        "input": f"Question of {HIDDEN}",
        "output": {"answer": [HIDDEN]},
    }
    assert (shown["kind"], shown["startedAt"]) == ("agent", "2026-01-02T03:04:05.678Z")
    change = {"output": "done", "metadata": {"step": 2}, "feedback": {"rating": 1}}
    assert (await world.admin.patch(path, json=change)).status_code == 200
    assert (await world.admin.patch(f"{path}/metadata", json={"who": MAIL})).status_code == 200
    feedback = f"{V2}/trace-feedback/id/{trace}"
    assert (await world.admin.post(feedback, json={"note": MAIL})).status_code == 201
    (shown,) = (await session(world.admin, uid))["traces"]
    assert shown["content"]["output"] == "done"
    assert named(shown) == {
        "evaluation.helpful": 1.0,
        "feedback.note": HIDDEN,
        "feedback.rating": 1.0,
        "metadata.step": 2.0,
        "metadata.who": HIDDEN,
    }


async def test_a_trace_that_is_recorded_again_takes_the_place_of_the_first(world: World) -> None:
    uid, trace = str(uuid4()), str(uuid4())
    path = f"{V2}/sessions/{uid}/traces/id/{trace}"
    assert (await world.admin.post(path, json=TRACE)).status_code == 201
    assert (await world.admin.post(path, json={**TRACE, "output": "later"})).status_code == 201
    (shown,) = (await session(world.admin, uid))["traces"]
    assert shown["content"]["output"] == "later"
    elsewhere = f"{V2}/sessions/{uuid4()}/traces/id/{trace}"
    assert (await world.admin.post(elsewhere, json=TRACE)).status_code == 409


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", f"{V2}/completions/{uuid4()}"),
        ("POST", f"{V2}/completion-feedback/id/{uuid4()}"),
        ("POST", f"{V2}/trace-feedback/id/{uuid4()}"),
        ("PATCH", f"{V2}/sessions/id/{uuid4()}/metadata"),
        ("PATCH", f"{V2}/sessions/{uuid4()}/traces/id/{uuid4()}"),
        ("PATCH", f"{V2}/sessions/{uuid4()}/traces/id/{uuid4()}/metadata"),
        ("DELETE", f"{V2}/sessions/{uuid4()}"),
    ],
    ids=["completion", "feedback", "trace feedback", "session", "trace", "its data", "delete"],
)
async def test_what_is_not_there_is_a_404_with_a_message(
    world: World, method: str, path: str
) -> None:
    body = None if method == "DELETE" else {"rating": 1}
    answer = await world.admin.request(method, path, json=body)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
