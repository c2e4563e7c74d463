"""A template filled in and sent to a model instance, as a call of a project over the gateway."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import anyio.to_thread

from sluice.engine import CleansedText
from sluice.engine.errors import Problem
from sluice.server.auth.auth import Caller
from sluice.server.auth.roles import Permission
from sluice.server.errors import Unprocessable
from sluice.server.features.models.service import Models, UsableInstance
from sluice.server.features.playground.marks import original_marks, placeholder_marks, raw_marks
from sluice.server.features.playground.runs import (
    Begun,
    Clock,
    Ended,
    Run,
    Said,
    Step,
    Turn,
    cost_of,
)
from sluice.server.features.playground.schemas import PromptRunIn
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.proxy.answers.answering import Answering, restorer_of
from sluice.server.features.proxy.answers.restoring import AnswerRestorer, Told
from sluice.server.features.proxy.calls.prices import Prices
from sluice.server.features.proxy.gateway import Came, Gateway, Prepared
from sluice.server.features.proxy.in_projects import HEADER
from sluice.server.features.proxy.wires.openai.answers import read_usage
from sluice.server.features.proxy.wires.openai.chat import ChatWire
from sluice.server.features.proxy.wires.reading import Body
from sluice.server.features.templates.content import TemplateContent
from sluice.server.features.templates.mustache import RenderedTooLong
from sluice.server.features.templates.rendering import Message, rendered
from sluice.server.features.templates.service import Templates
from sluice.server.features.testruns.running import bodies
from sluice.server.kit.database import Database
from sluice.server.providers.base import Usage
from sluice.server.providers.sse import Event


@dataclass(frozen=True, slots=True)
class _Version:
    """What is filled in."""

    content: TemplateContent = field(repr=False)
    name: str | None = None
    number: int | None = None


class ProjectRuns:
    """Sends templates through the gateway, and tells both sides of the answer."""

    def __init__(
        self,
        database: Database,
        models: Models,
        templates: Templates,
        gateway: Gateway,
        answering: Answering,
        prices: Prices,
    ) -> None:
        self._database = database
        self._models = models
        self._templates = templates
        self._gateway = gateway
        self._answering = answering
        self._prices = prices

    async def begin(self, project: KnownProject, caller: Caller, body: PromptRunIn) -> Run:
        """Fill a template in, cleanse it and record the call as pending.

        The caller must be an editor of the project: the gateway asks for that. Raises `NotFound`
        for a version or an instance that is not there, `Blocked` and other `SluiceError`s.
        """
        caller.require(Permission.USE_MODELS)
        version = await self._version(project, body)
        async with self._database.read() as session:
            usable = await self._models.usable(session, body.model_instance_id, caller.user_id)
            shown = await self._models.presentable(session, usable.id, usable.instructions)
        asked = await anyio.to_thread.run_sync(_body, version.content, body, usable)
        wrote = _turns(asked["messages"])
        headers = {HEADER: project.uid}
        came = Came(caller, ChatWire(), asked, headers, time.monotonic())
        prepared = await self._gateway.prepare(came)
        begun = _begun(prepared, version, wrote, shown)
        return Run(
            begun, partial(self._answer, prepared), partial(self._answering.abandon, prepared)
        )

    async def _version(self, project: KnownProject, body: PromptRunIn) -> _Version:
        if body.content is not None:
            return _Version(body.content)
        if body.template_version is not None:
            found = await self._templates.version(project, body.template_version)
        else:
            found = await self._templates.in_environment(
                project, body.template or "", body.environment
            )
        return _Version(found.content, found.template_name, found.number)

    async def _answer(self, prepared: Prepared, clock: Clock) -> AsyncGenerator[Step, None]:
        restorer = restorer_of(prepared)
        telling, outcome = _Telling(restorer), _Outcome()
        async with aclosing(self._answering.stream(prepared, restorer)) as groups:
            async for group in groups:
                for event in group:
                    outcome.note(event)
                yield clock.said(telling.news())
        yield clock.said(telling.news())
        yield self._ended(prepared, telling, outcome, clock)

    def _ended(
        self, prepared: Prepared, telling: _Telling, outcome: _Outcome, clock: Clock
    ) -> Ended:
        connection, mapping = prepared.target.connections[0], prepared.cleansed.mapping
        model, usage, texts = outcome.model or connection.model, outcome.usage, telling.texts
        raw, at, originals = "".join(one.cleansed for one in texts), 0, []
        for one in texts:
            originals += original_marks(one.items(), mapping, at)
            at += len(one.sent)
        return Ended(
            finish_reason=outcome.finish_reason,
            model=model,
            raw_marks=tuple(placeholder_marks(raw, mapping)),
            text_marks=tuple(originals),
            input_tokens=usage.input_tokens if usage else None,
            output_tokens=usage.output_tokens if usage else None,
            cost=cost_of(self._prices, connection, model, usage),
            first_token_ms=clock.first_token,
            duration_ms=clock.now(),
        )


class _Telling:
    """What is new of an answer since it was last asked.

    What the model wrote is told as it went to the caller: what an answer policy took out of it
    stands in neither.
    """

    def __init__(self, restorer: AnswerRestorer) -> None:
        self._restorer = restorer
        self._raw = 0
        self._text = 0

    @property
    def texts(self) -> list[Told]:
        """The texts of the answer, without the model's thinking."""
        return [one for one in self._restorer.told if "reasoning" not in one.path]

    def news(self) -> Said:
        """The next piece."""
        raw = "".join(one.cleansed for one in self.texts)
        text = "".join(one.sent for one in self.texts)
        said = Said(raw[self._raw :], text[self._text :])
        self._raw, self._text = len(raw), len(text)
        return said


class _Outcome:
    """What the chunks of an answer tell besides text."""

    def __init__(self) -> None:
        self.finish_reason = "stop"
        self.model: str | None = None
        self.usage: Usage | None = None

    def note(self, event: Event) -> None:
        """Look at one chunk."""
        if event.data.strip() == "[DONE]":
            return
        chunk: Body = json.loads(event.data)
        model = chunk.get("model")
        self.model = model if isinstance(model, str) and model else self.model
        self.usage = read_usage(chunk.get("usage")) or self.usage
        for choice in chunk.get("choices") or ():
            self.finish_reason = choice.get("finish_reason") or self.finish_reason


def _body(content: TemplateContent, body: PromptRunIn, instance: UsableInstance) -> Body:
    """The request for the gateway; raises `Unprocessable` for what cannot be sent."""
    parameters, problems = bodies.parameters_of(content.parameters, body.parameters)
    problems += [
        Problem(
            f"template.messages[{index}].mediaSlots", "holds media, which is not sent from here"
        )
        for index, message in enumerate(content.messages or ())
        if message.media_slots
    ]
    if problems:
        raise Unprocessable("This template cannot be tried.", errors=problems)
    asked = bodies.body_of(_filled(content, body.variables, body.history), parameters, content)
    options = {"include_usage": True}
    return {**asked, "model": instance.name, "stream": True, "stream_options": options}


def _filled(
    content: TemplateContent, variables: Mapping[str, object], history: Sequence[Message]
) -> list[Message]:
    message = ""
    try:
        return rendered(content, variables, history)
    except RenderedTooLong as error:
        message = str(error)
    raise Unprocessable(message)


def _begun(
    prepared: Prepared, version: _Version, wrote: list[Turn], instructions: CleansedText
) -> Begun:
    target, mapping = prepared.target, prepared.cleansed.mapping
    sent = prepared.question.body["messages"]
    told: list[Turn] = []
    if prepared.cleansed.instructions:
        # People see them as they may: what stands before the messages is not shown as it is.
        sent, told = sent[1:], [Turn("system", instructions)]
    own: list[Turn] = []
    for before, turn in zip(wrote, _turns(sent), strict=True):
        marks = placeholder_marks(turn.text, mapping)
        told.append(Turn(turn.role, turn.text, tuple(marks)))
        originals = raw_marks(before.text, turn.text, marks, mapping)
        own.append(Turn(before.role, before.text, tuple(originals)))
    return Begun(
        instance=target.instance.name,
        model=target.connections[0].model,
        policy_group_id=target.policy.group_id,
        policy_version=target.policy.number,
        wrote=tuple(own),
        sees=tuple(told),
        call_id=prepared.begun.id,
        template=version.name,
        template_version=version.number,
    )


def _turns(messages: Sequence[Mapping[str, Any]]) -> list[Turn]:
    return [Turn(str(one.get("role", "")), _text(one.get("content"))) for one in messages]


def _text(content: object) -> str:
    """The words of a message; of one in parts those of each part."""
    if isinstance(content, list):
        parts = (part.get("text") for part in content if isinstance(part, dict))
        return "\n".join(part for part in parts if isinstance(part, str))
    return content if isinstance(content, str) else ""
