"""Recordings and sessions are found by what was found in them, as their manifests say."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import select
from tests.integration.features.conftest import World
from tests.integration.features.sessions.wire import V2, completion, recorded

from sluice.server.features.sessions.search import pages
from sluice.server.features.sessions.tables import Recording, RecordingEntityType
from sluice.server.migrations.run import downgrade, upgrade

pytestmark = pytest.mark.anyio
PROJECT = "/api/v1/projects/default"


async def found(world: World, what: str, entity_type: str) -> list[str]:
    leaf = {"field": "entityTypes", "op": "contains", "value": entity_type}
    answer = await world.admin.post(f"{PROJECT}/{what}/search", json={"filter": leaf})
    assert answer.status_code == 200, answer.text
    return [row["id"] for row in answer.json()["data"]]


async def kept(world: World) -> set[tuple[int, str]]:
    """What the index says, which must be what manifests say."""
    async with world.app.state.services.database.read() as session:
        types = RecordingEntityType
        rows = await session.execute(select(types.recording_id, types.entity_type))
        index = {(int(row[0]), str(row[1])) for row in rows}
        manifests = await session.execute(select(Recording.id, Recording.manifest))
        assert index == {(row_id, kind) for row_id, manifest in manifests for kind in manifest}
    return index


async def test_what_is_found_is_searched_by_as_soon_as_it_is_recorded(world: World) -> None:
    plain, mail = str(uuid4()), str(uuid4())
    await recorded(world.admin, plain, completion("nothing to be found"))
    uid = await recorded(world.admin, mail, completion("I am jane.roe@example.org"))
    assert await found(world, "recordings", "EMAIL_ADDRESS") == [uid]
    assert await found(world, "sessions", "EMAIL_ADDRESS") == [mail]
    assert await found(world, "recordings", "CREDIT_CARD") == []
    body = {"new_messages": [{"role": "user", "content": "Card 4111 1111 1111 1111"}]}
    more = await world.admin.post(f"{V2}/completions/{uid}", json=body)
    assert more.status_code == 200, more.text
    assert await found(world, "recordings", "CREDIT_CARD") == [uid]
    assert len(await kept(world)) >= 2
    await world.admin.delete(f"{V2}/sessions/{mail}")
    assert await found(world, "recordings", "EMAIL_ADDRESS") == []
    assert await kept(world) == set()


async def test_what_was_recorded_before_is_searched_by_too(world: World) -> None:
    """A database of an earlier version."""
    uid = await recorded(world.admin, str(uuid4()), completion("I am jane.roe@example.org"))
    before = await kept(world)
    database = world.app.state.services.database
    await downgrade(database, "20261121_statistics")
    await upgrade(database)
    assert await kept(world) == before
    assert await found(world, "recordings", "EMAIL_ADDRESS") == [uid]


async def test_many_of_a_type_are_shown_page_by_page(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Along the index, where there are more than are looked at as a whole."""
    monkeypatch.setattr(pages, "FEW", 2)
    session = str(uuid4())
    uids = [
        await recorded(world.admin, session, completion(text))
        for text in ["I am jane.roe@example.org", "nothing"] * 4
    ]
    leaf = {"field": "entityTypes", "op": "contains", "value": "EMAIL_ADDRESS"}
    seen: list[str] = []
    cursor = None
    while True:
        body = {"filter": leaf, "limit": 3, "cursor": cursor}
        answer = (await world.admin.post(f"{PROJECT}/recordings/search", json=body)).json()
        seen += [row["id"] for row in answer["data"]]
        cursor = answer["nextCursor"]
        if cursor is None:
            break
    assert seen == uids[::2][::-1]
