"""What a caller's findings change about the server's (pure).

Callers may add spans and change types. They may release a span that the server found only
where the rule of its entity type says so; whatever they send, a span that must be protected
stays protected.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from sluice.engine import Action, Finding, Policy
from sluice.engine.errors import Problem
from sluice.server.errors import Unprocessable
from sluice.server.features.prompts.schemas import FindingIn


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The findings to act upon, and how many were released by entity type."""

    findings: list[Finding]
    released: dict[str, int]


def reviewed(
    text: str, found: Sequence[Finding], given: Sequence[FindingIn] | None, policy: Policy
) -> Reviewed:
    """The server's findings, with what the caller says about them; None: nothing.

    Raises `Unprocessable` for findings that do not match the text.
    """
    if given is None:
        return Reviewed(list(found), {})
    return review(found, check_caller_findings(text, given), policy)


def check_caller_findings(text: str, given: Sequence[FindingIn]) -> list[Finding]:
    """The caller's findings in the engine's form; every mismatch is named by its index."""
    problems: list[Problem] = []
    for index, finding in enumerate(given):
        path = f"findings[{index}]"
        if not 0 <= finding.start < finding.end <= len(text):
            problems.append(
                Problem(path, f"start and end must satisfy 0 <= start < end <= {len(text)}")
            )
        elif not _stands_at(finding, text):
            problems.append(
                Problem(f"{path}.text", "is not what stands at these offsets (in code points)")
            )
    if problems:
        raise Unprocessable("The findings do not match the text.", errors=problems)
    return [Finding(f.start, f.end, f.type, f.score, "caller") for f in given]


def _stands_at(finding: FindingIn, text: str) -> bool:
    # Lengths first: many findings over a long text would copy it as often.
    fits = finding.end - finding.start == len(finding.text)
    return fits and text[finding.start : finding.end] == finding.text


def review(found: Sequence[Finding], given: Sequence[Finding], policy: Policy) -> Reviewed:
    """Join what the server found with what the caller says about it."""
    released: Counter[str] = Counter()
    kept = list(given)
    cover = _Cover(given, policy)
    for finding in found:
        action = policy.action_for(finding)
        if action is Action.ALLOW or cover.protects(finding, action):
            continue
        if policy.rule_for(finding.entity_type).user_may_release:
            released[finding.entity_type] += 1
        else:
            kept.append(finding)
    return Reviewed(_merged(kept, policy), dict(released))


class _Cover:
    """The caller's spans, by how strict they are; asked once for each of the server's.

    Both sides may have a hundred thousand: each question costs a search, not a pass over all.
    """

    def __init__(self, given: Sequence[Finding], policy: Policy) -> None:
        spans = sorted((g.start, g.end, policy.action_for(g)) for g in given)
        self._by_action: dict[Action, tuple[list[int], list[int]]] = {}
        for least in _STRICTNESS:
            strict = [s for s in spans if _at_least_as_strict(s[2], least)]
            # The furthest end of all spans that begin no later than this one.
            ends = list(accumulate((end for _, end, _ in strict), max))
            self._by_action[least] = ([start for start, _, _ in strict], ends)

    def protects(self, finding: Finding, action: Action) -> bool:
        """Whether one of the spans is as strict and covers at least this whole finding."""
        starts, ends = self._by_action[action]
        before = bisect_right(starts, finding.start)
        return before > 0 and ends[before - 1] >= finding.end


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
