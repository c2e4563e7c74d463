"""A model's answer: hydrated piece by piece, and recorded however it ends."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Final

import anyio
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.engine import CleansedText, Mapping, RawText, Restored, StreamHydrator
from sluice.server.errors import ProviderFailed
from sluice.server.features.limits import rules
from sluice.server.features.limits.service import InstanceLimits
from sluice.server.features.prompts.counting import ending_of
from sluice.server.features.prompts.service import Prepared
from sluice.server.features.statistics.chats import chat_ended
from sluice.server.features.statistics.ended import Ended
from sluice.server.features.threads.service import Outcome, Threads
from sluice.server.features.threads.status import ChatStatus
from sluice.server.kit.database import Database
from sluice.server.kit.metrics import Metrics, PromptOutcome, ProviderOutcome
from sluice.server.provider_failures import outcome_of, provider_failure
from sluice.server.providers.base import (
    Delta,
    FinishReason,
    ProviderError,
    Usage,
)
from sluice.server.providers.registry import Providers
from sluice.server.vault.service import Vault


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the hydrated answer; the last one has a finish reason."""

    content: str = field(repr=False)
    finish_reason: FinishReason | None = None


@dataclass(slots=True)
class Answer:
    """What has come of an answer so far."""

    raw: list[str] = field(default_factory=list, repr=False)
    hydrated: list[str] = field(default_factory=list, repr=False)
    items: tuple[Restored, ...] = field(default=(), repr=False)
    usage: Usage | None = None
    model: str | None = None
    status: ChatStatus = ChatStatus.ABANDONED
    error_code: str | None = None
    timing: _Timing | None = None
    """None until the provider is asked."""

    @property
    def raw_text(self) -> CleansedText:
        """The model's own words, with placeholders."""
        return CleansedText("".join(self.raw))

    @property
    def hydrated_text(self) -> RawText:
        """The words with originals put back."""
        return RawText("".join(self.hydrated))


class Answers:
    """Asks models and records what they answer."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        threads: Threads,
        providers: Providers,
        metrics: Metrics,
        limits: InstanceLimits,
    ) -> None:
        self._database = database
        self._vault = vault
        self._threads = threads
        self._providers = providers
        self._metrics = metrics
        self._limits = limits
        self._open = 0
        self._closed = anyio.Event()

    async def stream(self, prepared: Prepared, answer: Answer) -> AsyncGenerator[Piece, None]:
        """Yield the hydrated answer; it is recorded before its last piece is yielded.

        Raises `SluiceError` when the provider fails. However this generator ends, the chat
        is recorded: complete, failed, or abandoned when it is closed early.
        """
        recorded = False
        self._open += 1
        try:
            async with aclosing(self._hydrated(prepared, answer)) as pieces:
                async for piece in pieces:
                    if piece.finish_reason is not None:
                        answer.status = _status(piece.finish_reason)
                        if answer.status is ChatStatus.FAILED:
                            answer.error_code = ProviderFailed.default_code
                        await self._record(prepared, answer)
                        recorded = True
                    yield piece
        except ProviderError as error:
            failure = provider_failure(error)
            answer.status, answer.error_code = ChatStatus.FAILED, failure.code
            raise failure from error
        finally:
            try:
                if not recorded:
                    await self._record(prepared, answer)
            finally:
                self._open -= 1
                self._closed.set()

    async def abandon(self, prepared: Prepared) -> None:
        """Record that nobody waits for an answer whose model was not asked yet."""
        await self._record(prepared, Answer())

    async def settle(self, seconds: float) -> None:
        """Wait until every answer that was cancelled is recorded, at most so long."""
        with anyio.move_on_after(seconds):
            while self._open:
                self._closed = anyio.Event()
                await self._closed.wait()

    async def whole(self, prepared: Prepared) -> Answer:
        """The whole answer at once."""
        answer = Answer()
        async with aclosing(self.stream(prepared, answer)) as pieces:
            async for _ in pieces:
                pass
        return answer

    async def _hydrated(self, prepared: Prepared, answer: Answer) -> AsyncGenerator[Piece, None]:
        hydrator = StreamHydrator(prepared.prompt.mapping)
        async with aclosing(self._deltas(prepared, answer)) as deltas:
            async for delta in deltas:
                answer.raw.append(delta.text)
                content = hydrator.feed(delta.text)
                if delta.finish_reason is not None:
                    content += hydrator.finish()
                    answer.items = tuple(hydrator.items)
                    self._metrics.hydrated(len(answer.items))
                if content or delta.finish_reason is not None:
                    answer.hydrated.append(content)
                    yield Piece(content, delta.finish_reason)

    async def _deltas(self, prepared: Prepared, answer: Answer) -> AsyncGenerator[Delta, None]:
        connection = prepared.connection
        provider = self._providers[connection.provider_key]
        timing = answer.timing = _Timing(self._metrics, connection.provider_key)
        try:
            async with aclosing(provider.stream(connection, prepared.messages)) as deltas:
                async for delta in deltas:
                    timing.delta()
                    answer.usage = delta.usage or answer.usage
                    answer.model = delta.model or answer.model
                    yield delta
            timing.outcome = "answered"
        except ProviderError as error:
            timing.outcome = outcome_of(error)
            raise
        finally:
            timing.end()

    async def _record(self, prepared: Prepared, answer: Answer) -> None:
        outcome = Outcome(answer.status, answer.raw_text, answer.hydrated_text, answer.usage)
        invented = _invented(prepared.prompt.mapping, answer.raw_text)
        # The caller may be gone, but what was accepted is recorded.
        with anyio.CancelScope(shield=True):
            async with self._database.write() as session:
                await self._threads.finish_chat(session, prepared.chat, outcome)
                await chat_ended(session, _counted(prepared, answer))
                await self._end_limited(session, prepared, answer)
                if invented:
                    await self._vault.reserve(session, prepared.prompt.thread_id, invented)
        self._metrics.prompt("submit", _ENDS.get(answer.status, "abandoned"))

    async def _end_limited(self, session: AsyncSession, prepared: Prepared, answer: Answer) -> None:
        connection, used = prepared.connection, _used(prepared, answer)
        cost = self._limits.price(connection.provider_key, connection.model, used)
        await self._limits.end(session, prepared.limited, used, cost)


class _Timing:
    """Measures one provider call for the metrics."""

    def __init__(self, metrics: Metrics, provider: str) -> None:
        self._metrics, self._provider = metrics, provider
        self._started = time.perf_counter()
        self.first_token: float | None = None
        """Seconds."""
        self.outcome: ProviderOutcome = "cancelled"

    def delta(self) -> None:
        """Something came; the first time counts as time to first token."""
        if self.first_token is None:
            self.first_token = self.elapsed()

    def end(self) -> None:
        """The call is over."""
        self._metrics.provider_call(self._provider, self.outcome, self.elapsed(), self.first_token)

    def elapsed(self) -> float:
        """Seconds since the provider was asked."""
        return time.perf_counter() - self._started


def _counted(prepared: Prepared, answer: Answer) -> Ended:
    timing = answer.timing
    first = timing.first_token if timing is not None else None
    return prepared.counted.ended(
        ending_of(answer.status),
        error_code=answer.error_code,
        duration_ms=round(timing.elapsed() * 1000) if timing is not None else None,
        first_token_ms=round(first * 1000) if first is not None else None,
        usage=answer.usage,
    )


def _used(prepared: Prepared, answer: Answer) -> Usage:
    """What limits count; nothing, if the provider did not answer at all."""
    if answer.usage is not None:
        return answer.usage
    if not answer.raw or prepared.limited is None:
        return Usage(0, 0)
    return rules.estimated(prepared.limited.expected_input_tokens, len(answer.raw_text))


_ENDS: Final[dict[ChatStatus, PromptOutcome]] = {
    ChatStatus.COMPLETE: "answered",
    ChatStatus.FAILED: "failed",
}


def _invented(mapping: Mapping, answer: CleansedText) -> dict[str, list[int]]:
    """Numbers of placeholders that the model made up: they must never be issued later.

    Most answers only repeat issued ones, which cannot be issued again: nothing to write then.
    """
    before = {kind: set(numbers) for kind, numbers in mapping.reserved.items()}
    mapping.reserve(answer)
    new = {k: set(numbers) - before.get(k, set()) for k, numbers in mapping.reserved.items()}
    invented = {k: [n for n in numbers if not _issued(mapping, k, n)] for k, numbers in new.items()}
    return {kind: numbers for kind, numbers in invented.items() if numbers}


def _issued(mapping: Mapping, kind: str, number: int) -> bool:
    # A name with an underscore before it stands for every entity type that ends in it.
    return mapping.find(f"{kind.removeprefix('_')}_{number}") is not None


def _status(reason: FinishReason) -> ChatStatus:
    return ChatStatus.FAILED if reason == "error" else ChatStatus.COMPLETE
