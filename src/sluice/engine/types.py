"""The engine's words: texts by trust, spans, findings, actions and policies.

All offsets count Unicode code points; `end` is exclusive.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NewType

RawText = NewType("RawText", str)
"""Text that a person typed: it may hold anything."""

CleansedText = NewType("CleansedText", str)
"""Text that went through `cleanse` (or came from a model that saw only such text)."""

ENTITY_TYPE: Final = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z][A-Z0-9]*)*", re.ASCII)
"""What an entity type looks like; no part is a bare number, so that `TYPE_0` reads one way."""


class Action(StrEnum):
    """What a policy does with a finding."""

    ALLOW = "allow"
    """Sent as it is; still reported."""
    MASK = "mask"
    """A placeholder; the original is restored in the answer."""
    REDACT = "redact"
    """A placeholder; the original is not kept and never restored."""
    REPLACE = "replace"
    """A realistic stand-in of the same kind, stable in the thread; restored."""
    BLOCK = "block"
    """The text is refused: nothing is sent, nothing raw is kept."""


class Detection(StrEnum):
    """Which tagger looks for names."""

    STANDARD = "standard"
    """The one that ships: fast."""
    THOROUGH = "thorough"
    """A larger one out of a package of its own: finds more, takes longer."""


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open stretch of a text, in code points."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A span of a text, its entity type, a score between 0 and 1, and who found it."""

    start: int
    end: int
    entity_type: str
    score: float = 1.0
    detector: str = "caller"
    custom_term: str | None = None
    """The name of the policy's custom term that matched, if one did."""
    linked: int | None = field(default=None, compare=False)
    """Where in the same text the finding stands that this one mentions again, if it does."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What to do with findings of one entity type that score at least `threshold`."""

    action: Action = Action.MASK
    threshold: float = 0.5
    user_may_release: bool = False
    """Whether a caller may drop a finding of this type (each release is an audit event)."""


@dataclass(frozen=True, slots=True)
class CustomTerm:
    """Words of the organisation's own: `text` literally, or `pattern` as a regular expression.

    Exactly one of the two is set. `name` stands in reports; the matched text never does.
    """

    name: str
    entity_type: str = "CUSTOM_TERM"
    text: str | None = None
    pattern: str | None = None
    case_sensitive: bool = False
    whole_words: bool = True
    inflected: bool = False
    """Whether the forms of a literal `text` are found too: plurals, cases, possessives."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules that decide about findings; entity types without a rule follow `default`."""

    rules: Mapping[str, Rule] = field(default_factory=lambda: MappingProxyType({}))
    default: Rule = field(default_factory=Rule)
    custom_terms: tuple[CustomTerm, ...] = ()
    allow_list: tuple[str, ...] = ()
    """Texts that are never findings, compared after NFC and case folding."""
    detection: Detection = Detection.STANDARD

    def rule_for(self, entity_type: str) -> Rule:
        """The rule of this entity type, else the default one."""
        return self.rules.get(entity_type, self.default)

    def action_for(self, finding: Finding) -> Action:
        """What happens to this finding; one below its threshold is allowed through."""
        rule = self.rule_for(finding.entity_type)
        return rule.action if finding.score >= rule.threshold else Action.ALLOW

    def without_blocking(self) -> Policy:
        """The policy for texts that a caller cannot change, such as instructions and earlier turns:
        what is blocked elsewhere is redacted there.
        """
        rules = {kind: _redacting(rule) for kind, rule in self.rules.items()}
        return replace(self, rules=rules, default=_redacting(self.default))


def _redacting(rule: Rule) -> Rule:
    return replace(rule, action=Action.REDACT) if rule.action is Action.BLOCK else rule
