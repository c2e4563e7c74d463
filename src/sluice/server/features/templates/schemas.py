"""Templates as our own API says them."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import Field

from sluice.server.error_answers import ProblemOut
from sluice.server.features.projects.linting import Lint, LintOut
from sluice.server.features.sessions.template_numbers import TemplateUse
from sluice.server.features.templates.approval_schemas import ProtectionOut, RequestOut
from sluice.server.features.templates.comparing import Difference
from sluice.server.features.templates.content import (
    Environment,
    Note,
    TemplateContent,
    TemplateContentOut,
    TemplateName,
    unsayable,
)
from sluice.server.features.templates.known import KnownVersion
from sluice.server.features.templates.repository import Newest, Pointer, StoredTemplate
from sluice.server.features.templates.requested import KnownRequest
from sluice.server.features.templates.service import Saved
from sluice.server.kit.wire import StrictModel, WireModel, WireTime

VersionNumber = Annotated[int, Field(ge=1, le=2**31 - 1)]


class PointerOut(WireModel):
    """Where an environment points."""

    number: int
    version_id: str
    deployed_at: WireTime


class TemplateOut(WireModel):
    """A template, its newest version, and where its environments point."""

    id: str
    name: str
    created_at: WireTime
    latest: PointerOut | None
    """The newest version, and when it was saved; versions are numbered from 1."""
    findings: dict[str, int]
    """What was found in the newest version when it was saved: counts by entity type."""
    environments: dict[str, PointerOut]

    @classmethod
    def of(cls, template: StoredTemplate, newest: Newest | None, pointers: list[Pointer]) -> Self:
        """From what the repository gave."""
        latest = None
        if newest is not None:
            latest = PointerOut(
                number=newest.number,
                version_id=newest.version_uid,
                deployed_at=newest.created_at,
            )
        return cls(
            id=template.uid,
            name=template.name,
            created_at=template.created_at,
            latest=latest,
            findings=newest.findings if newest is not None else {},
            environments={
                one.environment: PointerOut(
                    number=one.number, version_id=one.version_uid, deployed_at=one.deployed_at
                )
                for one in pointers
            },
        )


class TemplateNumbersOut(WireModel):
    """What a template was used for in some days."""

    id: str
    name: str
    calls: int
    cost: int | None
    """Millionths of a US dollar, of what has a known price; null: nothing has."""
    median_ms: float | None
    """Of the newest 500 calls."""

    @classmethod
    def of(cls, template: StoredTemplate, use: TemplateUse | None) -> Self:
        """From what was recorded."""
        used = use or TemplateUse()
        return cls(
            id=template.uid,
            name=template.name,
            calls=used.calls,
            cost=used.cost,
            median_ms=used.median_ms,
        )


class DeployedOut(TemplateOut):
    """A template after a deployment, or with the request that waits for approval."""

    request: RequestOut | None = None

    @classmethod
    def about(cls, template: TemplateOut, waiting: KnownRequest | None) -> Self:
        """From a template, and what was asked for."""
        request = RequestOut.of(waiting) if waiting is not None else None
        said = {name: getattr(template, name) for name in TemplateOut.model_fields}
        return cls(**said, request=request)


class VersionOut(WireModel):
    """One version with what it holds."""

    id: str
    number: int
    template_id: str
    template_name: str
    version_name: str
    note: str
    created_by: int | None
    created_at: WireTime
    findings: dict[str, int]
    variables: list[str]
    """Names of the variables and sections in its texts."""
    format_problems: list[ProblemOut]
    """What clients of SDK 0.1.6 cannot be told of it."""
    content: TemplateContentOut

    @classmethod
    def of(cls, version: KnownVersion) -> Self:
        """From an opened version."""
        content = version.content
        return cls(
            id=version.uid,
            number=version.number,
            template_id=version.template_uid,
            template_name=version.template_name,
            version_name=content.version_name,
            note=content.note,
            created_by=version.created_by,
            created_at=version.created_at,
            findings=version.findings,
            variables=content.variables,
            format_problems=format_problems(content),
            content=TemplateContentOut.model_validate(content.document()),
        )


class SaveIn(StrictModel):
    """A version to save; its template is made if there is none of this name."""

    name: TemplateName
    content: TemplateContent
    environments: list[Environment] = Field(default_factory=list, max_length=100)
    """Where it is deployed at once."""


class SavedOut(WireModel):
    """What came of saving."""

    version: VersionOut
    is_new: bool
    """False: a version that says the same was there already; this is it."""
    lint: LintOut
    requests: list[RequestOut]
    """What waits for a second person's approval before it is deployed."""

    @classmethod
    def of(cls, saved: Saved) -> Self:
        """From what came of saving."""
        return cls(
            version=VersionOut.of(saved.version),
            is_new=saved.is_new,
            lint=LintOut.of(saved.lint),
            requests=[RequestOut.of(one) for one in saved.waiting],
        )


class LintIn(StrictModel):
    """A version to be looked through without being saved."""

    name: TemplateName = "template"
    content: TemplateContent


class LintedOut(LintOut):
    """What was found, and what clients of SDK 0.1.6 could not be told."""

    variables: list[str]
    format_problems: list[ProblemOut]
    same_as: int | None
    """The version of this template that says the same already; saving would return that one."""

    @classmethod
    def about(cls, lint: Lint, content: TemplateContent, same_as: int | None) -> Self:
        """From a lint and what was looked through."""
        return cls(
            **LintOut.of(lint).model_dump(),
            variables=content.variables,
            format_problems=format_problems(content),
            same_as=same_as,
        )


class DeployIn(StrictModel):
    """Which version an environment is to point to."""

    environment: Environment
    version: VersionNumber
    note: Note = Field(default="", repr=False)


class RollbackIn(StrictModel):
    """Which environment goes back: to the version before, or to the one that is named."""

    environment: Environment
    version: VersionNumber | None = None
    note: Note = Field(default="", repr=False)
    emergency: bool = False
    """Of a protected environment, without approval: for owners, to a version that was there
    before, with a note that says why."""


class DeploymentOut(WireModel):
    """One deployment or rollback."""

    id: int
    environment: str
    number: int
    version_uid: Annotated[str, Field(serialization_alias="versionId")]
    previous_number: int | None
    note: str
    user_id: int | None
    at: WireTime
    approved_by: int | None
    is_emergency: bool


class EnvironmentOut(WireModel):
    """An environment to which something is deployed."""

    name: str
    templates: int
    protection: ProtectionOut | None = None


class MessageChangeOut(WireModel):
    """A message that was added, removed or changed."""

    before_index: int | None
    after_index: int | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class ValueChangeOut(WireModel):
    """Anything else that differs; null: it is not there."""

    path: str
    before: Any
    after: Any


class DifferenceOut(WireModel):
    """What differs between two versions; everything empty where they say the same."""

    messages: list[MessageChangeOut]
    values: list[ValueChangeOut]
    unified: str

    @classmethod
    def of(cls, difference: Difference) -> Self:
        """From a comparison."""
        return cls.model_validate(difference)


def format_problems(content: TemplateContent) -> list[ProblemOut]:
    """What clients of SDK 0.1.6 cannot be told of a version."""
    return [ProblemOut(path=one.path, message=one.message) for one in unsayable(content)]
