"""What a crash in the middle of a saving leaves behind does not stay."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import text
from tests.integration.features.conftest import World
from tests.integration.features.testruns.playlists import add, originals, playlist, stored

from sluice.server.features.testruns.forgetting import ABANDONED, SAVING

pytestmark = pytest.mark.anyio


async def held_by(world: World, holder: str) -> None:
    """Let a saving, not a playlist, have all placeholders."""
    async with world.app.state.services.database.write() as session:
        await session.execute(text("UPDATE placeholder_uses SET holder = :h"), {"h": holder})


@pytest.mark.parametrize(
    ("hours", "kept"), [pytest.param(7, 0, id="old"), pytest.param(1, 1, id="under way")]
)
async def test_originals_of_a_saving_that_ended_long_ago_are_erased(
    world: World, hours: int, kept: int
) -> None:
    """One that may still be under way keeps its own."""
    assert ABANDONED.total_seconds() == 6 * 3600
    made = await playlist(world.admin)
    await add(world.admin, made, {"inputs": {"a": "jane@example.com"}})
    await held_by(world, f"{SAVING}{int(time.time()) - hours * 3600}-abc")
    assert await world.app.state.services.workbench.forgetting.abandoned() is False
    assert len(await originals(world.app)) == kept
    assert len(await stored(world.app, "SELECT holder FROM placeholder_uses")) == kept


async def test_a_saving_that_ended_well_leaves_nothing_to_erase(world: World) -> None:
    """Its placeholders are the playlist's."""
    made = await playlist(world.admin)
    await add(world.admin, made, {"inputs": {"a": "jane@example.com"}})
    assert await stored(world.app, "SELECT holder FROM placeholder_uses") == ["playlist:1"]
