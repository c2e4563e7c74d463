"""Reading recorded calls: lists without texts, one call opened, originals revealed, deletion."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.engine import Entry, Mapping, RawText, hydrate
from sluice.engine.placeholders import ENTITY_TYPE_LIMIT
from sluice.server.auth.callers import Caller
from sluice.server.auth.roles import Permission
from sluice.server.errors import NotFound
from sluice.server.features.audit import service as audit
from sluice.server.features.models.service import Models
from sluice.server.features.proxy.calls.body import Body, digests_of, put_together
from sluice.server.features.proxy.calls.recording import call_place, text_place
from sluice.server.features.proxy.calls.repository import CallFilter, CallRepository
from sluice.server.features.proxy.calls.schemas import (
    CallDetail,
    CallOut,
    CallTextOut,
    OwnCallDetail,
)
from sluice.server.features.proxy.calls.tables import Call
from sluice.server.features.proxy.conversations.service import Conversations
from sluice.server.kit.database import utc_now
from sluice.server.kit.json_strings import strings_in
from sluice.server.kit.sealing import DataKey
from sluice.server.vault import revealing
from sluice.server.vault.schemas import OriginalOut
from sluice.server.vault.service import Vault, conversation_scope

NOT_YOURS: Final = "There is no such call."
_EXACT: Final = re.compile(rf"[A-Z][A-Z0-9_]{{0,{ENTITY_TYPE_LIMIT}}}_[0-9]{{1,7}}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Opened:
    """A call's texts."""

    model_asked: str = ""
    request: Body | None = field(default=None, repr=False)
    stand_ins: frozenset[str] = field(default=frozenset(), repr=False)
    raw: tuple[CallTextOut, ...] = field(default=(), repr=False)
    hydrated: tuple[CallTextOut, ...] = field(default=(), repr=False)

    def placeholders(self) -> set[str]:
        """Whatever may be one; some may be words that nobody issued."""
        found = set(self.stand_ins)
        for text in strings_in([self.request, *(text.text for text in self.raw)]):
            found.update(_EXACT.findall(text))
        return found


class RecordedCalls:
    """The service of recorded calls. Works in the caller's transaction and never commits."""

    def __init__(self, vault: Vault, models: Models, conversations: Conversations) -> None:
        self._vault = vault
        self._models = models
        self._conversations = conversations

    async def page(
        self,
        session: AsyncSession,
        caller: Caller,
        wanted: CallFilter,
        *,
        before: int | None,
        limit: int,
    ) -> list[CallOut]:
        """Calls, newest first, with ids below `before`; who may not audit asks for their own."""
        if wanted.user_id != caller.user_id:
            caller.require(Permission.AUDIT)
        rows = await CallRepository(session).page(wanted, before=before, limit=limit)
        return [CallOut.model_validate(row) for row in rows]

    async def own(self, session: AsyncSession, call_id: int, user_id: int) -> OwnCallDetail:
        """A user's own call, cleansed and hydrated. Raises `NotFound`."""
        row = await self._row(session, call_id, user_id)
        opened = await _opened(session, row, await self._key(session, row))
        mapping = Mapping(await self._entries(session, row, opened))
        request = None
        if opened.request is not None:
            request = {name: _hydrated(value, mapping) for name, value in opened.request.items()}
        return OwnCallDetail(
            **_columns(row),
            **_texts(opened),
            hydrated_request=request,
            hydrated_answer=list(opened.hydrated),
        )

    async def cleansed(self, session: AsyncSession, call_id: int) -> CallDetail:
        """A call as it was cleansed, for a caller who was found to may see it; `NotFound`."""
        row = await self._row(session, call_id, None)
        opened = await _opened(session, row, await self._key(session, row))
        return CallDetail(**_columns(row), **_texts(opened))

    async def anybodys(self, session: AsyncSession, caller: Caller, call_id: int) -> CallDetail:
        """Anybody's call as it was cleansed; that it was read is recorded."""
        caller.require(Permission.AUDIT)
        detail = await self.cleansed(session, call_id)
        actor_id = caller.actor_id
        await audit.record(session, "call.read", actor_id=actor_id, subject=f"call:{call_id}")
        return detail

    async def reveal(
        self,
        session: AsyncSession,
        caller: Caller,
        call_id: int,
        *,
        reason: RawText,
        placeholders: Sequence[str] | None = None,
    ) -> list[OriginalOut]:
        """The originals of a call, or some; the reason, cleansed, is recorded."""
        caller.require(Permission.REVEAL)
        row = await self._row(session, call_id, None)
        cleansed = await self._models.presentable(session, row.model_instance_id, reason)
        opened = await _opened(session, row, await self._key(session, row))
        standing = await self._entries(session, row, opened)
        entries = revealing.chosen(standing, placeholders)
        await audit.record(
            session,
            revealing.EVENT,
            actor_id=caller.actor_id,
            subject=f"call:{call_id}",
            details=revealing.details(cleansed, entries),
        )
        return [OriginalOut.model_validate(entry) for entry in entries]

    async def delete_conversation(
        self, session: AsyncSession, conversation_id: int, *, user_id: int
    ) -> None:
        """Destroy a user's own conversation: its key, its texts and what was found in them.

        What was used and spent stays counted. Raises `NotFound`. Once it is committed, call
        `forget`.
        """
        await self._conversations.delete(session, conversation_id, user_id=user_id)
        await CallRepository(session).forget(conversation_id, now=utc_now())

    def forget(self, conversation_id: int) -> None:
        """Let nothing of a deleted conversation stay in this process's memory."""
        self._conversations.forget(conversation_id)

    async def _row(self, session: AsyncSession, call_id: int, user_id: int | None) -> Call:
        row = await CallRepository(session).get(call_id, user_id)
        if row is None:
            raise NotFound(NOT_YOURS)
        return row

    async def _key(self, session: AsyncSession, row: Call) -> DataKey:
        key = await self._vault.key(session, conversation_scope(row.conversation_id))
        if key is None:
            raise NotFound(NOT_YOURS)
        return key

    async def _entries(self, session: AsyncSession, row: Call, opened: _Opened) -> list[Entry]:
        """What stands in a call's texts for something; never what was only typed."""
        originals = await self._conversations.originals_of(session, row.conversation_id)
        if originals is None:
            return []
        quoted = await originals.quoted(session, opened.placeholders())
        return [entry for name, entry in quoted.entries.items() if name not in quoted.reserved]


async def _opened(session: AsyncSession, row: Call, key: DataKey) -> _Opened:
    if row.request_sealed is None:
        return _Opened()
    scope = conversation_scope(row.conversation_id)
    place = partial(call_place, row.uid, scope)
    told, skeleton = json.loads(key.open(row.request_sealed, place("request_sealed")))
    told = json.loads(told)
    digests = digests_of(skeleton)
    stored = await CallRepository(session).texts(row.conversation_id, digests)
    if len(stored) < len(digests):
        raise NotFound(NOT_YOURS)  # it is deleted in this moment
    texts = {t.digest: key.open(t.sealed, text_place(t.digest, scope)) for t in stored}
    raw = _answer(row.raw_answer_sealed, key, row, "raw_answer_sealed")
    return _Opened(
        told["model"],
        put_together(skeleton, texts.__getitem__),
        frozenset(told["standIns"]),
        raw,
        _answer(row.hydrated_answer_sealed, key, row, "hydrated_answer_sealed") or raw,
    )


def _answer(sealed: bytes | None, key: DataKey, row: Call, column: str) -> tuple[CallTextOut, ...]:
    if sealed is None:
        return ()
    plain = key.open(sealed, call_place(row.uid, conversation_scope(row.conversation_id), column))
    return tuple(CallTextOut(path=path, text=text) for path, text in json.loads(plain))


def _columns(row: Call) -> dict[str, Any]:
    return CallOut.model_validate(row).model_dump()


def _texts(opened: _Opened) -> dict[str, Any]:
    return {
        "model_asked": opened.model_asked,
        "request": opened.request,
        "answer": list(opened.raw),
    }


def _hydrated(value: Any, mapping: Mapping) -> Any:  # noqa: ANN401 (JSON)
    """The same JSON value with originals in every string of it."""
    if isinstance(value, str):
        return hydrate(value, mapping).text
    if isinstance(value, dict):
        return {hydrate(k, mapping).text: _hydrated(v, mapping) for k, v in value.items()}
    if isinstance(value, list):
        return [_hydrated(item, mapping) for item in value]
    return value
