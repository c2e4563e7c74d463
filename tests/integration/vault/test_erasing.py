"""Originals of a project are erased when nobody needs them, or when they must go."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from sluice.engine import Action, Entry, Mapping, RawText
from sluice.server.kit.database import Database
from sluice.server.kit.sealing import MasterKeys
from sluice.server.vault import erasing
from sluice.server.vault.scopes import ScopeVault
from sluice.server.vault.service import Vault

pytestmark = pytest.mark.anyio

SCOPE = "conversation:1"
ONE, TWO = "conversation:2", "template:7"
NAMES = tuple(f"PERSON_{number}" for number in range(4))


async def _filled(database: Database) -> ScopeVault:
    """A scope with four originals: of one holder, of another, of both, and of nobody."""
    vault = Vault(MasterKeys([bytes(32)]))
    async with database.write() as session:
        scope = ScopeVault(SCOPE, await vault.ensure_key(session, SCOPE))
        lookup = Mapping(key=scope.key.lookup_key).lookup
        entries = [
            Entry(
                name, "PERSON", Action.MASK, lookup(Action.MASK, f"somebody {n}"), RawText(f"s{n}")
            )
            for n, name in enumerate(NAMES)
        ]
        await scope.add(session, entries)
        await scope.use(session, [NAMES[0], NAMES[2]], ONE)
        await scope.use(session, [NAMES[1], NAMES[2]], TWO)
    return scope


async def _left(database: Database, scope: ScopeVault) -> list[str]:
    async with database.read() as session:
        return sorted((await scope.quoted(session, NAMES)).entries)


async def _erasures(database: Database, scope: ScopeVault) -> int:
    async with database.read() as session:
        return await scope.erasures(session)


async def test_what_only_a_deleted_holder_used_is_erased(database: Database) -> None:
    scope = await _filled(database)
    async with database.write() as session:
        assert await erasing.erase_unused(session, SCOPE, ONE) == 1
    assert await _left(database, scope) == [NAMES[1], NAMES[2], NAMES[3]]
    assert await _erasures(database, scope) == 1
    async with database.read() as session:
        assert await erasing.used_by(session, SCOPE, ONE) == set()
        assert await erasing.used_by(session, SCOPE, TWO) == {NAMES[1], NAMES[2]}


async def test_the_last_holder_takes_what_both_had(database: Database) -> None:
    scope = await _filled(database)
    for holder in (ONE, TWO):
        async with database.write() as session:
            await erasing.erase_unused(session, SCOPE, holder)
    # Nobody ever noted a use of the last one: it is not this holder's to take.
    assert await _left(database, scope) == [NAMES[3]]


async def test_a_holder_without_originals_of_its_own_erases_nothing(database: Database) -> None:
    scope = await _filled(database)
    async with database.write() as session:
        assert await erasing.erase_unused(session, SCOPE, "playlist:9") == 0
    assert await _left(database, scope) == list(NAMES)
    assert await _erasures(database, scope) == 0


@pytest.mark.parametrize(
    ("placeholders", "erased"),
    [((), 0), (("PERSON_9",), 0), (NAMES[:1], 1), (NAMES, 4)],
    ids=["none", "unknown", "one", "all"],
)
async def test_placeholders_are_erased_whoever_uses_them(
    database: Database, placeholders: Sequence[str], erased: int
) -> None:
    scope = await _filled(database)
    async with database.write() as session:
        assert await erasing.erase(session, SCOPE, placeholders) == erased
    assert await _left(database, scope) == [name for name in NAMES if name not in placeholders]
    assert await _erasures(database, scope) == (1 if erased else 0)


async def test_the_number_of_an_erased_original_is_not_issued_again(database: Database) -> None:
    scope = await _filled(database)
    async with database.write() as session:
        await erasing.erase(session, SCOPE, NAMES)
    async with database.read() as session:
        assert await scope.counters(session) == {"PERSON": 4}


async def test_another_scope_keeps_its_own(database: Database) -> None:
    scope = await _filled(database)
    async with database.write() as session:
        assert await erasing.erase(session, "conversation:99", NAMES) == 0
        assert await erasing.erase_unused(session, "conversation:99", ONE) == 0
    assert await _left(database, scope) == list(NAMES)


async def test_who_has_a_placeholder_is_known(database: Database) -> None:
    await _filled(database)
    async with database.read() as session:
        found = await erasing.holders_of(session, SCOPE, NAMES[1:])
    assert found == {ONE: {NAMES[2]}, TWO: {NAMES[1], NAMES[2]}}
