"""Recording calls: as pending before anything is sent, and how they ended, however they do.

    begun = await writer.submit(lambda session: calls.begin(session, facts))
    …
    await calls.finish(begun, CallOutcome(CallStatus.COMPLETE, usage=usage, …))

What is recorded of texts is sealed under the conversation's data key. The request is recorded as it
was cleansed, before the instance's own instructions are put in; it can be hydrated in the vault.
"""

from __future__ import annotations

import json
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.engine.errors import Problem
from sluice.engine.types import Action
from sluice.server.errors import Unprocessable
from sluice.server.features.limits import rules
from sluice.server.features.limits.rules import Whose
from sluice.server.features.limits.service import InstanceLimits, NewCall, RunningCall
from sluice.server.features.proxy.calls.body import RecordedBody
from sluice.server.features.proxy.calls.prices import Prices
from sluice.server.features.proxy.calls.repository import CallRepository, StoredText
from sluice.server.features.proxy.calls.status import CallStatus
from sluice.server.features.proxy.calls.tables import Counts
from sluice.server.features.proxy.limits.key_settings import KeySettingsService
from sluice.server.kit.batching import BatchedWriter
from sluice.server.kit.database import utc_now
from sluice.server.kit.sealing import DataKey, Place
from sluice.server.providers.base import Usage
from sluice.server.providers.model_names import is_plain, plain
from sluice.server.vault.service import conversation_scope

KNOWN_TEXTS: Final = 50_000
"""Digests that are remembered as stored; about 12 MB."""
TRUSTED_SECONDS: Final = 3_600.0
"""For so long after a call its texts are known to be stored: none goes by age within a day."""
_CODE: Final = re.compile(r"[a-z0-9_]{1,64}", re.ASCII)

Findings = Mapping[tuple[str, Action], int]
"""How many findings of an entity type met an action."""
Coverage = Mapping[str, Mapping[str, int]]
Version = tuple[int, int]
"""A policy group's id and its version."""


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What is known of a call before it is sent."""

    conversation_id: int
    key: DataKey = field(repr=False)
    """The conversation's."""
    user_id: int
    api_token_id: int | None
    model_instance_id: int
    wire: str
    provider: str
    model: str
    """As the provider will be asked for it: letters, digits and `._:/@+~=-`, no text."""
    streamed: bool
    policy: Version
    answer_policy: Version | None
    """None: the built-in rules."""
    detector_version: str
    request: RecordedBody = field(repr=False)
    manifest: Findings = field(default_factory=dict)
    coverage: Coverage = field(default_factory=dict)
    model_asked: str = field(default="", repr=False)
    """As the caller named it; sealed with the request."""
    stand_ins: Sequence[str] = field(default=(), repr=False)
    """What stands in the request for originals without looking like a placeholder."""
    expected_input_tokens: int = 0
    """An estimate, for limits, until the provider has counted."""
    expected_output_tokens: int = 0
    """The most that the caller allows, 0 where it does not say."""
    started: float = field(default_factory=time.monotonic)
    """Of `time.monotonic`: when the request came."""


@dataclass(slots=True)
class BegunCall:
    """A call that is recorded as pending."""

    id: int
    uid: str
    facts: CallFacts
    limited: RunningCall | None = None
    """What the limits of the model instance know of it."""
    first_token: float | None = None
    """Of `time.monotonic`."""

    def answers(self) -> None:
        """The first text of the answer has come; later ones change nothing."""
        if self.first_token is None:
            self.first_token = time.monotonic()


@dataclass(frozen=True, slots=True)
class AnswerText:
    """One text of an answer, at its path."""

    path: str
    raw: str = field(repr=False)
    """As it was cleansed: with placeholders, without what the answer policy took out."""
    sent: str = field(repr=False)
    """As the caller got it."""


@dataclass(frozen=True, slots=True)
class CallOutcome:
    """How a call ended, and what had come until then."""

    status: CallStatus
    texts: Sequence[AnswerText] = field(default=(), repr=False)
    usage: Usage | None = None
    model: str | None = None
    """As the provider says."""
    manifest: Findings = field(default_factory=dict)
    """What was treated in the answer."""
    error_code: str | None = None
    connection: int = 0
    """The position of the connection that answered, or failed last."""
    attempts: int = 1
    """Connections that were asked."""
    answered_by: tuple[str, str] | None = None
    """The provider and the model that it was asked for, where a fallback took over."""


class Calls:
    """Records calls; where an API token or a model instance has limits, only within them."""

    def __init__(
        self,
        writer: BatchedWriter,
        prices: Prices,
        settings: KeySettingsService,
        limits: InstanceLimits,
        *,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._writer = writer
        self._prices = prices
        self._settings = settings
        self._limits = limits
        self._clock = clock
        self._known = _KnownTexts()

    async def begin(self, session: AsyncSession, facts: CallFacts) -> BegunCall:
        """Record a call as pending, in the transaction that keeps its new originals.

        The conversation must be held in it (`ScopeVault.hold`), so that it is not deleted
        meanwhile. Raises `RateLimited` over a limit of the API token or the model instance,
        `Unprocessable` where a budget meets a model without a price, or for a model that is no
        plain name.
        """
        now, counted, limited = await self._counted(session, facts)
        repository, uid = CallRepository(session), uuid4().hex
        await repository.add_texts(facts.conversation_id, self._new_texts(facts))
        sealed = _sealed_request(facts, uid)
        call_id = await repository.insert(
            **_columns(facts, uid, now), **counted, request_sealed=sealed
        )
        return BegunCall(call_id, uid, facts, limited)

    async def begin_without_texts(self, session: AsyncSession, facts: CallFacts) -> BegunCall:
        """Record a call as pending whose texts stand elsewhere, as those of test runs do.

        It counts like any other one, and stands in no list of calls. Raises like `begin`.
        """
        now, counted, limited = await self._counted(session, facts)
        uid = uuid4().hex
        call_id = await CallRepository(session).insert(
            **_columns(facts, uid, now), **counted, deleted_at=now
        )
        return BegunCall(call_id, uid, facts, limited)

    async def refuse(self, session: AsyncSession, facts: CallFacts) -> None:
        """Record a call whose prompt a policy refused: nothing of its texts is kept."""
        now = self._clock()
        columns = _columns(facts, uuid4().hex, now)
        blocked = {"status": CallStatus.BLOCKED.value, "error_code": "policy_blocked"}
        await CallRepository(session).insert(**columns, **blocked, finished_at=now)

    async def finish(self, begun: BegunCall, outcome: CallOutcome) -> None:
        """Record how a call ended, in a transaction of its own, and return after its commit."""

        async def job(session: AsyncSession) -> None:
            await self.record(session, begun, outcome)

        await self._writer.submit(job, quick=True)
        self.stored(begun)

    def stored(self, begun: BegunCall) -> None:
        """Whatever `begin` inserted is committed; later calls need not store it again."""
        facts = begun.facts
        self._known.add(facts.conversation_id, facts.request.texts, facts.started)

    async def record(self, session: AsyncSession, begun: BegunCall, outcome: CallOutcome) -> None:
        """`finish` in the caller's transaction."""
        facts, used = begun.facts, outcome.usage or _estimated(begun.facts, outcome)
        provider, model = outcome.answered_by or (facts.provider, facts.model)
        counted = self._prices.cost(provider, model, used)
        if counted is None:
            # A budget goes on holding where a fallback answers whose price nobody knows.
            counted = self._prices.cost(facts.provider, facts.model, used)
        raw, hydrated = _sealed_answers(begun, outcome.texts)
        await CallRepository(session).finish(
            begun.id,
            begun.uid,
            provider=provider,
            model=plain(model) or "other",
            status=outcome.status.value,
            error_code=_code(outcome.error_code),
            model_answered=plain(outcome.model),
            connection=outcome.connection,
            attempts=outcome.attempts,
            finished_at=self._clock(),
            answer_manifest=_counts(outcome.manifest),
            raw_answer_sealed=raw,
            hydrated_answer_sealed=hydrated,
            cost=self._prices.cost(provider, model, outcome.usage),
            counted_tokens=used.input_tokens + used.output_tokens,
            counted_cost=counted or 0,
            **_durations(begun),
            **_tokens(outcome.usage),
        )
        await self._limits.end(session, begun.limited, used, counted)

    async def interrupt_pending(self, session: AsyncSession, before: datetime) -> int:
        """After a crash: mark calls that nobody is working on any more."""
        await self._limits.interrupt_pending(session, before)
        return await CallRepository(session).interrupt_pending(before, self._clock())

    async def _counted(
        self, session: AsyncSession, facts: CallFacts
    ) -> tuple[datetime, dict[str, int], RunningCall | None]:
        """When a call begins that is within the limits, and what counts until it has ended."""
        expected = Usage(facts.expected_input_tokens, facts.expected_output_tokens)
        cost = self._prices.cost(facts.provider, facts.model, expected)
        now = await self._within_limits(session, facts, cost)
        limited = await self._limits.begin(session, _new_call(facts, expected))
        tokens = expected.input_tokens + expected.output_tokens
        return now, {"counted_tokens": tokens, "counted_cost": cost or 0}, limited

    async def _within_limits(
        self, session: AsyncSession, facts: CallFacts, cost: int | None
    ) -> datetime:
        token_id = facts.api_token_id
        if token_id is None:
            return self._clock()
        limits, now = await self._settings.check(session, token_id, streamed=facts.streamed)
        if limits.monthly_budget is not None and cost is None:
            raise rules.without_price(Whose.KEY, facts.provider)
        return now

    def _new_texts(self, facts: CallFacts) -> list[StoredText]:
        scope = conversation_scope(facts.conversation_id)
        texts = facts.request.texts
        # In one order, so that two writers never wait for each other in a circle.
        return [
            StoredText(digest, facts.key.seal(texts[digest], text_place(digest, scope)))
            for digest in sorted(self._known.unknown(facts.conversation_id, texts))
        ]


class _KnownTexts:
    """Digests of texts that are stored for certain, the last used ones; never any text.

    A conversation may live longer than the texts of its calls, which another process may delete:
    so what was not sent for long is stored again, if it is not there.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[int, bytes], float] = OrderedDict()
        """When a call with the text came, of `time.monotonic`."""

    def unknown(self, conversation_id: int, texts: Mapping[bytes, str]) -> list[bytes]:
        """Those that may have to be stored."""
        known, since = self._known, time.monotonic() - TRUSTED_SECONDS
        return [digest for digest in texts if known.get((conversation_id, digest), since) <= since]

    def add(self, conversation_id: int, texts: Mapping[bytes, str], came: float) -> None:
        """They are stored, by a call that came at that moment of `time.monotonic`."""
        for digest in texts:
            key = conversation_id, digest
            self._known[key] = max(came, self._known.get(key, came))
            self._known.move_to_end(key)
        while len(self._known) > KNOWN_TEXTS:
            self._known.popitem(last=False)


def text_place(digest: bytes, scope: str) -> Place:
    """Where a text of a conversation's requests belongs."""
    return Place("call_texts", "sealed", digest.hex(), scope)


def call_place(uid: str, scope: str, column: str) -> Place:
    """Where a sealed value of a call belongs."""
    return Place("calls", column, uid, scope)


def _new_call(facts: CallFacts, expected: Usage) -> NewCall:
    asked, streamed = (facts.provider, facts.model), facts.streamed
    return NewCall(facts.model_instance_id, *asked, streamed=streamed, expected=expected)


def _columns(facts: CallFacts, uid: str, now: datetime) -> dict[str, object]:
    _check_model(facts.model)
    group, version = facts.answer_policy or (None, None)
    return {
        "uid": uid,
        "conversation_id": facts.conversation_id,
        "user_id": facts.user_id,
        "api_token_id": facts.api_token_id,
        "model_instance_id": facts.model_instance_id,
        "wire": facts.wire,
        "provider": facts.provider,
        "model": facts.model,
        "streamed": facts.streamed,
        "policy_group_id": facts.policy[0],
        "policy_version": facts.policy[1],
        "answer_policy_group_id": group,
        "answer_policy_version": version,
        "detector_version": facts.detector_version,
        "manifest": _counts(facts.manifest),
        "coverage": {kind: dict(counts) for kind, counts in facts.coverage.items()},
        "created_at": now,
    }


def _check_model(model: str) -> None:
    """It stands in a column and goes to the vendor as it is: a text must not."""
    if not is_plain(model):
        advice = "must be 1 to 200 letters, digits and ._:/@+~=-, with a letter or digit first"
        raise Unprocessable("This is no model's name.", errors=[Problem("model", advice)])


def _sealed_request(facts: CallFacts, uid: str) -> bytes:
    told = json.dumps({"model": facts.model_asked, "standIns": sorted(facts.stand_ins)})
    plain = json.dumps([told, facts.request.skeleton])
    place = call_place(uid, conversation_scope(facts.conversation_id), "request_sealed")
    return facts.key.seal(plain, place)


def _sealed_answers(
    begun: BegunCall, texts: Sequence[AnswerText]
) -> tuple[bytes | None, bytes | None]:
    """The answer as it was cleansed, and as it was sent where that differs."""
    if not texts:
        return None, None
    facts = begun.facts
    place = partial(call_place, begun.uid, conversation_scope(facts.conversation_id))
    raw = facts.key.seal(
        json.dumps([[text.path, text.raw] for text in texts]), place("raw_answer_sealed")
    )
    if all(text.raw == text.sent for text in texts):
        return raw, None
    sent = json.dumps([[text.path, text.sent] for text in texts])
    return raw, facts.key.seal(sent, place("hydrated_answer_sealed"))


def _estimated(facts: CallFacts, outcome: CallOutcome) -> Usage:
    """What limits count where the provider told nothing: nothing, if it did not answer at all."""
    if not outcome.texts and outcome.status is not CallStatus.COMPLETE:
        return Usage(0, 0)
    said = sum(len(text.raw) for text in outcome.texts)
    return rules.estimated(facts.expected_input_tokens, said)


def _counts(findings: Findings) -> Counts:
    counts: Counts = {}
    for (entity_type, action), count in sorted(findings.items()):
        counts.setdefault(entity_type, {})[action.value] = count
    return counts


def _durations(begun: BegunCall) -> dict[str, int | None]:
    started, first = begun.facts.started, begun.first_token
    return {
        "duration_ms": _milliseconds(time.monotonic() - started),
        "first_token_ms": _milliseconds(first - started) if first is not None else None,
    }


def _milliseconds(seconds: float) -> int:
    return max(0, round(seconds * 1000))


def _tokens(usage: Usage | None) -> dict[str, int | None]:
    names = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")
    return {name: getattr(usage, name) if usage is not None else None for name in names}


def _code(code: str | None) -> str | None:
    return code if code is None or _CODE.fullmatch(code) else "other"
