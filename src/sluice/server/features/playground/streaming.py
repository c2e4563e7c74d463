"""Runs as Server-Sent Events: `begun`, `said` for each piece, and `ended` or `error`."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing

from pydantic import BaseModel
from starlette.types import Receive, Scope, Send

from sluice.server.error_answers import failure_behind
from sluice.server.errors import SluiceError
from sluice.server.features.playground.runs import Ended, Run, Step
from sluice.server.features.playground.schemas import BegunOut, EndedOut, SaidOut
from sluice.server.kit.streaming import EventStream


class RunStream(EventStream):
    """A run, sent as it goes; recorded as abandoned if the caller leaves before it began."""

    def __init__(self, run: Run, request_id: str) -> None:
        super().__init__(_frames(run, request_id))
        self._run = run

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send every event."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._run.give_up()


async def _frames(run: Run, request_id: str) -> AsyncGenerator[bytes, None]:
    yield _frame("begun", _json(BegunOut.of(run.begun)))
    try:
        async with aclosing(run.answer()) as steps:
            async for step in steps:
                yield _step(step)
        return
    except Exception as error:
        failure = error if isinstance(error, SluiceError) else failure_behind(error)
        if failure is None:
            raise
    yield _frame("error", failure.body(request_id))


def _step(step: Step) -> bytes:
    if isinstance(step, Ended):
        return _frame("ended", _json(EndedOut.of(step)))
    return _frame("said", _json(SaidOut.of(step)))


def _json(out: BaseModel) -> dict[str, object]:
    return out.model_dump(mode="json", by_alias=True)


def _frame(event: str, data: dict[str, object]) -> bytes:
    # ASCII only: some clients split lines at U+0085 and U+2028 too.
    said = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
    return f"event: {event}\ndata: {said}\n\n".encode()
