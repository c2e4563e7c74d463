"""One space of placeholders for all conversations of a project: races, erasure, deletion."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text
from tests.integration.features.proxy.gateway import Gateway, gateway, people

from sluice.engine import Action, RawText
from sluice.server.errors import NotFound
from sluice.server.features.proxy.conversations.service import Owner
from sluice.server.kit.database import Database
from sluice.server.vault import erasing
from sluice.server.vault.service import conversation_scope

pytestmark = pytest.mark.anyio
JANE, BOB = "jane.roe@example.org", "bob.poe@example.org"
IN_SPACES = ("originals", "number_counters", "reserved_placeholders", "placeholder_uses")


async def space(process: Gateway) -> Owner:
    """A project's own conversation; who calls in it."""
    async with process.database.write() as session:
        space_id = await process.conversations.new_space(session, user_id=1)
    return Owner(1, 1, space_id)


def space_of(owner: Owner) -> int:
    assert owner.space_id is not None
    return owner.space_id


async def sent(process: Gateway, owner: Owner, name: str | None, said: str) -> str:
    """What would be sent of one text in one of the project's conversations."""
    conversation = await process.conversations.open(owner, name)
    _, (written,) = await process.send(conversation, ("user", said))
    return written


async def rows(database: Database, table: str) -> int:
    async with database.read() as session:
        return int((await session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())


async def scopes(database: Database) -> set[str]:
    async with database.read() as session:
        return set(await session.scalars(text("SELECT scope FROM data_keys")))


async def uses(database: Database) -> set[tuple[str, str]]:
    """Which conversation is noted to use which placeholder."""
    async with database.read() as session:
        found = await session.execute(text("SELECT placeholder, holder FROM placeholder_uses"))
        return {(str(row[0]), str(row[1])) for row in found}


async def test_processes_that_race_in_sessions_of_one_project_agree(database_url: str) -> None:
    """Nobody gets another one's placeholder, and one original has one."""
    databases = [Database(database_url), Database(database_url)]
    await people(databases[0])
    processes = [gateway(database) for database in databases]
    owner = await space(processes[0])

    async def ask(turn: int) -> tuple[str, str]:
        """Half of the addresses are asked for by both processes, in different sessions."""
        process = processes[turn % 2]
        mail = f"user{turn // 2 if turn % 4 < 2 else turn}@example.org"
        conversation = await process.conversations.open(owner, f"session {turn % 5}")
        call, (written,) = await process.send(conversation, ("user", f"Mail {mail} now"))
        placeholder = written.split()[1]
        assert await process.answer(call, f"To {placeholder}") == f"To {mail}"
        return mail, placeholder

    told = await asyncio.gather(*(ask(turn) for turn in range(40)))
    by_mail: dict[str, set[str]] = {}
    for mail, placeholder in told:
        by_mail.setdefault(mail, set()).add(placeholder)
    assert all(len(names) == 1 for names in by_mail.values())
    assert len(set.union(*by_mail.values())) == len(by_mail)
    noted = {placeholder for placeholder, _ in await uses(databases[0])}
    assert noted == set.union(*by_mail.values())
    for database in databases:
        await database.close()


async def test_a_hundred_calls_at_once_share_numbers_without_gaps(database: Database) -> None:
    await people(database)
    own = gateway(database)
    owner = await space(own)
    calls = (sent(own, owner, f"s{n % 7}", f"Mail u{n}@example.org") for n in range(100))
    written = await asyncio.gather(*calls)
    assert {int(one.rpartition("_")[2]) for one in written} == set(range(100))
    assert await rows(database, "conversations") == 1 + 7


async def test_each_conversation_is_noted_for_what_it_uses(database: Database) -> None:
    await people(database)
    own = gateway(database)
    owner = await space(own)
    first = await own.conversations.open(owner, "one")
    second = await own.conversations.open(owner, "two")
    await own.send(first, ("user", f"Mail {JANE} and {BOB}"))
    for _ in range(2):
        await own.send(second, ("user", f"Mail {BOB}"))
    one, two = first.vault.scope, second.vault.scope
    assert await uses(database) == {
        ("EMAIL_ADDRESS_0", one),
        ("EMAIL_ADDRESS_1", one),
        ("EMAIL_ADDRESS_1", two),
    }


async def test_what_an_answer_brought_is_noted_too(database: Database) -> None:
    """Else it would outlive the session that it was said in."""
    await people(database)
    own = gateway(database)
    owner = await space(own)
    held = await own.conversations.open(owner, "one")
    call, _ = await own.send(held, ("user", f"Mail {JANE}"))
    call.mapping.issue("EMAIL_ADDRESS", RawText(BOB), Action.MASK)
    await own.writer.submit(lambda session: call.save_answer(session, call.brought([])))
    assert await rows(database, "originals") == 2
    assert {name for name, _ in await uses(database)} == {"EMAIL_ADDRESS_0", "EMAIL_ADDRESS_1"}


async def test_what_was_erased_is_forgotten_by_every_process_before_it_writes_again(
    database_url: str,
) -> None:
    """The other process remembers the text, its entry and the mapping; none may come back."""
    one, other = Database(database_url), Database(database_url)
    await people(one)
    first, second = gateway(one), gateway(other)
    owner = await space(first)
    scope = conversation_scope(space_of(owner))
    said = f"Mail {JANE} and {BOB}"
    for process in (first, second):
        assert await sent(process, owner, "one", said) == "Mail EMAIL_ADDRESS_0 and EMAIL_ADDRESS_1"
    async with one.write() as session:
        assert await erasing.erase(session, scope, ["EMAIL_ADDRESS_0"]) == 1
    assert await rows(one, "originals") == 1
    # A number is never issued again, by whoever asks first.
    again = await sent(second, owner, "one", said)
    assert again == "Mail EMAIL_ADDRESS_2 and EMAIL_ADDRESS_1"
    assert await sent(first, owner, "two", said) == again
    assert await rows(one, "originals") == 2
    await one.close()
    await other.close()


async def test_a_session_that_another_process_ended_begins_anew_with_the_projects_numbers(
    database_url: str,
) -> None:
    one, other = Database(database_url), Database(database_url)
    await people(one)
    first, second = gateway(one), gateway(other)
    owner = await space(first)
    gone = await first.conversations.open(owner, "one")
    await first.send(gone, ("user", f"Mail {BOB}"), ("user", f"Mail {JANE}"))
    await sent(first, owner, "two", f"Mail {JANE}")
    async with other.write() as session:
        await second.conversations.end(session, gone.id)
    call, written = await first.send(gone, ("user", f"Mail {JANE}"))
    assert call.conversation.id != gone.id
    assert written == ["Mail EMAIL_ADDRESS_1"]
    assert conversation_scope(gone.id) not in await scopes(one)
    await one.close()
    await other.close()


async def test_a_deleted_project_leaves_nothing_and_others_as_they_were(
    database: Database,
) -> None:
    await people(database)
    own = gateway(database)
    gone, stays = await space(own), await space(own)
    for owner in (gone, stays):
        for name in ("one", "two", None):
            await sent(own, owner, name, f"Mail {JANE}; see EMAIL_ADDRESS_9")
    kept = await scopes(database)
    async with database.write() as session:
        assert await own.conversations.delete_space(session, space_of(gone)) == 4
    own.conversations.forget_space(space_of(gone))
    assert len(kept - await scopes(database)) == 4
    for table in IN_SPACES:
        async with database.read() as session:
            held = set(await session.scalars(text(f"SELECT DISTINCT scope FROM {table}")))
        assert held == {conversation_scope(space_of(stays))}
    assert own.conversations.known.named(space_of(gone), "EMAIL_ADDRESS_0") is None
    assert await sent(own, stays, "one", f"Mail {JANE}") == "Mail EMAIL_ADDRESS_0"
    with pytest.raises(NotFound):
        await own.conversations.open(gone, "one")
    with pytest.raises(NotFound):
        await own.conversations.of_project(gone)


async def test_a_process_that_missed_the_deletion_of_a_project_begins_nothing_in_it(
    database_url: str,
) -> None:
    one, other = Database(database_url), Database(database_url)
    await people(one)
    first, second = gateway(one), gateway(other)
    owner = await space(first)
    held = await first.conversations.open(owner, "one")
    await first.send(held, ("user", f"Mail {JANE}"))
    async with other.write() as session:
        await second.conversations.delete_space(session, space_of(owner))
    before = await rows(one, "conversations")
    with pytest.raises(NotFound):
        await first.send(held, ("user", f"Mail {JANE}"))
    with pytest.raises(NotFound):
        await sent(first, owner, "another", f"Mail {JANE}")
    assert await rows(one, "conversations") == before
    assert await scopes(one) == {"settings"}
    await one.close()
    await other.close()


async def test_calls_that_run_while_their_project_is_deleted_are_stored_or_refused(
    database_url: str,
) -> None:
    databases = [Database(database_url), Database(database_url)]
    await people(databases[0])
    first, second = (gateway(database) for database in databases)
    owner = await space(first)
    await sent(first, owner, "s0", f"Mail {JANE}")

    async def ask(turn: int) -> bool:
        process = (first, second)[turn % 2]
        try:
            await sent(process, owner, f"s{turn % 9}", f"Mail user{turn}@example.org")
        except NotFound:
            return False
        return True

    async def delete() -> None:
        await asyncio.sleep(0.02)
        async with databases[1].write() as session:
            await second.conversations.delete_space(session, space_of(owner))

    results = await asyncio.gather(delete(), *(ask(turn) for turn in range(40)))
    assert len(results) == 41
    assert not await ask(0)
    assert await scopes(databases[0]) == {"settings"}
    for table in IN_SPACES:
        assert await rows(databases[0], table) == 0
    async with databases[0].read() as session:
        named = text("SELECT count(*) FROM conversations WHERE named_by IS NOT NULL")
        assert (await session.execute(named)).scalar_one() == 0
    for database in databases:
        await database.close()


async def test_nobody_deletes_a_projects_conversations_as_their_own(database: Database) -> None:
    await people(database)
    own = gateway(database)
    owner = await space(own)
    held = await own.conversations.open(owner, "one")
    for conversation_id in (held.id, space_of(owner)):
        with pytest.raises(NotFound):
            async with database.write() as session:
                await own.conversations.delete(session, conversation_id, user_id=1)
    assert (await gateway(database).conversations.open(owner, "one")).id == held.id


async def test_which_projects_have_a_session_is_told_by_its_name_alone(database: Database) -> None:
    await people(database)
    own = gateway(database)
    alpha, beta = await space(own), await space(own)
    await own.conversations.open(alpha, "one")
    await own.conversations.open(beta, "two")
    for asked in (own, gateway(database)):
        named_in = asked.conversations.named_in
        assert await named_in([alpha, beta], "one") == [alpha]
        assert await named_in([alpha], "two") == []
        assert await named_in([alpha, beta], "three") == []
        assert await named_in([], "one") == []
