"""A deleted session: nothing of it can be read again, and what others need stays."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import anyio
import httpx
import pytest
from sqlalchemy import text
from tests.integration.features.conftest import World, client
from tests.integration.features.sessions.wire import (
    V2,
    completion,
    key_client,
    recorded,
    recording,
    session,
)

pytestmark = pytest.mark.anyio

OWN, SHARED = "only.here@example.org", "in.both@example.org"


async def _counts(world: World) -> dict[str, int]:
    """Rows of every table that a session has rows in."""
    tables = (
        "sessions", "recordings", "traces", "attributes", "originals", "placeholder_uses",
        "call_texts",
    )  # fmt: skip
    async with world.app.state.services.database.read() as held:
        rows = {t: await held.scalar(text(f"SELECT count(*) FROM {t}")) for t in tables}
    return {name: int(count) for name, count in rows.items()}


async def _whole_session(world: World, uid: str, *texts: str) -> str:
    """A session with a recording, a trace, values and a call over the gateway."""
    info = {"custom_metadata": {"mail": texts[0]}}
    made = await recorded(world.admin, uid, completion(*texts, session_info=info))
    await world.admin.post(f"{V2}/completion-feedback/id/{made}", json={"note": texts[0]})
    trace = f"{V2}/sessions/{uid}/traces/id/{uuid4()}"
    assert (await world.admin.post(trace, json={"input": texts[0]})).status_code == 201
    asked = {"model": "Echo", "messages": [{"role": "user", "content": texts[0]}]}
    headers = {"Sluice-Conversation": uid, "Sluice-Project": "default"}
    call = await world.admin.post("/v1/chat/completions", json=asked, headers=headers)
    assert call.status_code == 200, call.text
    return made


async def test_nothing_of_a_deleted_session_is_left_in_the_database(world: World) -> None:
    before = await _counts(world)
    uid = str(uuid4())
    await _whole_session(world, uid, f"I am {OWN}", "and +1 415 555 0187")
    assert (await _counts(world))["originals"] >= before["originals"] + 2
    assert (await world.admin.delete(f"{V2}/sessions/{uid}")).status_code == 201
    assert await _counts(world) == before
    (event,) = await world.audit("session.deleted")
    assert OWN not in str(event)


async def test_what_another_session_needs_stays(world: World) -> None:
    gone, left = str(uuid4()), str(uuid4())
    await _whole_session(world, gone, f"{OWN} and {SHARED}")
    made = await _whole_session(world, left, f"I am {SHARED}")
    await world.admin.delete(f"{V2}/sessions/{gone}")
    path = f"/api/v1/projects/default/recordings/{made}/reveal"
    answer = await world.admin.post(path, json={"reason": "to see what is left"})
    assert {o["original"] for o in answer.json()["data"]["originals"]} == {SHARED}
    again = await recorded(world.admin, left, completion(f"Once more {OWN} and {SHARED}"))
    shown = await recording(world.admin, again)
    assert shown["content"]["answer"]["content"] == "ok"
    (said,) = [m["content"] for m in shown["content"]["messages"]]
    # The number of an original that is gone is nobody's any more.
    assert said == "Once more EMAIL_ADDRESS_2 and EMAIL_ADDRESS_1"


async def test_the_id_of_a_deleted_session_begins_another_one(world: World) -> None:
    uid = str(uuid4())
    await recorded(world.admin, uid, completion(f"I am {OWN}"))
    await world.admin.delete(f"{V2}/sessions/{uid}")
    await recorded(world.admin, uid, completion("Hello again"))
    shown = await session(world.admin, uid)
    assert len(shown["recorded"]) == 1


async def test_recordings_that_come_while_their_session_is_deleted_are_whole_or_gone(
    world: World,
) -> None:
    uid = str(uuid4())
    await recorded(world.admin, uid, completion(f"I am {OWN}"))
    answers: list[httpx.Response] = []

    async def record(number: int) -> None:
        path = f"{V2}/sessions/{uid}/completions"
        body = completion(f"Number {number} of {OWN}")
        answers.append(await world.admin.post(path, json=body))

    async def delete() -> None:
        answers.append(await world.admin.delete(f"{V2}/sessions/{uid}"))

    async with anyio.create_task_group() as group:
        for number in range(12):
            group.start_soon(record, number)
            if number % 4 == 1:
                group.start_soon(delete)
    assert {answer.status_code for answer in answers} <= {201, 404}
    found = await world.admin.get(f"/api/v1/projects/default/sessions/{uid}")
    for one in found.json()["data"]["recorded"] if found.status_code == 200 else ():
        shown = await recording(world.admin, one["id"])
        path = f"/api/v1/projects/default/recordings/{one['id']}/reveal"
        revealed = await world.admin.post(path, json={"reason": "to see that it is whole"})
        assert {o["original"] for o in revealed.json()["data"]["originals"]} == {OWN}
        assert OWN not in str(shown)


async def test_deleting_a_project_takes_its_sessions(world: World) -> None:
    made = await world.admin.post("/api/v1/projects", json={"name": "Short lived"})
    project = made.json()["data"]["id"]
    before = await _counts(world)
    async with await key_client(world, project) as key:
        for _ in range(3):
            path = f"/v2/projects/{project}/sessions/{uuid4()}/completions"
            assert (await key.post(path, json=completion(f"I am {OWN}"))).status_code == 201
    gone = await world.admin.delete(f"/api/v1/projects/{project}")
    assert gone.status_code < 300, gone.text
    after = await _counts(world)
    assert (after["sessions"], after["recordings"]) == (before["sessions"], before["recordings"])


async def test_the_bytes_of_a_deleted_session_are_not_in_the_file(
    world: World, tmp_path: Path, database_url: str
) -> None:
    if not database_url.startswith("sqlite"):
        pytest.skip("PostgreSQL keeps its files; what they hold is sealed under a key that is gone")
    marker = f"Marker-{uuid4().hex}"
    uid = str(uuid4())
    info = {"custom_metadata": {"marker": marker}}
    await recorded(world.admin, uid, completion("Hello", session_info=info))
    files = _files(world)
    assert any(marker.encode() in path.read_bytes() for path in files)
    assert (await world.admin.delete(f"{V2}/sessions/{uid}")).status_code == 201
    assert not any(marker.encode() in path.read_bytes() for path in _files(world))


def _files(world: World) -> list[Path]:
    """The database and its write-ahead log."""
    url = world.app.state.services.database.engine.url
    path = Path(url.database)
    return [found for found in path.parent.glob(f"{path.name}*") if found.is_file()]


async def test_other_tokens_of_the_project_share_its_sessions(world: World) -> None:
    uid = str(uuid4())
    async with await key_client(world) as one, await key_client(world) as two:
        first = await recorded(one, uid, completion(f"I am {OWN}"))
        second = await recorded(two, uid, completion(f"Still {OWN}"))
        texts = [
            (await recording(two, made))["content"]["messages"][0]["content"]
            for made in (first, second)
        ]
    assert texts == ["I am EMAIL_ADDRESS_0", "Still EMAIL_ADDRESS_0"]
    async with client(world.app, "slu_unknown") as nobody:
        refused = await nobody.post("/v1/record", json={})
    assert refused.status_code == 401
