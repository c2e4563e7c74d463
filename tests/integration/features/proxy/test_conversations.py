"""Whose calls share placeholders; several processes; deletion."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from tests.integration.features.proxy.gateway import OTHER, OWNER, gateway, people

from sluice.server.errors import NotFound
from sluice.server.features.proxy.conversations.service import Owner
from sluice.server.kit.database import Database

pytestmark = pytest.mark.anyio

JANE, BOB = "jane.roe@example.org", "bob.poe@example.org"


@pytest.mark.parametrize(
    ("asked", "same"),
    [
        ((OWNER, None, None), True),
        ((OTHER, None, None), False),
        ((Owner(1, None), None, None), False),
        ((OWNER, "c1", None), False),
        ((OWNER, None, "c1"), False),
        ((OWNER, "", None), False),
    ],
    ids=["same token", "other token", "session", "conversation", "end user", "empty id"],
)
async def test_who_shares_a_conversation(
    database: Database, asked: tuple[Owner, str | None, str | None], same: bool
) -> None:
    await people(database)
    own = gateway(database)
    first, second = await own.conversations.open(OWNER), await own.conversations.open(*asked)
    assert (first.id == second.id) is same


async def test_calls_that_come_together_open_a_conversation_once(database: Database) -> None:
    await people(database)
    conversations = gateway(database).conversations
    asked = [asyncio.ensure_future(conversations.open(OWNER, "c1")) for _ in range(5)]
    await asyncio.sleep(0)
    asked[0].cancel()
    done = await asyncio.gather(*asked, return_exceptions=True)
    assert isinstance(done[0], asyncio.CancelledError)
    assert len({id(one) for one in done[1:]}) == 1
    async with database.read() as session:
        rows = (await session.execute(text("SELECT id FROM conversations"))).all()
    assert len(rows) == 1


async def test_the_ids_of_a_client_are_kept_as_a_keyed_hash_only(database: Database) -> None:
    await people(database)
    await gateway(database).conversations.open(OWNER, "thread-of-jane", "user-jane")
    async with database.read() as session:
        rows = (await session.execute(text("SELECT * FROM conversations"))).all()
    assert len(rows) == 1
    assert "jane" not in repr(rows)


async def test_another_process_and_a_restart_go_on_with_the_same_placeholders(
    database_url: str,
) -> None:
    one, other = Database(database_url), Database(database_url)
    await people(one)
    first, second = gateway(one), gateway(other)
    conversation = await first.conversations.open(OWNER)
    await first.send(conversation, ("user", f"Mail {JANE}"))
    again = await second.conversations.open(OWNER)
    call, sent = await second.send(again, ("user", f"Mail {BOB}"), ("user", f"Mail {JANE}"))
    assert sent == ["Mail EMAIL_ADDRESS_1", "Mail EMAIL_ADDRESS_0"]
    assert await second.answer(call, "EMAIL_ADDRESS_0") == JANE
    await one.close()
    await other.close()


async def test_two_processes_racing_in_one_conversation_agree(database_url: str) -> None:
    """Nobody gets another one's placeholder, and one original has one."""
    databases = [Database(database_url), Database(database_url)]
    await people(databases[0])
    processes = [gateway(database) for database in databases]
    opened = await asyncio.gather(*(p.conversations.open(OWNER) for p in processes))
    assert opened[0].id == opened[1].id

    async def ask(turn: int) -> dict[str, str]:
        """Half of the addresses are asked for by both processes."""
        process, conversation = processes[turn % 2], opened[turn % 2]
        mail = f"user{turn // 2 if turn % 4 < 2 else turn}@example.org"
        call, (sent,) = await process.send(conversation, ("user", f"Mail {mail} now"))
        placeholder = sent.split()[1]
        assert await process.answer(call, f"To {placeholder}") == f"To {mail}"
        return {mail: placeholder}

    results = await asyncio.gather(*(ask(turn) for turn in range(32)))
    placeholders: dict[str, set[str]] = {}
    for result in results:
        for mail, placeholder in result.items():
            placeholders.setdefault(mail, set()).add(placeholder)
    assert all(len(names) == 1 for names in placeholders.values())
    assert len(set.union(*placeholders.values())) == len(placeholders)
    for database in databases:
        await database.close()


async def test_many_calls_of_one_process_share_numbers_without_gaps(database: Database) -> None:
    await people(database)
    own = gateway(database)
    conversation = await own.conversations.open(OWNER)
    calls = (own.send(conversation, ("user", f"Mail u{n}@example.org")) for n in range(40))
    sent = [texts[0] for _, texts in await asyncio.gather(*calls)]
    assert {int(text.rpartition("_")[2]) for text in sent} == set(range(40))


async def test_a_deleted_conversation_has_lost_its_key_and_begins_anew(database: Database) -> None:
    await people(database)
    own = gateway(database)
    conversation = await own.conversations.open(OWNER, "c1")
    await own.send(conversation, ("user", f"Mail {JANE} and {BOB}"))
    async with database.write() as session:
        await own.conversations.delete(session, conversation.id, user_id=1)
    own.conversations.forget(conversation.id)
    async with database.read() as session:
        for table in ("originals", "number_counters", "reserved_placeholders"):
            left = await session.execute(text(f"SELECT count(*) FROM {table}"))
            assert left.scalar_one() == 0
        scopes = set(await session.scalars(text("SELECT scope FROM data_keys")))
    assert scopes == {"settings"}
    anew = await own.conversations.open(OWNER, "c1")
    assert anew.id != conversation.id
    call, sent = await own.send(anew, ("user", f"Mail {BOB}"))
    assert sent == ["Mail EMAIL_ADDRESS_0"]
    assert await own.answer(call, "EMAIL_ADDRESS_1") == "EMAIL_ADDRESS_1"


async def test_a_call_in_a_conversation_that_another_process_deleted_begins_a_new_one(
    database_url: str,
) -> None:
    one, other = Database(database_url), Database(database_url)
    await people(one)
    first, second = gateway(one), gateway(other)
    conversation = await first.conversations.open(OWNER)
    await first.send(conversation, ("user", f"Mail {BOB} and {JANE}"))
    async with other.write() as session:
        await second.conversations.delete(session, conversation.id, user_id=1)
    call, sent = await first.send(conversation, ("user", f"Mail {JANE}"))
    assert call.conversation.id != conversation.id
    assert sent == ["Mail EMAIL_ADDRESS_0"]
    await one.close()
    await other.close()


async def test_nobody_deletes_the_conversation_of_another_user(database: Database) -> None:
    await people(database)
    own = gateway(database)
    conversation = await own.conversations.open(OWNER)
    with pytest.raises(NotFound):
        async with database.write() as session:
            await own.conversations.delete(session, conversation.id, user_id=2)
    assert (await gateway(database).conversations.open(OWNER)).id == conversation.id


async def test_nothing_raw_stands_in_the_database(database: Database, tmp_path: Path) -> None:
    await people(database)
    own = gateway(database)
    conversation = await own.conversations.open(OWNER, f"thread {JANE}", f"id {BOB}")
    planted = f"Mail {JANE}, {BOB}, card 4111 1111 1111 1111; see CRYPTO_WALLET_7 and PERSON_3"
    call, _ = await own.send(conversation, ("user", planted), instructions=f"Ask {BOB}")
    await own.answer(call, "Who is PERSON_9? EMAIL_ADDRESS_0.")
    held = await _everything(database, tmp_path)
    for canary in (JANE, BOB, "4111", "WALLET", "thread jane", "jane", "roe@"):
        assert canary.encode() not in held


async def _everything(database: Database, folder: Path) -> bytes:
    if database.is_sqlite:
        path = Path(str(make_url(database.url).database))
        return b"".join(p.read_bytes() for p in path.parent.glob("sluice.db*"))
    tables = ("conversations", "originals", "number_counters", "reserved_placeholders", "data_keys")
    async with database.read() as session:
        rows = [(await session.execute(text(f"SELECT * FROM {t}"))).all() for t in tables]
    return repr(rows).encode()
