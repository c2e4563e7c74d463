"""Erasing a person's data from the calls of a conversation, for another feature."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.features.proxy.calls.body import digests_of, put_together
from sluice.server.features.proxy.calls.erasing_repository import ErasingCallRepository
from sluice.server.features.proxy.calls.recording import call_place, text_place
from sluice.server.features.proxy.calls.repository import CallRepository
from sluice.server.features.proxy.calls.tables import Call
from sluice.server.kit.database import utc_now
from sluice.server.kit.sealing import DataKey
from sluice.server.vault.service import conversation_scope

_ERASED: Final = json.dumps("[erased]")


class ErasedCalls(NamedTuple):
    """What became of the calls of a conversation."""

    answers: int = 0
    """Answers of which the restored form is gone."""
    calls: int = 0
    """Calls whose texts are gone."""


async def erase_from_calls(
    session: AsyncSession,
    conversation_id: int,
    key: DataKey,
    is_in: Callable[[object], bool],
    *,
    texts: bool,
) -> ErasedCalls:
    """Forget what calls hold of somebody, in the caller's transaction.

    `is_in` says whether a JSON value holds one of the placeholders. Restored answers are forgotten
    then; with `texts` the whole call is, but for what it used and cost.
    """
    repository, scope = ErasingCallRepository(session), conversation_scope(conversation_id)
    calls = [call for call in await repository.calls(conversation_id) if _has_texts(call)]
    opened = {call.id: await _opened(session, call, key, scope) for call in calls}
    held = [call for call in calls if is_in(opened[call.id].values)]
    if not texts:
        restored = [call.id for call in held if call.hydrated_answer_sealed is not None]
        await repository.forget_hydrated(restored)
        return ErasedCalls(answers=len(restored))
    await repository.forget([call.id for call in held], utc_now())
    # A process may remember a text as stored: it stays, and says nothing.
    for digest in {d for call in held for d, t in opened[call.id].texts.items() if is_in(t)}:
        sealed = key.seal(_ERASED, text_place(digest, scope))
        await repository.replace_text(conversation_id, digest, sealed)
    return ErasedCalls(calls=len(held))


class _Opened(NamedTuple):
    values: list[object]
    """The request and the answer, with placeholders."""
    texts: dict[bytes, object]
    """The parts of the request, by digest."""


def _has_texts(call: Call) -> bool:
    return call.request_sealed is not None or call.raw_answer_sealed is not None


async def _opened(session: AsyncSession, call: Call, key: DataKey, scope: str) -> _Opened:
    values: list[object] = []
    parts: dict[bytes, object] = {}
    if call.request_sealed is not None:
        place = call_place(call.uid, scope, "request_sealed")
        told, skeleton = json.loads(key.open(call.request_sealed, place))
        stored = await CallRepository(session).texts(call.conversation_id, digests_of(skeleton))
        texts = {t.digest: key.open(t.sealed, text_place(t.digest, scope)) for t in stored}
        parts = {digest: json.loads(text) for digest, text in texts.items()}
        values += [json.loads(told), put_together(skeleton, texts.__getitem__)]
    if call.raw_answer_sealed is not None:
        place = call_place(call.uid, scope, "raw_answer_sealed")
        values.append(json.loads(key.open(call.raw_answer_sealed, place)))
    return _Opened(values, parts)
