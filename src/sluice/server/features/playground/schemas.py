"""The playground on our own API. Offsets count code points, `end` exclusive."""

from __future__ import annotations

from typing import Annotated, Any, Final, Self

from pydantic import ConfigDict, Field, JsonValue, model_validator

from sluice.engine import Finding, RawText
from sluice.engine.explain import Considered, Explained, Made
from sluice.server.features.playground.runs import Begun, Ended, Said
from sluice.server.features.prompts.deidentified import finding_out
from sluice.server.features.prompts.preview import Preview
from sluice.server.features.prompts.schemas import CleanseIn, FindingOut
from sluice.server.features.templates.content import (
    LATEST,
    Environment,
    TemplateContent,
    TemplateName,
    Uid,
)
from sluice.server.kit.wire import RowId, StrictModel, WireModel

MOST_DROPPED: Final = 200
"""Of what was considered and dropped, so much is told."""


class PromptIn(CleanseIn):
    """A text for a model instance; findings null means: the server's own."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class PromptRunIn(StrictModel):
    """A template to be filled in and sent to a model instance."""

    model_config = ConfigDict(hide_input_in_errors=True)

    model_instance_id: RowId
    template: TemplateName | None = None
    """The name of the template whose version in `environment` is sent."""
    environment: Environment = LATEST
    template_version: Uid | None = None
    """A version's id, in place of template and environment."""
    content: TemplateContent | None = Field(default=None, repr=False)
    """A version that is not saved, in their place."""
    variables: dict[str, JsonValue] = Field(default_factory=dict, max_length=200, repr=False)
    history: list[dict[str, Any]] = Field(default_factory=list, max_length=1_000, repr=False)
    parameters: dict[str, Any] = Field(default_factory=dict, max_length=100, repr=False)
    """Over those of the version."""

    @model_validator(mode="after")
    def _one_version(self) -> Self:
        given = (self.template, self.template_version, self.content)
        if sum(one is not None for one in given) != 1:
            raise ValueError("give exactly one of template, templateVersion and content")
        return self


class MadeOut(WireModel):
    """What made a finding."""

    by: str
    """`pattern`, `tag`, `custom term`, `field` or `link`."""
    reason: str
    """What confirmed it: `Luhn`, `mod 97`, …"""
    view: str
    """The kind of reading in which it was found, if not in the text as it stands."""
    raised_by: list[str]
    """Context words near it that raised its score."""
    lowered_by: list[str]

    @classmethod
    def of(cls, made: Made) -> Self:
        """From the engine's."""
        return cls.model_validate(made)


class ExplainedFindingOut(FindingOut):
    """A finding, what the policy does about it, and why it is one."""

    threshold: float
    """Of the policy's rule; below it, a finding passes."""
    user_may_release: bool
    linked_to: int | None
    """Where the finding stands that this one mentions again."""
    made: MadeOut

    @classmethod
    def about(cls, one: Explained, text: RawText, preview: Preview) -> Self:
        """From the engine's explanation, under the policy."""
        policy = preview.policy.policy
        rule = policy.rule_for(one.finding.entity_type)
        return cls(
            **finding_out(one.finding, text, policy).model_dump(),
            threshold=rule.threshold,
            user_may_release=rule.user_may_release,
            linked_to=one.finding.linked,
            made=MadeOut.of(one.made),
        )


class DroppedOut(WireModel):
    """What was considered, and is no finding, or only in part."""

    start: int
    end: int
    type: str
    score: float
    origin: str
    made: MadeOut
    why: str
    by_type: str | None
    """The entity type of what stands there instead."""

    @classmethod
    def of(cls, one: Considered) -> Self:
        """From the engine's."""
        finding = one.finding
        return cls(
            start=finding.start,
            end=finding.end,
            type=finding.entity_type,
            score=finding.score,
            origin=finding.detector,
            made=MadeOut.of(one.made),
            why=one.why,
            by_type=one.by.entity_type if one.by is not None else None,
        )


class ActedUponOut(WireModel):
    """A span as it will be treated: the server's findings with the caller's."""

    start: int
    end: int
    type: str
    action: str
    origin: str

    @classmethod
    def about(cls, finding: Finding, preview: Preview) -> Self:
        """Under the policy."""
        return cls(
            start=finding.start,
            end=finding.end,
            type=finding.entity_type,
            action=preview.policy.policy.action_for(finding).value,
            origin=finding.detector,
        )


class MarkOut(WireModel):
    """Where a placeholder stands, or what it stood for."""

    start: int
    end: int
    placeholder: str
    entity_type: str
    action: str


class ItemOut(MarkOut):
    """A placeholder in the cleansed text, and where its original stands in the text."""

    raw_start: int
    raw_end: int


class CleansedOut(WireModel):
    """A text as the model would see it."""

    text: str
    items: list[ItemOut]


class PreviewOut(WireModel):
    """What would be done with a text."""

    findings: list[ExplainedFindingOut]
    """Of the server."""
    dropped: list[DroppedOut]
    """At most 200."""
    acted_upon: list[ActedUponOut]
    """With the caller's findings."""
    released: dict[str, int]
    blocked: dict[str, int]
    """Counts by entity type; nothing would be sent then."""
    cleansed: CleansedOut | None
    """Null where it is blocked."""
    policy_group_id: int
    policy_version: int

    @classmethod
    def of(cls, text: RawText, preview: Preview) -> Self:
        """From the service's."""
        explained, cleansed = preview.explanation, preview.cleansed
        return cls(
            findings=[ExplainedFindingOut.about(f, text, preview) for f in explained.findings],
            dropped=[DroppedOut.of(one) for one in explained.dropped[:MOST_DROPPED]],
            acted_upon=[ActedUponOut.about(f, preview) for f in preview.acted_upon],
            released=preview.released,
            blocked=preview.blocked,
            cleansed=CleansedOut.model_validate(cleansed) if cleansed is not None else None,
            policy_group_id=preview.policy.group_id,
            policy_version=preview.policy.number,
        )


class AsTemplateOut(WireModel):
    """A prompt as a template, and the values that make it the prompt again."""

    text: str
    """In mustache."""
    variables: dict[str, str]


class TurnOut(WireModel):
    """One message."""

    role: str
    text: str
    marks: list[MarkOut]


class BegunOut(WireModel):
    """The event `begun`: what is sent to the model."""

    instance: str
    model: str
    policy_group_id: int
    policy_version: int
    wrote: list[TurnOut]
    sees: list[TurnOut]
    thread_id: int | None
    chat_id: int | None
    call_id: int | None
    template: str | None
    template_version: int | None

    @classmethod
    def of(cls, begun: Begun) -> Self:
        """From the service's."""
        return cls.model_validate(begun)


class SaidOut(WireModel):
    """The event `said`: a piece of the answer, as the model wrote it and as you get it."""

    raw: str
    text: str

    @classmethod
    def of(cls, said: Said) -> Self:
        """From the service's."""
        return cls.model_validate(said)


class EndedOut(WireModel):
    """The event `ended`: what the answer came to."""

    finish_reason: str
    model: str
    raw_marks: list[MarkOut]
    text_marks: list[MarkOut]
    input_tokens: int | None
    output_tokens: int | None
    cost_microdollars: Annotated[int | None, Field(validation_alias="cost")]
    first_token_ms: int | None
    duration_ms: int

    @classmethod
    def of(cls, ended: Ended) -> Self:
        """From the service's."""
        return cls.model_validate(ended)


class RunEvents(WireModel):
    """What a stream's events hold, by their names; `error` holds what every error does."""

    begun: BegunOut
    said: SaidOut
    ended: EndedOut
