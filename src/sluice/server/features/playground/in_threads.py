"""A text sent to a model instance, in a thread of the caller's."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial

from sluice.server.auth.auth import Caller
from sluice.server.auth.roles import Permission
from sluice.server.features.models.service import Models
from sluice.server.features.playground.marks import Mark, original_marks, placeholder_marks
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
from sluice.server.features.prompts.answer import Answer, Answers
from sluice.server.features.prompts.schemas import CleanseIn
from sluice.server.features.prompts.service import Prepared, Prompts
from sluice.server.features.proxy.calls.prices import Prices
from sluice.server.kit.database import Database


class ThreadRuns:
    """Sends texts as `submit` does, and tells both sides of the answer."""

    def __init__(
        self, database: Database, models: Models, prompts: Prompts, answers: Answers, prices: Prices
    ) -> None:
        self._database = database
        self._models = models
        self._prompts = prompts
        self._answers = answers
        self._prices = prices

    async def begin(self, caller: Caller, body: CleanseIn) -> Run:
        """Cleanse a text and record it as pending. Raises `Blocked` and other `SluiceError`s."""
        caller.require(Permission.USE_MODELS)
        prepared = await self._prompts.prepare(caller, body, streamed=True)
        begun = await self._begun(caller, body, prepared)
        return Run(begun, partial(self._answer, prepared), partial(self._answers.abandon, prepared))

    async def _begun(self, caller: Caller, body: CleanseIn, prepared: Prepared) -> Begun:
        prompt, items = prepared.prompt, prepared.prompt.cleansed.items
        wrote = tuple(
            Mark(i.raw_start, i.raw_end, i.placeholder, i.entity_type, i.action.value)
            for i in items
        )
        sees = tuple(
            Mark(i.start, i.end, i.placeholder, i.entity_type, i.action.value) for i in items
        )
        instance = body.model_instance_id
        async with self._database.read() as session:
            usable = await self._models.usable(session, instance, caller.user_id)
            shown = await self._models.presentable(session, instance, usable.instructions)
        told = [Turn("system", shown)] if shown else []
        for chat in prepared.history:
            for role, text in (("user", chat.cleansed_input), ("assistant", chat.raw_output)):
                told.append(Turn(role, text, tuple(placeholder_marks(text, prompt.mapping))))
        return Begun(
            instance=usable.name,
            model=prepared.connection.model,
            policy_group_id=prepared.policy.group_id,
            policy_version=prepared.policy.number,
            wrote=(Turn("user", body.text, wrote),),
            sees=(*told, Turn("user", prompt.cleansed.text, sees)),
            thread_id=prompt.thread_id,
            chat_id=prepared.chat.id,
        )

    async def _answer(self, prepared: Prepared, clock: Clock) -> AsyncGenerator[Step, None]:
        answer, told, ended = Answer(), 0, "stop"
        async with aclosing(self._answers.stream(prepared, answer)) as pieces:
            async for piece in pieces:
                raw, told = "".join(answer.raw[told:]), len(answer.raw)
                yield clock.said(Said(raw, piece.content))
                ended = piece.finish_reason or ended
        yield self._ended(prepared, answer, clock, ended)

    def _ended(self, prepared: Prepared, answer: Answer, clock: Clock, reason: str) -> Ended:
        connection, mapping = prepared.connection, prepared.prompt.mapping
        model, usage = answer.model or connection.model, answer.usage
        return Ended(
            finish_reason=reason,
            model=model,
            raw_marks=tuple(placeholder_marks(answer.raw_text, mapping)),
            text_marks=tuple(original_marks(answer.items, mapping)),
            input_tokens=usage.input_tokens if usage else None,
            output_tokens=usage.output_tokens if usage else None,
            cost=cost_of(self._prices, connection, model, usage),
            first_token_ms=clock.first_token,
            duration_ms=clock.now(),
        )
