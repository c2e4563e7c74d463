"""What is kept holds as long as the database says so; it is asked once where that is enough."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from sluice.server.kit.configuration import KeptConfiguration, as_of_first_asked
from sluice.server.kit.database import Database

pytestmark = pytest.mark.anyio


async def _change(database: Database) -> None:
    async with database.write() as session:
        await session.execute(text("UPDATE configuration SET revision = revision + 1 WHERE id = 1"))


async def test_a_short_request_sees_what_was_kept_as_it_first_asked(database: Database) -> None:
    kept, other = KeptConfiguration(database), KeptConfiguration(database)
    with as_of_first_asked():
        await kept.refresh()
        begun = kept.revision
        await _change(database)
        await kept.refresh()
        assert kept.revision == begun
        await other.refresh()
        assert other.revision != begun
    await kept.refresh()
    assert kept.revision == other.revision


async def test_requests_do_not_share_what_they_asked_first(database: Database) -> None:
    kept = KeptConfiguration(database)
    with as_of_first_asked():
        await kept.refresh()
    begun = kept.revision
    await _change(database)
    with as_of_first_asked():
        await kept.refresh()
    assert kept.revision != begun
