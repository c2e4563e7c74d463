"""A database with two people, a token of each, an instance and a conversation, to record calls."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection

from sluice.engine import Action, Finding, Mapping, RawText, cleanse
from sluice.server.auth.callers import SYSTEM
from sluice.server.auth.tables import ApiToken, User
from sluice.server.features.limits.rules import Limits
from sluice.server.features.limits.service import InstanceLimits
from sluice.server.features.models.tables import ModelInstance
from sluice.server.features.policies.tables import PolicyGroup
from sluice.server.features.proxy.calls.body import Body, take_apart
from sluice.server.features.proxy.calls.prices import Prices
from sluice.server.features.proxy.calls.recording import BegunCall, CallFacts, CallOutcome, Calls
from sluice.server.features.proxy.calls.status import CallStatus
from sluice.server.features.proxy.conversations.service import Conversation, Conversations, Owner
from sluice.server.features.proxy.limits.key_settings import KeySettingsService
from sluice.server.features.proxy.limits.settings import KeySettings
from sluice.server.kit.batching import BatchedWriter
from sluice.server.kit.database import Database
from sluice.server.kit.sealing import MasterKeys
from sluice.server.kit.tokens import token_hash
from sluice.server.providers.base import Usage
from sluice.server.vault.service import Vault

MODEL = "gpt-4o-mini"
"""15 and 60 cents a million tokens."""
MEMBER_TOKEN = "member-token-of-the-tests-of-calls"
ADMIN_TOKEN = "administrator-token-of-the-tests-of-calls"
NOON = datetime(2026, 11, 10, 12, 0, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that goes when it is told to; it tells both kinds of time."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def monotonic(self) -> float:
        return (self.now - NOON).total_seconds()

    def pass_(self, seconds: float) -> None:
        """Let time go by."""
        self.now += timedelta(seconds=seconds)


@dataclass
class Recorder:
    """What one process has: two of them on one database are two replicas."""

    database: Database
    clock: Clock = field(default_factory=Clock)
    vault: Vault = field(default_factory=lambda: Vault(MasterKeys([b"m" * 32])))

    def __post_init__(self) -> None:
        self.writer = BatchedWriter(self.database)
        self.settings = KeySettingsService(clock=self.clock, monotonic=self.clock.monotonic)
        self.limits = InstanceLimits(
            Prices().cost, clock=self.clock, monotonic=self.clock.monotonic
        )
        self.calls = Calls(self.writer, Prices(), self.settings, self.limits, clock=self.clock)
        self.conversations = Conversations(self.database, self.writer, self.vault)

    async def conversation(self, name: str = "one", token_id: int = 1) -> Conversation:
        """A conversation of a token's caller."""
        return await self.conversations.open(Owner(token_id, token_id), name)

    async def facts(self, body: Body | None = None, **fields: Any) -> CallFacts:  # noqa: ANN401
        """The facts of a call of the first user's token."""
        held = fields.pop("conversation", None) or await self.conversation()
        known = CallFacts(
            conversation_id=held.id,
            key=held.vault.key,
            user_id=1,
            api_token_id=1,
            model_instance_id=1,
            wire="openai.chat",
            provider="openai",
            model=MODEL,
            streamed=False,
            policy=(1, 1),
            answer_policy=None,
            detector_version="1",
            request=take_apart(body or {"messages": []}, held.vault.key.lookup_key),
        )
        return replace(known, **fields)

    async def begin(self, facts: CallFacts | None = None) -> BegunCall:
        """A call that is recorded as pending."""
        given = facts or await self.facts()
        return await self.writer.submit(lambda session: self.calls.begin(session, given))

    async def call(
        self,
        usage: Usage | None = None,
        *,
        facts: CallFacts | None = None,
        status: CallStatus = CallStatus.COMPLETE,
    ) -> int:
        """A call from its beginning to its end; its id."""
        begun = await self.begin(facts)
        await self.calls.finish(begun, CallOutcome(status, usage=usage))
        return begun.id

    async def limit(self, token_id: int = 1, **limits: int) -> None:
        """Set a token's limits, and wait until they are in force."""
        settings = KeySettings(limits=Limits(**limits))
        async with self.database.write() as session:
            await self.settings.set(session, SYSTEM, token_id, settings)


async def filled(database: Database) -> Recorder:
    """The rows that calls refer to: a member and an administrator, each with a token; instances.

    Their ids are 1 and 2, and so are those of the tokens and of two instances.
    """
    async with database.write() as session:
        session.add(PolicyGroup(name="Group", version=1))
        session.add(User(email="member@example.org", role="member"))
        await session.flush()
        session.add(User(email="admin@example.org", role="administrator"))
        await session.flush()
        session.add_all(
            ApiToken(user_id=n, name=f"token {n}", token_hash=token_hash(token))
            for n, token in enumerate((MEMBER_TOKEN, ADMIN_TOKEN), start=1)
        )
        session.add_all(ModelInstance(name=f"Instance {n}", policy_group_id=1) for n in (1, 2))
    return Recorder(database)


def cleansed(raw: str, original: str, entity_type: str, mapping: Mapping) -> str:
    """A text with one original of it masked."""
    start = raw.index(original)
    finding = Finding(start, start + len(original), entity_type, 0.9, "test")
    return cleanse(RawText(raw), [finding], mapping).text


async def keep(recorder: Recorder, held: Conversation, mapping: Mapping) -> None:
    """Store what a mapping has issued."""
    entries = mapping.take_new()
    assert all(entry.action is Action.MASK for entry in entries)
    async with recorder.database.write() as session:
        await held.vault.add(session, entries)


async def everything(database: Database) -> str:
    """All columns of all tables, as they would be read from a stolen file."""
    async with database.engine.connect() as connection:
        return await connection.run_sync(_everything)


def _everything(connection: Connection) -> str:
    names = inspect(connection).get_table_names()
    rows = [row for name in names for row in connection.execute(text(f'SELECT * FROM "{name}"'))]
    return "\n".join(repr(tuple(row)) for row in rows).lower()
