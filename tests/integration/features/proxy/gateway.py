"""The gateway's cleansing alone, on any database, with people who may own conversations."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.engine import Policy, RawText
from sluice.server.analysis.analyzer import Analyzer
from sluice.server.analysis.detectors import Detectors
from sluice.server.auth.tables import ApiToken, User
from sluice.server.features.policies.service import PolicyInForce
from sluice.server.features.proxy.answers.restoring import AnswerPolicy, AnswerRestorer
from sluice.server.features.proxy.cleansing.cleansed_call import CleansedCall
from sluice.server.features.proxy.cleansing.service import GatewayCleansing
from sluice.server.features.proxy.conversations.service import Conversation, Conversations, Owner
from sluice.server.features.proxy.wires.reading import Reading, Speaker
from sluice.server.kit.batching import BatchedWriter
from sluice.server.kit.database import Database
from sluice.server.kit.sealing import MasterKeys
from sluice.server.vault.service import SETTINGS, Vault

Body = dict[str, Any]
MASTER = bytes(range(32))
OWNER, OTHER = Owner(1, 1), Owner(1, 2)
POLICY = PolicyInForce(1, 1, Policy())
RESTORED_ALONE = AnswerPolicy(Policy(), lambda text: [])
"""Originals come back in an answer, and nothing else is found in it."""


@dataclass
class Gateway:
    """One server process's services."""

    database: Database
    writer: BatchedWriter
    vault: Vault
    conversations: Conversations
    cleansing: GatewayCleansing
    policy: PolicyInForce = POLICY

    async def send(
        self, conversation: Conversation, *texts: tuple[Speaker, str], instructions: str = ""
    ) -> tuple[CleansedCall, list[str]]:
        """Cleanse a request and store it; what would be sent."""
        body = chat(*texts)
        call, _ = await self.cleansing.cleanse_and_record(
            conversation, read(body), self.policy, RawText(instructions), _nothing
        )
        return call, [message["content"] for message in body["messages"]]

    async def answer(self, call: CleansedCall, text: str) -> str:
        """What the caller reads when the model says this; stored as the gateway does."""
        restorer = AnswerRestorer(call.mapping, RESTORED_ALONE)
        channel = restorer.channel("choices[0]")
        said = "".join([channel.feed(letter) for letter in text]) + channel.finish()
        raw = [told.raw for told in restorer.told]
        await self.writer.submit(lambda session: call.save_answer(session, call.brought(raw)))
        return said


def gateway(database: Database, policy: Policy | None = None) -> Gateway:
    """A process on this database."""
    writer, vault = BatchedWriter(database), Vault(MasterKeys([MASTER]))
    conversations = Conversations(database, writer, vault)
    cleansing = GatewayCleansing(database, writer, conversations, _analyzer())
    in_force = POLICY if policy is None else PolicyInForce(1, 2, policy)
    return Gateway(database, writer, vault, conversations, cleansing, in_force)


@cache
def _analyzer() -> Analyzer:
    # One for all: the policies of these tests differ in their rules alone.
    return Analyzer(Detectors(), seconds=20)


async def people(database: Database) -> None:
    """A user with two API tokens, another with one, and the settings' key."""
    vault = Vault(MasterKeys([MASTER]))
    async with database.write() as session:
        await session.execute(insert(User), [{"id": 1, "email": "a@example.org"}, {"id": 2}])
        tokens = [
            {"id": number, "user_id": user, "name": "", "token_hash": str(number)}
            for number, user in ((1, 1), (2, 1), (3, 2))
        ]
        await session.execute(insert(ApiToken), tokens)
        await vault.ensure_key(session, SETTINGS)


def chat(*texts: tuple[Speaker, str]) -> Body:
    """A request in no wire's shape."""
    return {"messages": [{"role": speaker, "content": text} for speaker, text in texts]}


def read(body: Body) -> Reading:
    """Where its texts stand."""
    reading = Reading()
    for index, message in enumerate(body["messages"]):
        reading.text(message, "content", f"messages[{index}].content", message["role"])
    return reading


async def _nothing(call: CleansedCall) -> Callable[[AsyncSession], Awaitable[None]]:
    """Record nothing."""

    async def write(session: AsyncSession) -> None:
        pass

    return write
