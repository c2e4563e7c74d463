"""The answer of a call: restored and scanned on its way, and recorded however it ends."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from typing import Final

import anyio
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.engine import DetectorFailed, PolicyBlocked, UnsupportedText
from sluice.server.errors import ProviderFailed, SluiceError, Unavailable
from sluice.server.features.proxy.asking import Asking
from sluice.server.features.proxy.calls import AnswerText, CallOutcome, Calls
from sluice.server.features.proxy.calls_status import CallStatus
from sluice.server.features.proxy.failures import answer_failure, provider_failure
from sluice.server.features.proxy.gateway import Prepared
from sluice.server.features.proxy.restoring import AnswerPolicy, AnswerRestorer
from sluice.server.features.proxy.wires.reading import Body
from sluice.server.features.proxy.wires.wire import AnswerBlocked, Outcome
from sluice.server.kit.batching import BatchedWriter
from sluice.server.kit.metrics import Metrics, PromptOutcome, ProviderOutcome
from sluice.server.providers.base import (
    ProviderError,
    ProviderRateLimited,
    ProviderRejected,
    ProviderTimeout,
    ProviderUnreachable,
)
from sluice.server.providers.fallback import Fallback
from sluice.server.providers.sse import Event


@dataclass(slots=True)
class _Answer:
    """One answer while it comes."""

    prepared: Prepared
    restorer: AnswerRestorer = field(repr=False)
    asked: Fallback[Event] | Fallback[Body]
    outcome: Outcome = field(default_factory=Outcome)
    status: CallStatus = CallStatus.ABANDONED
    """What it is until something else is known: the caller left."""
    error_code: str | None = None
    recorded: bool = False


class Answering:
    """Gives the answers of prepared calls."""

    def __init__(
        self, asking: Asking, calls: Calls, writer: BatchedWriter, metrics: Metrics
    ) -> None:
        self._asking = asking
        self._calls = calls
        self._writer = writer
        self._metrics = metrics
        self._open = 0
        self._closed = anyio.Event()

    async def whole(self, prepared: Prepared) -> Body:
        """The whole answer, recorded. Raises `SluiceError`; a call that is cancelled is recorded
        as abandoned.
        """
        asked = self._asking.whole(prepared.question)
        answer = _Answer(prepared, _restorer(prepared), asked)
        with self._counted_as_open():
            try:
                body = await self._whole(answer, asked)
            finally:
                await self._record_once(answer)
        return body

    async def _whole(self, answer: _Answer, asked: Fallback[Body]) -> Body:
        with _told_in_our_words(answer), self._timed(answer):
            async with aclosing(asked.pieces()) as answers:
                body = await anext(answers)
            answer.prepared.begun.answers()
            answer.outcome = answer.prepared.wire.rewrite(body, answer.restorer)
            answer.status = CallStatus.COMPLETE
        return body

    async def stream(self, prepared: Prepared) -> AsyncGenerator[list[Event], None]:
        """The caller's events as they come, in groups that came together.

        The call is recorded before the last group is given. Raises `SluiceError`; a generator that
        is closed early ends the upstream call and records it as abandoned.
        """
        asked = self._asking.stream(prepared.question)
        answer = _Answer(prepared, _restorer(prepared), asked)
        with self._counted_as_open():
            try:
                async with aclosing(self._stream(answer, asked)) as groups:
                    async for group in groups:
                        yield group
            finally:
                await self._record_once(answer)

    async def _stream(
        self, answer: _Answer, asked: Fallback[Event]
    ) -> AsyncGenerator[list[Event], None]:
        prepared = answer.prepared
        rewriter = prepared.wire.rewriter(
            answer.restorer, prepared.question.connections[0].provider_key
        )
        answer.outcome = rewriter.outcome
        with _told_in_our_words(answer):
            with self._timed(answer):
                async with aclosing(asked.pieces()) as events:
                    async for event in events:
                        prepared.begun.answers()
                        group = rewriter.feed(event)
                        if rewriter.done:
                            break
                        if group:
                            yield group
                            group = []
                    else:
                        group = []
                last = [*group, *rewriter.finish()]
                answer.status = CallStatus.COMPLETE
            await self._record_once(answer)
            if last:
                yield last

    async def settle(self, seconds: float) -> None:
        """Wait until every answer that was cancelled is recorded, at most so long."""
        with anyio.move_on_after(seconds):
            while self._open:
                self._closed = anyio.Event()
                await self._closed.wait()

    @contextmanager
    def _counted_as_open(self) -> Iterator[None]:
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1
            self._closed.set()

    async def _record_once(self, answer: _Answer) -> None:
        if answer.recorded:
            return
        answer.recorded = True
        prepared = answer.prepared
        texts = [AnswerText(told.path, told.raw, told.sent) for told in answer.restorer.told]
        outcome = _call_outcome(answer, texts)

        async def job(session: AsyncSession) -> None:
            await prepared.cleansed.save_answer(session, [text.raw for text in texts])
            await self._calls.record(session, prepared.begun, outcome)

        # The caller may be gone, but what was accepted is recorded.
        with anyio.CancelScope(shield=True):
            await self._writer.submit(job, quick=True)
        self._calls.stored(prepared.begun)
        self._metrics.prompt("proxy", _ENDS[answer.status])
        self._metrics.hydrated(answer.restorer.restored)

    @contextmanager
    def _timed(self, answer: _Answer) -> Iterator[None]:
        """Counts what became of the provider's call."""
        started, outcome = time.monotonic(), "cancelled"
        try:
            yield
            outcome = "answered"
        except ProviderError as error:
            outcome = next((o for kind, o in _OUTCOMES if isinstance(error, kind)), "protocol")
            raise
        except (AnswerBlocked, PolicyBlocked):
            outcome = "answered"
            raise
        finally:
            first = answer.prepared.begun.first_token
            self._metrics.provider_call(
                (answer.asked.answered or answer.prepared.question.connections[0]).provider_key,
                outcome,  # type: ignore[arg-type]
                time.monotonic() - started,
                first - started if first is not None else None,
            )


@contextmanager
def _told_in_our_words(answer: _Answer) -> Iterator[None]:
    """Turns what may go wrong into `SluiceError`, and notes it for the record."""
    failure: SluiceError
    try:
        yield
        return
    except SluiceError as error:
        failure = error
        answer.status = CallStatus.FAILED
    except ProviderError as error:
        failure = provider_failure(error)
        answer.status = CallStatus.FAILED
    except (AnswerBlocked, PolicyBlocked) as error:
        failure = answer_failure(AnswerBlocked(dict(error.counts)))
        answer.status = CallStatus.BLOCKED
    except DetectorFailed as error:
        text = f"The detector {error.detector} failed; no more of the answer was sent."
        failure = Unavailable(text, code="detector_failed")
        answer.status = CallStatus.FAILED
    except UnsupportedText:
        failure = ProviderFailed("The model's answer is no text that has a UTF-8 form.")
        answer.status = CallStatus.FAILED
    answer.error_code = failure.code
    # Outside of the handlers: what went wrong may carry text of the answer.
    raise failure


def _restorer(prepared: Prepared) -> AnswerRestorer:
    rules = prepared.target.answers
    return AnswerRestorer(prepared.cleansed.mapping, AnswerPolicy(rules.policy, rules.analyze))


def _call_outcome(answer: _Answer, texts: list[AnswerText]) -> CallOutcome:
    connections, asked = answer.prepared.question.connections, answer.asked
    answered = asked.answered
    position = connections.index(answered) if answered is not None else len(asked.failures)
    by = None
    if answered is not None and position:
        by = (answered.provider_key, answered.model)
    return CallOutcome(
        status=answer.status,
        texts=texts,
        usage=answer.outcome.usage,
        model=answer.outcome.model,
        manifest=answer.restorer.counts,
        error_code=answer.error_code,
        connection=min(position, len(connections) - 1),
        attempts=min(len(asked.failures) + 1, len(connections)),
        answered_by=by,
    )


_OUTCOMES: Final[tuple[tuple[type[ProviderError], ProviderOutcome], ...]] = (
    (ProviderUnreachable, "unreachable"),
    (ProviderTimeout, "timeout"),
    (ProviderRateLimited, "rate_limited"),
    (ProviderRejected, "rejected"),
)
_ENDS: Final[dict[CallStatus, PromptOutcome]] = {
    CallStatus.COMPLETE: "answered",
    CallStatus.FAILED: "failed",
    CallStatus.BLOCKED: "blocked",
    CallStatus.ABANDONED: "abandoned",
}
