"""What people type stands in no unsealed column."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection
from tests.integration.features.conftest import World

pytestmark = pytest.mark.anyio

WORDS = ("schwarzenegger", "4711", "quarterly", "5550132")


def _everything(connection: Connection) -> str:
    """All columns of all tables, as they would be read from a stolen file."""
    names = inspect(connection).get_table_names()
    rows = [row for name in names for row in connection.execute(text(f'SELECT * FROM "{name}"'))]
    return "\n".join(repr(tuple(row)) for row in rows).lower()


async def test_words_that_read_like_placeholders_are_sealed(world: World) -> None:
    """`Schwarzenegger 4711` reads like a placeholder, and its number is reserved for good."""
    instance = await world.instance()
    world.provider.answer = ["Quarterly 5550132 was made up"]
    await world.prompt("submit", "Schwarzenegger 4711 or Schwarzenegger_4711", instance)
    async with world.app.state.services.database.read() as session:
        connection = await session.connection()
        stored = await connection.run_sync(_everything)
    assert [word for word in WORDS if word in stored] == []


async def test_reserved_numbers_are_kept_between_prompts(world: World) -> None:
    first = await world.prompt("cleanse", "I typed EMAIL_ADDRESS_0 and EMAIL_ADDRESS_1")
    again = await world.prompt("cleanse", "jane@example.com", threadId=first["threadId"])
    assert again["text"] == "EMAIL_ADDRESS_2"
    assert json.dumps(again).count("EMAIL_ADDRESS_0") == 0


async def test_a_destroyed_key_is_never_made_anew(world: World) -> None:
    """A prompt that found its thread just before it was deleted is refused."""
    from sluice.server.errors import NotFound

    thread = (await world.prompt("cleanse", "jane@example.com"))["threadId"]
    services = world.app.state.services
    async with services.database.write() as session:
        await services.vault.destroy_threads(session, [thread])
    with pytest.raises(NotFound):
        async with services.database.write() as session:
            await services.vault.open_thread(session, thread, for_update=True)
    async with services.database.read() as session:
        assert await services.vault.key(session, f"thread:{thread}") is None
