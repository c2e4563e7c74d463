"""One prompt's way through the server, up to the model (see docs/architecture.md)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.engine import (
    Action,
    Cleansed,
    CleansedText,
    Finding,
    Hydrated,
    Mapping,
    PolicyBlocked,
    RawText,
    cleanse,
    hydrate,
)
from sluice.engine.errors import Problem
from sluice.server.analysis.analyzer import Analyzer
from sluice.server.analysis.beside import beside
from sluice.server.auth.auth import Caller
from sluice.server.auth.roles import Permission
from sluice.server.errors import Blocked, Unprocessable
from sluice.server.features.audit import service as audit
from sluice.server.features.limits import rules
from sluice.server.features.limits.service import InstanceLimits, NewCall, RunningCall
from sluice.server.features.models.service import Models, UsableInstance
from sluice.server.features.policies.service import Policies, PolicyInForce
from sluice.server.features.prompts.counting import CountedPrompt, manifest_of
from sluice.server.features.prompts.history import HistoryForms
from sluice.server.features.prompts.review import Reviewed, reviewed
from sluice.server.features.prompts.schemas import CleanseIn, HistoryOut, HydrateIn
from sluice.server.features.statistics.chats import chat_ended
from sluice.server.features.statistics.ended import Ending
from sluice.server.features.threads.service import BegunChat, Exchange, PastChat, Threads
from sluice.server.kit.database import Database
from sluice.server.kit.metrics import Metrics
from sluice.server.kit.sealing import DataKey
from sluice.server.providers.base import Connection, Message, Usage
from sluice.server.vault.service import ThreadVault, Vault


@dataclass(frozen=True, slots=True)
class Analysis:
    """A text's findings and the policy that decides about them."""

    instance: UsableInstance
    policy: PolicyInForce
    findings: list[Finding]
    instruction_findings: list[Finding]


@dataclass(frozen=True, slots=True)
class CleansedPrompt:
    """A cleansed text in its thread."""

    thread_id: int
    cleansed: Cleansed
    mapping: Mapping
    key: DataKey


@dataclass(frozen=True, slots=True)
class HydratedText:
    """A restored text in its thread."""

    thread_id: int
    hydrated: Hydrated


@dataclass(frozen=True, slots=True)
class Prepared:
    """A recorded prompt, ready to be sent."""

    prompt: CleansedPrompt
    chat: BegunChat
    history: list[PastChat]
    policy: PolicyInForce
    connection: Connection
    messages: tuple[Message, ...]
    counted: CountedPrompt
    limited: RunningCall | None
    """What the limits of the model instance know of it."""


class Prompts:
    """The service of prompts."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        policies: Policies,
        models: Models,
        threads: Threads,
        analyzer: Analyzer,
        metrics: Metrics,
        history_chars: int,
        limits: InstanceLimits,
    ) -> None:
        self._database = database
        self._vault = vault
        self._policies = policies
        self._models = models
        self._threads = threads
        self._analyzer = analyzer
        self._metrics = metrics
        self._history_chars = history_chars
        self._limits = limits
        self._history_forms = HistoryForms()

    async def analyze(self, caller: Caller, instance_id: int, text: RawText) -> Analysis:
        """The findings of a text under the policy of a model instance."""
        return await self._analyzed(caller, instance_id, text)

    async def _analyzed(
        self, caller: Caller, instance_id: int, text: RawText, *, streamed: bool | None = None
    ) -> Analysis:
        """`streamed`: how the text is to be sent, None if it is not; a limit refuses it early."""
        caller.require(Permission.USE_MODELS)
        async with self._database.read() as session:
            instance = await self._models.usable(session, instance_id, caller.user_id)
            policy = await self._policies.in_force(session, instance.policy_group_id)
            if streamed is not None:
                await self._limits.refuse_early(session, instance_id, streamed=streamed)
        findings = await self._analyzer.findings(text, policy)
        instructions = await self._analyzer.findings(instance.instructions, policy)
        return Analysis(instance, policy, findings, instructions)

    async def cleanse(self, caller: Caller, body: CleanseIn) -> CleansedPrompt:
        """Cleanse a text with its thread's mapping; `Blocked` if the policy refuses it."""
        text = RawText(body.text)
        analysis = await self.analyze(caller, body.model_instance_id, text)
        review = reviewed(text, analysis.findings, body.findings, analysis.policy.policy)
        async with self._blocking(caller, analysis), self._database.write() as session:
            thread_id, opened = await self._thread(session, caller, body)
            cleansed = await self._cleanse(session, caller, opened, text, analysis, review)
            await self._vault.save(session, opened)
        self._metrics.prompt("cleanse", "answered")
        return CleansedPrompt(thread_id, cleansed, opened.mapping, opened.key)

    async def hydrate(self, caller: Caller, body: HydrateIn) -> HydratedText:
        """Put a thread's originals back into a text; a new thread has none."""
        caller.require(Permission.USE_MODELS)
        async with self._database.read() as session:
            await self._models.usable(session, body.model_instance_id, caller.user_id)
        async with self._database.write() as session:
            thread_id, opened = await self._thread(session, caller, body)
        text = CleansedText(body.text)
        hydrated = await beside(len(text), partial(hydrate, text, opened.mapping))
        self._metrics.hydrated(len(hydrated.items))
        return HydratedText(thread_id, hydrated)

    async def prepare(self, caller: Caller, body: CleanseIn, *, streamed: bool) -> Prepared:
        """Cleanse a prompt and record it as pending: after this it may be sent.

        `streamed`: whether the caller gets the answer as it comes. Raises `Blocked`, `RateLimited`
        over a limit of the model instance, and other `SluiceError`s.
        """
        text = RawText(body.text)
        analysis = await self._analyzed(caller, body.model_instance_id, text, streamed=streamed)
        connection = _require_connection(analysis.instance)
        review = reviewed(text, analysis.findings, body.findings, analysis.policy.policy)
        async with self._blocking(caller, analysis), self._database.write() as session:
            thread_id, opened = await self._thread(session, caller, body)
            cleansed = await self._cleanse(session, caller, opened, text, analysis, review)
            instructions = _cleanse_instructions(analysis, opened.mapping)
            history = await self._history(session, body, opened, analysis)
            messages = conversation(instructions, history, cleansed.text)
            call = _new_call(analysis.instance, connection, messages, streamed=streamed)
            limited = await self._limits.begin(session, call)
            exchange = Exchange(
                raw_input=text,
                cleansed_input=cleansed.text,
                policy_group_id=analysis.policy.group_id,
                policy_version=analysis.policy.number,
                model=connection.model,
            )
            chat = await self._threads.begin_chat(session, thread_id, opened.key, exchange)
            await self._vault.save(session, opened)
        prompt = CleansedPrompt(thread_id, cleansed, opened.mapping, opened.key)
        manifest = manifest_of(review.findings, analysis.policy.policy)
        counted = CountedPrompt(caller.user_id, analysis.instance.id, connection, manifest)
        return Prepared(
            prompt, chat, history, analysis.policy, connection, messages, counted, limited
        )

    def history_out(self, prepared: Prepared) -> list[HistoryOut]:
        """The earlier inputs that the model was shown, in both cleansed forms."""
        texts = (chat.cleansed_input for chat in prepared.history)
        return self._history_forms.rows(texts, prepared.prompt.mapping, prepared.prompt.key)

    async def _thread(
        self, session: AsyncSession, caller: Caller, body: CleanseIn | HydrateIn
    ) -> tuple[int, ThreadVault]:
        """The caller's thread, whose other writers wait now; None opens one by itself."""
        thread_id = body.thread_id
        if thread_id is None:
            return await self._threads.begin(
                session, user_id=caller.user_id, instance_id=body.model_instance_id
            )
        await self._threads.require_owned(session, thread_id, caller.user_id)
        return thread_id, await self._vault.open_thread(session, thread_id, for_update=True)

    async def _history(
        self, session: AsyncSession, body: CleanseIn, opened: ThreadVault, analysis: Analysis
    ) -> list[PastChat]:
        """The earlier chats; a thread that was opened by itself has none."""
        if body.thread_id is None:
            return []
        chats = await self._threads.history(
            session, body.thread_id, opened.key, self._history_chars
        )
        return [await self._under(analysis, chat, opened.mapping) for chat in chats]

    async def _cleanse(
        self,
        session: AsyncSession,
        caller: Caller,
        opened: ThreadVault,
        text: RawText,
        analysis: Analysis,
        review: Reviewed,
    ) -> Cleansed:
        if review.released:
            await audit.record(
                session,
                "findings.released",
                actor_id=caller.user_id,
                subject=opened.scope,
                details=dict(review.released),
            )
        # What the instructions type literally must never be issued to this thread.
        opened.mapping.reserve(analysis.instance.instructions)
        policy = analysis.policy.policy
        cleansed = await beside(
            len(text), partial(cleanse, text, review.findings, opened.mapping, policy)
        )
        counts = Counter((f.entity_type, policy.action_for(f)) for f in review.findings)
        for (entity_type, action), count in counts.items():
            self._metrics.findings(entity_type, action, count)
        return cleansed

    async def _under(self, analysis: Analysis, chat: PastChat, mapping: Mapping) -> PastChat:
        """An earlier turn as the policy in force lets the model see it.

        Another policy decided about it then, if the policy was changed since or the thread went
        on with another model instance; what was let through may not go out now.
        """
        policy = analysis.policy
        if chat.policy == (policy.group_id, policy.number):
            return chat
        return PastChat(
            await self._cleanse_again(chat.cleansed_input, policy, mapping),
            await self._cleanse_again(chat.raw_output, policy, mapping),
            (policy.group_id, policy.number),
        )

    async def _cleanse_again(
        self, text: CleansedText, policy: PolicyInForce, mapping: Mapping
    ) -> CleansedText:
        found = await self._analyzer.findings(RawText(text), policy)
        # Placeholders and stand-ins of this thread stay what they are.
        findings = [f for f in found if mapping.find(text[f.start : f.end]) is None]
        again = partial(cleanse, text, findings, mapping, policy.policy.without_blocking())
        return (await beside(len(text), again)).text

    def _blocking(self, caller: Caller, analysis: Analysis) -> _BlockedAnswer:
        return _BlockedAnswer(self._database, self._metrics, caller, analysis)


class _BlockedAnswer:
    """Turns `PolicyBlocked` into an audit event and a `Blocked` answer."""

    def __init__(
        self, database: Database, metrics: Metrics, caller: Caller, analysis: Analysis
    ) -> None:
        self._database, self._metrics = database, metrics
        self._caller, self._analysis = caller, analysis

    async def __aenter__(self) -> None:
        """Nothing to set up."""

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """By now the transaction is rolled back: nothing of the text is kept."""
        if not isinstance(error, PolicyBlocked):
            return
        self._metrics.prompt("submit", "blocked")
        async with self._database.write() as session:
            await audit.record(
                session,
                "prompt.blocked",
                actor_id=self._caller.user_id,
                subject=f"model_instance:{self._analysis.instance.id}",
                details=dict(error.counts),
            )
            instance, found = self._analysis.instance, error.counts.items()
            manifest = {kind: {Action.BLOCK.value: count} for kind, count in found}
            counted = CountedPrompt(
                self._caller.user_id, instance.id, instance.connection, manifest
            )
            await chat_ended(session, counted.ended(Ending.BLOCKED))
        raise Blocked(str(error), error.counts) from None


def _require_connection(instance: UsableInstance) -> Connection:
    if instance.connection is None:
        message = "This model instance has no model connection yet; an administrator can add one."
        raise Unprocessable(message, errors=[Problem("modelInstanceId", message)])
    return instance.connection


def _new_call(
    instance: UsableInstance,
    connection: Connection,
    messages: tuple[Message, ...],
    *,
    streamed: bool,
) -> NewCall:
    tokens = rules.estimated(0, sum(len(message.text) for message in messages)).output_tokens
    asked = (connection.provider_key, connection.model)
    return NewCall(instance.id, *asked, streamed=streamed, expected=Usage(tokens, 0))


def _cleanse_instructions(analysis: Analysis, mapping: Mapping) -> CleansedText:
    """The instance's instructions; nothing that they hold can be restored to a caller."""
    if not analysis.instance.instructions:
        return CleansedText("")
    policy = analysis.policy.policy.without_blocking()
    return cleanse(
        analysis.instance.instructions,
        analysis.instruction_findings,
        mapping,
        policy,
        restorable=False,
    ).text


def conversation(
    instructions: CleansedText, history: Sequence[PastChat], text: CleansedText
) -> tuple[Message, ...]:
    """What the model sees: instructions, the earlier turns, the new text."""
    messages = [Message("system", instructions)] if instructions else []
    for chat in history:
        messages.append(Message("user", chat.cleansed_input))
        messages.append(Message("assistant", chat.raw_output))
    return (*messages, Message("user", text))
