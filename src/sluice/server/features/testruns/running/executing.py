"""Executing one test run: its cases one after another, some at once, each stored when it is done.

While it works, the process moves its lease on the run. Where the lease is lost (the run was
cancelled or deleted, or this process slept for so long that another one took over) it stops, and
stores nothing more: a result is only written by who holds the lease.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, Protocol

import anyio.to_thread
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.auth.auth import Caller
from sluice.server.errors import NotFound, RateLimited, SluiceError
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.proxy.conversations.service import Conversation
from sluice.server.features.proxy.wires.reading import Body
from sluice.server.features.sessions.showing import ShownSessions
from sluice.server.features.templates.known import KnownVersion
from sluice.server.features.templates.mustache import RenderedTooLong
from sluice.server.features.templates.rendering import Message, rendered
from sluice.server.features.testruns.cases import KnownCase, opened_case
from sluice.server.features.testruns.evaluators.judging import Judge
from sluice.server.features.testruns.evaluators.scoring import EvaluatedCase
from sluice.server.features.testruns.running import bodies
from sluice.server.features.testruns.running.calling import ModelCalls
from sluice.server.features.testruns.running.documents import RunDocument
from sluice.server.features.testruns.running.evaluating import Evaluations, Judging
from sluice.server.features.testruns.running.recorded import recorded_messages
from sluice.server.features.testruns.running.repository import ResultRepository, RunRepository
from sluice.server.features.testruns.running.results import NewResult
from sluice.server.features.testruns.running.spending import Spender
from sluice.server.features.testruns.running.summary import Outcome, Scores, plain, summary_of
from sluice.server.features.testruns.running.targets import Answered, Target
from sluice.server.features.testruns.service import KnownTestRun, RunStatus, run_holder
from sluice.server.kit.batching import BatchedWriter
from sluice.server.kit.database import Database, utc_now
from sluice.server.kit.periodic import wait_at_most
from sluice.server.provider_failures import outcome_of
from sluice.server.providers.base import ProviderError

WITHOUT_PRICE: Final = "price_unknown"
"""A budget cannot hold for a model without a price: no case can be asked."""
PORTION: Final = 50
"""Cases that are opened at once."""
LEASE_SECONDS: Final = 60.0
"""After so long another process takes over a run whose own was killed; clocks of replicas may
differ by a small part of it."""


class LeaseLost(Exception):
    """This process does not execute the run any more."""


class Recorder(Protocol):
    """Records a call that the server made in the run's session."""

    async def record(
        self, plan: Plan, case: KnownCase, body: Body, answered: Answered, scores: Scores
    ) -> str:
        """The recording's public id. `body` is the cleansed request; the answer is raw."""
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that executing a run needs to know."""

    run: KnownTestRun
    document: RunDocument = field(repr=False)
    project: KnownProject
    caller: Caller
    conversation: Conversation
    version: KnownVersion | None
    """None: messages as they were recorded."""
    target: Target
    judges: dict[str, Target]
    """By evaluator."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What executing any run takes."""

    database: Database
    writer: BatchedWriter
    calls: ModelCalls
    evaluations: Evaluations
    recorder: Recorder
    recorded: ShownSessions
    lease_seconds: float


class Execution:
    """One run, executed by this process as the `holder` of its lease."""

    def __init__(self, tools: Tools, plan: Plan, holder: str) -> None:
        self._tools = tools
        self._plan = plan
        self._holder = holder
        self._outcomes: list[Outcome] = []
        self._judging = Judging(plan.document.evaluators, self._ask_judge)
        self._look = asyncio.Event()
        self._spender = Spender(
            plan.run.user_id,
            plan.document.api_token_id,
            plan.conversation.id,
            plan.conversation.vault.key,
        )
        self._ending: SluiceError | None = None
        """Why no further case is begun."""

    def look(self) -> None:
        """The run may have been cancelled: see at once."""
        self._look.set()

    async def run(self) -> None:
        """Do every case that is left, and note that the run is complete.

        Raises `LeaseLost`, or what ended the run; what is done by then is stored.
        """
        run_id = self._plan.run.id
        async with self._tools.database.read() as session:
            self._outcomes = (await ResultRepository(session).outcomes([run_id]))[run_id]
        turn = asyncio.Lock()
        try:
            async with aclosing(self._cases()) as cases, asyncio.TaskGroup() as group:
                keeping = group.create_task(self._keep())
                at_once = range(self._plan.document.concurrency)
                working = [group.create_task(self._work(cases, turn)) for _ in at_once]
                await asyncio.wait(working)
                keeping.cancel()
        except BaseExceptionGroup as failures:
            ending: BaseException | None = _first(failures)
        else:
            ending = self._ending
        if ending is not None:
            raise ending
        await self._finish(RunStatus.COMPLETE)

    async def fail(self, error: SluiceError) -> None:
        """Note that the run as a whole cannot go on."""
        await self._finish(RunStatus.FAILED, error.code)

    async def give_up(self) -> None:
        """Let another process, or the next start, go on."""
        await self._renew(None)

    async def _work(self, cases: AsyncGenerator[KnownCase, None], turn: asyncio.Lock) -> None:
        while self._ending is None:
            async with turn:
                case = await anext(cases, None)
            if case is None:
                return
            try:
                result = await self._result(case)
            except NotFound:
                raise  # nobody could see what the others bring
            except SluiceError as error:
                # What was asked by now is paid for: it is waited for.
                self._ending = error
                return
            if result is not None and await self._store(result):
                self._outcomes.append(result.outcome)

    async def _cases(self) -> AsyncGenerator[KnownCase, None]:
        plan, after = self._plan, 0
        playlist_id, last = plan.run.playlist_id, plan.document.last_case
        while playlist_id is not None:
            async with self._tools.database.read() as session:
                rows = await ResultRepository(session).left(
                    plan.run.id, playlist_id, after=after, last=last, most=PORTION
                )
            for row in rows:
                yield opened_case(row, plan.project.scope, plan.conversation.vault.key)
            if not rows:
                return
            after = rows[-1].id

    async def _result(self, case: KnownCase) -> NewResult | None:
        """What came of a case, None if it was deleted meanwhile; raises only what ends the run."""
        try:
            return await self._done(case)
        except RenderedTooLong:
            return NewResult(case.id, "rendered_too_long")
        except ProviderError as error:
            return NewResult(case.id, f"provider_{outcome_of(error)}")
        except IntegrityError:
            return None
        except (NotFound, RateLimited):
            raise  # the project, the instance or its policy is gone, or a budget is used up
        except SluiceError as error:
            if error.code == WITHOUT_PRICE:
                raise
            return NewResult(case.id, error.code)

    async def _done(self, case: KnownCase) -> NewResult:
        plan, calls = self._plan, self._tools.calls
        content = plan.version.content if plan.version is not None else None
        parameters, messages = plan.document.parameters, await self._messages(case)
        body = bodies.body_of(messages, parameters, content)
        answered = await calls.answered(
            plan.project, plan.conversation, self._hold, plan.target, body, self._spender
        )
        output = await self._cleansed(answered.output)
        evaluated = EvaluatedCase(
            inputs=case.inputs,
            expected=case.output,
            metadata=case.metadata or {},
            output_schema=content.output_schema if content is not None else None,
        )
        scores = await self._tools.evaluations.scores(self._judging, evaluated, output)
        recorder, usage = self._tools.recorder, answered.usage
        recording = await recorder.record(plan, case, body, answered, plain(scores))
        return NewResult(
            case.id,
            output=output,
            scores=scores,
            recording_uid=recording,
            finish=answered.finish,
            input_tokens=usage.input_tokens if usage else None,
            output_tokens=usage.output_tokens if usage else None,
            cost=answered.cost,
            duration_ms=answered.duration_ms,
        )

    async def _messages(self, case: KnownCase) -> list[Message]:
        plan = self._plan
        if plan.version is None:
            return await recorded_messages(self._tools.recorded, plan.project, case)
        content, history = plan.version.content, case.history or ()
        return await anyio.to_thread.run_sync(rendered, content, case.inputs, history)

    async def _cleansed(self, text: str) -> str:
        plan = self._plan
        return await self._tools.calls.cleansed(plan.project, plan.conversation, self._hold, text)

    async def _hold(self, session: AsyncSession, placeholders: Sequence[str]) -> None:
        """Note that they stand in the run; a run that is gone must leave no originals behind."""
        if not await RunRepository(session).holds(self._plan.run.id, self._holder):
            raise LeaseLost
        vault = self._plan.conversation.vault
        await vault.use(session, placeholders, run_holder(self._plan.run.id))

    async def _ask_judge(self, judge: Judge, messages: list[dict[str, str]]) -> str:
        plan, target = self._plan, self._plan.judges[judge.name]
        parameters = {"max_tokens": judge.max_tokens, "temperature": judge.temperature}
        body = bodies.body_of(messages, {k: v for k, v in parameters.items() if v is not None})
        answered = await self._tools.calls.answered(
            plan.project, plan.conversation, self._hold, target, body, self._spender
        )
        return await self._cleansed(answered.output)

    async def _store(self, result: NewResult) -> bool:
        """Whether the case was still there to have a result."""
        plan = self._plan
        row = result.row(plan.run.id, plan.project.scope, plan.conversation.vault.key)
        try:
            held = await self._tools.writer.submit(partial(self._write, row), quick=True)
        except IntegrityError:
            return False
        if not held:
            raise LeaseLost
        return True

    async def _write(self, row: dict[str, Any], session: AsyncSession) -> bool:
        if not await RunRepository(session).holds(self._plan.run.id, self._holder):
            return False
        await ResultRepository(session).insert(row)
        return True

    async def _keep(self) -> None:
        """Keep the lease, and stop when it is lost."""
        while True:
            await wait_at_most(self._look, self._tools.lease_seconds / 4)
            self._look.clear()
            until = utc_now() + timedelta(seconds=self._tools.lease_seconds)
            if not await self._renew(until):
                raise LeaseLost

    async def _renew(self, until: datetime | None) -> bool:
        run_id, holder, summary = self._plan.run.id, self._holder, self._summary()

        async def job(session: AsyncSession) -> bool:
            return await RunRepository(session).renew(run_id, holder, until, summary)

        return await self._tools.writer.submit(job)

    async def _finish(self, status: RunStatus, error_code: str | None = None) -> None:
        run_id, holder = self._plan.run.id, self._holder
        values: dict[str, Any] = {
            "status": status.value,
            "summary": self._summary(),
            "finished_at": utc_now(),
            "error_code": error_code,
        }

        async def job(session: AsyncSession) -> bool:
            return await RunRepository(session).finish(run_id, holder, **values)

        if not await self._tools.writer.submit(job):
            raise LeaseLost

    def _summary(self) -> dict[str, Any]:
        names = [evaluator.name for evaluator in self._plan.document.evaluators]
        waiting = {"waiting_for": self._spender.waiting_for}
        return {**asdict(summary_of(self._outcomes, names)), **waiting}


def _first(failures: BaseExceptionGroup[BaseException]) -> BaseException:
    """Why a group of tasks ended; a lost lease says more than what broke because of it."""
    found = [
        _first(failure) if isinstance(failure, BaseExceptionGroup) else failure
        for failure in failures.exceptions
    ]
    return next((one for one in found if isinstance(one, LeaseLost)), found[0])
