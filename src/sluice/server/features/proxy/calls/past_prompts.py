"""Prompts of the gateway's calls, for trying a policy on them: see `policies.past_prompts`.

A call keeps its request as it was cleansed; the vault has the originals. What it has not, because
it was redacted or erased, is told apart.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from collections.abc import Mapping as Mapped
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.engine import Action, Entry, Mapping, RawText, hydrate
from sluice.engine.pipeline import ENTITY_TYPES
from sluice.server.analysis.beside import beside
from sluice.server.features.policies.past_prompts import PastPrompt, PastRef, PastText
from sluice.server.features.proxy.calls.body import Body, digests_of, put_together
from sluice.server.features.proxy.calls.past_prompts_repository import PastPromptRepository
from sluice.server.features.proxy.calls.recording import call_place, text_place
from sluice.server.features.proxy.calls.repository import CallRepository
from sluice.server.features.proxy.calls.tables import Call
from sluice.server.features.proxy.cleansing.labelled import labelled, telling
from sluice.server.features.proxy.conversations.quoting import places
from sluice.server.features.proxy.conversations.service import Conversations
from sluice.server.features.proxy.wires.reading import Leaf, Reading
from sluice.server.features.proxy.wires.wire import Wire
from sluice.server.kit.sealing import DataKey
from sluice.server.vault.service import Vault, conversation_scope

GONE: Final = "\N{HORIZONTAL ELLIPSIS}"
"""Stands in the place of a value that is not kept: nothing finds anything in it."""


@dataclass(frozen=True, slots=True)
class _Request:
    """A request as it was cleansed."""

    body: Body = field(repr=False)
    stand_ins: frozenset[str] = field(repr=False)
    chars: int


class CallPrompts:
    """Opens requests of calls; keeps nothing. `wires` makes the reader of each wire by its name."""

    def __init__(
        self, vault: Vault, conversations: Conversations, wires: Mapped[str, Callable[[], Wire]]
    ) -> None:
        self._vault = vault
        self._conversations = conversations
        self._wires = wires

    async def newest(
        self, session: AsyncSession, instance_ids: Collection[int], limit: int
    ) -> list[PastRef]:
        """The newest calls of these model instances, those that were refused too."""
        found = await PastPromptRepository(session).newest(instance_ids, limit)
        return [PastRef(call_id, at) for call_id, at in found]

    async def opened(self, session: AsyncSession, ids: Collection[int]) -> list[PastPrompt]:
        """The requests of some calls with their originals."""
        found = []
        for row in await PastPromptRepository(session).some(ids):
            if row.request_sealed is None:
                counts = {kind: sum(by.values()) for kind, by in row.manifest.items()}
                found.append(PastPrompt(blocked=counts))
            elif (prompt := await self._opened(session, row)) is not None:
                found.append(prompt)
        return found

    async def _opened(self, session: AsyncSession, row: Call) -> PastPrompt | None:
        key = await self._vault.key(session, conversation_scope(row.conversation_id))
        originals = await self._conversations.originals_of(session, row.conversation_id)
        if key is None or originals is None:
            # It was deleted a moment ago.
            return None
        request = await _request(session, row, key)
        wire, reading = self._wires[row.wire](), Reading()
        await beside(request.chars, partial(wire.read, request.body, reading))
        kinds = ENTITY_TYPES.union(row.manifest)
        named = await beside(request.chars, partial(_named, reading.leaves, kinds))
        quoted = await originals.quoted(session, named | request.stand_ins)
        known = {n: e for n, e in quoted.entries.items() if n not in quoted.reserved}
        if (named | request.stand_ins) - quoted.entries.keys() - quoted.reserved:
            return PastPrompt(is_erased=True)
        return await beside(request.chars, partial(_prompt, reading.leaves, known, kinds))


async def _request(session: AsyncSession, row: Call, key: DataKey) -> _Request:
    scope = conversation_scope(row.conversation_id)
    sealed = row.request_sealed or b""
    plain = key.open(sealed, call_place(row.uid, scope, "request_sealed"))
    told, skeleton = json.loads(plain)
    stored = await CallRepository(session).texts(row.conversation_id, digests_of(skeleton))
    texts = {t.digest: key.open(t.sealed, text_place(t.digest, scope)) for t in stored}
    body = put_together(skeleton, texts.__getitem__)
    chars = len(skeleton) + sum(map(len, texts.values()))
    return _Request(body, frozenset(json.loads(told)["standIns"]), chars)


def _named(leaves: Collection[Leaf], kinds: Collection[str]) -> set[str]:
    """Placeholders; a number behind a word that is no entity type is just that."""
    found = (place for leaf in leaves for place in places(leaf.text, kinds))
    return {place.typed.placeholder for place in found if place.typed.exact}


def _prompt(
    leaves: Collection[Leaf], known: Mapped[str, Entry], kinds: Collection[str]
) -> PastPrompt:
    mapping = Mapping(entry for entry in known.values() if entry.action is not Action.REDACT)
    not_kept: Counter[str] = Counter()
    texts = []
    for leaf in leaves:
        text = hydrate(_without_redacted(leaf.text, known, kinds, not_kept), mapping).text
        texts.append(_past_text(leaf.label, text))
    return PastPrompt(texts=texts, not_kept=dict(not_kept))


def _without_redacted(
    text: str, known: Mapped[str, Entry], kinds: Collection[str], not_kept: Counter[str]
) -> str:
    pieces, done = [], 0
    for start, end, kind in _redacted(text, known, kinds):
        pieces += [text[done:start], GONE]
        not_kept[kind] += 1
        done = end
    return "".join([*pieces, text[done:]])


def _redacted(
    text: str, known: Mapped[str, Entry], kinds: Collection[str]
) -> Iterator[tuple[int, int, str]]:
    for place in places(text, kinds):
        entry = known.get(place.typed.placeholder)
        if place.typed.exact and entry is not None and entry.original is None:
            yield place.start, place.end, entry.entity_type


def _past_text(label: str, text: str) -> PastText:
    if not telling(label, text):
        return PastText(RawText(text), 0, len(text))
    read = labelled(label, text)
    return PastText(RawText(read.text), read.start, read.end)
