"""What looks through a model's answer: a detector for each version of an answer policy."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import anyio.to_thread
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.engine import Action, Detection, Detector, Finding, Policy
from sluice.server.errors import Unavailable
from sluice.server.features.models.service import UsableInstance
from sluice.server.features.policies.service import Policies
from sluice.server.features.proxy.answers.built_in_policy import BUILT_IN, needs_names
from sluice.server.kit.taggers import TaggerMissing, names_for

KEPT: Final = 64
"""Detectors; the least used is made anew when it is needed."""
Version = tuple[int, int]


@dataclass(frozen=True, slots=True)
class AnswerRules:
    """What decides about an answer, and what finds it."""

    version: Version | None
    """The policy group and its version; None for the built-in rules."""
    policy: Policy
    analyze: Callable[[str], Sequence[Finding]]


class AnswerScanning:
    """The service of answer rules."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies
        self._detectors: OrderedDict[Version | None, Detector] = OrderedDict()

    async def rules(self, session: AsyncSession, instance: UsableInstance) -> AnswerRules:
        """Those of an instance. Raises `Unavailable` where its tagger is not installed."""
        version, policy = None, BUILT_IN
        if instance.answer_policy_group_id is not None:
            group = await self._policies.in_force(session, instance.answer_policy_group_id)
            version, policy = (group.group_id, group.number), group.policy
        detector = await self._detector(version, policy)
        return AnswerRules(version, policy, detector.analyze)

    async def holds_a_value(self, word: str) -> bool:
        """Whether the built-in rules would take something out of a word."""
        found = (await self._detector(None, BUILT_IN)).analyze(word)
        return any(BUILT_IN.action_for(finding) is not Action.ALLOW for finding in found)

    async def _detector(self, version: Version | None, policy: Policy) -> Detector:
        detector = self._detectors.get(version)
        if detector is None:
            detector = await _made(policy)
            self._detectors[version] = detector
            while len(self._detectors) > KEPT:
                self._detectors.popitem(last=False)
        self._detectors.move_to_end(version)
        return detector


async def _made(policy: Policy) -> Detector:
    make = partial(Detector, custom_terms=policy.custom_terms, allow_list=policy.allow_list)
    if not needs_names(policy):
        # Names are what costs most, and an answer has to be read while it comes.
        return make(names=None)
    if policy.detection is Detection.STANDARD:
        return make()
    try:
        names = names_for(policy.detection)
    except TaggerMissing as missing:
        problem = str(missing)
    else:
        return await anyio.to_thread.run_sync(lambda: make(names=names))
    raise Unavailable(f"{problem}; nothing was sent.", code="detector_missing")
