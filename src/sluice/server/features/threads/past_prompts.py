"""Prompts of threads, for trying a policy on them: see `policies.past_prompts`."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.engine import RawText
from sluice.server.features.policies.past_prompts import PastPrompt, PastRef, PastText
from sluice.server.features.threads.repository import ThreadRepository
from sluice.server.features.threads.service import chat_place
from sluice.server.features.threads.tables import Chat
from sluice.server.kit.sealing import DataKey
from sluice.server.vault.service import Vault, thread_scope


class ThreadPrompts:
    """Opens raw inputs of chats; keeps nothing."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def newest(
        self, session: AsyncSession, instance_ids: Collection[int], limit: int
    ) -> list[PastRef]:
        """The newest chats with these model instances."""
        found = await ThreadRepository(session).newest_chats(instance_ids, limit)
        return [PastRef(chat_id, at) for chat_id, at in found]

    async def opened(self, session: AsyncSession, ids: Collection[int]) -> list[PastPrompt]:
        """The raw inputs of some chats."""
        rows = await ThreadRepository(session).chats_by_id(ids)
        keys = await self._vault.keys(session, [thread_scope(row.thread_id) for row in rows])
        return [
            _prompt(row, keys[scope])
            for row in rows
            # One whose key is gone was deleted a moment ago.
            if (scope := thread_scope(row.thread_id)) in keys
        ]


def _prompt(row: Chat, key: DataKey) -> PastPrompt:
    place = chat_place(row.uid, row.thread_id, "raw_input_sealed")
    text = key.open(row.raw_input_sealed, place)
    return PastPrompt(texts=(PastText(RawText(text), 0, len(text)),))
