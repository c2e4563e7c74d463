"""The chain of audit events in a database: concurrent writers, undone actions, and tampering."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.features.audit import service as audit
from sluice.server.features.audit import verifying
from sluice.server.features.audit.appending import RESUMED
from sluice.server.features.audit.filters import AuditFilter
from sluice.server.features.audit.repository import AuditRepository
from sluice.server.features.audit.schemas import Verification
from sluice.server.features.audit.verifying import Noted
from sluice.server.kit.database import Database
from sluice.server.kit.sealing import DataKey, MasterKeys
from sluice.server.migrations.run import downgrade, upgrade
from sluice.server.vault.service import Vault

pytestmark = pytest.mark.anyio
_SECOND = "SELECT hash FROM audit_events WHERE id = 2"


class Log:
    """A database whose chain is sealed."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.vault = Vault(MasterKeys([bytes(32)]))

    async def key(self) -> DataKey:
        async with self.database.write() as session:
            return await self.vault.settings_key(session)

    async def write(self, count: int = 1, event: str = "test.happened") -> None:
        for number in range(count):
            async with self.database.write() as session:
                await audit.record(session, event, actor_id=1, details={"number": number})

    async def verify(self, noted: Noted | None = None) -> Verification:
        told = [one async for one in verifying.verified(self.database, await self.key(), noted)]
        assert isinstance(told[-1], Verification)
        return told[-1]

    async def faults(self) -> list[tuple[str, int | None]]:
        return [(fault.kind, fault.event_id) for fault in (await self.verify()).faults]

    async def ids(self) -> list[int]:
        async with self.database.read() as session:
            found = await AuditRepository(session).after(AuditFilter(), 0, 1000)
        return [event.id for event in found]

    async def tamper(self, *statements: str) -> None:
        """As somebody does who has the database and no key."""
        async with self.database.exclusive() as connection:
            if self.database.is_sqlite:
                await connection.execute(text("DROP TRIGGER IF EXISTS audit_events_no_update"))
                await connection.execute(text("DROP TRIGGER IF EXISTS audit_events_no_delete"))
            else:
                disable = "ALTER TABLE audit_events DISABLE TRIGGER USER"
                await connection.execute(text(disable))
            for statement in statements:
                await connection.execute(text(statement))


@pytest.fixture
async def log(database: Database) -> Log:
    made = Log(database)
    audit.seal_chain(database, made.vault.settings_key)
    await made.key()
    return made


async def test_events_of_concurrent_transactions_make_one_chain_without_gaps(log: Log) -> None:
    await asyncio.gather(*(log.write(5) for _ in range(8)))
    assert await log.ids() == list(range(1, 41))
    found = await log.verify()
    assert (found.sound, found.events, found.last_id, found.notes) == (True, 40, 40, [])


async def test_an_action_that_is_undone_leaves_no_event(log: Log) -> None:
    await log.write()
    with pytest.raises(ZeroDivisionError):
        await _undone(log.database.write())
    async with log.database.write() as session:
        savepoint = await session.begin_nested()
        await audit.record(session, "test.undone", actor_id=1)
        await savepoint.rollback()
        await audit.record(session, "test.done", actor_id=1)
    assert await log.ids() == [1, 2]
    assert (await log.verify()).sound


async def _undone(transaction: AbstractAsyncContextManager[AsyncSession]) -> None:
    async with transaction as session:
        await audit.record(session, "test.undone", actor_id=1)
        raise ZeroDivisionError


async def test_two_that_record_and_then_want_the_same_row_both_succeed(log: Log) -> None:
    async def rename(first: int, second: int) -> None:
        async with log.database.write() as session:
            await audit.record(session, "test.renamed", actor_id=1)
            for group in (first, second):
                statement = text("UPDATE data_keys SET erasures = erasures + 1 WHERE scope = :of")
                await session.execute(statement, {"of": f"thread:{group}"})
                await asyncio.sleep(0)

    async with log.database.write() as session:
        for group in (1, 2):
            await log.vault.ensure_key(session, f"thread:{group}")
    await asyncio.gather(*(rename(1, 2) for _ in range(5)))
    assert (await log.verify()).events == 5


@pytest.mark.parametrize(
    ("statements", "faults"),
    [
        (["UPDATE audit_events SET actor_id = 9 WHERE id = 4"], [("changed", 4)]),
        (["UPDATE audit_events SET details = '{}' WHERE id = 9"], [("changed", 9)]),
        ([f"UPDATE audit_events SET hash = ({_SECOND}) WHERE id = 1"], [("changed", 1)]),
        (["DELETE FROM audit_events WHERE id = 4"], [("removed", 5)]),
        (["DELETE FROM audit_events WHERE id = 1"], [("removed", 2)]),
        (["DELETE FROM audit_events WHERE id > 7"], [("truncated", 8)]),
        (["DELETE FROM audit_events"], [("truncated", 1)]),
        (["UPDATE audit_heads SET sealed = NULL"], [("head_unsealed", None)]),
        (["DELETE FROM audit_heads"], [("head_missing", None)]),
        (
            [
                "DELETE FROM audit_events WHERE id > 7",
                "UPDATE audit_heads SET last_id = 7, events = 7, "
                "hash = (SELECT hash FROM audit_events WHERE id = 7)",
            ],
            [("head_changed", None)],
        ),
        (
            [
                "INSERT INTO audit_events (id, at, event, subject, details, hash) "
                "SELECT id + 1, at, event, subject, details, hash FROM audit_events WHERE id = 9"
            ],
            [("added", 10)],
        ),
    ],
    ids=[
        "an actor", "details", "a hash", "one in the middle", "the first one", "the last ones",
        "all", "the seal", "the head", "the last ones and the head", "one more",
    ],
)  # fmt: skip
async def test_what_is_done_to_the_log_is_told(
    log: Log, statements: list[str], faults: list[tuple[str, int | None]]
) -> None:
    await log.write(9)
    assert await log.faults() == []
    await log.tamper(*statements)
    assert await log.faults() == faults


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE audit_heads SET last_id = 2, events = 2", "changed"),
        ("UPDATE audit_heads SET sealed = NULL", "unsealed"),
        ("DELETE FROM audit_heads", "missing"),
    ],
    ids=["changed", "unsealed", "missing"],
)
async def test_a_head_that_was_tampered_with_is_told_in_the_log_for_good(
    log: Log, statement: str, reason: str
) -> None:
    await log.write(3)
    await log.tamper(statement)
    await log.write(2)
    async with log.database.read() as session:
        events = await AuditRepository(session).after(AuditFilter(), 3, 10)
    assert [(e.id, e.event) for e in events] == [
        (4, RESUMED),
        (5, "test.happened"),
        (6, "test.happened"),
    ]
    assert events[0].details == {"reason": reason}
    found = await log.verify()
    told = [fault.kind for fault in found.faults]
    assert told == ([] if reason == "unsealed" else ["resumed"])
    # The first sealing is expected after an upgrade, so it is a note.
    assert len(found.notes) == (reason == "unsealed")


async def test_an_unsealed_head_is_expected_once_only(log: Log) -> None:
    for _ in range(2):
        await log.write(2)
        await log.tamper("UPDATE audit_heads SET sealed = NULL")
    await log.write()
    assert await log.faults() == [("resumed", 6)]


async def test_a_database_that_was_set_back_is_told_from_an_event_that_was_noted(log: Log) -> None:
    await log.write(3)
    found = await log.verify()
    noted = Noted(found.last_id, bytes.fromhex(found.hash))
    await log.write(2)
    assert (await log.verify(noted)).sound
    other = Noted(found.last_id, bytes(32))
    assert [f.kind for f in (await log.verify(other)).faults] == ["noted_differs"]
    gone = Noted(99, bytes(32))
    assert [f.event_id for f in (await log.verify(gone)).faults] == [99]


async def test_an_empty_log_is_sound(log: Log) -> None:
    found = await log.verify()
    assert (found.sound, found.events, found.faults, found.notes) == (True, 0, [], [])


async def test_a_migration_chains_the_events_that_are_there(database: Database) -> None:
    await downgrade(database, "20261121_people")
    details = '{"version": 2, "reason": "gr\\u00fcn"}'
    async with database.exclusive() as connection:
        for number in (1, 2, 5):
            moment = "2026-11-20 10:00:00.123000" + ("" if database.is_sqlite else "+00")
            await connection.execute(
                text(
                    "INSERT INTO audit_events (id, at, event, actor_id, subject, details) "
                    f"VALUES ({number}, '{moment}', 'policy.changed', 1, 'policy_group:1', :d)"
                ),
                {"d": details},
            )
    await upgrade(database)
    log = Log(database)
    audit.seal_chain(database, log.vault.settings_key)
    assert await log.faults() == [("head_unsealed", None)]
    await log.write()
    found = await log.verify()
    assert (found.sound, found.events, await log.ids()) == (True, 5, [1, 2, 5, 6, 7])
    assert "event 6" in found.notes[0]


async def test_the_names_of_all_events_are_told_once(log: Log) -> None:
    async with log.database.read() as session:
        assert list(await AuditRepository(session).kinds()) == []
    for event in ("b.x", "a.y", "b.x", "a.b", "a.y"):
        await log.write(event=event)
    async with log.database.read() as session:
        assert list(await AuditRepository(session).kinds()) == ["a.b", "a.y", "b.x"]
