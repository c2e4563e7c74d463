"""One call of the vendors' wires through the gateway, up to its answer.

The order of things: what a caller may do and where the call goes; what of the body is text; text
out of attachments; findings and placeholders; the record, committed; the vendor; the answer,
restored and scanned; how it ended, handed in for writing before its last piece is sent on.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from typing import Final

import anyio.to_thread
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.engine.errors import Problem
from sluice.engine.placeholders import parse
from sluice.engine.types import Action
from sluice.server.analysis.beside import beside
from sluice.server.auth.auth import Caller
from sluice.server.auth.roles import Permission
from sluice.server.errors import Blocked, Unprocessable
from sluice.server.features.limits.rules import NO_LIMITS
from sluice.server.features.limits.service import InstanceLimits
from sluice.server.features.models.schemas import Attachments
from sluice.server.features.models.service import Models, UsableInstance
from sluice.server.features.policies.service import Policies, PolicyInForce
from sluice.server.features.proxy import attachments
from sluice.server.features.proxy.answers.scanning import AnswerRules, AnswerScanning
from sluice.server.features.proxy.asking import Asking, Question
from sluice.server.features.proxy.calls.body import RecordedBody, take_apart
from sluice.server.features.proxy.calls.recording import BegunCall, CallFacts, Calls
from sluice.server.features.proxy.calls.refused import RefusedPaths
from sluice.server.features.proxy.cleansing.cleansed_call import CleansedCall
from sluice.server.features.proxy.cleansing.service import GatewayCleansing
from sluice.server.features.proxy.conversations.headers import named_by
from sluice.server.features.proxy.expected import expected_tokens
from sluice.server.features.proxy.in_projects import Joining
from sluice.server.features.proxy.limits.key_settings import KeySettingsService
from sluice.server.features.proxy.routing import route
from sluice.server.features.proxy.wires.reading import Body, Reading
from sluice.server.features.proxy.wires.wire import Call, Wire
from sluice.server.kit.batching import BatchedWriter
from sluice.server.kit.configuration import KeptConfiguration
from sluice.server.kit.database import Database
from sluice.server.kit.metrics import Metrics
from sluice.server.providers.base import Connection
from sluice.server.providers.registry import provider_keys

TAKEN_APART_INLINE: Final = 200_000
"""Code points of a request that is made ready for its record in the event loop: a millisecond."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a call goes, and the rules for it."""

    instance: UsableInstance
    policy: PolicyInForce
    answers: AnswerRules
    connections: tuple[Connection, ...]
    """In the order in which they are asked, each with the model that it is asked for."""
    limited: bool = False
    """Whether the caller's API token or the instance has limits."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A recorded call, ready to be sent."""

    wire: Wire
    call: Call
    question: Question
    cleansed: CleansedCall
    begun: BegunCall
    target: Target


@dataclass(frozen=True, slots=True)
class Came:
    """A request as it came."""

    caller: Caller
    wire: Wire
    body: Body = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    started: float
    """Of `time.monotonic`."""


class Gateway:
    """Prepares calls; `Answering` gives their answers."""

    def __init__(
        self,
        *,
        database: Database,
        configuration: KeptConfiguration,
        writer: BatchedWriter,
        models: Models,
        policies: Policies,
        scanning: AnswerScanning,
        joining: Joining,
        cleansing: GatewayCleansing,
        calls: Calls,
        key_settings: KeySettingsService,
        limits: InstanceLimits,
        refused: RefusedPaths,
        asking: Asking,
        metrics: Metrics,
        detector_version: str,
    ) -> None:
        self._database = database
        self._configuration = configuration
        self._writer = writer
        self._models = models
        self._policies = policies
        self._scanning = scanning
        self._joining = joining
        self._cleansing = cleansing
        self._calls = calls
        self._key_settings = key_settings
        self._limits = limits
        self._refused = refused
        self._asking = asking
        self._metrics = metrics
        self._detector_version = detector_version

    async def prepare(self, came: Came) -> Prepared:
        """Cleanse a request and record it as pending: after this it may be sent.

        Raises `SluiceError`, with every problem of the request at once; then nothing was sent. What
        is not understood is counted.
        """
        try:
            return await self._prepared(came)
        except Unprocessable as refusal:
            if refusal.errors:
                self._refused.note(came.wire.name, refusal.errors)
            raise

    async def _prepared(self, came: Came) -> Prepared:
        call, reading = _read(came)
        target = await self._target(came.caller, call)
        if target.limited:
            await self._refuse_early(came.caller, target.instance.id, call)
        question = Question(came.wire, came.body, target.connections, came.headers)
        self._asking.check(question)
        reading = await _with_text_taken_out(target.instance, came, reading)
        conversation = await self._joining.open(came.caller, came.headers, call)
        facts = partial(self._facts, came, call, reading, target)
        chars = sum(len(leaf.text) for leaf in reading.leaves)
        try:
            cleansed, begun = await self._cleansing.cleanse_and_record(
                conversation,
                reading,
                target.policy,
                target.instance.instructions,
                partial(self._record, came, chars, facts),
                subject=f"model_instance:{target.instance.id}",
                actor_id=came.caller.user_id,
            )
        except Blocked as blocked:
            await self._blocked(facts, conversation.id, blocked)
            raise
        self._count(cleansed)
        if cleansed.instructions:
            came.wire.instruct(came.body, cleansed.instructions)
        return Prepared(came.wire, call, question, cleansed, begun, target)

    async def _target(self, caller: Caller, call: Call) -> Target:
        key = ("target", caller.user_id, caller.api_token_id, call.model)
        return await self._configuration.get(key, partial(self._chosen, caller, call))

    async def _chosen(self, caller: Caller, call: Call) -> Target:
        caller.require(Permission.USE_MODELS)
        async with self._database.read() as session:
            settings = await self._key_settings.of(session, caller.api_token_id)
            names = await self._models.names(session, caller.user_id)
            chosen = route(call.model, names, settings.default_instance_id)
            instance = await self._models.usable(session, chosen.instance_id, caller.user_id)
            policy = await self._policies.in_force(session, instance.policy_group_id)
            answers = await self._scanning.rules(session, instance)
            limits = await self._limits.of(session, instance.id)
        if chosen.model is not None:
            await self._check_model(chosen.model)
        connections = _connections(instance, chosen.model)
        limited = settings.limits != NO_LIMITS or limits != NO_LIMITS
        return Target(instance, policy, answers, connections, limited)

    async def _check_model(self, model: str) -> None:
        """A model's name goes to the vendor and into the record as it is: it may be no value."""
        if await self._scanning.holds_a_value(model):
            advice = "holds what looks like somebody's data; name a model"
            raise Unprocessable("This is no model's name.", errors=[Problem("model", advice)])

    async def _refuse_early(self, caller: Caller, instance_id: int, call: Call) -> None:
        """So that what is over its limit costs next to nothing."""
        token_id, streamed = caller.api_token_id, call.stream
        async with self._database.read() as session:
            await self._key_settings.refuse_early(session, token_id, streamed=streamed)
            await self._limits.refuse_early(session, instance_id, streamed=streamed)

    async def _record(
        self, came: Came, chars: int, facts: partial[CallFacts], call: CleansedCall
    ) -> Callable[[AsyncSession], Awaitable[BegunCall]]:
        held = call.conversation
        key = held.vault.key
        # Recorded as it was cleansed, without the instance's own instructions.
        taking = partial(take_apart, came.body, key.lookup_key)
        made = facts(
            held.id,
            key=key,
            request=await beside(chars, taking, inline=TAKEN_APART_INLINE),
            manifest=call.manifest,
            stand_ins=_stand_ins(call),
        )
        return lambda session: self._calls.begin(session, made)

    async def _blocked(
        self, facts: partial[CallFacts], conversation_id: int, blocked: Blocked
    ) -> None:
        self._metrics.prompt("proxy", "blocked")
        manifest = {(kind, Action.BLOCK): n for kind, n in blocked.entity_types.items()}

        async def job(session: AsyncSession) -> None:
            nothing = RecordedBody("{}", {})
            made = facts(conversation_id, key=None, request=nothing, manifest=manifest)
            await self._calls.refuse(session, made)

        await self._writer.submit(job)

    def _facts(
        self,
        came: Came,
        call: Call,
        reading: Reading,
        target: Target,
        conversation_id: int,
        **known: object,
    ) -> CallFacts:
        first, policy = target.connections[0], target.policy
        tokens = expected_tokens(came.body, reading)
        return CallFacts(
            conversation_id=conversation_id,
            user_id=came.caller.user_id,
            api_token_id=came.caller.api_token_id,
            model_instance_id=target.instance.id,
            wire=came.wire.name,
            provider=first.provider_key if first.provider_key in provider_keys() else "other",
            model=first.model,
            streamed=call.stream,
            policy=(policy.group_id, policy.number),
            answer_policy=target.answers.version,
            detector_version=self._detector_version,
            coverage=reading.coverage(),
            model_asked=call.model,
            expected_input_tokens=tokens.input_tokens,
            expected_output_tokens=tokens.output_tokens,
            started=came.started,
            **known,  # type: ignore[arg-type]
        )

    def _count(self, cleansed: CleansedCall) -> None:
        for (entity_type, action), count in cleansed.manifest.items():
            self._metrics.findings(entity_type, action, count)


def _stand_ins(call: CleansedCall) -> list[str]:
    """What stands for originals without being a placeholder: nobody could tell it otherwise."""
    names = (entry.placeholder for entry in call.mapping.entries)
    return [name for name in names if not _is_placeholder(name)]


@lru_cache(100_000)
def _is_placeholder(name: str) -> bool:
    """Kept, since a history needs the same ones at each turn."""
    return parse(name) is not None


def _read(came: Came) -> tuple[Call, Reading]:
    reading = Reading()
    call = came.wire.read(came.body, reading)
    if reading.problems:
        raise Unprocessable(
            "The request holds what is not understood here, so nothing was sent.",
            errors=reading.problems,
        )
    if call.conversation is None:
        call = replace(call, conversation=named_by(came.headers))
    return call, reading


async def _with_text_taken_out(instance: UsableInstance, came: Came, reading: Reading) -> Reading:
    """The request as it stands after the rule for attachments: what is taken out is a text too."""
    if not reading.attachments or instance.attachments is Attachments.PASS:
        return reading
    found = reading.attachments
    await anyio.to_thread.run_sync(partial(attachments.apply, instance.attachments, found))
    _, again = _read(came)
    if again.attachments:
        advice = "is still an attachment after its text was taken out"
        problems = [Problem(attachment.path, advice) for attachment in again.attachments]
        raise Unprocessable("Attachments cannot be cleansed; nothing was sent.", errors=problems)
    again.attachments = found
    return again


def _connections(instance: UsableInstance, model: str | None) -> tuple[Connection, ...]:
    """The instance's connections; a model that the caller names is asked of the first one."""
    if not instance.connections:
        raise Unprocessable(
            "This model instance has no model connection yet; an administrator can add one.",
            code="no_connection",
        )
    first, *others = instance.connections
    return (first if model is None else replace(first, model=model), *others)
