"""Policies that are no version of any group: what they find in a text. Nothing is kept."""

from __future__ import annotations

import hashlib
from collections import Counter, OrderedDict
from functools import partial
from typing import Final

from sluice.engine import Finding, Mapping, Policy, PolicyBlocked, RawText, cleanse
from sluice.server.analysis.analyzer import Analyzer
from sluice.server.analysis.beside import beside
from sluice.server.analysis.detectors import Detectors
from sluice.server.auth.callers import Caller
from sluice.server.auth.roles import Permission
from sluice.server.features.policies.schemas import (
    PolicyDocument,
    PolicyTestIn,
    PolicyTestOut,
    TestedFinding,
)
from sluice.server.features.policies.service import PolicyInForce, require_usable

KEPT: Final = 16
"""Drafts whose detectors are kept: who types into a test box asks with the same one."""
_NO_GROUP: Final = 0


class Drafts:
    """The service that tries policies on texts; one analyzer of its own for all of them."""

    def __init__(self, *, seconds: float) -> None:
        self._analyzer = Analyzer(Detectors(kept=KEPT), seconds=seconds)
        self._numbers: OrderedDict[bytes, int] = OrderedDict()
        self._next = 1

    async def test(self, caller: Caller, body: PolicyTestIn) -> PolicyTestOut:
        """What a policy does with a text; raises `Unprocessable` for a policy that is none."""
        caller.require(Permission.VIEW_POLICIES)
        version = await self.version(body.policy)
        text = RawText(body.text)
        findings = await self._analyzer.findings(text, version)
        return await beside(len(text), partial(_tested, text, findings, version.policy))

    async def version(self, document: PolicyDocument) -> PolicyInForce:
        """The draft as if it were a version; raises `Unprocessable` with every problem.

        Drafts that detect the same have the same number: rules make no difference.
        """
        digest = _digest(document)
        number = self._numbers.get(digest)
        if number is None:
            await require_usable(document)
            number, self._next = self._next, self._next + 1
            self._numbers[digest] = number
            while len(self._numbers) > KEPT:
                self._numbers.popitem(last=False)
        self._numbers.move_to_end(digest)
        return PolicyInForce(_NO_GROUP, number, document.to_policy())


def detects_the_same(one: Policy, other: Policy) -> bool:
    """Whether both find the same in every text, whatever they do with it."""
    return (one.custom_terms, one.allow_list, one.detection) == (
        other.custom_terms,
        other.allow_list,
        other.detection,
    )


def _digest(document: PolicyDocument) -> bytes:
    detecting = document.model_dump_json(include={"custom_terms", "allow_list", "detection"})
    return hashlib.sha256(detecting.encode()).digest()


def _tested(text: RawText, findings: list[Finding], policy: Policy) -> PolicyTestOut:
    told = [_finding(finding, policy) for finding in findings]
    blocked: Counter[str] = Counter()
    cleansed: str | None = None
    try:
        cleansed = cleanse(text, findings, Mapping(), policy).text
    except PolicyBlocked as error:
        blocked.update(error.counts)
    return PolicyTestOut(findings=told, cleansed=cleansed, blocked=dict(sorted(blocked.items())))


def _finding(finding: Finding, policy: Policy) -> TestedFinding:
    rule = policy.rule_for(finding.entity_type)
    return TestedFinding(
        start=finding.start,
        end=finding.end,
        entity_type=finding.entity_type,
        score=finding.score,
        detector=finding.detector,
        custom_term=finding.custom_term,
        action=policy.action_for(finding),
        below_threshold=finding.score < rule.threshold,
    )
