"""Policies on the wire, in YAML and in the database: one form for all three."""

from __future__ import annotations

import unicodedata
from types import MappingProxyType
from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from sluice.engine import Action, CustomTerm, Detection, Policy, Rule
from sluice.server.kit.wire import NoNul, StrictModel, WireModel, WireTime

EntityTypeName = Annotated[
    str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]*(_[A-Z][A-Z0-9]*)*$", max_length=64)
]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=128), NoNul]
Term = Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class RuleDocument(StrictModel):
    """What happens with findings of one entity type."""

    action: Action = Action.MASK
    threshold: float = Field(default=0.5, ge=0, le=1)
    user_may_release: bool = False

    def to_rule(self) -> Rule:
        """The engine's form."""
        return Rule(self.action, self.threshold, self.user_may_release)


class CustomTermDocument(StrictModel):
    """Words of the organisation's own: `text` literally, or a `pattern`."""

    name: Name
    entity_type: EntityTypeName = "CUSTOM_TERM"
    text: Term | None = None
    pattern: Term | None = None
    case_sensitive: bool = False
    whole_words: bool = True
    inflected: bool = False

    @model_validator(mode="after")
    def _one_of_two(self) -> CustomTermDocument:
        if (self.text is None) == (self.pattern is None):
            raise ValueError("give exactly one of text and pattern")
        return self

    def to_term(self) -> CustomTerm:
        """The engine's form."""
        return CustomTerm(**self.model_dump())


class PolicyDocument(StrictModel):
    """A whole policy."""

    detection: Detection = Detection.STANDARD
    default: RuleDocument = Field(default_factory=RuleDocument)
    rules: dict[EntityTypeName, RuleDocument] = Field(default_factory=dict)
    custom_terms: list[CustomTermDocument] = Field(default_factory=list, max_length=10_000)
    allow_list: list[Term] = Field(default_factory=list, max_length=10_000)

    def to_policy(self) -> Policy:
        """The engine's form."""
        return Policy(
            rules=MappingProxyType({name: rule.to_rule() for name, rule in self.rules.items()}),
            default=self.default.to_rule(),
            custom_terms=tuple(term.to_term() for term in self.custom_terms),
            allow_list=tuple(unicodedata.normalize("NFC", term) for term in self.allow_list),
            detection=self.detection,
        )


class PolicyGroupIn(StrictModel):
    """A policy group to create, or a new version of one."""

    name: Name
    policy: PolicyDocument = Field(default_factory=PolicyDocument)
    note: Annotated[str, StringConstraints(max_length=500), NoNul] = ""
    if_version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    """Of a change: only if this version is still in force, so that nobody's work is lost."""


class PolicyGroupOut(WireModel):
    """A policy group with the document that is in force."""

    id: int
    name: str
    version: int
    policy: PolicyDocument
    created_at: WireTime
    updated_at: WireTime


class PolicyYamlIn(StrictModel):
    """A document with one policy group, as `sluice policy export` writes it."""

    model_config = ConfigDict(hide_input_in_errors=True)

    yaml: Annotated[str, StringConstraints(min_length=1, max_length=2_000_000)] = Field(repr=False)
    note: Annotated[str, StringConstraints(max_length=500), NoNul] = "imported"
    dry_run: bool = False
    """Only say what would change."""


class PolicyVersionOut(WireModel):
    """One version of a policy group."""

    number: int
    note: str
    created_by: int | None
    author: str | None = None
    """As the user is called now."""
    created_at: WireTime
    policy: PolicyDocument


class RestoreIn(StrictModel):
    """Which earlier version to put in force again (as a new version)."""

    number: int = Field(ge=1, le=2**31 - 1)


class PolicyTestIn(StrictModel):
    """A policy, saved or not, and a text to try it on."""

    model_config = ConfigDict(hide_input_in_errors=True)

    policy: PolicyDocument = Field(default_factory=PolicyDocument)
    text: Annotated[str, StringConstraints(max_length=20_000)] = Field(repr=False)


class TestedFinding(WireModel):
    """What a policy finds in a text; offsets in code points, `end` is exclusive."""

    __test__ = False

    start: int
    end: int
    entity_type: str
    score: float
    detector: str
    custom_term: str | None
    action: Action
    below_threshold: bool
    """Whether it is let through because the rule asks for a higher score."""


class PolicyTestOut(WireModel):
    """What a policy does with a text."""

    findings: list[TestedFinding]
    cleansed: str | None = Field(repr=False)
    """What a model would see; null where the policy refuses the text."""
    blocked: dict[str, int]
    """What it refuses the text for: counts by entity type."""


class DryRunIn(StrictModel):
    """What is tried on the prompts that were sent last: a policy, or a version of the group."""

    model_config = ConfigDict(hide_input_in_errors=True)

    policy: PolicyDocument | None = Field(default=None, repr=False)
    version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    prompts: int = Field(default=200, ge=1, le=1000)
    """How many of the newest prompts of the model instances that use the group."""


class DryRunProgress(WireModel):
    """How far a dry run has come."""

    looked: int
    prompts: int


class TypeChange(WireModel):
    """Findings of one entity type: counts by action."""

    entity_type: str
    before: dict[Action, int]
    """Under the version in force, as it would treat them now."""
    after: dict[Action, int]


class DryRunOut(WireModel):
    """What a policy would have done to prompts that were sent: counts and types, never text."""

    against_version: int
    """The version in force, with which it is compared."""
    prompts: int
    """That were found."""
    looked: int
    """At; fewer than `prompts` where the time ran out."""
    complete: bool
    judged: int
    judged_by_type_alone: int
    """Prompts that were refused: nothing of them is kept but the entity types for which."""
    not_judged: int
    """Prompts of which originals were erased, or which a detector refuses."""
    values_not_kept: int
    """Values of judged prompts that were redacted, so that their entity types alone are known."""
    newly_blocked: int
    no_longer_blocked: int
    changed: int
    """Prompts of which a model would see something else."""
    since: WireTime | None
    """When the oldest prompt that was looked at was sent."""
    entity_types: list[TypeChange]


class NamedInstance(WireModel):
    """A model instance that uses a policy group, for prompts or for answers."""

    id: int
    name: str
    prompts: bool
    answers: bool


class UsesOut(WireModel):
    """What uses a policy group."""

    model_instances: list[NamedInstance]
    projects: list[str]
    """Names."""
