"""Erasing a person's data on our own API."""

from __future__ import annotations

from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import ConfigDict, Field, StringConstraints

from sluice.server.features.projects.calling import KnownCaller, Owned
from sluice.server.features.sessions.erasing import Erased
from sluice.server.kit.wire import Data, NoNul, StrictModel, WireModel
from sluice.server.services import ServicesDep

router = APIRouter(prefix="/api/v1/projects/{project_id}", tags=["Erasure"])

Original = Annotated[str, StringConstraints(min_length=1, max_length=10_000), NoNul]


class ErasureIn(StrictModel):
    """Whose data is erased: values as they stood in texts, a name and an address for example."""

    model_config = ConfigDict(hide_input_in_errors=True)

    values: Annotated[list[Original], Field(min_length=1, max_length=100, repr=False)]
    recordings: bool = False
    """Delete recordings, traces, test cases, outputs of test runs and calls that hold them, too."""


class HoldingVersionOut(WireModel):
    """A version of a template that holds a value or its placeholder."""

    template: str
    number: int


class ErasureOut(WireModel):
    """What was erased, and what stays: counts."""

    values: int = 0
    originals: int = 0
    """Originals in the vault: their placeholders stand for nothing now."""
    shared_forms: int = 0
    """Surnames and the like that stay, since others use them without this person's name."""
    raw_copies: int = 0
    """Of recordings and traces, as they came."""
    restored_answers: int = 0
    """Of the gateway's calls."""
    recordings: int = 0
    traces: int = 0
    test_cases: int = 0
    calls: int = 0
    named_values: int = 0
    """Metadata, feedback and evaluations."""
    results: int = 0
    """Of test runs, of which the texts are gone."""
    test_runs: int = 0
    """What goes on holding placeholders that stand for nothing now, like the two below."""
    test_suites: int = 0
    saved_views: int = 0
    template_versions: int = 0
    """What holds a value as it was typed, or its placeholder: versions are never changed."""
    templates: list[HoldingVersionOut] = Field(default_factory=list)
    """These versions."""

    @classmethod
    def of(cls, erased: Erased) -> Self:
        """From what an erasure did."""
        return cls.model_validate({**erased.counts, "templates": erased.templates})


@router.post("/erasures")
async def erase(
    body: ErasureIn, project: Owned, caller: KnownCaller, services: ServicesDep
) -> Data[ErasureOut]:
    """Erase a person's data by original values; the audit log keeps counts alone."""
    erased = await services.workbench.search.erasures.erase(
        project, caller, body.values, recordings=body.recordings
    )
    return Data(data=ErasureOut.of(erased))
