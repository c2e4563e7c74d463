"""Cleansing what a project keeps: recordings, traces, test cases, metadata.

Whoever saves a text makes a `Reading` of it (see there), and gives a function that writes the rows
in the transaction in which new originals are stored:

    reading = Reading()
    reading.values(document, "inputs", "inputs", "user")
    cleansed, result = await cleansing.save(project, conversation, reading, write)

By then the texts in `document` are cleansed. What a policy blocks elsewhere is redacted here: a
call that was made is recorded.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.engine import RawText
from sluice.server.analysis.beside import INLINE_CHARS
from sluice.server.features.policies.service import PolicyInForce
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.projects.service import Projects
from sluice.server.features.proxy.cleansing.cleansed_call import CleansedCall
from sluice.server.features.proxy.cleansing.service import GatewayCleansing
from sluice.server.features.proxy.conversations.service import Conversation
from sluice.server.features.proxy.wires.reading import Reading

Result = TypeVar("Result")
Write = Callable[[AsyncSession], Awaitable[Result]]


class ProjectCleansing:
    """Cleanses under the policy of a project, with the placeholders of the project."""

    def __init__(self, projects: Projects, cleansing: GatewayCleansing) -> None:
        self._projects = projects
        self._cleansing = cleansing
        # One after the other, piece by piece: who reads prompts or calls a model meanwhile waits
        # for one piece, and not for all recordings that came at once.
        self._turns = asyncio.Semaphore(1)

    async def save(
        self,
        project: KnownProject,
        conversation: Conversation,
        reading: Reading,
        make_ready: Callable[[CleansedCall], Awaitable[Write[Result]]],
        *,
        policy: PolicyInForce | None = None,
    ) -> tuple[CleansedCall, Result]:
        """Write cleansed texts into what was read, and commit new originals with the caller's rows.

        `make_ready(cleansed)` is called when the texts are cleansed and before anybody waits to
        write: it seals what is to be stored, and gives what writes the rows (quick statements on
        tables only, see `BatchedWriter`). Both happen again when another process was faster.
        Who notes the policy's version gives the `policy` that `Projects.policy` said.
        Raises `Unprocessable` for a text that has no UTF-8 form, `Unavailable`.
        """
        policy = policy or await self._projects.policy(project)
        for leaf in reading.leaves:
            # What a project keeps may hold its placeholders already, as test cases do: they stay
            # what they are, and are not taken for numbers that somebody typed.
            leaf.speaker = "system"

        async def ready(call: CleansedCall) -> Write[Result]:
            call.is_answered = False
            return await make_ready(call)

        return await self._cleansing.cleanse_and_record(
            conversation,
            reading,
            policy.where_nothing_is_blocked(),
            RawText(""),
            ready,
            turn=self._turns if _is_short(reading) else None,
        )


def _is_short(reading: Reading) -> bool:
    """Whether all of it is cleansed in the event loop: what takes a thread keeps nobody waiting."""
    return sum(len(leaf.text) for leaf in reading.leaves) <= INLINE_CHARS
