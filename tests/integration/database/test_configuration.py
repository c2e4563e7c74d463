"""What is kept holds as long as the database says so; it is asked once where that is enough."""

from __future__ import annotations

import asyncio
from contextvars import Context

import pytest
from sqlalchemy import text

from sluice.server.kit.configuration import Counted, KeptConfiguration, as_of_first_asked
from sluice.server.kit.database import Database

pytestmark = pytest.mark.anyio


async def _change(database: Database) -> None:
    async with database.write() as session:
        await session.execute(text("UPDATE configuration SET revision = revision + 1"))


async def test_a_short_request_sees_what_was_kept_as_it_first_asked(database: Database) -> None:
    kept, other = KeptConfiguration(database), KeptConfiguration(database)
    prompts = KeptConfiguration(database, counted=Counted.PROMPTS)
    await prompts.refresh()
    before = prompts.revision
    with as_of_first_asked():
        await kept.refresh()
        begun = kept.revision
        await _change(database)
        await kept.refresh()
        await other.refresh()
        await prompts.refresh()
        assert (kept.revision, other.revision, prompts.revision) == (begun, begun, before)
    for one in (kept, other, prompts):
        await one.refresh()
    assert kept.revision == other.revision != begun
    assert prompts.revision != before


async def test_who_asked_first_does_not_take_back_what_another_request_has_seen_since(
    database: Database,
) -> None:
    kept = KeptConfiguration(database)
    with as_of_first_asked():
        await kept.refresh()
        begun = kept.revision
        await _change(database)
        # A context of its own, as another request has.
        await asyncio.create_task(kept.refresh(), context=Context())
        await kept.refresh()
    assert kept.revision != begun


async def test_requests_do_not_share_what_they_asked_first(database: Database) -> None:
    kept = KeptConfiguration(database)
    with as_of_first_asked():
        await kept.refresh()
    begun = kept.revision
    await _change(database)
    with as_of_first_asked():
        await kept.refresh()
    assert kept.revision != begun
