"""What a test run of the server is to do: as a caller asks for it, and as it is sealed."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from sluice.server.features.templates.content import LATEST, Environment, TemplateName
from sluice.server.features.testruns.evaluators.documents import Evaluators
from sluice.server.features.testruns.evaluators.judging import Instance
from sluice.server.kit.wire import RowId, StrictModel

AtOnce = Annotated[int, Field(ge=1, le=16)]
Model = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9@_][A-Za-z0-9._:/@+~=-]{0,199}$")]
Uid = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class StartIn(StrictModel):
    """A test run to be started."""

    model_config = ConfigDict(hide_input_in_errors=True)

    playlist: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    """Its name or id."""
    name: Annotated[str, StringConstraints(max_length=200)] = Field(default="", repr=False)
    description: Annotated[str, StringConstraints(max_length=5_000)] = Field(default="", repr=False)
    template: TemplateName | None = None
    """The name of the template whose version in `environment` is run."""
    environment: Environment = LATEST
    template_version: Uid | None = None
    """A version's id, in place of template and environment."""
    as_recorded: bool = False
    """In place of a template: the messages of the recordings that the cases were made from."""
    model_instance: Instance
    model: Model | None = None
    """Another model of the instance's vendor than the connection's own."""
    parameters: dict[str, Any] = Field(default_factory=dict, repr=False)
    """Over those of the template's version."""
    evaluators: Evaluators = Field(default=(), repr=False)
    concurrency: AtOnce = 4
    """Cases that are asked at once."""

    @model_validator(mode="after")
    def _one_version(self) -> Self:
        given = [self.template is not None, self.template_version is not None, self.as_recorded]
        if sum(given) != 1:
            raise ValueError("give exactly one of template, templateVersion and asRecorded")
        return self


class RunDocument(StrictModel):
    """What is sealed of a run, by which any process can execute it."""

    model_config = ConfigDict(hide_input_in_errors=True)

    description: str = Field(default="", repr=False)
    project: str
    """Its public id."""
    role: str
    """Of the user for whom the run is made, when it was started."""
    playlist: str
    """Its public id."""
    playlist_name: str = Field(repr=False)
    last_case: RowId
    """Cases with greater ids were added later, and are no part of it."""
    template: str | None = None
    """None: messages as they were recorded."""
    template_version: Uid | None = None
    environment: str | None = None
    """None for a version that was named by its id."""
    instance_name: str
    model: Model | None = None
    parameters: dict[str, Any] = Field(default_factory=dict, repr=False)
    evaluators: Evaluators = Field(default=(), repr=False)
    concurrency: AtOnce = 4
    api_token_id: RowId | None = None
    """Whose limits count; None: it was started in a session of the dashboard."""


def sealed_evaluators(evaluators: Evaluators) -> list[dict[str, Any]]:
    """Evaluators as JSON; what is not set is left out."""
    return [one.model_dump(mode="json", by_alias=True, exclude_none=True) for one in evaluators]
