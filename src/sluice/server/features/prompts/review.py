"""What a caller's findings change about the server's (pure).

Callers may add spans and change types. They may release a span that the server found only
where the rule of its entity type says so; whatever they send, a span that must be protected
stays protected.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sluice.engine import Action, Finding, Policy
from sluice.engine.errors import Problem
from sluice.server.errors import Unprocessable
from sluice.server.features.prompts.schemas import FindingIn


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The findings to act upon, and how many were released by entity type."""

    findings: list[Finding]
    released: dict[str, int]


def check_caller_findings(text: str, given: Sequence[FindingIn]) -> list[Finding]:
    """The caller's findings in the engine's form; every mismatch is named by its index."""
    problems: list[Problem] = []
    for index, finding in enumerate(given):
        path = f"findings[{index}]"
        if not 0 <= finding.start < finding.end <= len(text):
            problems.append(
                Problem(path, f"start and end must satisfy 0 <= start < end <= {len(text)}")
            )
        elif text[finding.start : finding.end] != finding.text:
            problems.append(
                Problem(f"{path}.text", "is not what stands at these offsets (in code points)")
            )
    if problems:
        raise Unprocessable("The findings do not match the text.", errors=problems)
    return [Finding(f.start, f.end, f.type, f.score, "caller") for f in given]


def review(found: Sequence[Finding], given: Sequence[Finding], policy: Policy) -> Reviewed:
    """Join what the server found with what the caller says about it."""
    released: Counter[str] = Counter()
    kept = list(given)
    for finding in found:
        if policy.action_for(finding) is Action.ALLOW or _covered(finding, given, policy):
            continue
        if policy.rule_for(finding.entity_type).user_may_release:
            released[finding.entity_type] += 1
        else:
            kept.append(finding)
    return Reviewed(_merged(kept, policy), dict(released))


def _covered(finding: Finding, given: Sequence[Finding], policy: Policy) -> bool:
    """Whether one of the caller's spans protects at least this whole span."""
    return any(
        g.start <= finding.start
        and finding.end <= g.end
        and _at_least_as_strict(policy.action_for(g), policy.action_for(finding))
        for g in given
    )


_STRICTNESS = (Action.ALLOW, Action.REPLACE, Action.MASK, Action.REDACT, Action.BLOCK)


def _strictness(action: Action) -> int:
    return _STRICTNESS.index(action)


def _at_least_as_strict(one: Action, other: Action) -> bool:
    # Mask and replace both hide and restore; the caller may choose between their types.
    weakest = {Action.MASK: Action.REPLACE}.get(other, other)
    return _strictness(one) >= _strictness(weakest)


def _merged(findings: Sequence[Finding], policy: Policy) -> list[Finding]:
    """Sorted and without overlaps: what overlaps becomes one span of the strictest type."""
    merged: list[Finding] = []
    for finding in sorted(findings, key=lambda f: (f.start, f.end)):
        if merged and finding.start < merged[-1].end:
            merged[-1] = _union(merged[-1], finding, policy)
        else:
            merged.append(finding)
    return merged


def _union(one: Finding, other: Finding, policy: Policy) -> Finding:
    stricter = max(one, other, key=lambda f: _strictness(policy.action_for(f)))
    return replace(stricter, start=min(one.start, other.start), end=max(one.end, other.end))
