"""Placeholders that stand in what is recorded, as in the inputs of de-identified test cases."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import text
from tests.integration.features.conftest import World
from tests.integration.features.sessions.wire import completion, recorded, recording

pytestmark = pytest.mark.anyio
JANE = "jane@example.org"


async def _originals(world: World, uid: str) -> list[str]:
    path = f"/api/v1/projects/default/recordings/{uid}/reveal"
    answer = await world.admin.post(path, json={"reason": "to see what is left"})
    return [one["original"] for one in answer.json()["data"]["originals"]]


async def _said(world: World, uid: str) -> str:
    shown = await recording(world.admin, uid)
    return str(shown["content"]["messages"][0]["content"])


async def test_an_issued_one_stays_what_it_is_and_can_still_be_revealed(world: World) -> None:
    first = await recorded(world.admin, str(uuid4()), completion(f"I am {JANE}"))
    again = await recorded(world.admin, str(uuid4()), completion("I am EMAIL_ADDRESS_0"))
    assert await _said(world, again) == "I am EMAIL_ADDRESS_0"
    assert await _originals(world, first) == await _originals(world, again) == [JANE]
    async with world.app.state.services.database.read() as session:
        found = await session.execute(text("SELECT count(*) FROM reserved_placeholders"))
    assert found.scalar_one() == 0


async def test_one_that_nobody_issued_is_never_issued(world: World) -> None:
    await recorded(world.admin, str(uuid4()), completion("I am EMAIL_ADDRESS_0"))
    made = await recorded(world.admin, str(uuid4()), completion(f"I am {JANE}"))
    assert await _said(world, made) == "I am EMAIL_ADDRESS_1"
