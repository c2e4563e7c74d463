"""What looks through a model's answer: the detector of an answer policy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.engine import Action, Detector, Finding, Policy
from sluice.server.analysis.detectors import Detectors
from sluice.server.analysis.refusals import REFUSED, refusal
from sluice.server.features.models.service import UsableInstance
from sluice.server.features.policies.service import Policies, PolicyInForce
from sluice.server.features.proxy.answers.built_in_policy import BUILT_IN, needs_names

Version = tuple[int, int]

_BUILT_IN: Final = PolicyInForce(0, 0, BUILT_IN)
"""Stored policy groups have other ids."""


@dataclass(frozen=True, slots=True)
class AnswerRules:
    """What decides about an answer, and what finds it."""

    version: Version | None
    """The policy group and its version; None for the built-in rules."""
    policy: Policy
    analyze: Callable[[str], Sequence[Finding]]


class AnswerScanning:
    """The service of answer rules."""

    def __init__(self, policies: Policies, detectors: Detectors) -> None:
        self._policies = policies
        self._detectors = detectors

    async def rules(self, session: AsyncSession, instance: UsableInstance) -> AnswerRules:
        """Those of an instance. Raises `Unavailable` where its tagger cannot be had."""
        version, policy = None, _BUILT_IN
        if instance.answer_policy_group_id is not None:
            policy = await self._policies.in_force(session, instance.answer_policy_group_id)
            version = (policy.group_id, policy.number)
        detector = await self._detector(policy)
        return AnswerRules(version, policy.policy, detector.analyze)

    async def holds_a_value(self, word: str) -> bool:
        """Whether the built-in rules would take something out of a word."""
        found = (await self._detector(_BUILT_IN)).analyze(word)
        return any(BUILT_IN.action_for(finding) is not Action.ALLOW for finding in found)

    async def _detector(self, policy: PolicyInForce) -> Detector:
        # Names are what costs most, and an answer has to be read while it comes.
        try:
            return await self._detectors.of(policy, names=needs_names(policy.policy))
        except REFUSED as error:
            refused = refusal(error)
        raise refused
