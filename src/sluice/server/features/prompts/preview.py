"""What would be done with a prompt: found, explained, reviewed and cleansed; nothing is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.engine import Cleansed, Finding, Mapping, PolicyBlocked, RawText, cleanse
from sluice.engine.explain import Explanation
from sluice.server.analysis.analyzer import Analyzer
from sluice.server.analysis.beside import beside
from sluice.server.auth.auth import Caller
from sluice.server.auth.roles import Permission
from sluice.server.features.models.service import Models, UsableInstance
from sluice.server.features.policies.service import Policies, PolicyInForce
from sluice.server.features.prompts.review import reviewed
from sluice.server.features.prompts.schemas import CleanseIn
from sluice.server.features.threads.service import Threads
from sluice.server.kit.database import Database
from sluice.server.vault.service import Vault


@dataclass(frozen=True, slots=True)
class Preview:
    """What the server found in a text, and what would go to the model."""

    policy: PolicyInForce
    explanation: Explanation
    """Of what the server found by itself."""
    acted_upon: list[Finding]
    """With what the caller said about it: sorted, not overlapping."""
    released: dict[str, int]
    """How many findings the caller dropped, by entity type."""
    blocked: dict[str, int]
    """How many findings the policy blocks, by entity type; nothing would be sent then."""
    cleansed: Cleansed | None = field(repr=False)
    """None where it is blocked."""


class Previews:
    """The service of previews; it writes nothing, and counts nothing."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        policies: Policies,
        models: Models,
        threads: Threads,
        analyzer: Analyzer,
    ) -> None:
        self._database = database
        self._vault = vault
        self._policies = policies
        self._models = models
        self._threads = threads
        self._analyzer = analyzer

    async def preview(self, caller: Caller, body: CleanseIn) -> Preview:
        """What submitting this would do now; placeholders are those that it would get now.

        Raises `NotFound` for an instance or a thread that is not the caller's, `Unprocessable`
        for findings that do not match the text.
        """
        caller.require(Permission.USE_MODELS)
        text = RawText(body.text)
        async with self._database.read() as session:
            instance = await self._models.usable(session, body.model_instance_id, caller.user_id)
            policy = await self._policies.in_force(session, instance.policy_group_id)
            mapping = await self._mapping(session, caller, body.thread_id)
        explanation = await self._analyzer.explained(text, policy)
        found = [one.finding for one in explanation.findings]
        review = reviewed(text, found, body.findings, policy.policy)
        work = partial(_cleansed, text, review.findings, mapping, instance, policy)
        cleansed, blocked = await beside(len(text), work)
        return Preview(policy, explanation, review.findings, review.released, blocked, cleansed)

    async def _mapping(
        self, session: AsyncSession, caller: Caller, thread_id: int | None
    ) -> Mapping:
        """The thread's, to be thrown away afterwards."""
        if thread_id is None:
            return Mapping()
        await self._threads.require_owned(session, thread_id, caller.user_id)
        return (await self._vault.open_thread(session, thread_id)).mapping


def _cleansed(
    text: RawText,
    findings: list[Finding],
    mapping: Mapping,
    instance: UsableInstance,
    policy: PolicyInForce,
) -> tuple[Cleansed | None, dict[str, int]]:
    mapping.reserve(instance.instructions)
    try:
        return cleanse(text, findings, mapping, policy.policy), {}
    except PolicyBlocked as error:
        return None, error.counts
