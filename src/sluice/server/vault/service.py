"""Data keys, and a thread's mapping between originals and placeholders."""

from __future__ import annotations

import json
from collections.abc import Mapping as Mapped
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.engine import Action, Entry, Mapping, RawText
from sluice.server.errors import NotFound
from sluice.server.kit.sealing import DataKey, MasterKeys, Place, new_data_key
from sluice.server.vault.repository import StoredKey, StoredOriginal, VaultRepository
from sluice.server.vault.tables import WrappedKey

SETTINGS = "settings"
"""The scope of what belongs to no thread: credentials, instructions, policy documents."""

REWRAP_BATCH = 500

Reserved = dict[str, list[int]]
"""Numbers by entity type."""


def conversation_scope(conversation_id: int) -> str:
    """The scope of the data key of a conversation over the gateway."""
    return f"conversation:{conversation_id}"


def thread_scope(thread_id: int) -> str:
    """The scope of a thread's data key."""
    return f"thread:{thread_id}"


@dataclass(slots=True)
class ThreadVault:
    """One thread's key and mapping, as read in one transaction."""

    scope: str
    key: DataKey
    mapping: Mapping
    reserved: Reserved
    """As it was read."""


class Vault:
    """The only place from which originals come back."""

    def __init__(self, master_keys: MasterKeys) -> None:
        self._master_keys = master_keys
        self._settings_key: DataKey | None = None

    @property
    def current_master_key_id(self) -> str:
        """The id of the master key that wraps new data keys."""
        return self._master_keys.current_id

    async def key(self, session: AsyncSession, scope: str) -> DataKey | None:
        """The data key of a scope, None if it never had one or it was destroyed."""
        row = await VaultRepository(session).key(scope)
        return self._unwrap(row) if row is not None else None

    async def keys(self, session: AsyncSession, scopes: Sequence[str]) -> dict[str, DataKey]:
        """The data keys of several scopes at once."""
        rows = await VaultRepository(session).keys(scopes)
        return {row.scope: self._unwrap(row) for row in rows}

    async def ensure_key(self, session: AsyncSession, scope: str) -> DataKey:
        """The data key of a scope, made now if there is none."""
        return await self.key(session, scope) or await self._create(session, scope)

    async def settings_key(self, session: AsyncSession) -> DataKey:
        """The data key of what belongs to no thread; once read, it is kept in memory."""
        if self._settings_key is None:
            key = await self.key(session, SETTINGS)
            if key is None:
                # Not kept: the transaction that makes it may still be rolled back.
                return await self._create(session, SETTINGS)
            self._settings_key = key
        return self._settings_key

    async def new_thread(self, session: AsyncSession, thread_id: int) -> ThreadVault:
        """The key and the empty mapping of a thread that was made in this transaction."""
        scope = thread_scope(thread_id)
        key = await self._create(session, scope)
        return ThreadVault(scope, key, Mapping(key=key.lookup_key), {})

    async def open_thread(
        self, session: AsyncSession, thread_id: int, *, for_update: bool = False
    ) -> ThreadVault:
        """The thread's key and mapping; with `for_update` other writers of the thread wait.

        Raises `NotFound` for a thread that was deleted meanwhile: a key that was destroyed is
        never made anew.
        """
        scope, repository = thread_scope(thread_id), VaultRepository(session)
        row = await repository.key(scope, for_update=for_update)
        if row is None:
            raise NotFound("There is no such thread.")
        key = self._unwrap(row)
        entries = [opened_entry(scope, stored, key) for stored in await repository.originals(scope)]
        mapping = Mapping(entries, key=key.lookup_key, reserved=_reserved(row, key))
        return ThreadVault(scope, key, mapping, mapping.reserved)

    async def save(self, session: AsyncSession, thread: ThreadVault) -> None:
        """Seal and insert what the mapping gained since it was opened."""
        repository, reserved = VaultRepository(session), thread.mapping.reserved
        if reserved != thread.reserved:
            sealed = _sealed_reserved(thread.scope, thread.key, reserved)
            await repository.reserve(thread.scope, sealed)
            thread.reserved = reserved
        rows = [
            sealed_entry(thread.scope, entry, thread.key) for entry in thread.mapping.take_new()
        ]
        await repository.add_originals(thread.scope, rows)

    async def reserve(
        self, session: AsyncSession, thread_id: int, numbers: Mapped[str, Sequence[int]]
    ) -> None:
        """Never issue these numbers in this thread; a thread deleted meanwhile keeps nothing."""
        scope, repository = thread_scope(thread_id), VaultRepository(session)
        row = await repository.key(scope, for_update=True)
        if row is None:
            return
        key = self._unwrap(row)
        before = _reserved(row, key)
        joined = {k: sorted({*before.get(k, ()), *v}) for k, v in numbers.items()}
        await repository.reserve(scope, _sealed_reserved(scope, key, {**before, **joined}))

    async def destroy_threads(self, session: AsyncSession, thread_ids: Sequence[int]) -> None:
        """Destroy data keys: nothing that they sealed can be read again."""
        await VaultRepository(session).destroy([thread_scope(i) for i in thread_ids])

    async def destroy(self, session: AsyncSession, scope: str) -> None:
        """Destroy the data key of a scope: nothing that it sealed can be read again."""
        await VaultRepository(session).destroy([scope])

    async def destroy_all(self, session: AsyncSession, scopes: Sequence[str]) -> None:
        """Destroy the data keys of many scopes."""
        await VaultRepository(session).destroy(scopes)

    async def rewrap_some(self, session: AsyncSession) -> int:
        """Wrap a batch of data keys under the current master key; returns how many."""
        repository = VaultRepository(session)
        rows = await repository.keys_not_under(self._master_keys.current_id, REWRAP_BATCH)
        for row in rows:
            row.wrapped = self._master_keys.wrap(self._unwrap(row), _key_place(row.scope))
            row.master_key_id = self._master_keys.current_id
        await session.flush()
        return len(rows)

    async def master_key_use(self, session: AsyncSession) -> dict[str, int]:
        """How many data keys each master key wraps, by master key id."""
        return await VaultRepository(session).count_by_master_key()

    async def _create(self, session: AsyncSession, scope: str) -> DataKey:
        key = new_data_key()
        wrapped = self._master_keys.wrap(key, _key_place(scope))
        await VaultRepository(session).add_key(scope, wrapped, self._master_keys.current_id)
        return key

    def _unwrap(self, row: StoredKey | WrappedKey) -> DataKey:
        return self._master_keys.unwrap(row.wrapped, _key_place(row.scope))


def _key_place(scope: str) -> Place:
    return Place("data_keys", "wrapped", scope)


def _reserved_place(scope: str) -> Place:
    return Place("data_keys", "reserved_sealed", scope, scope)


def _reserved(row: StoredKey, key: DataKey) -> Reserved:
    if row.reserved_sealed is None:
        return {}
    reserved: Reserved = json.loads(key.open(row.reserved_sealed, _reserved_place(row.scope)))
    return reserved


def _sealed_reserved(scope: str, key: DataKey, reserved: Reserved) -> bytes | None:
    return key.seal(json.dumps(reserved), _reserved_place(scope)) if reserved else None


def _original_place(scope: str, placeholder: str) -> Place:
    return Place("originals", "sealed", placeholder, scope)


def opened_entry(scope: str, stored: StoredOriginal, key: DataKey) -> Entry:
    """An entry out of its row; raises `SealingError` where it was changed or moved."""
    original = None
    if stored.sealed is not None:
        place = _original_place(scope, stored.placeholder)
        original = RawText(key.open(stored.sealed, place))
    return Entry(
        placeholder=stored.placeholder,
        entity_type=stored.entity_type,
        action=Action(stored.action),
        lookup=stored.lookup,
        original=original,
    )


def sealed_entry(scope: str, entry: Entry, key: DataKey) -> StoredOriginal:
    """The row of an entry."""
    place = _original_place(scope, entry.placeholder)
    original = entry.original
    return StoredOriginal(
        placeholder=entry.placeholder,
        entity_type=entry.entity_type,
        action=entry.action.value,
        lookup=entry.lookup,
        sealed=key.seal(original, place) if original is not None else None,
    )
