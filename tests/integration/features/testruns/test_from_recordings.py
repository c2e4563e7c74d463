"""Recordings become test cases as they are: with the placeholders that they have."""

from __future__ import annotations

from typing import Any

import pytest
from tests.integration.features.conftest import World
from tests.integration.features.testruns.playlists import (
    PLAYLISTS,
    V2,
    cases,
    originals,
    playlist,
)

pytestmark = pytest.mark.anyio
Json = dict[str, Any]
SESSION = "5b1d5a35-2d3c-4bd4-8c5e-8a4f9f1c1e11"


async def record(world: World, mail: str, **more: object) -> str:
    """A recorded completion about an address; its id."""
    body = {
        "messages": [
            {"role": "system", "content": "Be kind."},
            {"role": "user", "content": f"I am {mail}"},
            {"role": "assistant", "content": f"Hello {mail}"},
        ],
        "inputs": {"who": mail},
        **more,
    }
    saved = await world.admin.post(f"{V2}/sessions/{SESSION}/completions", json=body)
    assert saved.status_code == 201, saved.text
    return str(saved.json()["completion_id"])


async def take(world: World, playlist_id: str, **what: object) -> list[Json]:
    """Make cases of recordings; what was saved."""
    path = f"{PLAYLISTS}/{playlist_id}/from-recordings"
    saved = await world.admin.post(path, json=what)
    assert saved.status_code == 201, saved.text
    found: list[Json] = saved.json()["data"]["testCases"]
    return found


async def test_a_recording_becomes_a_test_case(world: World) -> None:
    """Inputs, what came before, and the answer that is expected from now on."""
    uid = await record(world, "jane@example.com")
    made = await playlist(world.admin)
    await take(world, made, recordings=[uid])
    [case] = await cases(world.admin, made)
    assert case["inputs"] == {"who": "EMAIL_ADDRESS_0"}
    assert case["output"] == "Hello EMAIL_ADDRESS_0"
    assert case["history"] == [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "I am EMAIL_ADDRESS_0"},
    ]
    assert case["recordingId"] == uid


async def test_messages_of_the_template_are_no_history(world: World) -> None:
    """The version that the recording names says which are its own."""
    body = {
        "template_messages": [
            {"role": "system", "content": "Be kind."},
            {"role": "user", "content": "I am {{who}}"},
        ],
        "model": "m",
        "provider": "openai",
    }
    saved = await world.admin.post(f"{V2}/prompt-templates/name/Greet/versions", json=body)
    version = saved.json()["prompt_template_version_id"]
    uid = await record(
        world, "jane@example.com", prompt_info={"prompt_template_version_id": version}
    )
    made = await playlist(world.admin)
    await take(world, made, recordings=[uid])
    [case] = await cases(world.admin, made)
    assert case["history"] is None


async def test_a_whole_session_becomes_test_cases_once(world: World) -> None:
    """In the order of its recordings; the second time there is nothing new."""
    uids = [await record(world, f"user{n}@example.com") for n in range(3)]
    made = await playlist(world.admin)
    assert len(await take(world, made, recordings=uids[:1])) == 1
    assert len(await take(world, made, sessions=[SESSION])) == 2
    assert await take(world, made, sessions=[SESSION], recordings=uids) == []
    assert [case["recordingId"] for case in await cases(world.admin, made)] == uids


async def test_cases_keep_their_originals_when_the_session_is_deleted(world: World) -> None:
    """Only those that stand in a case: the others go with the session."""
    first = await record(world, "jane@example.com")
    await record(world, "joe@example.com")
    made = await playlist(world.admin)
    await take(world, made, recordings=[first])
    assert (await world.admin.delete(f"{V2}/sessions/{SESSION}")).status_code == 201
    assert await originals(world.app) == {"EMAIL_ADDRESS_0"}
    [case] = await cases(world.admin, made)
    assert case["inputs"] == {"who": "EMAIL_ADDRESS_0"}


async def test_a_recording_that_is_not_there_is_told(world: World) -> None:
    """Then nothing is saved."""
    uid = await record(world, "jane@example.com")
    made = await playlist(world.admin)
    for what in ({"recordings": [uid, "nothing"]}, {"sessions": ["nothing"]}):
        refused = await world.admin.post(f"{PLAYLISTS}/{made}/from-recordings", json=what)
        assert refused.status_code == 404
    assert await cases(world.admin, made) == []
