"""A request of the vendors' wires: what is found in its texts becomes placeholders.

The order of things, for one call:

1. texts that were cleansed before, in this conversation and under this policy's version, are known;
   the others are analysed, and a policy that blocks ends the call here;
2. what one text teaches about another is looked for (see `mentioned`);
3. which originals have placeholders already is asked in memory, then in the vault, in one query;
4. the rest gets new ones, and the texts are written;
5. what is new is stored in the transaction that records the call, before anything is sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from typing import Final, TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.engine import (
    Action,
    CleansedText,
    Entry,
    Mapping,
    PolicyBlocked,
    RawText,
    UnsupportedText,
)
from sluice.engine.errors import Problem
from sluice.engine.placeholders import make, parse
from sluice.engine.standins import lookalikes
from sluice.server.analysis.beside import INLINE_CHARS, beside
from sluice.server.analysis.refusals import unsupported
from sluice.server.errors import Blocked, Unavailable, Unprocessable
from sluice.server.features.audit import service as audit
from sluice.server.features.policies.service import PolicyInForce
from sluice.server.features.proxy.cleansing import request_texts
from sluice.server.features.proxy.cleansing.analyzing import HASHED_INLINE, Analyzes, look_ahead
from sluice.server.features.proxy.cleansing.cleansed_call import CleansedCall
from sluice.server.features.proxy.cleansing.cleansed_texts import (
    CleansedOnce,
    CleansedTexts,
    Counts,
    TextKey,
    Uncleansed,
    without_quoted,
)
from sluice.server.features.proxy.cleansing.labelled import labelled, telling
from sluice.server.features.proxy.cleansing.looking_up import LookingUp, Quotes
from sluice.server.features.proxy.cleansing.request_texts import RequestTexts
from sluice.server.features.proxy.conversations.quoting import places
from sluice.server.features.proxy.conversations.service import Conversation, Conversations
from sluice.server.features.proxy.wires.reading import Reading
from sluice.server.kit.batching import BatchedWriter
from sluice.server.kit.database import Database
from sluice.server.vault.scopes import NumbersTaken, OriginalsErased, ScopeDestroyed

Result = TypeVar("Result")
Write = Callable[[AsyncSession], Awaitable[Result]]
Record = Callable[[CleansedCall], Awaitable[Write[Result]]]

ATTEMPTS: Final = 10
"""How often a request is cleansed again because others issued the same at the same time."""
AHEAD: Final = 500
"""Numbers of which is asked, when one was reserved, whether they are too."""
TAUGHT_INLINE: Final = 600_000
"""Code points that are looked through for other texts' originals in the event loop."""
_ROUNDS: Final = 4
_AT_ONCE: Final = 1_000
_PACE: Final = 1_000
"""Code points of several texts after which others go on: about a millisecond."""
_EACH: Final = 200
"""The shortest text takes as long to analyse as so many code points more of another."""
_INSTRUCTIONS: Final = "instructions"
_DEADLOCK: Final = "40P01"


class GatewayCleansing:
    """Cleanses requests and stores what that takes."""

    def __init__(
        self,
        database: Database,
        writer: BatchedWriter,
        conversations: Conversations,
        analyzer: Analyzes,
    ) -> None:
        self._database = database
        self._writer = writer
        self._conversations = conversations
        self._analyzer = analyzer
        self._looking_up = LookingUp(database, conversations.known)
        self._texts = CleansedTexts()

    async def cleanse_and_record(
        self,
        conversation: Conversation,
        reading: Reading,
        policy: PolicyInForce,
        instructions: RawText,
        record: Record[Result],
        *,
        subject: str = "",
        actor_id: int | None = None,
        turn: AbstractAsyncContextManager[object] | None = None,
    ) -> tuple[CleansedCall, Result]:
        """Write the cleansed texts into the request, and commit what is new with its record.

        `record(call)` makes the caller's own rows ready, while nobody waits to write, and gives
        what writes them in the same transaction. All of this happens in the caller's `turn`, if
        there is one; writing does not. It, and the texts' `put`, happen again when
        another process was faster, so the request must not be instructed or sent before this
        returns. Raises `Blocked` when the policy refuses the request, `Unprocessable` for a text
        that has no UTF-8 form, `Unavailable`.
        """
        stand_ins: frozenset[str] = frozenset()
        if self._analyzer.looks_ahead:
            await look_ahead(self._analyzer, self._texts, conversation.space.id, reading, policy)
        for _ in range(ATTEMPTS):
            async with turn or nullcontext():
                call = await self.cleanse(
                    conversation,
                    reading,
                    policy,
                    instructions,
                    subject=subject,
                    actor_id=actor_id,
                    avoid=stand_ins,
                )
                saving = partial(_save_and_record, call, await record(call))
            try:
                result = await self._writer.submit(saving, quick=True)
            except ScopeDestroyed:
                conversation = await self._conversations.reopen(conversation)
            except OriginalsErased:
                self._texts.forget(conversation.space.id)
                await self._conversations.refresh(conversation.space)
            except NumbersTaken as taken:
                stand_ins |= taken.stand_ins
                await self._give_up(call)
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) != _DEADLOCK:
                    raise
                await self._give_up(call)
            else:
                call.settled()
                return call, result
        raise Unavailable(
            "Too many calls continue this conversation at the same time; try again.",
            code="conversation_busy",
        )

    def forget(self, space_id: int) -> None:
        """Let nothing that was cleansed in a deleted space stay in this process's memory."""
        self._texts.forget(space_id)

    async def cleanse(
        self,
        conversation: Conversation,
        reading: Reading,
        policy: PolicyInForce,
        instructions: RawText,
        *,
        subject: str = "",
        actor_id: int | None = None,
        avoid: frozenset[str] = frozenset(),
    ) -> CleansedCall:
        """Write the cleansed texts into the request; nothing of it is stored yet.

        The call's `save` stores it; then call `settled`. Stand-ins in `avoid` are not drawn. A
        refusal by the policy is audited for `actor_id`, else for who opened the conversation.
        """
        try:
            call, written = await self._cleanse(conversation, reading, policy, instructions, avoid)
        except PolicyBlocked as error:
            counts, message = error.counts, str(error)
        else:
            for leaf, text in zip(reading.leaves, written, strict=True):
                leaf.put(text)
            reading.write_back()
            return call
        # By now nothing of the text is kept.
        actor = conversation.asked.owner.user_id if actor_id is None else actor_id
        told = subject or conversation.vault.scope
        await self._writer.submit(partial(_audit_blocked, actor, told, counts))
        raise Blocked(message, counts)

    async def _cleanse(
        self,
        conversation: Conversation,
        reading: Reading,
        policy: PolicyInForce,
        instructions: RawText,
        avoid: frozenset[str],
    ) -> tuple[CleansedCall, list[str]]:
        # Another call may learn meanwhile that something was erased.
        erasures = conversation.space.erasures
        texts, keys, own = await self._analyzed(conversation, reading, policy, instructions)
        if counts := request_texts.blocked(texts.fresh.values(), policy.policy):
            raise PolicyBlocked(counts)
        await asyncio.sleep(0)
        probed = await self._taught(conversation, texts, policy)
        await asyncio.sleep(0)
        quotes = _quotes(conversation, reading, keys, {**texts.known, **probed})
        mapping, issued = await self._issued(conversation, texts, policy, probed, quotes, avoid)
        everything = {**texts.known, **issued.cleansed}
        call = CleansedCall(
            conversation=conversation,
            mapping=mapping,
            instructions=CleansedText(everything[own].text if own else ""),
            manifest=_manifest(everything[key] for key in keys),
            entity_types=_types(conversation, policy),
            new=issued.new,
            reserved=_to_reserve(conversation, quotes, mapping),
            cleansed=issued.cleansed,
            texts=self._texts,
            known=self._conversations.known,
            erasures=erasures,
        )
        return call, [everything[key].text for key in keys]

    async def _analyzed(
        self,
        conversation: Conversation,
        reading: Reading,
        policy: PolicyInForce,
        instructions: RawText,
    ) -> tuple[RequestTexts, list[TextKey], TextKey | None]:
        """The texts, the key of each leaf, and that of the instructions."""
        paths = [leaf.path for leaf in reading.leaves]
        raw = [leaf.text for leaf in reading.leaves]
        labels = [telling(leaf.label, leaf.text) for leaf in reading.leaves]
        keys = await self._keys(conversation, policy, paths, raw, labels)
        own = None
        if instructions:
            hashed = partial(self._texts.keys, conversation.space.id, policy, [instructions])
            own = hashed(_INSTRUCTIONS)[0]
        named = {key: label for key, label in zip(keys, labels, strict=True) if label}
        types = _types(conversation, policy)
        texts = RequestTexts({}, {}, labels=named, instructions=own, entity_types=types)
        told = zip([*keys, own], [*paths, _INSTRUCTIONS], [*raw, instructions], strict=True)
        pace = _Pace()
        for key, path, text in told:
            if key is None or key in texts.raw:
                continue
            texts.raw[key] = text
            if (known := self._texts.get(key)) is not None:
                texts.known[key] = known
            else:
                await pace.before(len(text))
                texts.fresh[key] = await self._uncleansed(policy, texts, key, path)
                texts.fresh[key].restorable = key != own
        return texts, keys, own

    async def _keys(
        self,
        conversation: Conversation,
        policy: PolicyInForce,
        paths: Sequence[str],
        raw: Sequence[str],
        labels: Sequence[str],
    ) -> list[TextKey]:
        work = partial(self._texts.keys, conversation.space.id, policy, raw, labels=labels)
        position: int | None = None
        try:
            return await beside(sum(map(len, raw)), work, inline=HASHED_INLINE)
        except UnicodeEncodeError as error:
            position = error.start
        path = next(path for path, text in zip(paths, raw, strict=True) if _is_unsupported(text))
        raise unsupported(UnsupportedText(position), path)

    async def _uncleansed(
        self, policy: PolicyInForce, texts: RequestTexts, key: TextKey, path: str
    ) -> Uncleansed:
        text, label, message = texts.raw[key], texts.labels.get(key), ""
        read = labelled(label, text) if label else None
        try:
            analyzed = RawText(text if read is None else read.text)
            found = await self._analyzer.findings(analyzed, policy)
        except Unprocessable as error:
            message = str(error)
        if message:
            raise Unprocessable(message, errors=[Problem(path, message)])
        if read is not None:
            found = list(read.findings(found))
        where = await beside(len(text), lambda: list(places(text, texts.entity_types)))
        return Uncleansed(key, text, without_quoted(found, where), where)

    async def _taught(
        self, conversation: Conversation, texts: RequestTexts, policy: PolicyInForce
    ) -> dict[TextKey, CleansedOnce]:
        """What comes of the fresh texts, after each text has learned from the others."""
        key = conversation.space.vault.key.lookup_key
        probing = partial(request_texts.probe, texts, key, policy.policy)
        probed = await beside(texts.fresh_chars, probing)
        teaching = partial(request_texts.teach, texts, probed)
        taught, sought = await beside(_effort(texts), teaching, inline=TAUGHT_INLINE)
        if not taught:
            return probed
        for place, more in taught.items():
            if place in texts.known:
                once = texts.known.pop(place)
                fresh = await self._uncleansed(policy, texts, place, "")
                fresh.alone = once.alone
                texts.fresh[place] = fresh
            texts.fresh[place].link(more)
        probed = await beside(texts.fresh_chars, probing)
        for once in probed.values():
            once.sought = sought
        return probed

    async def _issued(
        self,
        conversation: Conversation,
        texts: RequestTexts,
        policy: PolicyInForce,
        probed: dict[TextKey, CleansedOnce],
        quotes: Quotes,
        avoid: frozenset[str],
    ) -> tuple[Mapping, _Issued]:
        held = request_texts.by_lookup(texts.known.values())
        asked = request_texts.lookups(probed.values()) - held.keys()
        names = quotes.counting - {entry.placeholder for entry in held.values()}
        found = await self._looking_up.all(conversation.space, asked, names)
        async with conversation.space.issuing:
            for _ in range(_ROUNDS):
                self._looking_up.recall(conversation.space, asked - found.entries.keys(), found)
                known = {**held, **found.entries, **{e.lookup: e for e in found.quoted.values()}}
                work = partial(
                    _write, conversation, texts, probed, policy, known, quotes.typed, avoid
                )
                mapping, cleansed = await beside(texts.fresh_chars, work)
                new = mapping.take_new()
                unasked = {entry.lookup for entry in new} - asked
                if not unasked:
                    break
                # Beside a stand-in a finding may grow into another original.
                asked |= unasked
                more = await self._looking_up.all(conversation.space, unasked, set())
                found.entries |= more.entries
            for count, entry in enumerate(new, 1):
                self._conversations.known.put(conversation.space.id, entry, stored=False)
                if not count % _AT_ONCE:
                    await asyncio.sleep(0)
        for place, once in cleansed.items():
            once.sought = probed[place].sought
        used = request_texts.by_lookup(cleansed.values())
        unstored = [e for lookup, e in found.unstored.items() if lookup in used]
        return mapping, _Issued(cleansed, (*new, *unstored))

    async def _give_up(self, call: CleansedCall) -> None:
        """Forget what could not be stored, and learn which numbers are taken by now."""
        call.abandoned()
        vault, numbers = call.conversation.space.vault, call.conversation.space.numbers
        async with self._database.read() as session:
            numbers.learn(await vault.counters(session))
            for kind in {p[0] for e in call.new if (p := parse(e.placeholder)) is not None}:
                first = numbers.next(kind)
                ahead = [make(kind, number) for number in range(first, first + AHEAD)]
                numbers.reserve((await vault.quoted(session, ahead)).reserved)


@dataclass(frozen=True, slots=True)
class _Issued:
    """What came of the fresh texts, and which entries are not stored yet."""

    cleansed: dict[TextKey, CleansedOnce]
    new: tuple[Entry, ...] = field(repr=False)


class _Pace:
    """Lets others go on between many short texts, which are analysed in the event loop."""

    def __init__(self) -> None:
        self._since = 0

    async def before(self, length: int) -> None:
        """Called before a text of this many code points is analysed."""
        effort = length + _EACH
        if self._since + effort > _PACE:
            await asyncio.sleep(0)
            self._since = 0
        self._since += effort


async def _save_and_record(
    call: CleansedCall, write: Write[Result], session: AsyncSession
) -> Result:
    await call.save(session)
    return await write(session)


async def _audit_blocked(
    actor_id: int, subject: str, counts: dict[str, int], session: AsyncSession
) -> None:
    await audit.record(
        session,
        "prompt.blocked",
        actor_id=actor_id,
        subject=subject,
        details=dict(counts),
    )


def _types(conversation: Conversation, policy: PolicyInForce) -> frozenset[str]:
    return request_texts.known_types(policy.policy, conversation.space.numbers.entity_types)


def _quotes(
    conversation: Conversation,
    reading: Reading,
    keys: Sequence[TextKey],
    texts: dict[TextKey, CleansedOnce],
) -> Quotes:
    quotes = Quotes()
    for leaf, key in zip(reading.leaves, keys, strict=True):
        quotes.add(leaf.speaker, texts[key].typed, conversation.quoting)
    # What instructions type is nobody's, but it must not be issued either.
    for key in texts.keys() - set(keys):
        quotes.typed.update(typed.placeholder for typed in texts[key].typed)
    return quotes


def _write(
    conversation: Conversation,
    texts: RequestTexts,
    probed: dict[TextKey, CleansedOnce],
    policy: PolicyInForce,
    known: dict[bytes, Entry],
    typed: Iterable[str],
    avoid: frozenset[str],
) -> tuple[Mapping, dict[TextKey, CleansedOnce]]:
    """The fresh texts, cleansed, and what restores the answer to this request: nothing else."""
    mapping = conversation.space.mappings.begin(known)
    for name in typed:
        if (parsed := parse(name)) is not None:
            mapping.reserve_number(*parsed)
    mapping.never_draw([*avoid, *_stand_ins_to_avoid(texts, policy)])
    return mapping, request_texts.cleanse_all(texts, probed, mapping, policy.policy)


def _effort(texts: RequestTexts) -> int:
    """Code points to look through: old texts for a little that is new, or new ones for all."""
    old = sum(map(len, texts.raw.values())) - texts.fresh_chars
    # Forms of an original that are made take as long as some dozens of code points.
    old += 50 * sum(len(once.alone.originals) for once in texts.known.values())
    return old + texts.fresh_chars * (TAUGHT_INLINE // INLINE_CHARS)


def _manifest(texts: Iterable[CleansedOnce]) -> Counts:
    manifest = Counts()
    for once in texts:
        for what, count in once.counts.items():
            manifest[what] += count
    return manifest


def _stand_ins_to_avoid(texts: RequestTexts, policy: PolicyInForce) -> Iterator[str]:
    """What the other texts hold and might be drawn, if anything is drawn at all."""
    found = (f for text in texts.fresh.values() for f in text.findings)
    if any(policy.policy.action_for(f) is Action.REPLACE for f in found):
        for key in texts.known:
            yield from lookalikes(texts.raw[key])


def _to_reserve(conversation: Conversation, quotes: Quotes, mapping: Mapping) -> frozenset[str]:
    return frozenset(
        name
        for name in quotes.typed
        if mapping.find(name) is None and not conversation.space.reserved.get(name)
    )


def _is_unsupported(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
