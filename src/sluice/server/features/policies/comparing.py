"""What differs between two policies (pure)."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from sluice.engine import Detection
from sluice.server.features.policies.schemas import (
    CustomTermDocument,
    PolicyDocument,
    RuleDocument,
)
from sluice.server.kit.wire import WireModel


class RuleChange(WireModel):
    """A rule that came (no `before`), went (no `after`) or is another one."""

    entity_type: str
    before: RuleDocument | None
    after: RuleDocument | None


class TermChange(WireModel):
    """A custom term that came, went or is another one."""

    name: str
    before: CustomTermDocument | None
    after: CustomTermDocument | None


class DefaultChange(WireModel):
    """The rule of entity types that have none."""

    before: RuleDocument
    after: RuleDocument


class DetectionChange(WireModel):
    """Which tagger looks for names."""

    before: Detection
    after: Detection


class PolicyDiff(WireModel):
    """Everything that differs; nothing in it means that both are the same."""

    detection: DetectionChange | None = None
    default: DefaultChange | None = None
    rules: list[RuleChange] = Field(default_factory=list)
    custom_terms: list[TermChange] = Field(default_factory=list)
    allowed: list[str] = Field(default_factory=list)
    """What the allow list gained."""
    no_longer_allowed: list[str] = Field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether both policies are the same."""
        return self == PolicyDiff()


def compared(before: PolicyDocument, after: PolicyDocument) -> PolicyDiff:
    """What `after` has in place of `before`."""
    found = PolicyDiff(
        rules=_rules(before, after),
        custom_terms=_terms(before.custom_terms, after.custom_terms),
        allowed=_without(after.allow_list, before.allow_list),
        no_longer_allowed=_without(before.allow_list, after.allow_list),
    )
    if before.detection is not after.detection:
        found.detection = DetectionChange(before=before.detection, after=after.detection)
    if before.default != after.default:
        found.default = DefaultChange(before=before.default, after=after.default)
    return found


def _rules(before: PolicyDocument, after: PolicyDocument) -> list[RuleChange]:
    changes = []
    for kind in sorted({*before.rules, *after.rules}):
        old, new = before.rules.get(kind), after.rules.get(kind)
        if old != new:
            changes.append(RuleChange(entity_type=kind, before=old, after=new))
    return changes


def _terms(
    before: Sequence[CustomTermDocument], after: Sequence[CustomTermDocument]
) -> list[TermChange]:
    """By name; of several with one name each is a change of its own."""
    gone = [term for term in before if term not in after]
    come = [term for term in after if term not in before]
    changes = []
    for term in gone:
        other = next((one for one in come if one.name == term.name), None)
        if other is not None:
            come.remove(other)
        changes.append(TermChange(name=term.name, before=term, after=other))
    changes += [TermChange(name=term.name, before=None, after=term) for term in come]
    return sorted(changes, key=lambda change: change.name)


def _without(some: Sequence[str], others: Sequence[str]) -> list[str]:
    known = set(others)
    return [one for one in dict.fromkeys(some) if one not in known]
