"""The answer of a call: restored and scanned on its way, and recorded however it ends.

The call itself stands in the database before anything is sent to a vendor. How it ended is handed
in for writing before the answer's last piece is given, and not waited for: a crash in between makes
it `interrupted`. It is waited for where the answer brought placeholders of its own, which must not
be issued again; where something failed; and on PostgreSQL, which does not write in order.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

import anyio
import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.engine import DetectorFailed, PolicyBlocked, UnsupportedText
from sluice.server.errors import ProviderFailed, SluiceError, Unavailable
from sluice.server.features.proxy.answers.restoring import AnswerPolicy, AnswerRestorer
from sluice.server.features.proxy.asking import Asking
from sluice.server.features.proxy.calls.recording import AnswerText, CallOutcome, Calls
from sluice.server.features.proxy.calls.status import CallStatus
from sluice.server.features.proxy.failures import answer_failure, call_failure
from sluice.server.features.proxy.gateway import Prepared
from sluice.server.features.proxy.wires.reading import Body
from sluice.server.features.proxy.wires.wire import AnswerBlocked, Outcome, StreamRewriter
from sluice.server.kit.batching import BatchedWriter
from sluice.server.kit.logs import describe_exception
from sluice.server.kit.metrics import Metrics, PromptOutcome
from sluice.server.provider_failures import outcome_of
from sluice.server.providers.base import (
    ProviderError,
)
from sluice.server.providers.fallback import Fallback
from sluice.server.providers.sse import Event

log: structlog.typing.FilteringBoundLogger = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Answer:
    """One answer while it comes."""

    prepared: Prepared
    restorer: AnswerRestorer = field(repr=False)
    asked: Fallback[list[Event]] | Fallback[Body]
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
        """The whole answer. Raises `SluiceError`; a cancelled call is recorded as abandoned."""
        asked = self._asking.whole(prepared.question)
        answer = _Answer(prepared, restorer_of(prepared), asked)
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

    async def stream(
        self, prepared: Prepared, restorer: AnswerRestorer | None = None
    ) -> AsyncGenerator[list[Event], None]:
        """The caller's events as they come, in groups that came together.

        Who wants to see what the model wrote besides gives the `restorer` of `restorer_of`. How
        it ended is recorded, or handed in for that, before the last group is given. Raises
        `SluiceError`; a generator that is closed early ends the upstream call and records it as
        abandoned.
        """
        asked = self._asking.stream(prepared.question)
        answer = _Answer(prepared, restorer or restorer_of(prepared), asked)
        with self._counted_as_open():
            try:
                async with aclosing(self._stream(answer, asked)) as groups:
                    async for group in groups:
                        yield group
            finally:
                await self._record_once(answer)

    async def _stream(
        self, answer: _Answer, asked: Fallback[list[Event]]
    ) -> AsyncGenerator[list[Event], None]:
        prepared = answer.prepared
        rewriter = prepared.wire.rewriter(
            answer.restorer, prepared.question.connections[0].provider_key
        )
        answer.outcome = rewriter.outcome
        with _told_in_our_words(answer):
            with self._timed(answer):
                last: list[Event] = []
                async with aclosing(asked.pieces()) as groups:
                    async for group in groups:
                        prepared.begun.answers()
                        together = prepared.wire.joined(group) if len(group) > 1 else group
                        events, failure = _rewritten(rewriter, together)
                        if rewriter.done and failure is None:
                            last = events
                            break
                        if events:
                            yield events
                        if failure is not None:
                            raise failure
                last += rewriter.finish()
                answer.status = CallStatus.COMPLETE
            await self._record_once(answer)
            if last:
                yield last

    async def abandon(self, prepared: Prepared) -> None:
        """Record that nobody waits for an answer whose model was not asked yet."""
        asked = self._asking.stream(prepared.question)
        with self._counted_as_open():
            await self._record_once(_Answer(prepared, restorer_of(prepared), asked))

    async def settle(self, seconds: float) -> None:
        """Wait until every answer that has ended is recorded, at most so long."""
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
        said = answer.restorer.told
        texts = [AnswerText(told.path, told.cleansed, told.sent) for told in said]
        outcome = _call_outcome(answer, texts)
        brought = prepared.cleansed.brought(told.raw for told in said)

        async def job(session: AsyncSession) -> None:
            await prepared.cleansed.save_answer(session, brought)
            kept = await _without_erased(session, prepared, outcome)
            await self._calls.record(session, prepared.begun, kept)

        self._metrics.prompt("proxy", _ENDS[answer.status])
        self._metrics.hydrated(answer.restorer.restored)
        if answer.status is CallStatus.COMPLETE and self._writer.in_order and not brought:
            self._open += 1
            self._writer.hand_in(job, quick=True).add_done_callback(partial(self._written, answer))
            return
        # The caller may be gone, but what was accepted is recorded.
        with anyio.CancelScope(shield=True):
            await self._writer.submit(job, quick=True)
        self._calls.stored(prepared.begun)
        prepared.cleansed.answered(brought)

    def _written(self, answer: _Answer, done: asyncio.Future[None]) -> None:
        """How an answer ended is recorded, or never will be."""
        self._open -= 1
        self._closed.set()
        if done.cancelled():
            log.error("outcome_not_recorded")
        elif (error := done.exception()) is not None:
            log.error("outcome_not_recorded", **describe_exception(error))
        else:
            self._calls.stored(answer.prepared.begun)

    @contextmanager
    def _timed(self, answer: _Answer) -> Iterator[None]:
        """Counts what became of the provider's call."""
        started, outcome = time.monotonic(), "cancelled"
        try:
            yield
            outcome = "answered"
        except ProviderError as error:
            outcome = outcome_of(error)
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


def _rewritten(
    rewriter: StreamRewriter, group: list[Event]
) -> tuple[list[Event], Exception | None]:
    """What goes to the caller of events that came together, and what ended that."""
    events: list[Event] = []
    try:
        for event in group:
            events += rewriter.feed(event)
            if rewriter.done:
                break
    except Exception as error:  # raised by the caller, when what came before it was given
        return events, error
    return events, None


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
        failure = call_failure(error)
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


def restorer_of(prepared: Prepared) -> AnswerRestorer:
    """What restores the answer of a call, and remembers it as the model wrote it."""
    rules = prepared.target.answers
    return AnswerRestorer(prepared.cleansed.mapping, AnswerPolicy(rules.policy, rules.analyze))


async def _without_erased(
    session: AsyncSession, prepared: Prepared, outcome: CallOutcome
) -> CallOutcome:
    """What is kept of an answer: no restored text, if a value was erased meanwhile."""
    restored = any(text.sent != text.raw for text in outcome.texts)
    if not restored or await prepared.cleansed.is_restorable(session):
        return outcome
    return replace(outcome, texts=[replace(text, sent=text.raw) for text in outcome.texts])


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


_ENDS: Final[dict[CallStatus, PromptOutcome]] = {
    CallStatus.COMPLETE: "answered",
    CallStatus.FAILED: "failed",
    CallStatus.BLOCKED: "blocked",
    CallStatus.ABANDONED: "abandoned",
}
